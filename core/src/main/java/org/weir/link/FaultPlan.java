package org.weir.link;

import org.weir.time.StackClock;

/// What a fault injector does to the frames of one direction.
///
/// @param loss share of frames lost, 0 to 1
/// @param duplication share sent twice
/// @param reordering share held back by [#reorderDelayNs], so that later ones overtake it
/// @param corruption share in which one bit is flipped
/// @param delayNs time that every frame takes
/// @param reorderDelayNs extra time of a reordered frame
/// @param bitsPerSecond rate at which frames leave; 0 for no limit
/// @param queueLimit frames that wait at most; one more is lost
public record FaultPlan(
        double loss,
        double duplication,
        double reordering,
        double corruption,
        long delayNs,
        long reorderDelayNs,
        long bitsPerSecond,
        int queueLimit) {
    private static final int DEFAULT_QUEUE_LIMIT = 1_000;

    public FaultPlan {
        checkShare("loss", loss);
        checkShare("duplication", duplication);
        checkShare("reordering", reordering);
        checkShare("corruption", corruption);
        if (delayNs < 0 || reorderDelayNs < 0 || bitsPerSecond < 0 || queueLimit < 1) {
            throw new IllegalArgumentException(
                    "delay, rate and queue limit must not be negative, the queue limit not 0: " + delayNs + " ns, "
                            + reorderDelayNs + " ns, " + bitsPerSecond + " bit/s, " + queueLimit + " frames");
        }
    }

    private static void checkShare(String name, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(name + " of " + share + " is not in 0 to 1");
        }
    }

    /// No faults.
    public static FaultPlan none() {
        return new FaultPlan(0, 0, 0, 0, 0, StackClock.MILLISECOND, 0, DEFAULT_QUEUE_LIMIT);
    }

    public FaultPlan withLoss(double share) {
        return new FaultPlan(
                share, duplication, reordering, corruption, delayNs, reorderDelayNs, bitsPerSecond, queueLimit);
    }

    public FaultPlan withDuplication(double share) {
        return new FaultPlan(loss, share, reordering, corruption, delayNs, reorderDelayNs, bitsPerSecond, queueLimit);
    }

    public FaultPlan withReordering(double share, long extraNs) {
        return new FaultPlan(loss, duplication, share, corruption, delayNs, extraNs, bitsPerSecond, queueLimit);
    }

    public FaultPlan withCorruption(double share) {
        return new FaultPlan(loss, duplication, reordering, share, delayNs, reorderDelayNs, bitsPerSecond, queueLimit);
    }

    public FaultPlan withDelay(long ns) {
        return new FaultPlan(loss, duplication, reordering, corruption, ns, reorderDelayNs, bitsPerSecond, queueLimit);
    }

    public FaultPlan withRate(long bits, int frames) {
        return new FaultPlan(loss, duplication, reordering, corruption, delayNs, reorderDelayNs, bits, frames);
    }
}
