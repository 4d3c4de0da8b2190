package org.weir.tcp;

import org.weir.time.StackClock;

/// The fifth step of segment arrival for established connections, RFC 9293 section 3.10.7.4: what an acknowledgment
/// tells of the send queue, the window, the round-trip time (RFC 6298) and losses (RFC 5681, RFC 6582).
final class AcknowledgmentInput {
    /// RFC 5681 section 3.2.
    private static final int DUPLICATE_THRESHOLD = 3;

    private static final int INFLATION_LIMIT = 1 << 30;

    private final Tcp tcp;
    private final TcpOutput output;
    private final CongestionControl congestion;

    AcknowledgmentInput(Tcp tcp, TcpOutput output, CongestionControl congestion) {
        this.tcp = tcp;
        this.output = output;
        this.congestion = congestion;
    }

    /// RFC 5961 section 5.2: an acknowledgment of what was never sent, or older than the largest window.
    boolean isUnacceptable(TcpConnection c, Segment s) {
        return SequenceNumber.after(s.acknowledgment, c.snd.max)
                || SequenceNumber.before(s.acknowledgment, c.snd.una - c.snd.maximumWindow);
    }

    /// Takes in an acceptable acknowledgment.
    void process(TcpConnection c, Segment s, long nowNs) {
        final Sender snd = c.snd;
        final boolean duplicate = isDuplicate(c, s);
        updateWindow(c, s);
        snd.unansweredProbes = 0;
        if (SequenceNumber.after(s.acknowledgment, snd.una)) {
            advance(c, s, nowNs);
        } else if (duplicate) {
            countDuplicate(c, nowNs);
        }
    }

    /// RFC 5681 section 2: data is outstanding, and the segment carries nothing and changes nothing.
    private static boolean isDuplicate(TcpConnection c, Segment s) {
        return s.acknowledgment == c.snd.una
                && c.snd.hasOutstanding()
                && s.arrivedLength == 0
                && s.sequenceLength() == 0
                && c.deadlines.persistNs == Deadlines.NEVER
                && s.window(c.snd.windowScale) == c.snd.window;
    }

    private void updateWindow(TcpConnection c, Segment s) {
        final Sender snd = c.snd;
        if (SequenceNumber.before(s.acknowledgment, snd.una)) {
            return;
        }
        final boolean isNewer = SequenceNumber.before(snd.windowUpdateSequence, s.arrivedSequence)
                || snd.windowUpdateSequence == s.arrivedSequence
                        && SequenceNumber.beforeOrAt(snd.windowUpdateAcknowledgment, s.acknowledgment);
        if (!isNewer) {
            return;
        }
        final int window = s.window(snd.windowScale);
        if (window > snd.window) {
            snd.probes = 0;
            tcp.wantsOutput(c);
        }
        snd.window = window;
        snd.maximumWindow = Math.max(snd.maximumWindow, window);
        snd.windowUpdateSequence = s.arrivedSequence;
        snd.windowUpdateAcknowledgment = s.acknowledgment;
    }

    // ---- new data acknowledged ----

    private void advance(TcpConnection c, Segment s, long nowNs) {
        final Sender snd = c.snd;
        final int ack = s.acknowledgment;
        final int flight = snd.flight();
        final int acknowledged = SequenceNumber.distance(snd.una, ack);
        measure(c, s, nowNs);
        snd.finAcknowledged |= snd.coversFin(ack);
        snd.queue.drop(Math.min(acknowledged, snd.queue.length()));
        snd.una = ack;
        snd.nxt = SequenceNumber.latest(snd.nxt, ack);
        snd.retransmissions = 0;
        c.deadlines.persistNs = Deadlines.NEVER;
        if (snd.inRecovery) {
            recover(c, acknowledged, nowNs);
        } else {
            snd.duplicateAcks = 0;
            congestion.acknowledged(snd.congestion, acknowledged, flight);
            restartTimer(c, nowNs);
        }
        tcp.sendRoomFreed(c);
        tcp.wantsOutput(c);
    }

    /// RFC 6298 section 3 (Karn), or the echoed timestamp if something was retransmitted (RFC 7323 section 4.1).
    private static void measure(TcpConnection c, Segment s, long nowNs) {
        final Sender snd = c.snd;
        if (snd.timing && SequenceNumber.afterOrAt(s.acknowledgment, snd.timedSequence)) {
            snd.rtt.sample(nowNs - snd.timedSinceNs);
            snd.timing = false;
        } else if (!snd.timing && c.rcv.timestamps && s.options.hasTimestamps() && s.options.timestampEcho() != 0) {
            final int now = (int) (nowNs / StackClock.MILLISECOND) + c.rcv.timestampOffset;
            final int elapsed = now - s.options.timestampEcho();
            if (elapsed >= 0) {
                snd.rtt.sample(elapsed * StackClock.MILLISECOND);
            }
        }
    }

    /// RFC 6298 (5.2) and (5.3).
    private void restartTimer(TcpConnection c, long nowNs) {
        if (!c.snd.hasOutstanding()) {
            c.deadlines.retransmitNs = Deadlines.NEVER;
            return;
        }
        c.deadlines.retransmitNs = nowNs + c.snd.rtt.rtoNs();
        tcp.schedule(c);
    }

    // ---- losses ----

    /// RFC 6582 section 3.2 step 2, RFC 5681 section 3.2 steps 1 to 4.
    private void countDuplicate(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        snd.duplicateAcks++;
        if (snd.inRecovery) {
            snd.congestion.window = Math.min(snd.congestion.window + snd.segmentSize, INFLATION_LIMIT);
        } else if (snd.duplicateAcks == DUPLICATE_THRESHOLD && SequenceNumber.afterOrAt(snd.una, snd.recover)) {
            congestion.lossDetected(snd.congestion, flightWithoutLimitedTransmit(snd));
            snd.inRecovery = true;
            snd.recover = snd.max;
            snd.congestion.window = snd.congestion.slowStartThreshold + DUPLICATE_THRESHOLD * snd.segmentSize;
            tcp.countFastRetransmit();
            output.retransmitFirst(c, nowNs);
            restartTimer(c, nowNs);
        }
        tcp.wantsOutput(c);
    }

    /// What limited transmit has sent beyond the window does not count, RFC 5681 section 3.2 step 2.
    private static int flightWithoutLimitedTransmit(Sender snd) {
        return Math.min(snd.flight(), snd.congestion.window);
    }

    /// RFC 6582 section 3.2 step 3: a full acknowledgment ends recovery, a partial one means that the next segment
    /// is lost too.
    private void recover(TcpConnection c, int acknowledged, long nowNs) {
        final Sender snd = c.snd;
        final CongestionState cwnd = snd.congestion;
        if (SequenceNumber.afterOrAt(snd.una, snd.recover)) {
            snd.inRecovery = false;
            snd.duplicateAcks = 0;
            cwnd.window = Math.min(cwnd.slowStartThreshold, Math.max(snd.flight(), snd.segmentSize) + snd.segmentSize);
            restartTimer(c, nowNs);
            return;
        }
        output.retransmitFirst(c, nowNs);
        cwnd.window = Math.max(cwnd.window - acknowledged, snd.segmentSize);
        if (acknowledged >= snd.segmentSize) {
            cwnd.window += snd.segmentSize;
        }
        restartTimer(c, nowNs);
    }
}
