package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;

/// Payload that arrived before what belongs in front of it: packets in order of their sequence number (their
/// [Pbuf#queueKey]), without overlaps: a later copy is trimmed to
/// fit, or takes the place of packets that it covers whole.
final class ReassemblyQueue {
    private @Nullable Pbuf first;
    private @Nullable Pbuf last;
    /// The packet before which, or behind which, the last one was put: arrivals follow each other.
    private @Nullable Pbuf recent;

    private int octets;
    private long trueSize;

    boolean isEmpty() {
        return first == null;
    }

    /// Octets held.
    int octets() {
        return octets;
    }

    /// Octets of pool memory held.
    long trueSize() {
        return trueSize;
    }

    private static int start(Pbuf packet) {
        return (int) packet.queueKey();
    }

    private static int end(Pbuf packet) {
        return (int) packet.queueKey() + packet.totalLength();
    }

    private static long trueSizeOf(Pbuf packet) {
        long size = 0;
        for (Pbuf p = packet; p != null; p = p.next()) {
            size += p.trueSize();
        }
        return size;
    }

    /// Takes `packet`, whose first octet is number `sequence`. Returns false if nothing of it was kept.
    boolean add(Pbuf packet, int sequence) {
        packet.queueKey(sequence & 0xFFFF_FFFFL);
        Pbuf before = predecessor(sequence);
        Pbuf fresh = packet;
        if (before != null && SequenceNumber.after(end(before), sequence)) {
            fresh = trimFront(packet, SequenceNumber.distance(sequence, end(before)));
        }
        Pbuf next = before == null ? first : before.nextPacket();
        while (fresh.totalLength() > 0 && next != null && SequenceNumber.afterOrAt(end(fresh), end(next))) {
            next = removeAfter(before, next);
        }
        if (next != null && fresh.totalLength() > 0 && SequenceNumber.after(end(fresh), start(next))) {
            fresh.trimTo(Math.max(0, SequenceNumber.distance(start(fresh), start(next))));
        }
        if (fresh.totalLength() <= 0) {
            fresh.release();
            return false;
        }
        insert(before, fresh, next);
        return true;
    }

    private static Pbuf trimFront(Pbuf packet, int overlap) {
        final int cut = Math.min(overlap, packet.totalLength());
        final int sequence = start(packet) + cut;
        final Pbuf rest = packet.trimFront(cut);
        rest.queueKey(sequence & 0xFFFF_FFFFL);
        return rest;
    }

    /// The last packet that starts at `sequence` or before.
    private @Nullable Pbuf predecessor(int sequence) {
        if (last != null && SequenceNumber.beforeOrAt(start(last), sequence)) {
            return last;
        }
        Pbuf before = null;
        Pbuf at = first;
        if (recent != null && SequenceNumber.beforeOrAt(start(recent), sequence)) {
            before = recent;
            at = recent.nextPacket();
        }
        while (at != null && SequenceNumber.beforeOrAt(start(at), sequence)) {
            before = at;
            at = at.nextPacket();
        }
        return before;
    }

    private void insert(@Nullable Pbuf before, Pbuf packet, @Nullable Pbuf next) {
        packet.nextPacket(next);
        if (before == null) {
            first = packet;
        } else {
            before.nextPacket(packet);
        }
        if (next == null) {
            last = packet;
        }
        recent = packet;
        octets += packet.totalLength();
        trueSize += trueSizeOf(packet);
    }

    private @Nullable Pbuf removeAfter(@Nullable Pbuf before, Pbuf packet) {
        final Pbuf next = packet.nextPacket();
        if (before == null) {
            first = next;
        } else {
            before.nextPacket(next);
        }
        if (last == packet) {
            last = before;
        }
        if (recent == packet) {
            recent = before;
        }
        octets -= packet.totalLength();
        trueSize -= trueSizeOf(packet);
        packet.nextPacket(null);
        packet.release();
        return next;
    }

    /// Gives the first packet to the caller if it starts at `sequence` or before, trimmed to start there; null if
    /// there is a hole. Packets that lie before `sequence` altogether are released.
    @Nullable
    Pbuf poll(int sequence) {
        while (first != null && SequenceNumber.beforeOrAt(start(first), sequence)) {
            final Pbuf packet = first;
            final int old = SequenceNumber.distance(start(packet), sequence);
            if (old >= packet.totalLength()) {
                removeAfter(null, packet);
                continue;
            }
            octets -= packet.totalLength();
            trueSize -= trueSizeOf(packet);
            unlinkFirst(packet);
            return old == 0 ? packet : trimFront(packet, old);
        }
        return null;
    }

    private void unlinkFirst(Pbuf packet) {
        first = packet.nextPacket();
        if (first == null) {
            last = null;
        }
        if (recent == packet) {
            recent = null;
        }
        packet.nextPacket(null);
    }

    void clear() {
        while (first != null) {
            removeAfter(null, first);
        }
    }
}
