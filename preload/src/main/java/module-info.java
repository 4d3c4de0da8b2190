/// The host's side of the library for native programs.
module org.weir.preload {
    requires transitive org.weir.core;
    requires transitive org.weir.runtime;
    requires transitive org.weir.dns;
    requires org.weir.drivers;
    requires static org.jspecify;

    exports org.weir.preload;
}
