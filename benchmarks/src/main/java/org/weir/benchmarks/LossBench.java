package org.weir.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.weir.link.FaultPlan;
import org.weir.wire.IpPrefix;

/// `weir bench loss`: what one connection carries over a path that loses packets, from kernel to kernel, from Weir to
/// the kernel and back, all through the same fault injector with the same seed.
///
/// ```text
///   kernel - TUN - relay with injector - TUN - kernel
///     Weir - injector ------------------ TUN - kernel
/// ```
///
/// Each kernel end lives in a network namespace of its own that goes with it, and has no memory of earlier paths.
public final class LossBench {
    private static final long BITS_PER_SECOND = 100_000_000L;
    /// Packets on the way and in the queue before the bottleneck: twice what 100 ms hold, and some.
    private static final int QUEUE_PACKETS = 2_000;

    private static final int PORT = 5_001;
    private static final String NEAR = "192.0.2.1";
    private static final String FAR = "192.0.2.2";
    private static final long CONNECT_LIMIT_NS = 20_000_000_000L;
    private static final long NS_PER_MS = 1_000_000L;
    private static final long LOOK_MS = 1;
    /// Slow start is over then: what follows is how losses are lived with.
    private static final int WARM_UP_S = 2;
    private static final double NS_PER_SECOND = 1e9;

    /// What is measured.
    ///
    /// @param lossPercents shares of packets lost in each direction
    /// @param roundTripsMs round-trip times of the empty path
    /// @param seconds of each measurement, after a warm-up
    /// @param rounds measurements of each figure, which is their median
    /// @param congestionControl of the kernel, by its own name
    public record Plan(
            List<Double> lossPercents, List<Integer> roundTripsMs, int seconds, int rounds, String congestionControl) {}

    private final PrintStream out;
    private final Plan plan;

    /// Prints to `out`.
    public LossBench(PrintStream out, Plan plan) {
        this.out = out;
        this.plan = plan;
    }

    /// Measures all and prints a line for each path.
    ///
    /// @throws IOException if a namespace or a TUN cannot be had; the message says what to do
    public void run() throws IOException, InterruptedException {
        tryKernelEnd();
        head();
        for (final int roundTripMs : plan.roundTripsMs()) {
            for (final double percent : plan.lossPercents()) {
                measure(percent, roundTripMs);
            }
        }
    }

    /// What cannot be had is told before anything is printed.
    private void tryKernelEnd() throws IOException, InterruptedException {
        try (KernelEnd end = kernelEnd(NEAR)) {
            end.link().close();
        }
    }

    private void head() {
        out.printf(
                Locale.ROOT,
                "goodput of one connection in Mbit/s through the same injector: %d Mbit/s, MTU 1500, loss in each"
                        + " direction, %d s from %d s after the first octet on, median of %d%n",
                BITS_PER_SECOND / 1_000_000,
                plan.seconds(),
                WARM_UP_S,
                plan.rounds());
        out.printf(
                "kernel: Linux %s, %s, no offload; Weir: %s%n%n",
                System.getProperty("os.version"),
                plan.congestionControl(),
                WeirEnd.config().tcp().congestion());
        out.printf(
                "%6s %7s %16s %16s %7s %16s %7s%n",
                "loss", "RTT", "kernel>kernel", "Weir>kernel", "ratio", "kernel>Weir", "ratio");
    }

    private KernelEnd kernelEnd(String address) throws IOException, InterruptedException {
        return new KernelEnd(IpPrefix.parse(address + "/24"), plan.congestionControl());
    }

    private void measure(double percent, int roundTripMs) throws IOException, InterruptedException {
        final FaultPlan path = FaultPlan.none()
                .withLoss(percent / 100)
                .withDelay(roundTripMs * NS_PER_MS / 2)
                .withRate(BITS_PER_SECOND, QUEUE_PACKETS);
        final int rounds = plan.rounds();
        final double[] kernel = new double[rounds];
        final double[] sending = new double[rounds];
        final double[] receiving = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            kernel[i] = kernelToKernel(path, i);
            sending[i] = weirToKernel(path, i);
            receiving[i] = kernelToWeir(path, i);
        }
        final double base = median(kernel);
        out.printf(
                Locale.ROOT,
                "%4.1f %% %4d ms %16.1f %16.1f %7.2f %16.1f %7.2f%n",
                percent,
                roundTripMs,
                base,
                median(sending),
                median(sending) / base,
                median(receiving),
                median(receiving) / base);
        out.flush();
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    // ---- one measurement ----

    private double kernelToKernel(FaultPlan path, long seed) throws IOException, InterruptedException {
        try (KernelEnd near = kernelEnd(NEAR);
                KernelEnd far = kernelEnd(FAR);
                Relay relay = new Relay(near.link(), far.link(), path, seed)) {
            relay.start();
            far.receive(PORT);
            near.send(new InetSocketAddress(FAR, PORT));
            return goodput(far::received);
        }
    }

    private double weirToKernel(FaultPlan path, long seed) throws IOException, InterruptedException {
        try (KernelEnd far = kernelEnd(FAR);
                WeirEnd near = new WeirEnd(far.link(), IpPrefix.parse(NEAR + "/24"), path, seed)) {
            far.receive(PORT);
            near.send(IpPrefix.parse(FAR + "/32").address(), PORT);
            return goodput(far::received);
        }
    }

    private double kernelToWeir(FaultPlan path, long seed) throws IOException, InterruptedException {
        try (KernelEnd near = kernelEnd(NEAR);
                WeirEnd far = new WeirEnd(near.link(), IpPrefix.parse(FAR + "/24"), path, seed)) {
            far.receive(PORT);
            near.send(new InetSocketAddress(FAR, PORT));
            return goodput(far::received);
        }
    }

    /// Mbit/s once the connection is under way; 0 if nothing came.
    private double goodput(LongSupplier received) throws InterruptedException {
        final long startNs = System.nanoTime();
        while (received.getAsLong() == 0) {
            if (System.nanoTime() - startNs > CONNECT_LIMIT_NS) {
                return 0;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        TimeUnit.SECONDS.sleep(WARM_UP_S);
        final long beginNs = System.nanoTime();
        final long before = received.getAsLong();
        TimeUnit.SECONDS.sleep(plan.seconds());
        final long octets = received.getAsLong() - before;
        return octets * 8 / ((System.nanoTime() - beginNs) / NS_PER_SECOND) / 1e6;
    }
}
