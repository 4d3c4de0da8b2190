/// Links that touch the operating system.
module org.weir.drivers {
    requires transitive org.weir.core;
    requires static org.jspecify;

    exports org.weir.drivers;
}
