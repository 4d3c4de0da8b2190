package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.base.AgeList;
import org.weir.base.HashEntry;
import org.weir.memory.PacketQueue;
import org.weir.time.Timer;

/// What is known of one neighbour: an entry of the [NeighborTable], free or in use.
final class Neighbor extends HashEntry<Neighbor> {
    final Timer timer;
    final AgeList.Place<Neighbor> place = new AgeList.Place<>(this);
    NeighborState state = NeighborState.NONE;
    long high;
    long low;
    long hardwareAddress;
    /// How often it was asked since it was last known to be there.
    int solicitations;
    /// When it was asked last; long ago if never.
    long askedNs;

    @Nullable
    Netif netif;

    /// Who asks; null where nobody does because the user has set the entry.
    @Nullable
    NeighborProtocol protocol;

    /// The packet that waits for the answer, the newest that there was; or the fragments of a datagram.
    final PacketQueue waiting = new PacketQueue();

    @Nullable
    Neighbor nextFree;

    Neighbor(Expiry expiry) {
        timer = Timer.calling(_ -> expiry.expired(this));
    }

    boolean is(Netif onNetif, long addressHigh, long addressLow) {
        return low == addressLow && high == addressHigh && netif == onNetif;
    }

    Netif netif() {
        if (netif == null) {
            throw new IllegalStateException("the entry is free");
        }
        return netif;
    }

    NeighborProtocol protocol() {
        if (protocol == null) {
            throw new IllegalStateException("nobody asks for " + state + " neighbours");
        }
        return protocol;
    }

    /// Told when an entry's timer has expired.
    @FunctionalInterface
    interface Expiry {
        void expired(Neighbor neighbor);
    }
}
