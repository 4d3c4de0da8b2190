package org.weir.benchmarks;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.weir.memory.MemoryPlan;
import org.weir.testkit.AllocationGuard;

/// `weir bench scale`: what a segment, a request and a connection cost as the number of connections grows, and what
/// they take of memory. Two stacks in one thread on an in-memory link, as in [MemoryBench].
///
/// Everything of one kind is set up first and then measured in turn, round by round, so that all see the same noise;
/// ratios are those of medians.
public final class ScaleBench {
    private static final int TURNS = 10_000;
    private static final int OPEN_AT_ONCE = 64;
    private static final int WARM_UP_ROUNDS = 3;

    private final PrintStream out;
    private final int[] idle;
    private final int rounds;
    private final long roundNs;

    /// @param out where the figures go
    /// @param idle numbers of idle connections, the one to compare with first
    /// @param rounds measured rounds of each figure, at least 1
    /// @param roundMs milliseconds of each, at least 10
    public ScaleBench(PrintStream out, List<Integer> idle, int rounds, int roundMs) {
        this.out = out;
        this.idle = idle.stream().mapToInt(Integer::intValue).toArray();
        this.rounds = rounds;
        this.roundNs = roundMs * 1_000_000L;
    }

    /// Runs all of it and prints a line for each figure.
    public void run() {
        out.printf(
                Locale.ROOT,
                "two stacks in one thread, MTU 1500, checksums computed and verified in software; JDK %s, %d rounds of"
                        + " %.1f s; medians of processor time"
                        + " (smallest to largest)%n%n",
                Runtime.version(),
                rounds,
                roundNs / 1e9);
        bulkBesideIdle();
        turns();
        churn();
    }

    // ---- one busy connection ----

    private void bulkBesideIdle() {
        out.printf(
                "%-28s %28s %8s %12s %32s%n",
                "one busy connection beside",
                "ns/segment, both ends",
                "ratio",
                "allocated",
                "octets for each idle connection");
        final List<BulkPair> pairs = new ArrayList<>();
        final List<String> memory = new ArrayList<>();
        for (final int count : idle) {
            final long before = usedHeap();
            final Crowd crowd = new Crowd(count, Crowd.config(count));
            memory.add(memoryOf(count, usedHeap() - before));
            pairs.add(new BulkPair(crowd.hosts(), false));
        }
        final Rounds[] measured = new Rounds[idle.length];
        Arrays.setAll(measured, i -> new Rounds(rounds));
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            for (int i = 0; i < idle.length; i++) {
                final BulkPair pair = pairs.get(i);
                measured[i].measure(round, pair::segments, () -> pair.runFor(roundNs));
            }
        }
        for (int i = 0; i < idle.length; i++) {
            print(idle[i] + " idle", measured[i], measured[0], memory.get(i));
            pairs.get(i).close();
        }
    }

    /// Heap as measured, half of it for each host; the arena as planned, which is all that there is off the heap.
    private static String memoryOf(int count, long heap) {
        final MemoryPlan plan = Crowd.config(count).plan();
        return String.format(
                Locale.ROOT, "heap %.0f, arena %.0f", heap / 2.0 / count, (double) plan.arenaBytes() / count);
    }

    private static long usedHeap() {
        System.gc();
        final Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    // ---- turns ----

    private void turns() {
        out.printf(
                "%n%-28s %28s %8s %12s%n",
                "octet to and fro, in turn by", "ns/request, both ends", "ratio", "allocated");
        final int[] sizes = {1, TURNS / 100, TURNS / 10, TURNS};
        final Rounds[] measured = new Rounds[sizes.length];
        Arrays.setAll(measured, i -> new Rounds(rounds));
        final List<TurnTaker> takers =
                Arrays.stream(sizes).mapToObj(TurnTaker::new).toList();
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            for (int i = 0; i < sizes.length; i++) {
                final TurnTaker taker = takers.get(i);
                measured[i].measure(round, taker::requests, () -> taker.runFor(roundNs));
            }
        }
        for (int i = 0; i < sizes.length; i++) {
            print(sizes[i] + (sizes[i] == 1 ? " connection" : " connections"), measured[i], measured[0], "");
            takers.get(i).close();
        }
    }

    /// A crowd whose members take turns for a while.
    private static final class TurnTaker implements AutoCloseable {
        private static final int BATCH = 1_000;
        /// An answer holds a page until the next request, or a delayed acknowledgment, says that it has
        /// arrived.
        private static final int PAGES = 4 * TURNS;

        private static final int RESERVED_PAGES = 256;

        private final Crowd crowd;
        private final int size;
        private long requests;

        TurnTaker(int size) {
            this.crowd = new Crowd(size, Crowd.config(size).withPages(PAGES, RESERVED_PAGES));
            this.size = size;
        }

        long requests() {
            return requests;
        }

        void runFor(long ns) {
            final long end = System.nanoTime() + ns;
            while (System.nanoTime() - end < 0) {
                crowd.takeTurns((int) (requests % size), BATCH);
                requests += BATCH;
            }
        }

        @Override
        public void close() {
            crowd.close();
        }
    }

    // ---- opening and closing ----

    private void churn() {
        out.printf("%n%-28s %28s %8s %12s%n", "opened and closed", "ns/connection, both ends", "1/s", "allocated");
        try (Churn churn = new Churn(OPEN_AT_ONCE)) {
            final Rounds measured = new Rounds(rounds);
            for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
                measured.measure(round, churn::closed, () -> churn.runFor(roundNs));
            }
            out.printf(
                    Locale.ROOT,
                    "%-28s %28s %8.0f %12d%n",
                    OPEN_AT_ONCE + " at once",
                    measured,
                    1e9 / measured.median(),
                    measured.allocated());
        }
    }

    private void print(String name, Rounds measured, Rounds first, String rest) {
        out.printf(
                Locale.ROOT,
                "%-28s %28s %8.3f %12d %32s%n",
                name,
                measured,
                measured.median() / first.median(),
                measured.allocated(),
                rest);
    }

    /// Nanoseconds of processor time for each of what a round does: while another program has the processor nothing
    /// is measured.
    private static final class Rounds {
        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

        private final double[] ns;
        private long allocated = Long.MAX_VALUE;

        Rounds(int count) {
            ns = new double[count];
        }

        /// What counts how much was done.
        interface Count {
            long value();
        }

        /// Measures `work` as round `round`; one that is negative only warms up.
        void measure(int round, Count done, Runnable work) {
            final long before = done.value();
            final long began = THREADS.getCurrentThreadCpuTime();
            final long octets = AllocationGuard.allocatedBy(work);
            final double elapsed = THREADS.getCurrentThreadCpuTime() - began;
            if (round >= 0) {
                ns[round] = elapsed / (done.value() - before);
                allocated = Math.min(allocated, octets);
            }
        }

        double median() {
            final double[] sorted = ns.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }

        /// Octets on the Java heap in the best round.
        long allocated() {
            return allocated;
        }

        @Override
        public String toString() {
            final double[] sorted = ns.clone();
            Arrays.sort(sorted);
            return String.format(Locale.ROOT, "%.0f (%.0f to %.0f)", median(), sorted[0], sorted[sorted.length - 1]);
        }
    }
}
