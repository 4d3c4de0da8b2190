package org.weir.cli;

import org.weir.link.Bottleneck;
import org.weir.link.FaultPlan;
import org.weir.link.LossModel;
import org.weir.time.StackClock;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// What `--fault` asks for, the same in both directions.
///
/// @param plan what happens to frames
/// @param seed decides to which
record FaultSpec(FaultPlan plan, long seed) {
    /// An example for error messages.
    static final String SYNTAX = "loss=2%,duplicate=1%,reorder=1%,corrupt=0.1%,delay=5ms,rate=100M,seed=7";

    private static final long DEFAULT_SEED = 1;
    private static final String NAMES =
            "loss, burst, ack-loss, blackout, hole, lose, duplicate, reorder, corrupt, delay,"
                    + " jitter, rate, queue, mark, seed";

    /// Reads items as in [#SYNTAX], in any order; docs/simulation.md lists all.
    ///
    /// @throws TypeConversionException if the text is malformed; the message names the item and what is permitted
    static FaultSpec parse(String text) {
        FaultPlan plan = FaultPlan.none();
        long seed = DEFAULT_SEED;
        for (final String part : text.split(",", -1)) {
            final FaultItem item = FaultItem.of(part);
            if (item.name().equals("seed")) {
                seed = item.wholeNumber();
            } else {
                plan = with(plan, item);
            }
        }
        return new FaultSpec(checked(plan, text), seed);
    }

    private static FaultPlan with(FaultPlan plan, FaultItem item) {
        final LossModel loss = plan.loss();
        try {
            return switch (item.name()) {
                case "loss" -> plan.withLoss(item.share());
                case "burst" -> plan.withLoss(loss.withBurst(burst(item)));
                case "ack-loss" -> plan.withLoss(loss.withAcknowledgments(item.share()));
                case "blackout" -> plan.withLoss(loss.withBlackout(blackout(item)));
                case "hole" -> plan.withLoss(loss.withLongestFrame(item.count()));
                case "lose" -> plan.withLoss(loss.withDataFrames(item.counts()));
                case "duplicate" -> plan.withDuplication(item.share());
                case "corrupt" -> plan.withCorruption(item.share());
                default -> withTime(plan, item);
            };
        } catch (IllegalArgumentException e) {
            throw item.malformed(String.valueOf(e.getMessage()));
        }
    }

    private static FaultPlan withTime(FaultPlan plan, FaultItem item) {
        final Bottleneck wire = plan.bottleneck();
        return switch (item.name()) {
            case "delay" -> plan.withDelay(item.duration());
            case "jitter" -> plan.withDelay(plan.delay().withJitter(item.duration(), item.hasFlag("reorder")));
            case "reorder" -> plan.withReordering(item.share(), item.duration(1, StackClock.MILLISECOND));
            case "rate" ->
                plan.withBottleneck(new Bottleneck(item.rate(), wire.queueLimit(), wire.markAbove(), wire.ownQueue()));
            case "queue" ->
                plan.withBottleneck(new Bottleneck(wire.bitsPerSecond(), item.count(), wire.markAbove(), false));
            case "mark" -> plan.withBottleneck(wire.withMarking(item.count()));
            default -> throw item.malformed("no such fault; there are " + NAMES);
        };
    }

    private static LossModel.Burst burst(FaultItem item) {
        return new LossModel.Burst(item.share(0), item.share(1), item.size() > 2 ? item.share(2) : 1);
    }

    private static LossModel.Blackout blackout(FaultItem item) {
        return new LossModel.Blackout(item.duration(), item.duration(1), item.duration(2, 0));
    }

    /// A queue stands in front of a slow wire.
    private static FaultPlan checked(FaultPlan plan, String text) {
        final Bottleneck wire = plan.bottleneck();
        if (wire.bitsPerSecond() == 0 && !wire.equals(Bottleneck.NONE)) {
            throw new TypeConversionException("'" + text + "': queue and mark need a rate; as in " + SYNTAX);
        }
        return plan;
    }

    /// For picocli.
    static final class Converter implements ITypeConverter<FaultSpec> {
        @Override
        public FaultSpec convert(String value) {
            return parse(value);
        }
    }
}
