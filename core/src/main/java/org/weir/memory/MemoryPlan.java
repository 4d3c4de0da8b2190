package org.weir.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a stack will ever hold: each pool by name, how many, how large. Made before anything is allocated and
/// printable.
public final class MemoryPlan {
    /// One pool.
    ///
    /// @param name what it holds
    /// @param count how many of them
    /// @param bytesEach octets for one
    /// @param offHeap true if it is part of the arena, false if it is estimated Java heap
    public record Entry(String name, int count, long bytesEach, boolean offHeap) {
        /// Octets for all of them.
        public long bytes() {
            return count * bytesEach;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    /// Adds a pool carved from the arena.
    public MemoryPlan arena(String name, int count, long bytesEach) {
        entries.add(new Entry(name, count, bytesEach, true));
        return this;
    }

    /// Adds objects made once on the Java heap; `bytesEach` is an estimate.
    public MemoryPlan heap(String name, int count, long bytesEach) {
        entries.add(new Entry(name, count, bytesEach, false));
        return this;
    }

    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /// Octets of the arena.
    public long arenaBytes() {
        return sum(true);
    }

    /// Estimated octets on the Java heap.
    public long heapBytes() {
        return sum(false);
    }

    private long sum(boolean offHeap) {
        long bytes = 0;
        for (final Entry entry : entries) {
            if (entry.offHeap() == offHeap) {
                bytes += entry.bytes();
            }
        }
        return bytes;
    }

    /// A table, one line for each pool and a total.
    @Override
    public String toString() {
        final StringBuilder table = new StringBuilder();
        table.append(
                String.format(Locale.ROOT, "%-28s %9s %10s %12s  %s%n", "pool", "count", "octets", "KiB", "where"));
        for (final Entry e : entries) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-28s %9d %10d %12.1f  %s%n",
                    e.name(),
                    e.count(),
                    e.bytesEach(),
                    e.bytes() / 1024.0,
                    e.offHeap() ? "arena" : "heap"));
        }
        table.append(String.format(
                Locale.ROOT,
                "%-28s %9s %10s %12.1f  arena %.1f, heap %.1f%n",
                "total",
                "",
                "",
                (arenaBytes() + heapBytes()) / 1024.0,
                arenaBytes() / 1024.0,
                heapBytes() / 1024.0));
        return table.toString();
    }
}
