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
    static final int DEFAULT_SEGMENT_SIZE = 536;
    /// A smaller MSS would drown the payload in headers: what is offered below counts as this.
    private static final int LEAST_SEGMENT_SIZE = 64;

    private final Tcp tcp;
    private final SegmentWriter writer;
    private final SynCookies cookies;

    Handshake(Tcp tcp, SegmentWriter writer) {
        this.cookies = new SynCookies(tcp.ipv4().resources().entropy());
        this.tcp = tcp;
        this.writer = writer;
    }

    /// True if `s` is a SYN that cannot be an old duplicate, for a connection in TIME-WAIT: RFC 6191, RFC 9293
    /// section 3.6.1 (MAY-2).
    static boolean reopens(TcpConnection c, Segment s) {
        final boolean asks = c.state == TcpState.TIME_WAIT
                && !c.attached
                && s.has(TcpHeader.SYN)
                && !s.has(TcpHeader.RST | TcpHeader.ACK);
        if (!asks) {
            return false;
        }
        return c.rcv.timestamps && s.options.hasTimestamps()
                ? SequenceNumber.after(s.options.timestampValue(), c.rcv.tsRecent)
                : SequenceNumber.after(s.sequence, c.rcv.nxt);
    }

    private long nowNs() {
        return tcp.clock().nowNs();
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
        final DropReason refusal = refusalOf(s, d);
        if (refusal != null) {
            return refusal;
        }
        final Route route = tcp.ipv4().routes().find(IpAddress.ipv4(d.sourceLow()));
        if (route == null) {
            return DropReason.NO_ROUTE;
        }
        final TcpConnection c = listener.hasManyHalfOpen() ? null : tcp.takeConnection();
        if (c == null) {
            answerWithCookie(listener, s, d, route, nowNs);
            return DropReason.TCP_SYN_COOKIE_SENT;
        }
        begin(c, listener, s, d, route);
        c.state = TcpTransitions.next(TcpState.LISTEN, TcpEvent.SYN_ARRIVES);
        c.rcv.begin(s.sequence);
        agreeOnOptions(c, s, route);
        tcp.wantsOutput(c);
        return null;
    }

    /// Why the filter does not want the connection that `s` asks for: null if it does. Where the peer is to know,
    /// it finds the port closed.
    @Nullable
    DropReason refusalOf(Segment s, Datagram d) {
        final DropReason refusal = tcp.filter().refusalOf(s, d);
        if (refusal != null && tcp.filter().isRejected()) {
            writer.reset(s, d);
        }
        return refusal;
    }

    private void begin(TcpConnection c, TcpListener listener, Segment s, Datagram d, Route route) {
        c.local(d.destinationHigh(), d.destinationLow(), s.destinationPort);
        c.remote(d.sourceHigh(), d.sourceLow(), s.sourcePort);
        tcp.begin(c, route, nowNs());
        tcp.settings().give(c.settings);
        c.settings = tcp.settings().take(listener.settings);
        tcp.settingsChanged(c);
        c.listener = listener;
        c.listenerGeneration = listener.generation;
        listener.halfOpen++;
    }

    // ---- LISTEN, without memory ----

    /// RFC 4987 section 3.6.
    private void answerWithCookie(TcpListener listener, Segment s, Datagram d, Route route, long nowNs) {
        final int offered = s.options.hasMaximumSegmentSize() ? s.options.maximumSegmentSize() : DEFAULT_SEGMENT_SIZE;
        final int cookie = cookies.make(d, s, offered, nowNs);
        writer.cookie(s, d, route, cookie, listener.settings, tcp.timestampOffset(d, s));
    }

    /// The MSS that the peer had offered if `s` acknowledges a cookie; 0 if it does not.
    int segmentSizeOfCookie(Segment s, Datagram d, long nowNs) {
        return s.has(TcpHeader.SYN | TcpHeader.RST) || !s.has(TcpHeader.ACK) ? 0 : cookies.check(d, s, nowNs);
    }

    /// The connection that there was no memory for when its SYN came, in SYN-RECEIVED; null if there is none now.
    @Nullable
    TcpConnection arrivesWithCookie(TcpListener listener, Segment s, Datagram d, int offered) {
        final Route route = tcp.ipv4().routes().find(IpAddress.ipv4(d.sourceLow()));
        final TcpConnection c = route == null || listener.isFull() ? null : tcp.takeConnection();
        if (route == null || c == null) {
            return null;
        }
        begin(c, listener, s, d, route);
        c.state = TcpTransitions.next(TcpState.LISTEN, TcpEvent.SYN_ARRIVES);
        c.snd.begin(s.acknowledgment - 1);
        c.snd.nxt = s.acknowledgment;
        c.snd.max = s.acknowledgment;
        c.rcv.begin(s.sequence - 1);
        final int echo = s.options.hasTimestamps() ? s.options.timestampEcho() : 0;
        final boolean timestamps = s.options.hasTimestamps();
        c.rcv.timestamps = timestamps;
        c.rcv.rememberTimestamp(timestamps ? s.options.timestampValue() : 0, nowNs());
        agreeOnSack(c, timestamps && SynCookies.sackPermitted(echo));
        agreeOnScale(c, timestamps && SynCookies.hasScale(echo), SynCookies.scale(echo));
        agreeOnSize(c, offered, route);
        c.rcv.openWindow();
        c.synAnsweredAgain = true;
        return c;
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
                tcp.teardown().reset(c, TcpError.REFUSED);
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
            c.snd.rtt.sample(nowNs - c.snd.lastSentNs);
            c.snd.rtt.observe(nowNs - c.snd.lastSentNs, nowNs);
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
        if (!s.has(TcpHeader.ECE) || !s.has(TcpHeader.CWR)) {
            c.snd.ecn = false;
            c.rcv.ecn = false;
        }
        c.snd.nxt = c.snd.iss;
        c.synAnsweredAgain = true;
        tcp.wantsOutput(c);
        return true;
    }

    /// Establishes the connection if the segment acknowledges our SYN, RFC 9293 section 3.10.7.4, fifth; else
    /// says why not.
    @Nullable
    DropReason completes(TcpConnection c, Segment s) {
        if (s.acknowledgment != c.snd.max) {
            tcp.teardown().resetUnlessReset(s, c);
            return DropReason.TCP_BAD_ACKNOWLEDGMENT;
        }
        final TcpListener listener = c.listener;
        if (listener == null) {
            tcp.raise(c, TcpConnection.CONNECTED);
        } else if (listener.generation != c.listenerGeneration) {
            tcp.teardown().abortSilently(c);
            return DropReason.TCP_NO_CONNECTION;
        } else if (listener.isFull()) {
            return DropReason.TCP_BACKLOG_FULL;
        } else if (c.settings.deferAcceptNs > 0 && s.length == 0) {
            c.deadlines.deferNs = nowNs() + c.settings.deferAcceptNs;
        } else {
            offer(c, listener);
        }
        sample(c, nowNs());
        c.state = TcpTransitions.next(c.state, TcpEvent.ACK_OF_SYN_ARRIVES);
        if (c.snd.finQueued) {
            c.state = TcpTransitions.next(c.state, TcpEvent.CLOSE);
        }
        establish(c, s, s.window(c.snd.windowScale));
        return null;
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
        final boolean synLost = snd.retransmissions > 0;
        if (synLost) {
            snd.rtt.startAfterLostSyn();
        }
        snd.retransmissions = 0;
        c.deadlines.retransmitNs = Deadlines.NEVER;
        snd.sampleFrom = snd.una;
        snd.congestion.nxt = snd.nxt;
        snd.congestion.window = synLost ? snd.segmentSize : CongestionControl.initialWindow(snd.segmentSize);
        snd.congestion.slowStartThreshold = CongestionControl.MAXIMUM_WINDOW;
        c.congestion.begin(snd.congestion, snd.segmentSize);
        snd.progressNs = nowNs();
        tcp.pathMtu().recall(c, nowNs());
        tcp.keepAlive().begin(c);
        tcp.wantsOutput(c);
    }

    /// What the peer's SYN offers, RFC 9293 section 3.7.1, RFC 7323 sections 2.2 and 3.2, RFC 6691.
    private void agreeOnOptions(TcpConnection c, Segment s, Route route) {
        final TcpOptions options = s.options;
        c.rcv.timestamps = options.hasTimestamps();
        c.rcv.rememberTimestamp(options.hasTimestamps() ? options.timestampValue() : 0, nowNs());
        agreeOnEcn(c, s);
        agreeOnSack(c, options.sackPermitted());
        agreeOnScale(c, options.hasWindowScale(), options.hasWindowScale() ? options.windowScale() : 0);
        agreeOnSize(c, options.hasMaximumSegmentSize() ? options.maximumSegmentSize() : DEFAULT_SEGMENT_SIZE, route);
    }

    private static void agreeOnSack(TcpConnection c, boolean permitted) {
        c.rcv.sackPermitted = permitted;
        c.snd.sackPermitted = permitted;
    }

    private static void agreeOnScale(TcpConnection c, boolean scaling, int scale) {
        c.rcv.scaling = scaling;
        if (!scaling) {
            c.rcv.capacity = Math.min(c.rcv.capacity, Receiver.LARGEST_UNSCALED_WINDOW);
        }
        c.snd.windowScale = (byte) scale;
    }

    private static void agreeOnSize(TcpConnection c, int offered, Route route) {
        final int optionOctets = c.rcv.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0;
        final int local = SegmentWriter.offeredSegmentSize(c, route);
        final int carried = Math.clamp(offered, Math.min(LEAST_SEGMENT_SIZE, local), local);
        c.segmentSize(carried - optionOctets);
        c.rcv.segmentSize = local - optionOctets;
    }

    /// RFC 3168 section 6.1.1: a SYN offers by both bits, its answer accepts by one.
    private void agreeOnEcn(TcpConnection c, Segment s) {
        final boolean ece = s.has(TcpHeader.ECE);
        final boolean cwr = s.has(TcpHeader.CWR);
        final EcnMode mode = tcp.config().ecn();
        final boolean agreed = s.has(TcpHeader.ACK)
                ? mode == EcnMode.ACTIVE && ece && !cwr && c.snd.retransmissions == 0
                : mode != EcnMode.OFF && ece && cwr;
        c.snd.ecn = agreed;
        c.rcv.ecn = agreed;
    }
}
