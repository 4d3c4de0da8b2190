package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.base.HashEntry;
import org.weir.memory.PacketQueue;
import org.weir.time.Timer;

/// What is known of one neighbour: an entry of the ARP cache.
final class Neighbor extends HashEntry<Neighbor> {
    /// The states of RFC 4861 section 7.3.2 that ARP needs.
    enum State {
        /// Not in use.
        FREE,
        /// Asked for, not answered; one packet or datagram may wait.
        INCOMPLETE,
        /// Answered lately.
        REACHABLE,
        /// Answered once; asked again when next used.
        STALE,
        /// Asked again by unicast, in use meanwhile.
        PROBE
    }

    final Timer timer;
    State state = State.FREE;
    int address;
    long hardwareAddress;
    int requestsSent;

    @Nullable
    Netif netif;

    /// The packet that waits for the answer, the newest that there was; or the fragments of a datagram.
    final PacketQueue waiting = new PacketQueue();

    @Nullable
    Neighbor newer;

    @Nullable
    Neighbor older;

    Neighbor(NeighborExpiry expiry) {
        timer = Timer.calling(nowNs -> expiry.expired(this));
    }

    /// Told when an entry's timer has expired.
    @FunctionalInterface
    interface NeighborExpiry {
        void expired(Neighbor neighbor);
    }
}
