package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.base.AgeList;
import org.weir.base.HashEntry;
import org.weir.base.HashTable;
import org.weir.base.UniversalHash;
import org.weir.time.StackClock;

/// Paths that carry less than their first link, as routers have said: shared by all protocols, RFC 1191 section 6.3.
/// Only what a transport believes is kept, for ten minutes, and the oldest gives way.
///
/// TCP asks when a connection opens and searches on by itself; for everything else, what is longer is cut.
public final class PathMtus {
    /// A router that says less is taken to have said this, as Linux has it (`min_pmtu`): what it cannot carry it
    /// may cut.
    public static final int LEAST = 552;

    /// RFC 1191 section 6.3: then the path may have changed for the better.
    static final long AGE_NS = 600 * StackClock.SECOND;

    private final StackClock clock;
    private final UniversalHash hash;
    private final HashTable<Path> table;
    private final AgeList<Path> byAge = new AgeList<>();
    private @Nullable Path free;

    /// The way to one host.
    private static final class Path extends HashEntry<Path> {
        private final AgeList.Place<Path> place = new AgeList.Place<>(this);
        private long high;
        private long low;
        private long learntNs;
        private int mtu;
        private @Nullable Path nextFree;
    }

    PathMtus(StackClock clock, UniversalHash hash, int capacity) {
        this.clock = clock;
        this.hash = hash;
        this.table = new HashTable<>(capacity);
        for (int i = 0; i < capacity; i++) {
            free(new Path());
        }
    }

    /// Paths that are known to be narrow, or were.
    public int size() {
        return byAge.size();
    }

    /// A router has said that no packet longer than `mtu` octets gets to a host: to be called only if it is
    /// believed. One that says less of itself than nothing, as before RFC 1191, tells nothing; one that says the
    /// same again does not make it last longer, or whoever forges reports could keep a path narrow for good.
    public void learn(long high, long low, int mtu) {
        if (mtu <= 0) {
            return;
        }
        final int octets = Math.max(mtu, LEAST);
        final Path known = find(high, low);
        if (known != null && known.mtu <= octets) {
            return;
        }
        final Path p = known == null ? add(high, low) : known;
        p.mtu = octets;
        p.learntNs = clock.nowNs();
        byAge.remove(p.place);
        byAge.add(p.place);
    }

    /// The length of the longest packet that gets to a host; `unknown` if nobody has said.
    public int of(long high, long low, int unknown) {
        final Path p = byAge.size() == 0 ? null : find(high, low);
        return p == null ? unknown : Math.min(p.mtu, unknown);
    }

    private @Nullable Path find(long high, long low) {
        for (Path p = table.first(hashOf(high, low)); p != null; p = p.hashNext()) {
            if (p.low == low && p.high == high) {
                if (clock.nowNs() - p.learntNs < AGE_NS) {
                    return p;
                }
                remove(p);
                return null;
            }
        }
        return null;
    }

    private Path add(long high, long low) {
        final Path oldest = byAge.oldest();
        if (free == null && oldest != null) {
            remove(oldest);
        }
        final Path p = free;
        if (p == null) {
            throw new IllegalStateException("no path is free");
        }
        free = p.nextFree;
        p.high = high;
        p.low = low;
        table.add(p, hashOf(high, low));
        byAge.add(p.place);
        return p;
    }

    private void remove(Path p) {
        table.remove(p);
        byAge.remove(p.place);
        free(p);
    }

    private void free(Path p) {
        p.nextFree = free;
        free = p;
    }

    private int hashOf(long high, long low) {
        return hash.hash(high, low, 0, 0);
    }
}
