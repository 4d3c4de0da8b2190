package org.weir.tcp;

import org.weir.memory.FreeHandles;
import org.weir.time.StackClock;

/// Lets buffers grow with what a connection carries, up to what its configuration and the stack's pages permit: the
/// receive buffer after dynamic right-sizing (Fisk and Feng 2001), the send buffer with the congestion window.
///
/// A buffer whose size the user has set stays as it is.
final class BufferTuning {
    private static final long UNKNOWN_ROUND_TRIP_NS = 100 * StackClock.MILLISECOND;
    private static final int SEGMENTS_OF_GRACE = 16;
    /// Buffers grow while this share of all pages is free.
    private static final int FREE_SHARE = 2;

    private final Tcp tcp;

    BufferTuning(Tcp tcp) {
        this.tcp = tcp;
    }

    /// The reader has taken `octets` octets: room for twice as much as it takes in a round trip lets the sender
    /// double its rate.
    void consumed(TcpConnection c, int octets, long nowNs) {
        final Receiver rcv = c.rcv;
        rcv.readInRound += octets;
        if (nowNs - rcv.roundSinceNs < roundTripNs(c)) {
            return;
        }
        if (rcv.readInRound > rcv.readBefore) {
            rcv.readBefore = rcv.readInRound;
            growReceiveBuffer(c, 2L * rcv.readInRound + (long) SEGMENTS_OF_GRACE * rcv.segmentSize);
        }
        rcv.readInRound = 0;
        rcv.roundSinceNs = nowNs;
    }

    private void growReceiveBuffer(TcpConnection c, long wanted) {
        final int most = Math.min(tcp.config().maximumReceiveBuffer(), c.rcv.largestWindow());
        final int octets = (int) Math.min(wanted, most);
        if (c.settings.receiveBuffer == 0 && octets > c.rcv.capacity && hasPages()) {
            c.rcv.capacity = octets;
        }
    }

    private static long roundTripNs(TcpConnection c) {
        if (c.rcv.roundTripNs > 0) {
            return c.rcv.roundTripNs;
        }
        final long ofSender = c.snd.rtt.smoothedNs();
        return ofSender > 0 ? ofSender : UNKNOWN_ROUND_TRIP_NS;
    }

    /// An acknowledgment has come: what fills the congestion window once is on the way while the user queues as
    /// much again.
    void acknowledged(TcpConnection c) {
        final long wanted = 2L * c.snd.congestion.window;
        if (wanted <= c.snd.capacity || c.settings.sendBuffer > 0 || !hasPages()) {
            return;
        }
        c.snd.capacity =
                (int) Math.min(wanted, Math.max(c.snd.capacity, tcp.config().maximumSendBuffer()));
    }

    private boolean hasPages() {
        final FreeHandles pages = tcp.pool().pages();
        return pages.free() > pages.total() / FREE_SHARE;
    }
}
