package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.base.HashTable;
import org.weir.base.KeyedHash;

/// A bounded table of neighbours, hashed with a key, that gives up the one not used for longest when it is full.
final class NeighborCache {
    private final HashTable<Neighbor> table;
    private final KeyedHash hash;
    private @Nullable Neighbor free;
    private @Nullable Neighbor newest;
    private @Nullable Neighbor oldest;

    NeighborCache(int capacity, KeyedHash hash, Neighbor.NeighborExpiry expiry) {
        this.table = new HashTable<>(capacity);
        this.hash = hash;
        for (int i = 0; i < capacity; i++) {
            final Neighbor n = new Neighbor(expiry);
            n.older = free;
            free = n;
        }
    }

    int size() {
        return table.size();
    }

    /// The entry for `address`, now the one used last; null if there is none.
    @Nullable
    Neighbor find(Netif netif, int address) {
        final Neighbor latest = newest;
        if (latest != null && latest.address == address && latest.netif == netif) {
            return latest;
        }
        for (Neighbor n = table.first(hashOf(address)); n != null; n = n.hashNext()) {
            if (n.address == address && n.netif == netif) {
                touch(n);
                return n;
            }
        }
        return null;
    }

    /// A fresh entry for `address`; null if the table is full and [#oldest] must be given up first.
    @Nullable
    Neighbor add(Netif netif, int address) {
        final Neighbor n = free;
        if (n == null) {
            return null;
        }
        free = n.older;
        n.address = address;
        n.netif = netif;
        n.requestsSent = 0;
        table.add(n, hashOf(address));
        link(n);
        return n;
    }

    /// The entry not used for longest.
    @Nullable
    Neighbor oldest() {
        return oldest;
    }

    /// The one that was used next after `n`; null if none was.
    @Nullable
    Neighbor newerThan(Neighbor n) {
        return n.newer;
    }

    void remove(Neighbor n) {
        table.remove(n);
        unlink(n);
        n.state = Neighbor.State.FREE;
        n.netif = null;
        n.older = free;
        free = n;
    }

    private int hashOf(int address) {
        return (int) hash.hash(address);
    }

    private void touch(Neighbor n) {
        if (newest != n) {
            unlink(n);
            link(n);
        }
    }

    private void link(Neighbor n) {
        n.newer = null;
        n.older = newest;
        if (newest != null) {
            newest.newer = n;
        }
        newest = n;
        if (oldest == null) {
            oldest = n;
        }
    }

    private void unlink(Neighbor n) {
        if (n.newer == null) {
            newest = n.older;
        } else {
            n.newer.older = n.older;
        }
        if (n.older == null) {
            oldest = n.newer;
        } else {
            n.older.newer = n.newer;
        }
        n.newer = null;
        n.older = null;
    }
}
