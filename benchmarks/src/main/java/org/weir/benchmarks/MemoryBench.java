package org.weir.benchmarks;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.weir.testkit.AllocationGuard;

/// `weir bench memory`: two stacks in one thread, joined by an in-memory link with an MTU of 1,500 octets that leaves
/// checksums and segmentation to them. What it shows is the stack's own cost: no system call, no second core.
///
/// Each figure is the median of several rounds, with the smallest and the largest.
public final class MemoryBench {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int PING_BATCH = 20_000;

    private final PrintStream out;
    private final int rounds;
    private final long roundNs;

    /// @param out where the figures go
    /// @param rounds measured rounds of each figure, at least 1
    /// @param roundMs milliseconds of each, at least 10
    public MemoryBench(PrintStream out, int rounds, int roundMs) {
        this.out = out;
        this.rounds = rounds;
        this.roundNs = roundMs * 1_000_000L;
    }

    /// Runs all of it and prints a line for each figure.
    public void run() {
        out.printf(
                "in memory, one thread, MTU 1500, checksums computed and verified in software; JDK %s, %d rounds of"
                        + " %.1f s%n",
                Runtime.version(), rounds, roundNs / 1e9);
        bulk("bulk, the writer copies in", false);
        bulk("bulk, by reference", true);
        pingPong();
    }

    private void bulk(String name, boolean byReference) {
        try (BulkPair pair = new BulkPair(byReference)) {
            pair.runFor(2 * roundNs);
            final double[] gigabits = new double[rounds];
            final double[] nsPerSegment = new double[rounds];
            long allocated = Long.MAX_VALUE;
            for (int i = 0; i < rounds; i++) {
                final long octets = pair.received();
                final long segments = pair.segments();
                final long began = System.nanoTime();
                allocated = Math.min(allocated, AllocationGuard.allocatedBy(() -> pair.runFor(roundNs)));
                final double elapsed = System.nanoTime() - began;
                gigabits[i] = (pair.received() - octets) * 8 / elapsed;
                nsPerSegment[i] = elapsed / (pair.segments() - segments);
            }
            print(name, "Gbit/s", gigabits);
            print(name + ", both ends", "ns/segment", nsPerSegment);
            out.printf("%-42s %10d octets in the best round%n", name + ", Java heap allocated", allocated);
        }
    }

    private void pingPong() {
        try (PingPair pair = new PingPair()) {
            final long warmEnd = System.nanoTime() + 2 * roundNs;
            while (System.nanoTime() < warmEnd) {
                pair.exchange(PING_BATCH);
            }
            final Histogram times = new Histogram(NS_PER_SECOND, 3);
            final long end = System.nanoTime() + rounds * roundNs;
            while (System.nanoTime() < end) {
                for (int i = 0; i < PING_BATCH; i++) {
                    final long began = System.nanoTime();
                    pair.exchange(1);
                    times.recordValue(Math.min(System.nanoTime() - began, NS_PER_SECOND));
                }
            }
            out.printf(
                    Locale.ROOT,
                    "%-42s %10.2f us p50, %.2f p99, %.2f p99.9%n",
                    "1-octet ping-pong",
                    times.getValueAtPercentile(50) / 1e3,
                    times.getValueAtPercentile(99) / 1e3,
                    times.getValueAtPercentile(99.9) / 1e3);
        }
    }

    private void print(String name, String unit, double[] values) {
        Arrays.sort(values);
        out.printf(
                Locale.ROOT,
                "%-42s %10.2f %s (%.2f to %.2f)%n",
                name,
                values[values.length / 2],
                unit,
                values[0],
                values[values.length - 1]);
    }
}
