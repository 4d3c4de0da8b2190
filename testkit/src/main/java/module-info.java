/// Tests of programs on Weir, and of Weir: simulated hosts in virtual time, packets as sentences, an allocation guard.
module org.weir.testkit {
    requires transitive org.weir.core;
    requires static org.jspecify;
    requires java.management;
    requires jdk.management;

    exports org.weir.testkit;
    exports org.weir.testkit.grid;
    exports org.weir.testkit.torture;
}
