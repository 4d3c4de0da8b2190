package org.weir.tcp;

import org.weir.ip.Netif;
import org.weir.wire.TcpHeader;

/// Decides what to send and when: RFC 9293 sections 3.7.4 (Nagle), 3.8.6 (windows), RFC 5681 and RFC 3042.
final class TcpOutput {
    /// Segments that one connection may send before the others have their turn.
    private static final int SEGMENTS_PER_TURN = 32;

    private final Tcp tcp;
    private final SegmentWriter writer;
    private final CongestionControl congestion;

    TcpOutput(Tcp tcp, SegmentWriter writer, CongestionControl congestion) {
        this.tcp = tcp;
        this.writer = writer;
        this.congestion = congestion;
    }

    /// How a turn ended.
    enum Turn {
        /// There is nothing more to send now.
        DONE,
        /// There is more: the turn was used up.
        MORE,
        /// There is more, but the link is full or no buffer was free.
        BLOCKED
    }

    /// Sends what may be sent now.
    Turn dispatch(TcpConnection c, long nowNs) {
        if (c.state == TcpState.CLOSED || c.route == null) {
            return Turn.DONE;
        }
        final Netif netif = c.route.netif();
        if (!c.snd.synAcknowledged) {
            return netif.hasRoom() && sendSyn(c, nowNs) ? Turn.DONE : Turn.BLOCKED;
        }
        restartAfterIdle(c, nowNs);
        for (int i = 0; i < SEGMENTS_PER_TURN; i++) {
            final int length = sendable(c, segmentLimit(c, netif));
            if (length == 0 && !finIsDue(c)) {
                persistIfStuck(c, nowNs);
                final boolean quiet = !c.rcv.ackNow || netif.hasRoom() && acknowledge(c);
                return quiet ? Turn.DONE : Turn.BLOCKED;
            }
            if (!netif.hasRoom() || !sendNext(c, length, nowNs)) {
                return i == 0 ? Turn.BLOCKED : Turn.MORE;
            }
        }
        return Turn.MORE;
    }

    /// True once the SYN of this round is out.
    private boolean sendSyn(TcpConnection c, long nowNs) {
        if (c.snd.nxt != c.snd.iss) {
            return !c.rcv.ackNow || acknowledge(c);
        }
        final int flags = c.state == TcpState.SYN_RECEIVED ? TcpHeader.SYN | TcpHeader.ACK : TcpHeader.SYN;
        if (!writer.write(c, c.snd.iss, 0, flags)) {
            return false;
        }
        advance(c, c.snd.iss + 1, nowNs);
        return true;
    }

    private static int segmentLimit(TcpConnection c, Netif netif) {
        final int mss = c.snd.segmentSize;
        return Math.max(mss, netif.capabilities().segmentationLimit() / mss * mss);
    }

    /// Octets that may be sent in one packet now; 0 if none, or if waiting is better.
    private static int sendable(TcpConnection c, int limit) {
        final Sender snd = c.snd;
        final int unsent = snd.unsent();
        final int usable = Math.min(snd.window, congestionWindow(snd)) - SequenceNumber.distance(snd.una, snd.nxt);
        final int length = Math.min(Math.min(unsent, usable), limit);
        if (length <= 0) {
            return 0;
        }
        if (length >= snd.segmentSize) {
            return length - length % snd.segmentSize;
        }
        return mayBeShort(snd, length, unsent) ? length : 0;
    }

    /// RFC 3042: each of the first two duplicate acknowledgments lets a new segment out.
    private static int congestionWindow(Sender snd) {
        final int limitedTransmit = snd.inRecovery ? 0 : Math.min(snd.duplicateAcks, 2) * snd.segmentSize;
        return snd.congestion.window + limitedTransmit;
    }

    /// Sender's silly-window avoidance (RFC 9293 section 3.8.6.2.1) with Nagle's algorithm (section 3.7.4) as
    /// Minshall refined it: a short segment waits only for another short one.
    private static boolean mayBeShort(Sender snd, int length, int unsent) {
        if (snd.nxt != snd.max || length >= snd.maximumWindow / 2) {
            return true;
        }
        return length == unsent && (snd.noDelay || snd.finQueued || !snd.hasSmallOutstanding());
    }

    private static boolean finIsDue(TcpConnection c) {
        return c.snd.finIsNext() && c.state.hasUnacknowledgedFin();
    }

    private boolean sendNext(TcpConnection c, int length, long nowNs) {
        final Sender snd = c.snd;
        final int sequence = snd.nxt;
        final boolean last = sequence + length == snd.queueEnd();
        final boolean fin = last && snd.finQueued && c.state.hasUnacknowledgedFin();
        final int flags = TcpHeader.ACK | (fin ? TcpHeader.FIN : 0) | (last && length > 0 ? TcpHeader.PSH : 0);
        if (!writer.write(c, sequence, length, flags)) {
            return false;
        }
        if (length > 0 && length < snd.segmentSize) {
            snd.smallEnd = SequenceNumber.latest(snd.smallEnd, sequence + length);
        }
        advance(c, sequence + length + (fin ? 1 : 0), nowNs);
        return true;
    }

    /// Counts everything before `end` as sent: starts the retransmission timer (RFC 6298 (5.1)) and a round-trip
    /// measurement (section 3: of new data only).
    private void advance(TcpConnection c, int end, long nowNs) {
        final Sender snd = c.snd;
        if (!snd.timing && snd.nxt == snd.max) {
            snd.timing = true;
            snd.timedSequence = end;
            snd.timedSinceNs = nowNs;
        }
        snd.nxt = end;
        snd.max = SequenceNumber.latest(snd.max, end);
        snd.lastSentNs = nowNs;
        c.deadlines.persistNs = Deadlines.NEVER;
        if (c.deadlines.retransmitNs == Deadlines.NEVER) {
            c.deadlines.retransmitNs = nowNs + snd.rtt.rtoNs();
            tcp.schedule(c);
        }
    }

    /// RFC 5681 section 4.1.
    private void restartAfterIdle(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        if (!snd.hasOutstanding() && snd.unsent() > 0 && nowNs - snd.lastSentNs > snd.rtt.rtoNs()) {
            congestion.idled(snd.congestion);
        }
    }

    /// Data waits, and nothing is on the way whose acknowledgment could open the window: probe it later.
    private void persistIfStuck(TcpConnection c, long nowNs) {
        final boolean nothingOnTheWay = c.snd.nxt == c.snd.una && c.deadlines.retransmitNs == Deadlines.NEVER;
        if (nothingOnTheWay && c.snd.unsent() > 0 && c.deadlines.persistNs == Deadlines.NEVER) {
            c.deadlines.persistNs = nowNs + persistDelayNs(c.snd);
            tcp.schedule(c);
        }
    }

    private static long persistDelayNs(Sender snd) {
        return Math.min(snd.rtt.rtoNs() << Math.min(snd.probes, 16), RttEstimator.MAXIMUM_RTO_NS);
    }

    /// RFC 9293 section 3.8.6.1: one octet into a closed window, or what fits a small one.
    void probe(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        snd.nxt = snd.una;
        final int length = Math.clamp(snd.window, 1, Math.min(snd.queue.length(), snd.segmentSize));
        if (writer.write(c, snd.nxt, length, TcpHeader.ACK | TcpHeader.PSH)) {
            snd.max = SequenceNumber.latest(snd.max, snd.una + length);
            snd.lastSentNs = nowNs;
            snd.probes++;
            snd.unansweredProbes++;
        }
        c.deadlines.persistNs = nowNs + persistDelayNs(snd);
    }

    /// Sends the oldest unacknowledged segment again, whatever the windows say.
    void retransmitFirst(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        final int sent = SequenceNumber.distance(snd.queueStart(), snd.max);
        final int length = Math.min(Math.min(snd.queue.length(), sent), snd.segmentSize);
        final boolean fin = snd.finQueued
                && c.state.hasUnacknowledgedFin()
                && length == snd.queue.length()
                && SequenceNumber.after(snd.max, snd.queueEnd());
        if (length > 0 || fin) {
            writer.write(c, snd.una, length, TcpHeader.ACK | (fin ? TcpHeader.FIN : 0));
            snd.timing = false;
            snd.lastSentNs = nowNs;
        }
    }

    /// Sends an acknowledgment now. False if no buffer was free: it is then still due.
    boolean acknowledge(TcpConnection c) {
        c.rcv.ackNow = true;
        return writer.write(c, c.snd.acceptableSequence(), 0, TcpHeader.ACK);
    }
}
