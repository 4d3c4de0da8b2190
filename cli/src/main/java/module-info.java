/// The command.
module org.weir.cli {
    requires org.weir.core;
    requires org.weir.testkit;
    requires org.weir.dns;
    requires org.weir.drivers;
    requires org.weir.runtime;
    requires org.weir.preload;
    requires org.weir.services;
    requires org.weir.benchmarks;
    requires info.picocli;
    requires static org.jspecify;

    opens org.weir.cli to
            info.picocli;
}
