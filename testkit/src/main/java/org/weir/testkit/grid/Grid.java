package org.weir.testkit.grid;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.weir.link.FaultPlan;
import org.weir.link.LossModel;
import org.weir.time.StackClock;

/// The cells: rates from 10 Mbit/s to 1 Gbit/s, round-trip times from 2 to 100 ms, losses up to 5 %; and at 100 Mbit/s
/// and 20 ms whatever else happens to packets.
public final class Grid {
    private static final long[] RATES = {10_000_000, 100_000_000, 1_000_000_000};
    private static final long[] ROUND_TRIPS_MS = {2, 20, 100};
    private static final double[] LOSSES = {0, 0.001, 0.01, 0.05};
    private static final long DURATION_NS = 10 * StackClock.SECOND;
    /// Of the cells up to 100 Mbit/s, so that the figure is that of the steady state.
    private static final long LONG_DURATION_NS = 30 * StackClock.SECOND;

    private static final long FASTEST_LONG_RATE = 100_000_000;

    /// Where special things happen.
    private static final GridCell.Path USUAL = new GridCell.Path(100_000_000, 20 * StackClock.MILLISECOND);

    private static final long MANY_FLOWS_NS = 30 * StackClock.SECOND;
    private static final long ROUND_TRIP_NS = USUAL.roundTripNs();
    /// Payload of a full segment with timestamps.
    private static final int SEGMENT = 1_448;
    private static final int SHORT_TRANSFER = 200;

    private Grid() {}

    /// All of them, in the order in which they are printed.
    public static List<GridCell> cells() {
        final List<GridCell> cells = new ArrayList<>();
        for (final long rate : RATES) {
            for (final long roundTripMs : ROUND_TRIPS_MS) {
                for (final double loss : LOSSES) {
                    cells.add(regular(rate, roundTripMs, loss));
                }
            }
        }
        addSpecial(cells);
        return cells;
    }

    /// The cell of that name; null if there is none.
    public static @Nullable GridCell named(String name) {
        for (final GridCell cell : cells()) {
            if (cell.name().equals(name)) {
                return cell;
            }
        }
        return null;
    }

    private static GridCell regular(long rate, long roundTripMs, double loss) {
        final String name = String.format(
                Locale.ROOT,
                "%s-%dms-%s%%",
                rate >= 1_000_000_000 ? rate / 1_000_000_000 + "G" : rate / 1_000_000 + "M",
                roundTripMs,
                loss * 100 == (int) (loss * 100) ? Integer.toString((int) (loss * 100)) : Double.toString(loss * 100));
        final GridCell.Path path = new GridCell.Path(rate, roundTripMs * StackClock.MILLISECOND);
        final long durationNs = rate > FASTEST_LONG_RATE ? DURATION_NS : LONG_DURATION_NS;
        return GridCell.plain(name, path, durationNs).withFaults(plan -> plan.withLoss(loss));
    }

    private static void addSpecial(List<GridCell> cells) {
        // The window fits the path, so that nothing but the one segment is ever lost.
        cells.add(special("one-lost-segment")
                .withTransfer(40_000L * SEGMENT, USUAL.product() * SEGMENT)
                .withFaults(plan -> losing(plan, List.of(5_000))));
        cells.add(special("lost-tail")
                .withTransfer((long) SHORT_TRANSFER * SEGMENT, USUAL.product() * SEGMENT)
                .withFaults(plan -> losing(plan, List.of(SHORT_TRANSFER))));
        cells.add(special("lost-tail-of-3")
                .withTransfer((long) SHORT_TRANSFER * SEGMENT, USUAL.product() * SEGMENT)
                .withFaults(plan -> losing(plan, List.of(SHORT_TRANSFER - 2, SHORT_TRANSFER - 1, SHORT_TRANSFER))));
        cells.add(special("reordering-30%").withFaults(plan -> plan.withReordering(0.3, ROUND_TRIP_NS / 4)));
        cells.add(special("duplication-2%").withFaults(plan -> plan.withDuplication(0.02)));
        cells.add(special("burst-loss").withFaults(Grid::bursts));
        cells.add(special("ack-loss-10%")
                .withReplyFaults(plan -> plan.withLoss(plan.loss().withAcknowledgments(0.1))));
        cells.add(special("jitter-5ms")
                .withFaults(plan -> plan.withDelay(plan.delay().withJitter(5 * StackClock.MILLISECOND, false))));
        cells.add(special("blackout-1s").withFaults(Grid::blackout).withReplyFaults(Grid::blackout));
        cells.add(special("ecn")
                .withEcn()
                .withFaults(plan -> plan.withBottleneck(plan.bottleneck().withMarking(USUAL.queue() / 4))));
        cells.add(manyFlows("4-flows").withFlows(4));
        cells.add(manyFlows("16-flows").withFlows(16));
    }

    private static GridCell special(String name) {
        return GridCell.plain(name, USUAL, DURATION_NS);
    }

    private static GridCell manyFlows(String name) {
        return GridCell.plain(name, USUAL, MANY_FLOWS_NS);
    }

    private static FaultPlan losing(FaultPlan plan, List<Integer> dataFrames) {
        return plan.withLoss(plan.loss().withDataFrames(dataFrames));
    }

    /// A burst of about ten frames every 2,000.
    private static FaultPlan bursts(FaultPlan plan) {
        return plan.withLoss(plan.loss().withBurst(new LossModel.Burst(0.000_5, 0.1, 1)));
    }

    private static FaultPlan blackout(FaultPlan plan) {
        return plan.withLoss(
                plan.loss().withBlackout(new LossModel.Blackout(4 * StackClock.SECOND, StackClock.SECOND, 0)));
    }
}
