package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.base.AgeList;
import org.weir.base.HashTable;
import org.weir.base.UniversalHash;

/// A bounded table of neighbours, hashed with a secret, that knows which of them is missed least.
final class NeighborTable {
    private final HashTable<Neighbor> table;
    private final UniversalHash hash;
    private final Neighbor[] all;
    /// Not known yet; the one asked for longest first. The others: the one not used for longest first.
    private final AgeList<Neighbor> asked = new AgeList<>();
    private final AgeList<Neighbor> stale = new AgeList<>();
    private final AgeList<Neighbor> live = new AgeList<>();
    private @Nullable Neighbor free;
    private @Nullable Neighbor latest;
    private int permanent;

    NeighborTable(int capacity, UniversalHash hash, Neighbor.Expiry expiry) {
        table = new HashTable<>(capacity);
        this.hash = hash;
        all = new Neighbor[capacity];
        for (int i = 0; i < capacity; i++) {
            final Neighbor n = new Neighbor(expiry);
            all[i] = n;
            n.nextFree = free;
            free = n;
        }
    }

    int capacity() {
        return all.length;
    }

    /// The entry with this number, from 0 on, free or in use.
    Neighbor at(int number) {
        return all[number];
    }

    int size() {
        return table.size();
    }

    int permanent() {
        return permanent;
    }

    /// Neighbours that have not answered yet.
    int asked() {
        return asked.size();
    }

    boolean isFull() {
        return free == null;
    }

    /// The entry for an address, now the one used last; null if there is none.
    @Nullable
    Neighbor find(Netif netif, long high, long low) {
        final Neighbor last = latest;
        if (last != null && last.is(netif, high, low)) {
            return last;
        }
        final Neighbor n = lookUp(netif, high, low);
        if (n != null) {
            latest = n;
            used(n);
        }
        return n;
    }

    /// As above, without counting as a use.
    @Nullable
    Neighbor lookUp(Netif netif, long high, long low) {
        for (Neighbor n = table.first(hashOf(netif, high, low)); n != null; n = n.hashNext()) {
            if (n.is(netif, high, low)) {
                return n;
            }
        }
        return null;
    }

    /// What is asked for gets no younger by being asked for again.
    private void used(Neighbor n) {
        final AgeList<Neighbor> list = listOf(n.state);
        if (list != null && list != asked) {
            list.remove(n.place);
            list.add(n.place);
        }
    }

    /// A fresh entry without a state, in a table that is not full.
    Neighbor add(Netif netif, long high, long low) {
        final Neighbor n = free;
        if (n == null) {
            throw new IllegalStateException("the table is full");
        }
        free = n.nextFree;
        n.nextFree = null;
        n.netif = netif;
        n.high = high;
        n.low = low;
        n.solicitations = 0;
        table.add(n, hashOf(netif, high, low));
        return n;
    }

    void enter(Neighbor n, NeighborState state) {
        leave(n);
        n.state = state;
        final AgeList<Neighbor> list = listOf(state);
        if (list != null) {
            list.add(n.place);
        } else if (state == NeighborState.PERMANENT) {
            permanent++;
        }
    }

    private void leave(Neighbor n) {
        final AgeList<Neighbor> list = listOf(n.state);
        if (list != null) {
            list.remove(n.place);
        } else if (n.state == NeighborState.PERMANENT) {
            permanent--;
        }
    }

    private @Nullable AgeList<Neighbor> listOf(NeighborState state) {
        return switch (state) {
            case INCOMPLETE -> asked;
            case STALE -> stale;
            case REACHABLE, DELAY, PROBE -> live;
            case NONE, PERMANENT -> null;
        };
    }

    void remove(Neighbor n) {
        enter(n, NeighborState.NONE);
        table.remove(n);
        if (latest == n) {
            latest = null;
        }
        n.netif = null;
        n.protocol = null;
        n.nextFree = free;
        free = n;
    }

    /// Who gives way to a neighbour that is to be asked for: whoever scans the network gives up what it has asked
    /// for before, not those who answered. Null if the user has set all.
    @Nullable
    Neighbor leastMissed() {
        if (asked.size() > 0) {
            return asked.oldest();
        }
        return stale.size() > 0 ? stale.oldest() : live.oldest();
    }

    /// Who gives way to a neighbour that nobody here has asked for: never one in use.
    @Nullable
    Neighbor leastMissedByAStranger() {
        return stale.size() > 0 ? stale.oldest() : asked.oldest();
    }

    private int hashOf(Netif netif, long high, long low) {
        return hash.hash(high, low, 0, netif.index());
    }
}
