package org.weir.runtime.os;

import org.jspecify.annotations.Nullable;
import org.weir.base.SplitMix64;

/// What a simulation decides: whose turn is next, and whether a thread that could go on lets another one run first.
final class Order {
    /// How often a thread gives way where it may, of 1.
    private static final double GIVES_WAY = 0.25;

    private final @Nullable SplitMix64 random;

    private Order(@Nullable SplitMix64 random) {
        this.random = random;
    }

    /// Who came first is first, and nobody gives way.
    static Order firstComeFirstServed() {
        return new Order(null);
    }

    /// At random, the same way for the same seed.
    static Order seeded(long seed) {
        return new Order(new SplitMix64(seed));
    }

    /// An index of `count` candidates, of which the first has waited longest.
    int choose(int count) {
        return random == null || count == 1 ? 0 : random.nextInt(count);
    }

    boolean givesWay() {
        return random != null && random.chance(GIVES_WAY);
    }
}
