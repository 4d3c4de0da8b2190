package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.ip.Datagram;
import org.weir.ip.Route;
import org.weir.link.DropReason;
import org.weir.wire.IpAddress;
import org.weir.wire.TcpHeader;
import org.weir.wire.TcpOptions;

/// Segment arrival before a connection is established: RFC 9293 sections 3.10.7.2 (LISTEN), 3.10.7.3 (SYN-SENT) and the
/// parts of 3.10.7.4 that are about SYN-RECEIVED.
final class Handshake {
    /// The MSS of a peer that does not say, RFC 9293 section 3.7.1.
    private static final int DEFAULT_SEGMENT_SIZE = 536;
    /// A smaller MSS would drown the payload in headers: what is offered below counts as this.
    private static final int LEAST_SEGMENT_SIZE = 64;

    private final Tcp tcp;
    private final SegmentWriter writer;

    Handshake(Tcp tcp, SegmentWriter writer) {
        this.tcp = tcp;
        this.writer = writer;
    }

    /// Gives up a connection in TIME-WAIT for a SYN that cannot be an old duplicate: RFC 6191, RFC 9293 section
    /// 3.6.1 (MAY-2). Returns the connection, or null where the SYN goes to the listener instead.
    @Nullable
    TcpConnection unlessReopened(@Nullable TcpConnection c, Segment s) {
        if (c == null
                || c.state != TcpState.TIME_WAIT
                || !s.has(TcpHeader.SYN)
                || s.has(TcpHeader.RST | TcpHeader.ACK)) {
            return c;
        }
        final boolean comparesTime = c.rcv.timestamps && s.options.hasTimestamps();
        final boolean isNew = comparesTime
                ? SequenceNumber.after(s.options.timestampValue(), c.rcv.tsRecent)
                : SequenceNumber.after(s.sequence, c.rcv.nxt);
        if (!isNew || c.attached) {
            return c;
        }
        tcp.teardown().forget(c);
        return null;
    }

    // ---- LISTEN ----

    /// Returns why the segment was dropped, or null if it began a connection.
    @Nullable
    DropReason arrivesInListen(TcpListener listener, Segment s, Datagram d, long nowNs) {
        if (s.has(TcpHeader.RST)) { //                                     first
            return DropReason.TCP_UNEXPECTED_FLAGS;
        }
        if (s.has(TcpHeader.ACK)) { //                                     second
            writer.reset(s, d);
            return DropReason.TCP_NO_CONNECTION;
        }
        if (!s.has(TcpHeader.SYN) || s.has(TcpHeader.FIN)) { //            third and fourth
            return DropReason.TCP_UNEXPECTED_FLAGS;
        }
        if (listener.isFull()) {
            return DropReason.TCP_BACKLOG_FULL;
        }
        final Route route = tcp.ipv4().routes().find(IpAddress.ipv4(d.sourceLow()));
        final TcpConnection c = route == null ? null : tcp.takeConnection();
        if (c == null || route == null) {
            return route == null ? DropReason.NO_ROUTE : DropReason.TCP_NO_CONNECTION_FREE;
        }
        c.localHigh = d.destinationHigh();
        c.localLow = d.destinationLow();
        c.localPort = s.destinationPort;
        c.remoteHigh = d.sourceHigh();
        c.remoteLow = d.sourceLow();
        c.remotePort = s.sourcePort;
        tcp.begin(c, route, nowNs);
        c.settings.copyFrom(listener.settings);
        tcp.settingsChanged(c);
        c.listener = listener;
        c.listenerGeneration = listener.generation;
        listener.halfOpen++;
        c.state = TcpTransitions.next(TcpState.LISTEN, TcpEvent.SYN_ARRIVES);
        c.rcv.begin(s.sequence);
        agreeOnOptions(c, s, route);
        tcp.wantsOutput(c);
        return null;
    }

    // ---- SYN-SENT ----

    /// Returns CONTINUE if the segment established the connection and its payload is to be processed.
    Verdict arrivesInSynSent(TcpConnection c, Segment s, long nowNs) {
        final boolean acknowledges = s.has(TcpHeader.ACK); //              first
        if (acknowledges && s.acknowledgment != c.snd.max) {
            tcp.teardown().resetUnlessReset(s, c);
            return Verdict.DROP;
        }
        if (s.has(TcpHeader.RST)) { //                                     second
            if (acknowledges) {
                tcp.teardown().fail(c, TcpError.REFUSED);
            }
            return Verdict.DROP;
        }
        if (!s.has(TcpHeader.SYN) || c.route == null) { //                 fourth and fifth
            return Verdict.DROP;
        }
        c.rcv.begin(s.sequence);
        agreeOnOptions(c, s, c.route);
        s.trimFront(1);
        tcp.owesAck(c);
        if (!acknowledges) {
            c.state = TcpTransitions.next(c.state, TcpEvent.SYN_ARRIVES);
            c.snd.nxt = c.snd.iss;
            return Verdict.DROP;
        }
        c.state = TcpTransitions.next(c.state, TcpEvent.SYN_ACK_ARRIVES);
        sample(c, nowNs);
        establish(c, s, s.window(c.snd.windowScale));
        tcp.raise(c, TcpConnection.CONNECTED);
        return Verdict.CONTINUE;
    }

    /// Karn's algorithm, RFC 6298 section 3.
    private static void sample(TcpConnection c, long nowNs) {
        if (c.snd.retransmissions == 0 && !c.synAnsweredAgain) {
            c.snd.rtt.sample(nowNs - c.snd.synSentNs);
            c.snd.rtt.observe(nowNs - c.snd.synSentNs, nowNs);
        }
    }

    // ---- SYN-RECEIVED ----

    /// True if the segment is the peer's SYN once more: our answer was lost and is sent again.
    boolean repeatsSyn(TcpConnection c, Segment s) {
        if (!s.has(TcpHeader.SYN) || s.sequence != c.rcv.irs) {
            return false;
        }
        if (s.has(TcpHeader.ACK)) {
            s.trimFront(1);
            return false;
        }
        c.snd.nxt = c.snd.iss;
        c.synAnsweredAgain = true;
        tcp.wantsOutput(c);
        return true;
    }

    /// Establishes the connection if the segment acknowledges our SYN; else resets it, RFC 9293 section 3.10.7.4,
    /// fifth.
    boolean completes(TcpConnection c, Segment s) {
        if (s.acknowledgment != c.snd.max) {
            tcp.teardown().resetUnlessReset(s, c);
            return false;
        }
        final TcpListener listener = c.listener;
        if (listener != null) {
            if (listener.generation != c.listenerGeneration) {
                tcp.teardown().abortSilently(c);
                return false;
            }
            if (c.settings.deferAcceptNs > 0 && s.length == 0) {
                c.deadlines.deferNs = tcp.clock().nowNs() + c.settings.deferAcceptNs;
            } else {
                offer(c, listener);
            }
        } else {
            tcp.raise(c, TcpConnection.CONNECTED);
        }
        sample(c, tcp.clock().nowNs());
        c.state = TcpTransitions.next(c.state, TcpEvent.ACK_OF_SYN_ARRIVES);
        if (c.snd.finQueued) {
            c.state = TcpTransitions.next(c.state, TcpEvent.CLOSE);
        }
        establish(c, s, s.window(c.snd.windowScale));
        return true;
    }

    /// Puts `c` into the accept queue of `listener`.
    private void offer(TcpConnection c, TcpListener listener) {
        listener.halfOpen--;
        c.listener = null;
        c.attached = true;
        c.deadlines.deferNs = Deadlines.NEVER;
        listener.enqueue(c);
        tcp.raise(listener);
    }

    /// The first data of `c` has come, or has been awaited for long enough.
    void offerDeferred(TcpConnection c) {
        final TcpListener listener = c.listener;
        if (listener == null || c.state == TcpState.SYN_RECEIVED) {
            return;
        }
        if (listener.generation == c.listenerGeneration) {
            offer(c, listener);
        } else {
            tcp.teardown().abortSilently(c);
        }
    }

    // ---- all ----

    private void establish(TcpConnection c, Segment s, int window) {
        final Sender snd = c.snd;
        snd.una = s.acknowledgment;
        snd.nxt = SequenceNumber.latest(snd.nxt, snd.una);
        snd.synAcknowledged = true;
        snd.window = window;
        snd.maximumWindow = window;
        snd.windowUpdateSequence = s.sequence;
        snd.windowUpdateAcknowledgment = s.acknowledgment;
        if (snd.retransmissions > 0) {
            snd.rtt.startAfterLostSyn();
        }
        snd.retransmissions = 0;
        c.deadlines.retransmitNs = Deadlines.NEVER;
        snd.sampleFrom = snd.una;
        snd.congestion.una = snd.una;
        snd.congestion.nxt = snd.nxt;
        snd.congestion.window = CongestionControl.initialWindow(snd.segmentSize);
        snd.congestion.slowStartThreshold = CongestionControl.MAXIMUM_WINDOW;
        c.congestion.begin(snd.congestion, snd.segmentSize);
        snd.progressNs = tcp.clock().nowNs();
        tcp.keepAlive().begin(c);
        tcp.wantsOutput(c);
    }

    /// What the peer's SYN offers, RFC 9293 section 3.7.1, RFC 7323 sections 2.2 and 3.2, RFC 6691.
    private static void agreeOnOptions(TcpConnection c, Segment s, Route route) {
        final TcpOptions options = s.options;
        c.rcv.timestamps = options.hasTimestamps();
        c.rcv.tsRecent = options.hasTimestamps() ? options.timestampValue() : 0;
        c.rcv.sackPermitted = options.sackPermitted();
        c.snd.sackPermitted = options.sackPermitted();
        c.rcv.scaling = options.hasWindowScale();
        if (!c.rcv.scaling) {
            c.rcv.capacity = Math.min(c.rcv.capacity, Receiver.LARGEST_UNSCALED_WINDOW);
        }
        c.snd.windowScale = options.hasWindowScale() ? options.windowScale() : 0;
        final int offered = options.hasMaximumSegmentSize() ? options.maximumSegmentSize() : DEFAULT_SEGMENT_SIZE;
        final int optionOctets = c.rcv.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0;
        final int local = SegmentWriter.offeredSegmentSize(c, route);
        final int carried = Math.clamp(offered, Math.min(LEAST_SEGMENT_SIZE, local), local);
        c.snd.segmentSize = carried - optionOctets;
        c.rcv.segmentSize = local - optionOctets;
    }
}
