package org.weir.tcp;

import org.weir.tcp.SentRange.Fate;
import org.weir.time.StackClock;
import org.weir.wire.TcpOptions;

/// The fifth step of segment arrival for established connections, RFC 9293 section 3.10.7.4: what an acknowledgment
/// tells of the window, the send queue and the round-trip time. What it tells of losses is for [LossRecovery].
final class AcknowledgmentInput {
    private final Tcp tcp;
    private final LossDetection detection;
    private final LossRecovery recovery;
    private final Flights flights;
    private final Delivery delivery = new Delivery();
    private final int[] left = new int[TcpOptions.SACK_BLOCKS];
    private final int[] right = new int[TcpOptions.SACK_BLOCKS];

    AcknowledgmentInput(Tcp tcp, LossDetection detection, LossRecovery recovery) {
        this.tcp = tcp;
        this.detection = detection;
        this.recovery = recovery;
        this.flights = tcp.pools().flights;
    }

    /// RFC 5961 section 5.2: an acknowledgment of what was never sent, or older than the largest window.
    boolean isUnacceptable(TcpConnection c, Segment s) {
        return SequenceNumber.after(s.acknowledgment, c.snd.max)
                || SequenceNumber.before(s.acknowledgment, c.snd.una - c.snd.maximumWindow);
    }

    /// Takes in an acceptable acknowledgment.
    void process(TcpConnection c, Segment s, long nowNs) {
        final Sender snd = c.snd;
        snd.unansweredProbes = 0;
        if (SequenceNumber.before(s.acknowledgment, snd.una)) {
            return;
        }
        final boolean duplicate = isDuplicate(c, s);
        updateWindow(c, s);
        final Delivery d = delivery;
        d.begin(snd);
        d.hasEcho = c.rcv.timestamps && s.options.hasTimestamps() && s.options.timestampEcho() != 0;
        d.echo = s.options.timestampEcho();
        final int unacknowledged = snd.una;
        if (SequenceNumber.after(s.acknowledgment, unacknowledged)) {
            advance(c, s, nowNs);
        }
        if (snd.sackPermitted) {
            readSacks(c, s, nowNs);
        } else if (duplicate) {
            recovery.countDuplicate(c);
        }
        measure(c, nowNs);
        if (d.delivered > 0 || d.acknowledged > 0 || d.duplicate || duplicate) {
            recovery.acknowledged(c, d, nowNs);
        }
        if (d.acknowledged > 0) {
            restartTimer(c, nowNs);
            tcp.pathMtu().acknowledged(c, nowNs);
            tcp.tuning().acknowledged(c);
            tcp.sendRoomFreed(c);
            flights.end(snd);
        }
    }

    /// RFC 3168 section 6.1.2: the peer echoes a mark.
    void congestionReported(TcpConnection c) {
        recovery.reduceOnce(c, delivery.flightBefore);
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
        final int acknowledged = SequenceNumber.distance(snd.una, ack);
        delivery.acknowledged = acknowledged;
        delivery.inOrder = true;
        for (SentRange r = snd.board.first(); r != null && SequenceNumber.before(r.start, ack); ) {
            final boolean whole = SequenceNumber.beforeOrAt(r.end, ack);
            delivery.ambiguous |= r.retransmitted;
            arrived(c, r, r.start, whole ? r.end : ack, nowNs);
            if (!whole) {
                snd.board.trimFirst(ack);
                break;
            }
            snd.board.dropFirst();
            r = snd.board.first();
        }
        if (delivery.ambiguous) {
            delivery.rttNs = 0;
        }
        snd.finAcknowledged |= snd.coversFin(ack);
        snd.queue.drop(Math.min(acknowledged, snd.queue.length()));
        snd.advanceTo(ack);
        c.softError = TcpError.NONE;
        snd.progressNs = nowNs;
        c.traffic.acknowledged(acknowledged, nowNs);
        snd.nxt = SequenceNumber.latest(snd.nxt, ack);
        snd.retransmissions = 0;
        c.deadlines.persistNs = Deadlines.NEVER;
        tcp.wantsOutput(c);
    }

    /// `start` to `end` of `range` has arrived, if that is news.
    private void arrived(TcpConnection c, SentRange range, int start, int end, long nowNs) {
        if (range.fate == Fate.SACKED) {
            return;
        }
        final Delivery d = delivery;
        d.delivered += SequenceNumber.distance(start, end);
        if (!range.retransmitted) {
            d.original |= SequenceNumber.beforeOrAt(end, c.snd.recovery.point);
            d.rttNs = Math.max(1, nowNs - range.sentNs);
            c.snd.rtt.observe(d.rttNs, nowNs);
        }
        detection.arrived(c, range, end, d, nowNs);
    }

    /// RFC 6298 section 3: one sample for each round trip, of what was sent once only (Karn); or the echoed
    /// timestamp where all was sent again (RFC 7323 section 4.1).
    private void measure(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        final Delivery d = delivery;
        if (d.rttNs > 0) {
            snd.rtt.endBackOff();
            snd.sampledSinceProbe = true;
            if (SequenceNumber.after(snd.recovery.forwardAck, snd.sampleFrom)) {
                snd.rtt.sample(d.rttNs);
                snd.sampleFrom = snd.nxt;
            }
        } else if (d.acknowledged > 0 && d.hasEcho) {
            final int elapsed = c.rcv.timestampAt(nowNs) - d.echo;
            if (elapsed >= 0) {
                snd.sampledSinceProbe = true;
                snd.rtt.sample(elapsed * StackClock.MILLISECOND);
            }
        }
        snd.sampleFrom = SequenceNumber.latest(snd.sampleFrom, snd.una);
    }

    /// RFC 6298 (5.2) and (5.3).
    private void restartTimer(TcpConnection c, long nowNs) {
        if (!c.snd.hasOutstanding()) {
            c.deadlines.retransmitNs = Deadlines.NEVER;
            return;
        }
        c.snd.probeDue = true;
        c.deadlines.retransmitNs = TcpOutput.timeOutAfter(c, nowNs);
        tcp.schedule(c);
    }

    // ---- selective acknowledgments ----

    /// RFC 6675 section 5, in ascending order as RFC 8985 section 6.2 step 2 wants it. A block that speaks of what
    /// was never sent is not believed.
    private void readSacks(TcpConnection c, Segment s, long nowNs) {
        final Sender snd = c.snd;
        int count = 0;
        for (int i = 0; i < Math.min(s.options.sackBlocks(), left.length); i++) {
            final int from = s.options.sackLeft(i);
            final int to = s.options.sackRight(i);
            if (i == 0 && readDuplicate(snd, s, from, to)) {
                continue;
            }
            final boolean isPlausible = SequenceNumber.before(from, to)
                    && SequenceNumber.after(to, snd.una)
                    && SequenceNumber.beforeOrAt(to, snd.nxt)
                    && SequenceNumber.after(from, snd.una - snd.maximumWindow);
            if (isPlausible) {
                insertBlock(count++, SequenceNumber.latest(from, snd.una), to);
            }
        }
        for (int i = 0; i < count; i++) {
            markSacked(c, left[i], right[i], nowNs);
        }
    }

    private void insertBlock(int count, int from, int to) {
        int at = count;
        while (at > 0 && SequenceNumber.after(left[at - 1], from)) {
            left[at] = left[at - 1];
            right[at] = right[at - 1];
            at--;
        }
        left[at] = from;
        right[at] = to;
    }

    /// RFC 2883 section 4: the first block reports a duplicate if it is acknowledged or lies in the second one.
    private boolean readDuplicate(Sender snd, Segment s, int from, int to) {
        if (!SequenceNumber.before(from, to)) {
            return false;
        }
        final boolean isOld = SequenceNumber.beforeOrAt(to, s.acknowledgment);
        final boolean isInside = s.options.sackBlocks() > 1
                && SequenceNumber.afterOrAt(from, s.options.sackLeft(1))
                && SequenceNumber.beforeOrAt(to, s.options.sackRight(1));
        if (!isOld && !isInside || SequenceNumber.distance(from, snd.nxt) > snd.maximumWindow * 2L) {
            return false;
        }
        delivery.duplicate = true;
        delivery.duplicateStart = from;
        delivery.duplicateEnd = to;
        return true;
    }

    private void markSacked(TcpConnection c, int from, int to, long nowNs) {
        final Scoreboard board = c.snd.board;
        delivery.inOrder = false;
        for (SentRange r = board.unreported(from, to); r != null; r = board.unreported(from, to)) {
            arrived(c, r, r.start, r.end, nowNs);
            delivery.sacked += r.length();
            board.sacked(r);
        }
    }
}
