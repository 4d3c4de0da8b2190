/// Threads around the stack.
module org.weir.runtime {
    requires transitive org.weir.core;
    requires org.jctools.core;
    requires static org.jspecify;

    exports org.weir.runtime;
    exports org.weir.runtime.bsd;
    exports org.weir.runtime.os;
    exports org.weir.runtime.sequential;
}
