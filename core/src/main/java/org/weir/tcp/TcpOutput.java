package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.ip.Netif;
import org.weir.time.StackClock;
import org.weir.wire.TcpHeader;
import org.weir.wire.TcpOptions;

/// Decides what to send and when: RFC 9293 sections 3.7.4 (Nagle), 3.8.6 (windows), RFC 5681 and RFC 3042.
final class TcpOutput {
    /// Frames that one connection may send before the others have their turn.
    private static final int FRAMES_PER_TURN = 32;
    /// The longest that a cork holds a short segment back.
    private static final long CORK_NS = 200 * StackClock.MILLISECOND;

    private final Tcp tcp;
    private final SegmentWriter writer;
    private final LossDetection detection;
    private final Flights flights;

    TcpOutput(Tcp tcp, SegmentWriter writer, LossDetection detection) {
        this.tcp = tcp;
        this.writer = writer;
        this.detection = detection;
        this.flights = tcp.pools().flights;
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
        final Netif netif = tcp.routeOf(c).netif();
        if (!c.snd.synAcknowledged) {
            return netif.hasRoom() && sendSyn(c, nowNs) ? Turn.DONE : Turn.BLOCKED;
        }
        if (c.rcv.hasDuplicate() && !acknowledgeIfDue(c, netif)) {
            return Turn.BLOCKED;
        }
        restartAfterIdle(c, nowNs);
        final Turn turn = sendData(c, netif, nowNs);
        if (c.snd.probeDue) {
            c.snd.probeDue = false;
            detection.scheduleProbe(c, nowNs);
        }
        return turn;
    }

    /// What came of the attempt to send one packet.
    private enum Step {
        SENT,
        /// There is nothing that may be sent now.
        NOTHING,
        /// The link was full, or no buffer was free.
        REFUSED
    }

    private Turn sendData(TcpConnection c, Netif netif, long nowNs) {
        final long framesBefore = netif.packetsSent();
        for (int i = 0; i < FRAMES_PER_TURN && netif.packetsSent() - framesBefore < FRAMES_PER_TURN; i++) {
            probePath(c, netif, nowNs);
            switch (sendOne(c, netif, nowNs)) {
                case SENT -> {}
                case NOTHING -> {
                    return endTurn(c, netif, nowNs);
                }
                case REFUSED -> {
                    acknowledgeIfDue(c, netif);
                    return i == 0 ? Turn.BLOCKED : Turn.MORE;
                }
            }
        }
        return Turn.MORE;
    }

    /// Lost data first, then new data, then the FIN.
    private Step sendOne(TcpConnection c, Netif netif, long nowNs) {
        if (Pacing.holds(c, nowNs)) {
            tcp.schedule(c);
            return Step.NOTHING;
        }
        SentRange lost = lostToSend(c);
        final int length = lost == null ? sendable(c, netif, nowNs) : 0;
        if (lost == null && length == 0 && !finIsDue(c)) {
            lost = waitsInVain(c.snd) ? lostToSend(c) : null;
            if (lost == null) {
                return Step.NOTHING;
            }
        }
        if (!netif.hasRoom()) {
            return Step.REFUSED;
        }
        final boolean sent = lost == null ? sendNext(c, length, nowNs) : sendAgain(c, lost, netif, nowNs);
        return sent ? Step.SENT : Step.REFUSED;
    }

    /// RFC 4821 section 7.5: a segment larger than the path is known to carry.
    private void probePath(TcpConnection c, Netif netif, long nowNs) {
        final int size = tcp.pathMtu().probeSize(c, nowNs);
        if (size == 0 || !netif.hasRoom()) {
            return;
        }
        final MtuSearch search = c.snd.mtu;
        search.probeStart = c.snd.nxt;
        search.probeEnd = c.snd.nxt + size;
        search.probing = true;
        search.probing = sendNext(c, size, nowNs) && c.snd.board.isolate(search.probeStart);
    }

    /// New data was to tell whether a time-out was a true one, and none may leave: it counts as true.
    private static boolean waitsInVain(Sender snd) {
        final boolean inVain = snd.recovery.forward == Recovery.ForwardStep.SEND_NEW
                && snd.board.inFlight() == 0
                && snd.board.lost() > 0;
        if (inVain) {
            snd.recovery.forward = Recovery.ForwardStep.OFF;
        }
        return inVain;
    }

    private Turn endTurn(TcpConnection c, Netif netif, long nowNs) {
        persistIfStuck(c, nowNs);
        return acknowledgeIfDue(c, netif) ? Turn.DONE : Turn.BLOCKED;
    }

    /// False if an acknowledgment is still due.
    private boolean acknowledgeIfDue(TcpConnection c, Netif netif) {
        return !c.rcv.ackNow || netif.hasRoom() && acknowledge(c);
    }

    /// True once the SYN of this round is out.
    private boolean sendSyn(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        if (snd.nxt != snd.iss) {
            return !c.rcv.ackNow || acknowledge(c);
        }
        if (!writer.write(c, snd.iss, 0, synFlags(c))) {
            return false;
        }
        snd.nxt = snd.iss + 1;
        snd.max = snd.nxt;
        snd.lastSentNs = nowNs;
        startTimer(c, nowNs);
        return true;
    }

    /// With the offer of ECN, or its acceptance, RFC 3168 section 6.1.1; not once the SYN was lost, for a
    /// firewall may have taken offence.
    private int synFlags(TcpConnection c) {
        if (c.state == TcpState.SYN_RECEIVED) {
            return TcpHeader.SYN | TcpHeader.ACK | (c.snd.ecn ? TcpHeader.ECE : 0);
        }
        final boolean offers = tcp.config().ecn() == EcnMode.ACTIVE && c.snd.retransmissions == 0;
        return TcpHeader.SYN | (offers ? TcpHeader.ECE | TcpHeader.CWR : 0);
    }

    /// Octets of payload in a full segment with the options that it carries now.
    static int segmentSize(TcpConnection c) {
        final int usualOptions = c.rcv.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0;
        return c.snd.segmentSize - (c.rcv.optionsLength() - usualOptions);
    }

    /// Octets that one packet may carry. Urgent data goes in single segments, for the pointer of each is another.
    private static int packetLimit(TcpConnection c, Netif netif, int segmentSize) {
        if (c.snd.urgent) {
            return segmentSize;
        }
        final int limit = Pacing.packetLimit(c, netif.segmentationLimit(segmentSize));
        return Math.max(segmentSize, limit / segmentSize * segmentSize);
    }

    // ---- lost data ----

    /// What is to be sent again now, RFC 6675 section 4 "NextSeg" rule 1; null if nothing is, or the windows forbid
    /// it.
    private static @Nullable SentRange lostToSend(TcpConnection c) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        final SentRange lost = r.forward == Recovery.ForwardStep.SEND_NEW ? null : snd.board.firstLost();
        if (lost == null) {
            return null;
        }
        final boolean hasData = lost.start != snd.queueEnd();
        if (hasData && SequenceNumber.afterOrAt(lost.start, snd.una + snd.window)) {
            return null;
        }
        final int room = snd.congestion.window - snd.pipe();
        return r.forced || room >= Math.min(snd.segmentSize, lost.length()) ? lost : null;
    }

    private boolean sendAgain(TcpConnection c, SentRange lost, Netif netif, long nowNs) {
        final Sender snd = c.snd;
        final int segmentSize = segmentSize(c);
        final int room = snd.recovery.forced ? segmentSize : snd.congestion.window - snd.pipe();
        final int limit = Math.clamp(room / segmentSize * segmentSize, segmentSize, packetLimit(c, netif, segmentSize));
        return resend(c, lost, limit, nowNs);
    }

    /// Sends up to `limit` octets of `lost` again, with the FIN if that was there.
    private boolean resend(TcpConnection c, SentRange lost, int limit, long nowNs) {
        final Sender snd = c.snd;
        snd.board.fillLost(lost, limit);
        final int payload = Math.max(0, SequenceNumber.distance(lost.start, snd.queueEnd()));
        final int length = Math.min(Math.min(lost.length(), payload), limit);
        final boolean fin = snd.finQueued && length == payload && SequenceNumber.after(lost.end, snd.queueEnd());
        final int octets = length + (fin ? 1 : 0);
        final int flags = TcpHeader.ACK | (fin ? TcpHeader.FIN : 0) | (length == payload ? TcpHeader.PSH : 0);
        if (!writer.write(c, lost.start, length, flags)) {
            return false;
        }
        noteRetransmission(c, octets, nowNs);
        final int segments = (octets + snd.segmentSize - 1) / snd.segmentSize;
        tcp.countRetransmitted(segments);
        c.traffic.retransmissions += segments;
        c.traffic.octetsRetransmitted += octets;
        snd.board.retransmitted(lost, octets, nowNs);
        snd.recovery.sent += octets;
        snd.recovery.forced = false;
        Pacing.sent(c, octets, nowNs);
        snd.lastSentNs = nowNs;
        startTimer(c, nowNs);
        return true;
    }

    private static void noteRetransmission(TcpConnection c, int octets, long nowNs) {
        final Recovery r = c.snd.recovery;
        r.retransmitted += octets;
        if (!r.hasRetransmitted) {
            r.hasRetransmitted = true;
            r.firstRetransmissionStamp = c.rcv.timestampAt(nowNs);
        }
    }

    /// RFC 8985 section 7.3. Where the state has changed since, the time-out takes its place.
    void probeTailIfPermitted(TcpConnection c, long nowNs) {
        if (detection.mayProbe(c)) {
            probeTail(c, nowNs);
        }
    }

    /// New data if there is some and the peer's window takes it, else the last segment again, whatever the
    /// congestion window says.
    private void probeTail(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        final int room = SequenceNumber.distance(snd.nxt, snd.una + snd.window);
        final int fresh = Math.min(Math.min(snd.unsent(), room), segmentSize(c));
        r.probing = fresh > 0 ? sendNext(c, fresh, nowNs) : resendLast(c, nowNs);
        r.probeRetransmitted = fresh <= 0;
        snd.sampledSinceProbe = false;
        r.probeEnd = snd.nxt;
        c.deadlines.retransmitNs = timeOutAfter(c, nowNs);
        tcp.schedule(c);
    }

    private boolean resendLast(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        SentRange last = snd.board.last();
        if (last == null || last.fate != SentRange.Fate.IN_FLIGHT) {
            return false;
        }
        final int at = snd.nxt - Math.min(last.length(), segmentSize(c));
        if (at != last.start && snd.board.split(last, at)) {
            last = snd.board.last();
        }
        if (last == null) {
            return false;
        }
        snd.board.lost(last);
        return resend(c, last, segmentSize(c), nowNs);
    }

    // ---- new data ----

    /// Octets that may be sent in one packet now; 0 if none, or if waiting is better.
    private int sendable(TcpConnection c, Netif netif, long nowNs) {
        final Sender snd = c.snd;
        final int unsent = snd.unsent();
        if (unsent == 0) {
            snd.congestion.limited = false;
            return 0;
        }
        final int offered = snd.window - snd.flight();
        final int permitted = snd.congestion.window - snd.pipe();
        final int segmentSize = segmentSize(c);
        snd.congestion.limited = permitted < Math.min(Math.min(unsent, offered), segmentSize);
        final int length = Math.min(Math.min(unsent, Math.min(offered, permitted)), packetLimit(c, netif, segmentSize));
        if (length <= 0) {
            return 0;
        }
        if (length >= segmentSize) {
            return length - length % segmentSize;
        }
        return mayBeShort(snd, c.settings.noDelay, length, unsent) && !corkHolds(c, nowNs) ? length : 0;
    }

    /// Sender's silly-window avoidance (RFC 9293 section 3.8.6.2.1) with Nagle's algorithm (section 3.7.4) as
    /// Minshall refined it: a short segment waits only for another short one.
    private static boolean mayBeShort(Sender snd, boolean noDelay, int length, int unsent) {
        if (length >= snd.maximumWindow / 2) {
            return true;
        }
        return length == unsent && (noDelay || snd.finQueued || !snd.hasSmallOutstanding());
    }

    /// What a cork holds back leaves after 200 ms at the latest, as on Linux.
    private boolean corkHolds(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        if (!c.settings.cork || snd.corkExpired || snd.finQueued) {
            return false;
        }
        if (c.deadlines.corkNs == Deadlines.NEVER) {
            c.deadlines.corkNs = nowNs + CORK_NS;
            tcp.schedule(c);
        }
        return true;
    }

    private static boolean finIsDue(TcpConnection c) {
        return c.snd.finIsNext() && c.state.hasUnacknowledgedFin();
    }

    private boolean sendNext(TcpConnection c, int length, long nowNs) {
        final Sender snd = c.snd;
        if (!snd.board.hasRoom() || !flights.hasOneFor(snd)) {
            return false;
        }
        final int sequence = snd.nxt;
        final boolean last = sequence + length == snd.queueEnd();
        final boolean fin = last && snd.finQueued && c.state.hasUnacknowledgedFin();
        final int flags = TcpHeader.ACK | (fin ? TcpHeader.FIN : 0) | (last && length > 0 ? TcpHeader.PSH : 0);
        if (!writer.writeNew(c, sequence, length, flags)) {
            return false;
        }
        if (length > 0 && length < snd.segmentSize) {
            snd.smallEnd = SequenceNumber.latest(snd.smallEnd, sequence + length);
        }
        final int end = sequence + length + (fin ? 1 : 0);
        if (!snd.hasOutstanding()) {
            snd.progressNs = nowNs;
        }
        snd.corkExpired = false;
        c.deadlines.corkNs = Deadlines.NEVER;
        c.rcv.quickAcks = 0;
        flights.begin(snd);
        snd.board.sent(sequence, end, nowNs);
        snd.probeDue = true;
        snd.recovery.sent += SequenceNumber.distance(sequence, end);
        snd.nxt = end;
        snd.max = SequenceNumber.latest(snd.max, end);
        snd.lastSentNs = nowNs;
        c.deadlines.persistNs = Deadlines.NEVER;
        c.traffic.sentData(length, nowNs);
        Pacing.sent(c, length, nowNs);
        startTimer(c, nowNs);
        if (snd.starved) {
            tcp.sendRoomFreed(c);
        }
        return true;
    }

    /// RFC 6298 (5.1).
    private void startTimer(TcpConnection c, long nowNs) {
        if (c.deadlines.retransmitNs == Deadlines.NEVER) {
            c.deadlines.retransmitNs = timeOutAfter(c, nowNs);
            tcp.schedule(c);
        }
    }

    /// When the retransmission timer expires if it starts now: no later than the user's patience ends (RFC 5482).
    static long timeOutAfter(TcpConnection c, long nowNs) {
        final long ofProtocol = nowNs + c.snd.rtt.rtoNs();
        final long patienceNs = c.settings.userTimeoutNs;
        return patienceNs == 0 || !c.snd.synAcknowledged
                ? ofProtocol
                : Math.min(ofProtocol, c.snd.progressNs + patienceNs);
    }

    /// RFC 5681 section 4.1.
    private static void restartAfterIdle(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        final long idleNs = nowNs - snd.lastSentNs;
        if (!snd.hasOutstanding() && snd.unsent() > 0 && idleNs > snd.rtt.rtoNs()) {
            c.congestion.idled(snd.congestion, idleNs);
            snd.lastSentNs = nowNs;
        }
    }

    // ---- the closed window ----

    /// The peer's window keeps data back, and nothing is on the way whose acknowledgment could open it: probe it
    /// later.
    private void persistIfStuck(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        if (snd.board.inFlight() > 0) {
            startTimer(c, nowNs);
            return;
        }
        final boolean timed = c.deadlines.retransmitNs != Deadlines.NEVER || c.deadlines.persistNs != Deadlines.NEVER;
        if (!timed && isHeldByWindow(c)) {
            snd.progressNs = snd.hasOutstanding() ? snd.progressNs : nowNs;
            c.deadlines.persistNs = nowNs + persistDelayNs(snd);
            tcp.schedule(c);
        }
    }

    private static boolean isHeldByWindow(TcpConnection c) {
        final Sender snd = c.snd;
        final int room = snd.window - snd.flight();
        final boolean holdsNew = snd.unsent() > 0 && room < Math.min(snd.unsent(), segmentSize(c));
        final SentRange lost = snd.board.firstLost();
        final boolean holdsLost = lost != null && SequenceNumber.afterOrAt(lost.start, snd.una + snd.window);
        return holdsNew || holdsLost;
    }

    private static long persistDelayNs(Sender snd) {
        return Math.min(snd.rtt.rtoNs() << Math.min(snd.probes, 16), RttEstimator.MAXIMUM_RTO_NS);
    }

    /// RFC 9293 section 3.8.6.1: one octet into a closed window, or what fits a small one.
    void probe(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        final int length = Math.clamp(snd.window, 1, Math.min(snd.queue.length(), snd.segmentSize));
        if (writer.write(c, snd.una, length, TcpHeader.ACK | TcpHeader.PSH)) {
            snd.max = SequenceNumber.latest(snd.max, snd.una + length);
            snd.lastSentNs = nowNs;
            snd.probes++;
            snd.unansweredProbes++;
        }
        c.deadlines.persistNs = nowNs + persistDelayNs(snd);
    }

    /// RFC 9293 section 3.8.4: one below what comes next, so that the peer has to answer.
    void keepAlive(TcpConnection c) {
        writer.write(c, c.snd.nxt - 1, 0, TcpHeader.ACK);
    }

    /// Sends an acknowledgment now. False if no buffer was free: it is then still due.
    boolean acknowledge(TcpConnection c) {
        c.rcv.ackNow = true;
        return writer.write(c, c.snd.acceptableSequence(), 0, TcpHeader.ACK);
    }
}
