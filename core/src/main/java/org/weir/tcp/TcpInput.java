package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.ip.Datagram;
import org.weir.ip.Ipv4;
import org.weir.ip.PacketChecksum;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.time.StackClock;
import org.weir.wire.Checksum;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.TcpHeader;

/// Segment arrival, RFC 9293 section 3.10.7: the steps in the order and with the names of the RFC.
final class TcpInput {
    /// Between two challenge acknowledgments of one connection. Not a limit of the whole stack: others could read
    /// from it whether a guess was right (CVE-2016-5696).
    private static final long CHALLENGE_PAUSE_NS = 500 * StackClock.MILLISECOND;

    private final Tcp tcp;
    private final ConnectionTable table;
    private final SegmentWriter writer;
    private final DropCounters drops;
    private final Handshake handshake;
    private final AcknowledgmentInput acknowledgments;
    private final PayloadInput payloads;
    private final Segment segment = new Segment();
    private long segmentsReceived;

    TcpInput(
            Tcp tcp,
            ConnectionTable table,
            SegmentWriter writer,
            AcknowledgmentInput acknowledgments,
            PayloadInput payloads) {
        this.tcp = tcp;
        this.table = table;
        this.writer = writer;
        final Ipv4 ipv4 = tcp.ipv4();
        this.drops = ipv4.drops();
        this.handshake = new Handshake(tcp, writer);
        this.acknowledgments = acknowledgments;
        this.payloads = payloads;
    }

    Handshake handshake() {
        return handshake;
    }

    long segmentsReceived() {
        return segmentsReceived;
    }

    /// Takes `packet`, which starts with a TCP header.
    void process(Pbuf packet, Datagram d, long nowNs) {
        segmentsReceived++;
        final Segment s = segment;
        if (d.isToGroup() || !s.parse(packet)) {
            drops.drop(packet, DropReason.TCP_MALFORMED);
            return;
        }
        if (!PacketChecksum.isValid(packet, pseudoHeader(packet, d))) {
            drops.drop(packet, DropReason.TCP_BAD_CHECKSUM);
            return;
        }
        s.take(packet);
        s.congestionExperienced = d.isCongestionExperienced();
        final TcpConnection c = findConnection(s, d);
        if (c == null) {
            arrivesForNoConnection(s, d, nowNs);
        } else if (c.state == TcpState.SYN_SENT) {
            arrivesInSynSent(c, s, nowNs);
        } else {
            arrives(c, s, nowNs);
        }
        s.finish();
    }

    /// Takes `packet`, which a filter has refused, and answers as if nobody had ever listened there.
    void reject(Pbuf packet, Datagram d) {
        final Segment s = segment;
        if (d.isToGroup() || !s.parse(packet) || !PacketChecksum.isValid(packet, pseudoHeader(packet, d))) {
            packet.release();
            return;
        }
        s.take(packet);
        writer.reset(s, d);
        s.finish();
    }

    /// The connection that `s` belongs to. A TIME-WAIT gives way to a SYN that cannot be an old duplicate, where
    /// somebody listens.
    private @Nullable TcpConnection findConnection(Segment s, Datagram d) {
        final TcpConnection c = table.find(d, s);
        if (c == null || !Handshake.reopens(c, s)) {
            return c;
        }
        if (table.findListener(d, s) == null) {
            return c;
        }
        tcp.teardown().forget(c);
        return null;
    }

    private static int pseudoHeader(Pbuf packet, Datagram d) {
        return Checksum.pseudoHeader(
                IpAddress.ipv4(d.sourceLow()),
                IpAddress.ipv4(d.destinationLow()),
                IpProtocol.TCP,
                packet.totalLength());
    }

    /// RFC 9293 sections 3.10.7.1 (CLOSED) and 3.10.7.2 (LISTEN).
    private void arrivesForNoConnection(Segment s, Datagram d, long nowNs) {
        final TcpListener listener = table.findListener(d, s);
        if (listener == null) {
            drops.count(DropReason.TCP_NO_CONNECTION);
            writer.reset(s, d);
            return;
        }
        final int size = handshake.segmentSizeOfCookie(s, d, nowNs);
        if (size > 0) {
            arrivesWithCookie(listener, s, d, size, nowNs);
            return;
        }
        final DropReason refusal = handshake.arrivesInListen(listener, s, d, nowNs);
        if (refusal != null) {
            drops.count(refusal);
        }
    }

    private void arrivesWithCookie(TcpListener listener, Segment s, Datagram d, int size, long nowNs) {
        final DropReason refusal = handshake.refusalOf(s, d);
        if (refusal != null) {
            drops.count(refusal);
            return;
        }
        final TcpConnection c = handshake.arrivesWithCookie(listener, s, d, size);
        if (c == null) {
            drops.count(listener.isFull() ? DropReason.TCP_BACKLOG_FULL : DropReason.TCP_NO_CONNECTION_FREE);
        } else {
            arrives(c, s, nowNs);
        }
    }

    /// RFC 9293 section 3.10.7.3.
    private void arrivesInSynSent(TcpConnection c, Segment s, long nowNs) {
        if (handshake.arrivesInSynSent(c, s, nowNs) == Verdict.CONTINUE) {
            processText(c, s, nowNs);
        }
    }

    /// RFC 9293 section 3.10.7.4: a segment for a connection in SYN-RECEIVED or a later state.
    private void arrives(TcpConnection c, Segment s, long nowNs) {
        Verdict v = checkSequence(c, s); //                                first
        if (v == Verdict.CONTINUE) {
            v = checkReset(c, s); //                                       second; third: no security compartments
        }
        if (v == Verdict.CONTINUE) {
            v = checkSyn(c, s); //                                         fourth
        }
        if (v == Verdict.CONTINUE) {
            v = processAcknowledgment(c, s, nowNs); //                     fifth
        }
        if (v == Verdict.CONTINUE) {
            processUrgent(c, s); //                                        sixth
        }
        if (v == Verdict.CONTINUE) {
            processText(c, s, nowNs); //                                   seventh and eighth
        }
    }

    private void processText(TcpConnection c, Segment s, long nowNs) {
        if (payloads.process(c, s, nowNs) == Verdict.CONTINUE) {
            payloads.processFin(c, s, nowNs);
        }
    }

    // ---- first: the sequence number ----

    private Verdict checkSequence(TcpConnection c, Segment s) {
        if (c.state == TcpState.SYN_RECEIVED && handshake.repeatsSyn(c, s)) {
            return Verdict.DROP;
        }
        c.traffic.segmentsReceived++;
        if (c.rcv.timestamps && !s.options.hasTimestamps() && !s.has(TcpHeader.RST)) {
            drops.count(DropReason.TCP_NO_TIMESTAMP); // RFC 7323 section 3.2: silently
            return Verdict.DROP;
        }
        final DropReason fault = isOldTimestamp(c, s) ? DropReason.TCP_OLD_TIMESTAMP : faultOfSequence(c, s);
        if (fault != null) {
            refuse(c, s, fault);
            return Verdict.DROP;
        }
        return Verdict.CONTINUE;
    }

    /// PAWS, RFC 7323 section 5.3 R1; a reset is exempt.
    private boolean isOldTimestamp(TcpConnection c, Segment s) {
        return c.rcv.timestamps
                && s.options.hasTimestamps()
                && !s.has(TcpHeader.RST)
                && SequenceNumber.before(s.options.timestampValue(), c.rcv.tsRecent)
                && c.rcv.isTimestampValid(tcp.clock().nowNs());
    }

    /// RFC 9293 section 3.4 table 6. With a closed window, what is wrong with data at RCV.NXT is the data alone:
    /// the rest of the segment counts (section 3.10.7.4, "special allowance").
    private static @Nullable DropReason faultOfSequence(TcpConnection c, Segment s) {
        final int window = c.rcv.window();
        final int length = s.sequenceLength();
        final boolean startsInside =
                window == 0 ? s.sequence == c.rcv.nxt : SequenceNumber.isWithin(s.sequence, c.rcv.nxt, window);
        if (startsInside || length > 0 && window > 0 && SequenceNumber.isWithin(s.end() - 1, c.rcv.nxt, window)) {
            return null;
        }
        final boolean isOld = SequenceNumber.beforeOrAt(s.end(), c.rcv.nxt) && length > 0;
        return isOld ? DropReason.TCP_DUPLICATE : DropReason.TCP_OUT_OF_WINDOW;
    }

    /// An unacceptable segment is answered with an acknowledgment, unless it is a reset. One that carries something
    /// may be a retransmission whose acknowledgment was lost; one that carries nothing is answered within limits
    /// only (RFC 5961).
    private void refuse(TcpConnection c, Segment s, DropReason fault) {
        drops.count(fault);
        if (s.has(TcpHeader.RST)) {
            return;
        }
        if (s.sequenceLength() > 0) {
            c.rcv.noteDuplicate(s.sequence, SequenceNumber.earliest(s.sequence + s.length, c.rcv.nxt));
            tcp.owesAck(c);
            tcp.teardown().restartTimeWait(c, s);
        } else {
            challenge(c);
        }
    }

    private void challenge(TcpConnection c) {
        final long nowNs = tcp.clock().nowNs();
        if (nowNs - c.challengeAfterNs >= 0) {
            c.challengeAfterNs = nowNs + CHALLENGE_PAUSE_NS;
            tcp.owesAck(c);
        }
    }

    /// RFC 7323 section 4.3, for segments that are acceptable by all their numbers: a forged one would otherwise
    /// shut the peer out (CVE-2005-0356).
    private void rememberTimestamp(TcpConnection c, Segment s) {
        if (c.rcv.timestamps
                && s.options.hasTimestamps()
                && isNewest(c, s.options.timestampValue())
                && SequenceNumber.beforeOrAt(s.arrivedSequence, c.rcv.lastAckSent)) {
            c.rcv.rememberTimestamp(s.options.timestampValue(), tcp.clock().nowNs());
        }
    }

    private boolean isNewest(TcpConnection c, int timestamp) {
        return SequenceNumber.afterOrAt(timestamp, c.rcv.tsRecent)
                || !c.rcv.isTimestampValid(tcp.clock().nowNs());
    }

    private void trimToWindow(TcpConnection c, Segment s) {
        final int old = SequenceNumber.distance(s.sequence, c.rcv.nxt);
        if (old > 0) {
            c.rcv.noteDuplicate(s.sequence, c.rcv.nxt);
            s.trimFront(old);
            tcp.owesAck(c);
        }
        final int room = SequenceNumber.distance(s.sequence, c.rcv.edge);
        if (s.length > room) {
            s.trimBack(Math.max(0, room));
            tcp.owesAck(c);
        }
    }

    // ---- second: the RST bit ----

    /// With the exact number of RFC 5961 section 3.2; in TIME-WAIT a reset is ignored (RFC 1337 section 3, fix F1).
    private Verdict checkReset(TcpConnection c, Segment s) {
        if (!s.has(TcpHeader.RST)) {
            return Verdict.CONTINUE;
        }
        if (c.state == TcpState.TIME_WAIT) {
            return Verdict.DROP;
        }
        if (s.sequence != c.rcv.nxt) {
            challenge(c);
            return Verdict.DROP;
        }
        switch (c.state) {
            case SYN_RECEIVED -> tcp.teardown().reset(c, TcpError.REFUSED);
            case CLOSING, LAST_ACK -> tcp.teardown().reset(c, c.attached ? TcpError.RESET : TcpError.NONE);
            case CLOSED, LISTEN, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, TIME_WAIT ->
                tcp.teardown().reset(c, TcpError.RESET);
        }
        return Verdict.DROP;
    }

    // ---- fourth: the SYN bit ----

    /// RFC 5961 section 4.2: whatever its number, a SYN is answered with a challenge acknowledgment.
    private Verdict checkSyn(TcpConnection c, Segment s) {
        if (!s.has(TcpHeader.SYN)) {
            return Verdict.CONTINUE;
        }
        drops.count(DropReason.TCP_UNEXPECTED_FLAGS);
        challenge(c);
        return Verdict.DROP;
    }

    // ---- fifth: the ACK field ----

    private Verdict processAcknowledgment(TcpConnection c, Segment s, long nowNs) {
        trimToWindow(c, s);
        if (!s.has(TcpHeader.ACK)) {
            drops.count(DropReason.TCP_UNEXPECTED_FLAGS);
            return Verdict.DROP;
        }
        final DropReason refusal = c.state == TcpState.SYN_RECEIVED ? handshake.completes(c, s) : null;
        if (refusal != null) {
            drops.count(refusal);
            return Verdict.DROP;
        }
        if (acknowledgments.isUnacceptable(c, s)) {
            drops.count(DropReason.TCP_BAD_ACKNOWLEDGMENT);
            challenge(c);
            return Verdict.DROP;
        }
        rememberTimestamp(c, s);
        c.traffic.receivedNs = nowNs;
        c.rcv.noteMarks(s);
        acknowledgments.process(c, s, nowNs);
        if (c.snd.ecn && s.has(TcpHeader.ECE)) {
            acknowledgments.congestionReported(c);
        }
        return advanceState(c, nowNs);
    }

    /// What an acknowledgment of our FIN does to each state.
    private Verdict advanceState(TcpConnection c, long nowNs) {
        if (c.state == TcpState.TIME_WAIT) {
            return Verdict.CONTINUE;
        }
        final boolean finAcknowledged = c.state.hasUnacknowledgedFin() && c.snd.finAcknowledged;
        if (!finAcknowledged) {
            return Verdict.CONTINUE;
        }
        c.state = TcpTransitions.next(c.state, TcpEvent.ACK_OF_FIN_ARRIVES);
        switch (c.state) {
            case FIN_WAIT_2 -> tcp.teardown().awaitFin(c, nowNs);
            case TIME_WAIT -> tcp.teardown().enterTimeWait(c, nowNs);
            case CLOSED -> {
                tcp.teardown().finish(c);
                return Verdict.DROP;
            }
            case LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, CLOSING, LAST_ACK ->
                throw new IllegalStateException("an acknowledgment of the FIN led to " + c.state);
        }
        return Verdict.CONTINUE;
    }

    // ---- sixth: the URG bit ----

    /// Urgent data stays in its place in the stream (RFC 6093 section 6): the user is told where it ends.
    private void processUrgent(TcpConnection c, Segment s) {
        if (!s.has(TcpHeader.URG) || !c.state.receives()) {
            return;
        }
        final int end = s.arrivedSequence + s.urgentPointer;
        final boolean isNews =
                SequenceNumber.after(end, c.rcv.nxt) && (!c.rcv.urgent || SequenceNumber.after(end, c.rcv.urgentEnd));
        if (isNews) {
            c.rcv.urgent = true;
            c.rcv.urgentEnd = end;
            tcp.raise(c, TcpConnection.URGENT);
        }
    }
}
