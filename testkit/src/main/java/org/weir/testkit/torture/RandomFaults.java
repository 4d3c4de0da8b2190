package org.weir.testkit.torture;

import org.weir.base.SplitMix64;
import org.weir.link.Bottleneck;
import org.weir.link.FaultPlan;
import org.weir.link.LossModel;
import org.weir.link.PathDelay;
import org.weir.time.StackClock;

/// Random faults of one direction.
///
/// @param plan what happens to frames
/// @param mayBreak true if that is too much for a connection to survive with certainty
record RandomFaults(FaultPlan plan, boolean mayBreak) {
    private static final double USUAL = 0.3;
    private static final double RARE = 0.04;
    private static final int HOLE = 200;

    static RandomFaults of(SplitMix64 random) {
        final boolean heavy = random.chance(RARE);
        final boolean hole = random.chance(RARE / 2);
        final double loss = share(random, USUAL, heavy ? 0.4 : 0.08);
        LossModel losses = LossModel.NONE
                .withShare(heavy ? Math.max(0.1, loss) : loss)
                .withAcknowledgments(share(random, USUAL, 0.2))
                .withLongestFrame(hole ? HOLE + random.nextInt(1_400) : 0);
        if (random.chance(USUAL)) {
            // A burst is counted in frames: one that is longer than all retries of a last segment takes minutes.
            losses = losses.withBurst(
                    new LossModel.Burst(random.nextInt(20) / 1_000.0, 0.6 + random.nextInt(30) / 100.0, 1));
        }
        if (random.chance(USUAL / 2)) {
            losses = losses.withBlackout(blackout(random));
        }
        final FaultPlan plan = FaultPlan.none()
                .withLoss(losses)
                .withDuplication(share(random, USUAL, 0.05))
                .withCorruption(share(random, USUAL, 0.02))
                .withBottleneck(bottleneck(random))
                .withDelay(delay(random));
        return new RandomFaults(plan, heavy || hole || outlastsRetries(losses));
    }

    /// Whether chance can take every retry of a peer that has closed, of which there are eight: too many are lost,
    /// or blackouts come back in step with a time-out that has grown to a minute.
    private static boolean outlastsRetries(LossModel losses) {
        return losses.share() + losses.acknowledgments() > 0.2
                || losses.blackout().periodNs() > 0;
    }

    private static double share(SplitMix64 random, double chance, double most) {
        return random.chance(chance) ? most * (random.nextInt(1_000) + 1) / 1_000 : 0;
    }

    /// After the handshake, most of the time, and never for so long that a SYN or a packet that waits for ARP is
    /// given up.
    private static LossModel.Blackout blackout(SplitMix64 random) {
        final long startNs = (1 + random.nextInt(5_000)) * StackClock.MILLISECOND;
        if (random.chance(0.5)) {
            return new LossModel.Blackout(startNs, (1 + random.nextInt(10_000)) * StackClock.MILLISECOND, 0);
        }
        final long lengthNs = (1 + random.nextInt(2_000)) * StackClock.MILLISECOND;
        return new LossModel.Blackout(startNs, lengthNs, 7 * lengthNs);
    }

    private static Bottleneck bottleneck(SplitMix64 random) {
        if (random.chance(0.5)) {
            return Bottleneck.NONE;
        }
        final long bits = 64_000L << random.nextInt(12);
        final int frames = 3 + EndPlan.atMost(random, 100);
        final Bottleneck wire = random.chance(0.5) ? Bottleneck.router(bits, frames) : Bottleneck.device(bits, frames);
        return random.chance(USUAL) ? wire.withMarking(random.nextInt(frames)) : wire;
    }

    private static PathDelay delay(SplitMix64 random) {
        PathDelay delay = PathDelay.NONE;
        if (random.chance(0.8)) {
            delay = delay.withNs(EndPlan.atMost(random, 100_000) * 1_000L);
        }
        if (random.chance(USUAL)) {
            delay = delay.withJitter(EndPlan.atMost(random, 50_000) * 1_000L, random.chance(0.5));
        }
        if (random.chance(USUAL)) {
            delay = delay.withReordering(random.nextInt(30) / 100.0, EndPlan.atMost(random, 50_000) * 1_000L);
        }
        return delay;
    }
}
