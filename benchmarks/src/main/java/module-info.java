/// Benchmarks: figures for people, each with what it is compared to.
module org.weir.benchmarks {
    requires org.weir.core;
    requires org.weir.testkit;
    requires org.weir.drivers;
    requires org.weir.runtime;
    requires org.weir.services;
    requires java.management;
    requires jmh.core;
    requires HdrHistogram;
    requires static org.jspecify;

    exports org.weir.benchmarks;
    exports org.weir.benchmarks.peers;
}
