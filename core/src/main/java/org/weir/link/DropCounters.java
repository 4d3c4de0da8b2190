package org.weir.link;

import org.weir.memory.Pbuf;

/// How many packets were dropped, by reason. One for each stack.
public final class DropCounters {
    private final long[] counts = new long[DropReason.values().length];

    public void count(DropReason reason) {
        counts[reason.ordinal()]++;
    }

    /// Counts and releases `packet` (taken).
    public void drop(Pbuf packet, DropReason reason) {
        counts[reason.ordinal()]++;
        packet.release();
    }

    public long of(DropReason reason) {
        return counts[reason.ordinal()];
    }

    public long total() {
        long total = 0;
        for (final long count : counts) {
            total += count;
        }
        return total;
    }
}
