/// The JDK's own interfaces on a Weir stack.
module org.weir.jdk {
    requires transitive org.weir.core;
    requires transitive org.weir.runtime;
    requires org.weir.dns;
    requires org.weir.drivers;
    requires jdk.net;
    requires static org.jspecify;

    exports org.weir.jdk;

    provides java.net.spi.InetAddressResolverProvider with
            org.weir.jdk.WeirResolverProvider;
}
