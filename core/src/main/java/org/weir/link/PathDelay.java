package org.weir.link;

import org.weir.time.StackClock;

/// How long frames of one direction take, in nanoseconds.
///
/// @param ns what every frame takes
/// @param jitterNs what a frame takes more at most; how much is random
/// @param jitterReorders whether a frame may overtake one that has more of it; if not, it waits behind that one
/// @param reordering share of frames held back, 0 to 1, so that later ones overtake them
/// @param reorderingNs for how long
public record PathDelay(long ns, long jitterNs, boolean jitterReorders, double reordering, long reorderingNs) {
    /// Frames take no time.
    public static final PathDelay NONE = new PathDelay(0, 0, false, 0, StackClock.MILLISECOND);

    public PathDelay {
        Shares.check("reordering", reordering);
        if (ns < 0 || jitterNs < 0 || reorderingNs < 0) {
            throw new IllegalArgumentException("delays must not be negative: " + ns + " ns, jitter of " + jitterNs
                    + " ns, reordering by " + reorderingNs + " ns");
        }
    }

    public PathDelay withNs(long everyFrame) {
        return new PathDelay(everyFrame, jitterNs, jitterReorders, reordering, reorderingNs);
    }

    public PathDelay withJitter(long atMostNs, boolean reorders) {
        return new PathDelay(ns, atMostNs, reorders, reordering, reorderingNs);
    }

    public PathDelay withReordering(double share, long extraNs) {
        return new PathDelay(ns, jitterNs, jitterReorders, share, extraNs);
    }
}
