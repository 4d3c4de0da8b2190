package org.weir.tcp;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.weir.base.Entropy;
import org.weir.base.SplitMix64;

/// Ranges that are in no tree, made once. A pool that is dry says so by null, and its user does without.
final class RangePool<R extends Range<R>> {
    /// One user may have this part of all.
    private static final int SHARES = 4;

    private final SplitMix64 priorities;
    private final int reserve;
    private final int share;
    private @Nullable R free;
    private int available;

    /// @param reserve ranges that are kept for users that have none
    RangePool(int count, int reserve, Supplier<R> maker, Entropy entropy) {
        this.reserve = reserve;
        this.share = Math.max(1, count / SHARES);
        priorities = new SplitMix64(entropy.next());
        for (int i = 0; i < count; i++) {
            give(maker.get());
        }
        available = count;
    }

    /// True if a user that has `held` ranges may take one more for the sake of precision: a peer must not be able
    /// to take those of other connections.
    boolean maySpare(int held) {
        return available > reserve && held < share;
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
