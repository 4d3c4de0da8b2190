package org.weir.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.weir.drivers.KernelInterface;
import org.weir.wire.IpPrefix;

/// A contestant that serves, and the namespace in which its loads run. What is here goes when this is closed.
///
/// @param client where the loads run
/// @param server where the contestant's process runs; the same for one on a TAP
record Site(Namespace client, Namespace server, Program program) implements AutoCloseable {
    static final IpPrefix CLIENT_ADDRESS = IpPrefix.parse("10.10.10.1/24");
    static final IpPrefix SERVER_ADDRESS = IpPrefix.parse("10.10.10.2/24");

    private static final Path TIME_WAITS = Path.of("/proc/sys/net/ipv4/tcp_max_tw_buckets");
    private static final Path PORTS = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    /// Lets the kernel talk on the interface of this name in `namespace`.
    static void configure(Namespace namespace, String device, IpPrefix address)
            throws IOException, InterruptedException {
        namespace.call(() -> {
            final KernelInterface kernel = KernelInterface.named(device);
            kernel.address(address);
            kernel.up();
            return true;
        });
    }

    /// Connections that were closed hold their ports for a minute: with few of them remembered and many ports, a
    /// load that opens thousands a second does not run out.
    static void permitManyConnections(Namespace namespace) throws IOException, InterruptedException {
        namespace.call(() -> {
            Files.writeString(PORTS, "1024 65535");
            Files.writeString(TIME_WAITS, "8192");
            return true;
        });
    }

    /// Runs a load to its end.
    ///
    /// @param loadProgram the compiled `load`
    /// @throws IOException if it fails; the message is the load's
    LoadResult run(Path loadProgram, Load load, Span span) throws IOException, InterruptedException {
        final List<String> words =
                load.words(loadProgram.toString(), SERVER_ADDRESS.address().toString(), span, program.pid());
        try (Program running = client.start(words)) {
            return LoadResult.parse(running.awaitEnd());
        }
    }

    @Override
    public void close() {
        program.close();
        client.close();
        server.close();
    }
}
