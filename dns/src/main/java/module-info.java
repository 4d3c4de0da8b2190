/// A resolver of names.
module org.weir.dns {
    requires transitive org.weir.core;
    requires static org.jspecify;

    exports org.weir.dns;
}
