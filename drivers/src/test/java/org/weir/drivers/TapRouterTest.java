package org.weir.drivers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A router between three kernels, each in a network namespace of its own behind a TAP: two with offload, one without
/// and with a smaller MTU. Time is real.
///
/// ```text
///   10.1.0.2 - TAP 10.1.0.1 | stack | 10.2.0.1 TAP - 10.2.0.2
///                           | stack | 10.3.0.1 TAP - 10.3.0.2, no offload, MTU 1,000
/// ```
class TapRouterTest {
    private static final int LIMIT_SECONDS = 40;
    private static final int NARROW_MTU = 1_000;
    private static final long PAUSE_NS = 20_000;

    private final Stack stack = Stack.create(StackConfig.defaults(), new SplitMix64(1), System.nanoTime());
    private final Site left = new Site(1, TapOptions.tap("weir0"));
    private final Site right = new Site(2, TapOptions.tap("weir0"));
    private final Site narrow =
            new Site(3, TapOptions.tap("weir0").withMtu(NARROW_MTU).withoutOffload());

    @AfterEach
    void close() {
        stack.ipv4().clear();
        stack.ipv4().interfaces().forEach(netif -> netif.link().close());
        stack.pool().assertNoLeaks();
        stack.close();
        left.close();
        right.close();
        narrow.close();
    }

    private void up() throws Exception {
        for (final Site site : new Site[] {left, right, narrow}) {
            final Netif netif = stack.addInterface("eth" + site.number, await(site.in(site::open)));
            stack.addAddress(netif, IpPrefix.parse("10." + site.number + ".0.1/24"));
        }
        stack.ipv4().forwarding().enabled(true);
    }

    /// Lets the router work until `future` has come.
    private <T> T await(Future<T> future) throws Exception {
        final long start = System.nanoTime();
        while (!future.isDone()) {
            if (stack.poll(System.nanoTime()) == 0) {
                LockSupport.parkNanos(PAUSE_NS);
            }
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new AssertionError("not done after " + LIMIT_SECONDS + " s");
            }
        }
        return future.get();
    }

    /// A kernel that is a host of one network, and a thread that is in its namespace.
    private static final class Site implements AutoCloseable {
        private final ExecutorService thread =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        private final int number;
        private final TapOptions options;

        private Site(int number, TapOptions options) {
            this.number = number;
            this.options = options;
        }

        private <T> Future<T> in(Callable<T> work) {
            return thread.submit(work);
        }

        private TapLink open() throws IOException {
            NetworkNamespace.enterNew();
            KernelInterface.loopback().up();
            final TapLink link = TapLink.open(options);
            final KernelInterface kernel = KernelInterface.named(link.name());
            kernel.address(IpPrefix.parse(address() + "/24"));
            kernel.up();
            execute("ip", "route", "add", "default", "via", "10." + number + ".0.1");
            return link;
        }

        private IpAddress address() {
            return IpAddress.parse("10." + number + ".0.2");
        }

        /// What a program prints that runs here.
        private Future<String> runs(String... command) {
            return in(() -> execute(command));
        }

        private static String execute(String... command) throws IOException {
            final Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), UTF_8);
        }

        private Process starts(String... command) throws Exception {
            return in(() -> new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start())
                    .get();
        }

        @Override
        public void close() {
            thread.shutdownNow();
        }
    }

    private static void needs(String tool) {
        final boolean isThere = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(d -> java.nio.file.Files.isExecutable(java.nio.file.Path.of(d, tool)));
        Assumptions.assumeTrue(isThere, "skipped: " + tool + " is not installed (scripts/install-tools.sh)");
    }

    @KernelTest
    void pingPassesWithOneLessTimeToLive() throws Exception {
        needs("ping");
        up();
        final String output = await(left.runs("ping", "-c", "3", "-i", "0.1", "-w", "10", "10.2.0.2"));
        assertTrue(output.contains(" 3 received"), output);
        assertTrue(output.contains("ttl=63"), output);
    }

    @KernelTest
    void tracerouteShowsTheHop() throws Exception {
        needs("traceroute");
        up();
        final String output = await(left.runs("traceroute", "-n", "-q", "1", "-w", "2", "10.2.0.2"));
        assertTrue(output.contains(" 1  10.1.0.1 "), output);
        assertTrue(output.contains(" 2  10.2.0.2 "), output);
    }

    @KernelTest
    void theSenderOfATooLargePacketHearsTheMtu() throws Exception {
        needs("ping");
        up();
        final String output = await(left.runs("ping", "-c", "1", "-M", "do", "-s", "1200", "-w", "5", "10.3.0.2"));
        assertTrue(output.contains("From 10.1.0.1"), output);
        assertTrue(output.contains("mtu = " + NARROW_MTU) || output.contains("mtu=" + NARROW_MTU), output);
    }

    @KernelTest
    void bulkDataPassesBetweenLinksThatCutTheirSegmentsThemselves() throws Exception {
        bulk(left, right);
        final long frames = stack.ipv4().interfaceNamed("eth2") == null
                ? 0
                : stack.ipv4().interfaceNamed("eth2").packetsSent();
        assertTrue(frames < 20_000, "64 MiB are 46,000 segments, which go on as they came: " + frames);
    }

    @KernelTest
    void segmentsAreCutForALinkThatDoesNot() throws Exception {
        bulk(left, narrow);
        assertTrue(stack.ipv4().icmp().errorsSent() > 0, "the sender learnt of the MTU");
        assertTrue(stack.drops().of(DropReason.FORWARD_DONT_FRAGMENT) > 0);
    }

    @KernelTest
    void segmentsOfALinkWithoutOffloadGoOn() throws Exception {
        bulk(narrow, right);
    }

    private void bulk(Site from, Site to) throws Exception {
        needs("iperf3");
        up();
        final Process server = to.starts("iperf3", "-s", "-1");
        try {
            await(left.runs("sleep", "0.5"));
            final String output = await(
                    from.runs("timeout", "30", "iperf3", "-c", to.address().toString(), "-n", "64M"));
            assertTrue(output.contains("iperf Done"), output);
        } finally {
            server.destroy();
        }
        assertEquals(0, stack.drops().of(DropReason.NO_BUFFER));
    }
}
