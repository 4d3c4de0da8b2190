package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;

/// Octets without a hole that arrived beyond a hole: the packets that hold them, in order.
final class ReceivedRun extends Range<ReceivedRun> {
    @Nullable
    Pbuf first;

    @Nullable
    Pbuf last;

    /// Runs by the time at which they last grew: RFC 2018 section 4 reports the newest first.
    @Nullable
    ReceivedRun newer;

    @Nullable
    ReceivedRun older;

    /// Becomes an empty run at `sequence`.
    void begin(int sequence) {
        start = sequence;
        end = sequence;
        first = null;
        last = null;
    }

    /// Appends `packet` (taken), which begins at [#end].
    void append(Pbuf packet) {
        packet.nextPacket(null);
        if (last == null) {
            first = packet;
        } else {
            last.nextPacket(packet);
        }
        last = packet;
        end += packet.totalLength();
    }

    /// Takes all packets of `next`, which begins at [#end].
    void appendAll(ReceivedRun next) {
        if (last == null) {
            first = next.first;
        } else {
            last.nextPacket(next.first);
        }
        last = next.last;
        end = next.end;
        next.first = null;
        next.last = null;
    }

    /// Gives the first packet to the caller; null if there is none. [#start] does not move.
    @Nullable
    Pbuf poll() {
        final Pbuf packet = first;
        if (packet != null) {
            first = packet.nextPacket();
            if (first == null) {
                last = null;
            }
            packet.nextPacket(null);
        }
        return packet;
    }
}
