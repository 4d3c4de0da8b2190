/// The stack: no threads, no clock, no native call, no dependency beyond the JDK.
module org.weir.core {
    requires static transitive org.jspecify;

    exports org.weir.memory;
    exports org.weir.wire;
    exports org.weir.time;
    exports org.weir.base;
    exports org.weir.link;
    exports org.weir.filter;
    exports org.weir.esp;
    exports org.weir.ip;
    exports org.weir.udp;
    exports org.weir.tcp;
    exports org.weir.raw;
    exports org.weir.packet;
    exports org.weir.stack;
}
