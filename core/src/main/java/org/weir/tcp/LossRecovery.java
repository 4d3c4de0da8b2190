package org.weir.tcp;

import org.weir.tcp.Recovery.ForwardStep;
import org.weir.tcp.Recovery.Phase;

/// What is done about losses: how much may be sent while they are repaired (RFC 6675, RFC 6937), and how a reduction is
/// taken back where nothing was lost (RFC 3522, RFC 3708, RFC 5682).
final class LossRecovery {
    /// RFC 5681 section 3.2.
    private static final int DUPLICATE_THRESHOLD = 3;

    private final Tcp tcp;
    private final LossDetection detection;
    private final Delivery nothing = new Delivery();
    private final AckSample sample = new AckSample();

    LossRecovery(Tcp tcp, LossDetection detection) {
        this.tcp = tcp;
        this.detection = detection;
    }

    /// An acknowledgment has been taken in: finds losses, moves between the phases and sets the congestion window.
    void acknowledged(TcpConnection c, Delivery d, long nowNs) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        if (d.duplicate) {
            creditDuplicate(c, d);
        }
        if (detection.probeHasRepaired(snd, snd.una, d)) {
            reduceOnce(c, d.flightBefore);
        }
        final int arrived = snd.sackPermitted ? d.delivered : arrivedWithoutSack(snd, d);
        final Phase before = r.phase;
        switch (before) {
            case OPEN -> undoAfterwards(c, d);
            case FAST -> leaveFastRecovery(c, d);
            case TIMED_OUT -> leaveTimeOut(c, d);
        }
        final int lost = snd.sackPermitted ? detection.detect(c, nowNs) : lostByDuplicates(c, d);
        if (lost > 0) {
            react(c, d, nowNs);
        }
        if (r.phase == Phase.FAST) {
            reduceInProportion(snd, arrived, d.acknowledged > 0 && lost == 0);
        } else if (d.acknowledged > 0 && before != Phase.FAST) {
            grow(c, d, nowNs);
        }
        tcp.wantsOutput(c);
    }

    /// The deadline of RFC 8985 section 6.2 step 5 has come: what could have been reordered is lost.
    void reorderingWindowEnded(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        nothing.begin(snd);
        if (detection.detect(c, nowNs) > 0 && snd.recovery.isOpen()) {
            enterFastRecovery(c, nothing, nowNs);
            reduceInProportion(snd, 0, false);
        } else if (snd.recovery.phase == Phase.FAST && snd.recovery.retransmissionLost) {
            reduceAgain(c, nothing, nowNs);
            reduceInProportion(snd, 0, false);
        }
        tcp.wantsOutput(c);
    }

    /// Something was found lost.
    private void react(TcpConnection c, Delivery d, long nowNs) {
        final Recovery r = c.snd.recovery;
        if (r.isOpen() && SequenceNumber.afterOrAt(c.snd.una, r.point)) {
            enterFastRecovery(c, d, nowNs);
        } else if (r.phase == Phase.FAST && c.snd.sackPermitted && r.retransmissionLost) {
            reduceAgain(c, d, nowNs);
        }
    }

    /// After a time-out the window grows by one segment for each acknowledgment at most, RFC 3465 section 2.3.
    private void grow(TcpConnection c, Delivery d, long nowNs) {
        final Sender snd = c.snd;
        final CongestionState s = snd.congestion;
        final AckSample ack = sample;
        ack.octets = snd.recovery.phase == Phase.TIMED_OUT ? Math.min(d.acknowledged, snd.segmentSize) : d.acknowledged;
        ack.flight = d.flightBefore;
        ack.rttNs = d.rttNs;
        ack.smoothedNs = snd.rtt.smoothedNs();
        ack.una = snd.una;
        s.nxt = snd.nxt;
        c.congestion.acknowledged(s, ack, nowNs);
    }

    // ---- finding losses without selective acknowledgments ----

    /// RFC 5681 section 3.2 steps 2 and 4: a duplicate acknowledgment says that one segment has left the network.
    void countDuplicate(TcpConnection c) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        r.duplicateAcks++;
        r.leftNetwork = Math.min(r.leftNetwork + snd.segmentSize, Math.max(0, snd.board.inFlight() - snd.segmentSize));
    }

    /// What has left the network, RFC 6582 section 3.2 step 3: of what is acknowledged, duplicates have announced
    /// all but the first segment.
    private static int arrivedWithoutSack(Sender snd, Delivery d) {
        final Recovery r = snd.recovery;
        if (d.acknowledged == 0) {
            return snd.segmentSize;
        }
        final int announced = r.leftNetwork;
        r.leftNetwork = Math.max(0, announced - Math.max(0, d.acknowledged - snd.segmentSize));
        if (r.phase != Phase.FAST) {
            r.duplicateAcks = 0;
            r.leftNetwork = 0;
        }
        return Math.max(d.acknowledged - announced, snd.segmentSize);
    }

    /// RFC 6582 section 3.2 steps 2 and 3: three duplicates, or a partial acknowledgment, mean that the first
    /// segment is lost.
    private static int lostByDuplicates(TcpConnection c, Delivery d) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        final boolean third = r.isOpen()
                && r.duplicateAcks == DUPLICATE_THRESHOLD
                && d.acknowledged == 0
                && SequenceNumber.afterOrAt(snd.una, r.point);
        final boolean partial = r.phase == Phase.FAST && d.acknowledged > 0;
        return third || partial ? loseFirst(snd) : 0;
    }

    private static int loseFirst(Sender snd) {
        final SentRange first = snd.board.first();
        if (first == null || first.fate != SentRange.Fate.IN_FLIGHT) {
            return 0;
        }
        if (first.length() > snd.segmentSize) {
            snd.board.split(first, first.start + snd.segmentSize);
        }
        snd.board.lost(first);
        return first.length();
    }

    // ---- fast recovery ----

    private void enterFastRecovery(TcpConnection c, Delivery d, long nowNs) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        remember(snd);
        if (SequenceNumber.afterOrAt(snd.una, r.reducedUntil)) {
            c.congestion.congested(snd.congestion, Math.min(d.flightBefore, snd.congestion.window));
        }
        r.phase = Phase.FAST;
        begin(snd, d, nowNs);
        tcp.countFastRetransmit();
    }

    private static void begin(Sender snd, Delivery d, long nowNs) {
        final Recovery r = snd.recovery;
        r.sinceNs = nowNs;
        r.point = snd.nxt;
        r.forced = true;
        r.delivered = 0;
        r.sent = 0;
        r.flightAtStart = d.flightBefore - d.sackedBefore;
        snd.reductionToTell = true;
    }

    /// RFC 5681 section 4.3: the loss of a retransmission is a second sign of congestion.
    private static void reduceAgain(TcpConnection c, Delivery d, long nowNs) {
        final Sender snd = c.snd;
        c.congestion.congested(snd.congestion, Math.min(d.flightBefore, snd.congestion.window));
        begin(snd, d, nowNs);
    }

    /// Keeps what undoing will need.
    private static void remember(Sender snd) {
        final Recovery r = snd.recovery;
        r.mayUndo = true;
        r.windowBefore = snd.congestion.window;
        r.thresholdBefore = snd.congestion.slowStartThreshold;
        r.undoFrom = snd.una;
        r.undoUntil = snd.nxt;
        r.retransmitted = 0;
        r.hasRetransmitted = false;
    }

    private void leaveFastRecovery(TcpConnection c, Delivery d) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        if (wasNeedless(snd, d)) {
            undo(c);
            return;
        }
        if (SequenceNumber.before(snd.una, r.point)) {
            return;
        }
        final int flight = Math.max(snd.pipe(), snd.segmentSize) + snd.segmentSize;
        snd.congestion.window = snd.sackPermitted
                ? snd.congestion.slowStartThreshold
                : Math.min(snd.congestion.slowStartThreshold, flight);
        open(r);
        detection.recovered(snd);
    }

    private static void open(Recovery r) {
        r.phase = Phase.OPEN;
        r.forced = false;
        r.forward = ForwardStep.OFF;
        r.duplicateAcks = 0;
        r.leftNetwork = 0;
    }

    /// RFC 6937 section 3: what is sent is what the new window has to be of what arrives.
    private static void reduceInProportion(Sender snd, int arrived, boolean goesWell) {
        final Recovery r = snd.recovery;
        final int pipe = snd.pipe();
        final int threshold = snd.congestion.slowStartThreshold;
        r.delivered += arrived;
        int allowed;
        if (pipe > threshold) {
            final long share = (long) r.delivered * threshold / Math.max(1, r.flightAtStart);
            allowed = (int) Math.min(share + 1, Integer.MAX_VALUE / 2) - r.sent;
        } else {
            allowed = Math.max(r.delivered - r.sent, arrived);
            if (goesWell) {
                allowed += snd.segmentSize;
            }
            allowed = Math.min(threshold - pipe, allowed);
        }
        if (r.sent == 0) {
            allowed = Math.max(allowed, snd.segmentSize);
        }
        snd.congestion.window = pipe + Math.max(allowed, 0);
    }

    /// A tail loss probe has repaired a loss, or the network has marked a packet: the window is reduced at once,
    /// for nothing is left to repair.
    void reduceOnce(TcpConnection c, int flight) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        if (!r.isOpen() || snd.hasOutstanding() && SequenceNumber.before(snd.una, r.reducedUntil)) {
            return;
        }
        if (snd.hasOutstanding()) {
            r.reducedUntil = snd.nxt;
        }
        c.congestion.congested(snd.congestion, Math.min(Math.max(flight, snd.segmentSize), snd.congestion.window));
        snd.congestion.window = snd.congestion.slowStartThreshold;
        snd.reductionToTell = true;
    }

    // ---- time-outs ----

    /// RFC 6298 (5.4) to (5.6), RFC 5681 section 3.1.
    void timedOut(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        final boolean again = r.phase == Phase.TIMED_OUT && SequenceNumber.before(snd.una, r.point);
        if (!again) {
            if (r.isOpen()) {
                remember(snd);
            }
            c.congestion.timedOut(snd.congestion, Math.min(snd.flight(), snd.congestion.window));
        }
        r.forward = again || r.phase == Phase.FAST ? ForwardStep.OFF : ForwardStep.AWAIT_FIRST;
        r.phase = Phase.TIMED_OUT;
        r.point = snd.nxt;
        r.duplicateAcks = 0;
        r.leftNetwork = 0;
        r.probing = false;
        r.forced = true;
        snd.congestion.window = snd.segmentSize;
        snd.reductionToTell = true;
        detection.timedOut(c, nowNs);
    }

    private void leaveTimeOut(TcpConnection c, Delivery d) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        if (wasNeedless(snd, d) || r.forward == ForwardStep.SEND_NEW && d.original) {
            undo(c);
            return;
        }
        stepForward(snd, d);
        if (SequenceNumber.afterOrAt(snd.una, r.point)) {
            open(r);
        }
    }

    /// RFC 5682 section 2.1 step 2: after a partial acknowledgment new data tells whether the old is still coming.
    private static void stepForward(Sender snd, Delivery d) {
        final Recovery r = snd.recovery;
        switch (r.forward) {
            case OFF -> {}
            case AWAIT_FIRST -> {
                if (d.acknowledged > 0) {
                    final boolean partial = SequenceNumber.before(snd.una, r.point);
                    final boolean hasNew =
                            snd.unsent() >= snd.segmentSize && SequenceNumber.before(snd.nxt, snd.una + snd.window);
                    r.forward = partial && hasNew ? ForwardStep.SEND_NEW : ForwardStep.OFF;
                }
            }
            case SEND_NEW -> r.forward = ForwardStep.OFF;
        }
    }

    // ---- undo ----

    /// The peer got something twice: if that was sent twice only because it was thought lost, it was not.
    private void creditDuplicate(TcpConnection c, Delivery d) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        final boolean isOfThisPhase = r.hasRetransmitted
                && SequenceNumber.afterOrAt(d.duplicateStart, r.undoFrom)
                && SequenceNumber.beforeOrAt(d.duplicateEnd, r.undoUntil);
        c.traffic.duplicateReports++;
        if (isOfThisPhase) {
            final int octets = SequenceNumber.distance(d.duplicateStart, d.duplicateEnd);
            r.retransmitted -= octets;
            tcp.countSpurious((octets + snd.segmentSize - 1) / snd.segmentSize);
            detection.duplicateReported(snd);
        }
    }

    /// The report that all was needless may come when the repair is over.
    private void undoAfterwards(TcpConnection c, Delivery d) {
        if (d.duplicate && wasNeedless(c.snd, d)) {
            undo(c);
        }
    }

    /// True if nothing of what this phase was about had been lost: all that was sent again arrived twice (RFC
    /// 3708), or what was acknowledged had been sent before the first retransmission (RFC 3522).
    private static boolean wasNeedless(Sender snd, Delivery d) {
        final Recovery r = snd.recovery;
        if (!r.mayUndo || !r.hasRetransmitted) {
            return false;
        }
        final boolean allTwice = r.retransmitted <= 0;
        final boolean echoesEarlier =
                d.hasEcho && d.acknowledged > 0 && SequenceNumber.before(d.echo, r.firstRetransmissionStamp);
        return allTwice || echoesEarlier;
    }

    private void undo(TcpConnection c) {
        final Sender snd = c.snd;
        final Recovery r = snd.recovery;
        snd.congestion.window = Math.max(snd.congestion.window, r.windowBefore);
        snd.congestion.slowStartThreshold = Math.max(snd.congestion.slowStartThreshold, r.thresholdBefore);
        c.congestion.undone(snd.congestion);
        snd.board.loseNothing();
        r.mayUndo = false;
        // What RACK took for the arrival of a retransmission was that of the original.
        r.rackValid = false;
        r.point = snd.una;
        open(r);
        tcp.countUndo();
    }
}
