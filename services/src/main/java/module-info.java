/// Application protocols.
module org.weir.services {
    requires transitive org.weir.core;
    requires transitive org.weir.runtime;
    requires static org.jspecify;

    exports org.weir.services;
    exports org.weir.services.dhcp;
    exports org.weir.services.http;
    exports org.weir.services.tftp;
    exports org.weir.services.tls;
}
