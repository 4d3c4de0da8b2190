package org.weir.ip;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.base.AgeList;
import org.weir.base.HashEntry;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.time.Timer;
import org.weir.wire.Ipv4Header;

/// A datagram of which not all fragments have arrived. They wait in the buffers that they came in, by their offsets,
/// and none overlaps another: so nothing is missing once as many octets have come as the last one says there are, and
/// no list of holes (RFC 815) has to be kept.
///
/// ```text
///   octets |0     |1480  |       |4440 |
///          [first ][     ]  hole [last ] -> more to follow: no, end = 4440 + its length
/// ```
final class PartialDatagram extends HashEntry<PartialDatagram> {
    /// Fragments of one datagram: as many as one of 65,535 octets has on links of 576 octets.
    static final int MOST_FRAGMENTS = 128;

    private static final int UNKNOWN = -1;

    final AgeList.Place<PartialDatagram> byAge = new AgeList.Place<>(this);
    final AgeList.Place<PartialDatagram> ofSource = new AgeList.Place<>(this);
    final Timer timer;

    int source;
    int destination;
    int protocol;
    int identification;
    boolean toGroup;
    /// Of the fragment that begins the datagram.
    int headerLength;
    /// Octets of buffers that the fragments hold.
    long trueSize;

    @Nullable
    Netif netif;

    @Nullable
    FragmentSource from;

    /// Why the datagram was given up: what else comes of it is dropped for the same reason. Null if it was not.
    @Nullable
    DropReason refusal;

    private @Nullable Pbuf first;
    private @Nullable Pbuf last;
    private int fragments;
    private int received;
    private int end;
    private int ecnSeen;

    PartialDatagram(Reassembly reassembly) {
        timer = Timer.calling(nowNs -> reassembly.expired(this));
    }

    /// Begins anew, without fragments.
    void begin() {
        refusal = null;
        headerLength = 0;
        trueSize = 0;
        first = null;
        last = null;
        fragments = 0;
        received = 0;
        end = UNKNOWN;
        ecnSeen = 0;
    }

    boolean is(int from, int to, int proto, int id) {
        return source == from && destination == to && protocol == proto && identification == id;
    }

    // ---- fragments ----

    /// What speaks against a fragment of octets `at` to `to`: null if nothing does.
    @Nullable
    DropReason fault(int at, int to, boolean more) {
        if (contradictsEnd(to, more)) {
            return DropReason.IPV4_FRAGMENT_CONFLICT;
        }
        final Pbuf before = before(at);
        final Pbuf behind = before == null ? first : before.nextPacket();
        if (behind != null && behind.queueKey() == at && endOf(behind) == to && more == (to != end)) {
            return DropReason.IPV4_FRAGMENT_DUPLICATE;
        }
        if (before != null && endOf(before) > at || behind != null && behind.queueKey() < to) {
            return DropReason.IPV4_FRAGMENT_OVERLAP;
        }
        return fragments == MOST_FRAGMENTS ? DropReason.IPV4_FRAGMENT_LIMIT : null;
    }

    private boolean contradictsEnd(int to, boolean more) {
        if (end != UNKNOWN) {
            return more ? to >= end : to != end;
        }
        return !more && last != null && to < endOf(last);
    }

    /// Takes a fragment that begins at octet `at`, which [#fault] has nothing against.
    void add(Pbuf fragment, int at, boolean more) {
        fragment.queueKey(at);
        final Pbuf before = before(at);
        final Pbuf behind = before == null ? first : before.nextPacket();
        fragment.nextPacket(behind);
        if (before == null) {
            first = fragment;
        } else {
            before.nextPacket(fragment);
        }
        if (behind == null) {
            last = fragment;
        }
        fragments++;
        received += fragment.totalLength();
        if (!more) {
            end = endOf(fragment);
        }
    }

    /// The last fragment that begins before octet `at`. They mostly come in order, so that is mostly the last one.
    private @Nullable Pbuf before(int at) {
        if (last != null && last.queueKey() < at) {
            return last;
        }
        Pbuf before = null;
        for (Pbuf p = first; p != null && p.queueKey() < at; p = p.nextPacket()) {
            before = p;
        }
        return before;
    }

    private static int endOf(Pbuf fragment) {
        return (int) fragment.queueKey() + fragment.totalLength();
    }

    boolean isWhole() {
        return received == end;
    }

    /// The octets behind the IP header, once it is whole.
    int length() {
        return received;
    }

    /// True if the fragment that begins the datagram has arrived, and so is the first.
    boolean hasBeginning() {
        return first != null && first.queueKey() == 0;
    }

    /// Gives all fragments, of which there is one at least, as one packet.
    Pbuf takeAll() {
        final Pbuf packet = Objects.requireNonNull(takeFirst());
        Pbuf tail = packet.lastBuffer();
        for (Pbuf p = takeFirst(); p != null; p = takeFirst()) {
            packet.chainAfter(tail, p);
            tail = p.lastBuffer();
        }
        last = null;
        return packet;
    }

    /// Takes the first fragment off the list and gives it to the caller; null if there is none.
    @Nullable
    Pbuf takeFirst() {
        final Pbuf fragment = first;
        if (fragment != null) {
            first = fragment.nextPacket();
            fragment.nextPacket(null);
        }
        return fragment;
    }

    /// Drops all fragments.
    void drop(DropCounters drops, DropReason reason) {
        for (Pbuf p = takeFirst(); p != null; p = takeFirst()) {
            drops.drop(p, reason);
        }
        last = null;
    }

    // ---- congestion ----

    /// Remembers the ECN field of a fragment. False if it cannot be that of the same datagram as those before: some
    /// may be marked on their way and others not, some understand ECN and others not.
    boolean sees(int ecn) {
        ecnSeen |= 1 << ecn;
        return (ecnSeen & 1) == 0 || ecnSeen == 1;
    }

    /// True if a router has marked a fragment: RFC 3168 section 5.3.
    boolean isMarked() {
        return (ecnSeen & 1 << Ipv4Header.ECN_CE) != 0;
    }
}
