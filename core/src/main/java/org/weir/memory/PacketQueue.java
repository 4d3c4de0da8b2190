package org.weir.memory;

import org.jspecify.annotations.Nullable;

/// A first-in first-out queue of packets, linked through the packets themselves. Owns what it holds.
public final class PacketQueue {
    private @Nullable Pbuf first;
    private @Nullable Pbuf last;
    private int size;

    public boolean isEmpty() {
        return first == null;
    }

    /// The number of packets.
    public int size() {
        return size;
    }

    /// The oldest packet, borrowed.
    public @Nullable Pbuf peek() {
        return first;
    }

    /// Takes `packet`.
    public void add(Pbuf packet) {
        packet.nextPacket = null;
        if (last == null) {
            first = packet;
        } else {
            last.nextPacket = packet;
        }
        last = packet;
        size++;
    }

    /// Gives the oldest packet to the caller; null if there is none.
    public @Nullable Pbuf poll() {
        final Pbuf packet = first;
        if (packet == null) {
            return null;
        }
        first = packet.nextPacket;
        if (first == null) {
            last = null;
        }
        packet.nextPacket = null;
        size--;
        return packet;
    }

    /// Takes `packet` and puts it before the first packet whose [Pbuf#queueKey] is larger, so that the queue stays
    /// in key order.
    public void addByKey(Pbuf packet) {
        if (last == null || last.queueKey() <= packet.queueKey()) {
            add(packet);
            return;
        }
        Pbuf before = null;
        Pbuf at = first;
        while (at != null && at.queueKey() <= packet.queueKey()) {
            before = at;
            at = at.nextPacket;
        }
        packet.nextPacket = at;
        if (before == null) {
            first = packet;
        } else {
            before.nextPacket = packet;
        }
        size++;
    }

    /// Releases everything.
    public void clear() {
        for (Pbuf p = poll(); p != null; p = poll()) {
            p.release();
        }
    }
}
