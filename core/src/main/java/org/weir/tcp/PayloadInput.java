package org.weir.tcp;

import org.weir.filter.FilterHook;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.wire.TcpHeader;

/// The seventh and eighth step of segment arrival, RFC 9293 section 3.10.7.4: the segment text and the FIN.
final class PayloadInput {
    /// RFC 5681 section 4.2: an acknowledgment for at least every second full segment.
    private static final int SEGMENTS_PER_ACK = 2;
    /// Pages may hold this many times the octets that the buffer is meant for, since a page is rarely full.
    private static final int TRUE_SIZE_FACTOR = 4;

    private final Tcp tcp;
    private final TcpOutput output;
    private final Reassemblies reassemblies;

    PayloadInput(Tcp tcp, TcpOutput output) {
        this.tcp = tcp;
        this.output = output;
        this.reassemblies = tcp.pools().reassemblies;
    }

    // ---- seventh: the segment text ----

    Verdict process(TcpConnection c, Segment s, long nowNs) {
        if (s.length == 0) {
            return Verdict.CONTINUE;
        }
        if (!c.state.receives()) {
            tcp.ipv4().drops().count(DropReason.TCP_PAYLOAD_REFUSED);
            return Verdict.CONTINUE;
        }
        if (c.inputClosed) {
            tcp.ipv4().drops().count(DropReason.TCP_PAYLOAD_REFUSED);
            tcp.teardown().abortSilently(c);
            return Verdict.DROP;
        }
        if (!hasMemoryFor(c) && !makeRoom(c, s)) {
            tcp.ipv4().drops().count(DropReason.TCP_PAYLOAD_REFUSED);
            tcp.owesAck(c);
            return Verdict.DROP;
        }
        c.traffic.receivedData(s.length, nowNs);
        if (s.sequence == c.rcv.nxt) {
            receiveInOrder(c, s, nowNs);
        } else {
            receiveOutOfOrder(c, s);
        }
        return Verdict.CONTINUE;
    }

    private boolean hasMemoryFor(TcpConnection c) {
        final long held = c.rcv.queue.trueSize() + c.rcv.outOfOrder.trueSize();
        return tcp.pool().hasPagesForReceiving() && held <= (long) c.rcv.capacity * TRUE_SIZE_FACTOR;
    }

    /// What comes in order can be read and so freed: it takes the place of what came out of order, which the peer
    /// still has.
    private boolean makeRoom(TcpConnection c, Segment s) {
        final boolean inOrder = s.sequence == c.rcv.nxt;
        if (!inOrder || c.rcv.outOfOrder.isEmpty()) {
            return false;
        }
        reassemblies.abandon(c.rcv);
        c.rcv.finSeen = false;
        tcp.ipv4().drops().count(DropReason.TCP_PAYLOAD_REFUSED);
        return hasMemoryFor(c);
    }

    private void receiveInOrder(TcpConnection c, Segment s, long nowNs) {
        final Receiver rcv = c.rcv;
        rcv.nxt += s.length;
        rcv.unacknowledged += s.length;
        rcv.learnSegmentSize(s.length);
        rcv.noteRoundTrip(s, nowNs);
        rcv.queue.append(s.takePayload());
        final boolean fillsHole = !rcv.outOfOrder.isEmpty();
        if (fillsHole) {
            joinOutOfOrder(rcv);
        }
        if (fillsHole || isQuick(c, nowNs)) {
            tcp.owesAck(c);
        } else if (rcv.unacknowledged >= SEGMENTS_PER_ACK * rcv.peerSegmentSize) {
            tcp.owesSpacedAck(c, nowNs);
        } else if (c.deadlines.acknowledgeNs == Deadlines.NEVER) {
            c.deadlines.acknowledgeNs = nowNs + tcp.config().delayedAckNs();
            tcp.schedule(c);
        }
        if (c.listener != null) {
            tcp.offerDeferred(c);
        }
        tcp.raise(c, TcpConnection.READABLE);
    }

    /// While a flow begins, or begins again, the sender's slow start wants every acknowledgment.
    private boolean isQuick(TcpConnection c, long nowNs) {
        final Receiver rcv = c.rcv;
        if (nowNs - rcv.lastDataNs > c.snd.rtt.rtoNs()) {
            rcv.quickAcks = (short) tcp.config().quickAcks();
        }
        rcv.lastDataNs = nowNs;
        if (rcv.quickAcks == 0) {
            return false;
        }
        rcv.quickAcks--;
        return true;
    }

    private void joinOutOfOrder(Receiver rcv) {
        final ReceivedRun first = rcv.outOfOrder.first();
        if (first != null && SequenceNumber.before(first.start, rcv.nxt)) {
            rcv.noteDuplicate(first.start, SequenceNumber.earliest(first.end, rcv.nxt));
        }
        for (Pbuf p = rcv.outOfOrder.poll(rcv.nxt); p != null; p = rcv.outOfOrder.poll(rcv.nxt)) {
            rcv.nxt += p.totalLength();
            rcv.queue.append(p);
        }
        reassemblies.endIfEmpty(rcv);
    }

    /// Every segment that leaves a hole is acknowledged at once, so that the sender counts duplicates (RFC 5681
    /// section 4.2).
    private void receiveOutOfOrder(TcpConnection c, Segment s) {
        c.traffic.outOfOrderSegments++;
        if (reassemblies.begin(c.rcv)) {
            keep(c.rcv, s);
        } else {
            tcp.ipv4().drops().count(DropReason.TCP_PAYLOAD_REFUSED);
        }
        if (!output.acknowledge(c)) {
            tcp.owesAck(c);
        }
    }

    private void keep(Receiver rcv, Segment s) {
        final ReassemblyQueue queue = rcv.outOfOrder;
        final boolean kept = queue.add(s.takePayload(), s.sequence);
        rcv.noteDuplicate(queue.duplicateStart(), queue.duplicateEnd());
        if (!kept) {
            tcp.ipv4().drops().count(DropReason.TCP_DUPLICATE);
            reassemblies.endIfEmpty(rcv);
        }
    }

    // ---- eighth: the FIN bit ----

    void processFin(TcpConnection c, Segment s, long nowNs) {
        if (s.has(TcpHeader.FIN) && c.state.receives() && !c.rcv.finSeen) {
            c.rcv.finSeen = true;
            c.rcv.finSequence = s.end() - 1;
        }
        if (!c.rcv.finIsNext() || !c.state.receives()) {
            if (s.has(TcpHeader.FIN) && s.arrivedLength == 0 && c.state.receives()) {
                tcp.owesAck(c);
            }
            return;
        }
        c.rcv.nxt++;
        tcp.owesAck(c);
        if (c.listener != null) {
            tcp.offerDeferred(c);
        }
        tcp.raise(c, TcpConnection.READABLE);
        c.state = TcpTransitions.next(c.state, TcpEvent.FIN_ARRIVES);
        if (c.state == TcpState.TIME_WAIT) {
            tcp.teardown().enterTimeWait(c, nowNs);
        } else if (c.state == TcpState.CLOSE_WAIT) {
            tcp.filter().tell(FilterHook.CLOSE_WAIT, c);
        }
    }
}
