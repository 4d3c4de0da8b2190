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
    requires com.google.gson;
    requires info.picocli;
    requires jdk.net;
    requires static org.jspecify;

    opens org.weir.cli to
            info.picocli;
    opens org.weir.cli.client to
            info.picocli;
    opens org.weir.cli.show to
            info.picocli;
    opens org.weir.cli.manage to
            info.picocli;
}
