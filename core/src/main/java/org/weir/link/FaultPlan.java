package org.weir.link;

/// What a fault injector does to the frames of one direction, in this order:
///
/// ```text
///   loss -> duplication -> corruption -> queue of the bottleneck -> its wire -> delay
/// ```
///
/// @param loss which frames are lost
/// @param duplication share sent twice, 0 to 1
/// @param corruption share in which one bit is flipped, 0 to 1
/// @param bottleneck the slowest wire and its queue
/// @param delay how long frames take behind it
public record FaultPlan(LossModel loss, double duplication, double corruption, Bottleneck bottleneck, PathDelay delay) {
    private static final FaultPlan NONE = new FaultPlan(LossModel.NONE, 0, 0, Bottleneck.NONE, PathDelay.NONE);

    public FaultPlan {
        Shares.check("duplication", duplication);
        Shares.check("corruption", corruption);
    }

    /// No faults.
    public static FaultPlan none() {
        return NONE;
    }

    public FaultPlan withLoss(LossModel model) {
        return new FaultPlan(model, duplication, corruption, bottleneck, delay);
    }

    /// Loses `share` of all frames, each by itself; other kinds of loss stay.
    public FaultPlan withLoss(double share) {
        return withLoss(loss.withShare(share));
    }

    public FaultPlan withDuplication(double share) {
        return new FaultPlan(loss, share, corruption, bottleneck, delay);
    }

    public FaultPlan withCorruption(double share) {
        return new FaultPlan(loss, duplication, share, bottleneck, delay);
    }

    public FaultPlan withBottleneck(Bottleneck wire) {
        return new FaultPlan(loss, duplication, corruption, wire, delay);
    }

    /// Slows the sender's device down to `bits` per second, with a queue of `frames` frames.
    public FaultPlan withRate(long bits, int frames) {
        return withBottleneck(Bottleneck.device(bits, frames));
    }

    public FaultPlan withDelay(PathDelay times) {
        return new FaultPlan(loss, duplication, corruption, bottleneck, times);
    }

    /// Delays every frame by `ns`; jitter and reordering stay.
    public FaultPlan withDelay(long ns) {
        return withDelay(delay.withNs(ns));
    }

    /// Holds `share` of all frames back by `extraNs`.
    public FaultPlan withReordering(double share, long extraNs) {
        return withDelay(delay.withReordering(share, extraNs));
    }
}
