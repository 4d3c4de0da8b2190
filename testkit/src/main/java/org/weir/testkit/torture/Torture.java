package org.weir.testkit.torture;

import java.util.Arrays;
import java.util.Locale;
import org.weir.base.SplitMix64;
import org.weir.testkit.LinkTap;
import org.weir.time.StackClock;

/// Runs many seeded runs and counts what became of them.
///
/// Each run checks that every octet arrives once and in order, or that the application hears of an error; that each
/// connection ends; that neither host holds a buffer, a connection or a timer afterwards; and that the hosts come to
/// rest.
public final class Torture {
    private static final int FRAMES_OF_STACK = 10;

    private final long seed;
    private long runs;
    private long failedRuns;
    private long octets;
    private long virtualNs;
    private long retransmitted;
    private final long[] outcomes = new long[TortureEnd.Outcome.values().length];

    /// @param seed of the whole series
    public Torture(long seed) {
        this.seed = seed;
    }

    /// The seed of run `number`, from 0: the runs of a series have little in common.
    private long seedOf(long number) {
        return new SplitMix64(seed * 1_000_003 + number).next();
    }

    /// Does run `number`, from 0.
    ///
    /// @param tap sees the packets of both hosts
    /// @return what went wrong, and what the run was to do; empty if nothing did
    public String run(long number, LinkTap tap) {
        runs++;
        final TorturePlan plan = TorturePlan.of(seedOf(number));
        try (TortureRun run = new TortureRun(plan, tap)) {
            try {
                run.run();
                count(run);
                return "";
            } catch (AssertionError | RuntimeException e) {
                failedRuns++;
                return described(e) + plan.describe() + run.drops();
            }
        }
    }

    private static String described(Throwable e) {
        final StringBuilder text = new StringBuilder(e.toString()).append('\n');
        for (final StackTraceElement at : Arrays.copyOf(e.getStackTrace(), FRAMES_OF_STACK)) {
            text.append(at == null ? "" : "    at " + at + "\n");
        }
        return text.toString();
    }

    private void count(TortureRun run) {
        for (final TortureEnd end : run.ends()) {
            outcomes[end.outcome().ordinal()]++;
            octets += end.received();
        }
        virtualNs += run.network().nowNs();
        retransmitted += run.network().client().stack().tcp().counters().retransmittedSegments()
                + run.network().server().stack().tcp().counters().retransmittedSegments();
    }

    /// Runs that went wrong.
    public long failedRuns() {
        return failedRuns;
    }

    /// One line about all runs so far.
    public String summary() {
        return String.format(
                Locale.ROOT,
                "%d runs, %d failed, %.1f MB carried, %d segments sent again, %d h of virtual time; ends: %d complete,"
                        + " %d left early, %d told of an error, %d gave up, %d never opened",
                runs,
                failedRuns,
                octets / 1e6,
                retransmitted,
                virtualNs / (3_600 * StackClock.SECOND),
                count(TortureEnd.Outcome.COMPLETE),
                count(TortureEnd.Outcome.QUIT),
                count(TortureEnd.Outcome.FAILED),
                count(TortureEnd.Outcome.GAVE_UP),
                count(TortureEnd.Outcome.OPEN));
    }

    private long count(TortureEnd.Outcome outcome) {
        return outcomes[outcome.ordinal()];
    }
}
