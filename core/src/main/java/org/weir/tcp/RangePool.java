package org.weir.tcp;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.weir.base.Entropy;
import org.weir.base.SplitMix64;

/// Ranges that are in no tree, made once. A pool that is dry says so by null, and its user does without.
final class RangePool<R extends Range<R>> {
    private final SplitMix64 priorities;
    private @Nullable R free;
    private int available;

    RangePool(int count, Supplier<R> maker, Entropy entropy) {
        priorities = new SplitMix64(entropy.next());
        for (int i = 0; i < count; i++) {
            give(maker.get());
        }
        available = count;
    }

    /// Ranges that are free.
    int available() {
        return available;
    }

    /// Gives a range with a fresh priority to the caller; null if none is free.
    @Nullable
    R take() {
        final R range = free;
        if (range == null) {
            return null;
        }
        free = range.right;
        range.right = null;
        range.priority = (int) priorities.next();
        available--;
        return range;
    }

    /// Takes `range` back.
    void give(R range) {
        range.left = null;
        range.right = free;
        free = range;
        available++;
    }
}
