package org.weir.tcp;

import org.weir.tcp.SentRange.Fate;
import org.weir.time.StackClock;

/// RACK-TLP, RFC 8985: a segment is lost if one that was sent later has arrived and enough time has passed since; and a
/// tail whose loss nobody could report is probed.
final class LossDetection {
    /// RFC 8985 section 6.2 step 4: as many segments beyond a hole make waiting for reordering needless.
    private static final int DUPLICATE_THRESHOLD = 3;
    /// RFC 8985 section 6.2 step 4: recoveries for which a larger window is kept.
    private static final int PERSIST = 16;
    /// RFC 8985 section 7.2: how long a peer may hold the acknowledgment of a single segment.
    private static final long WORST_DELAYED_ACK_NS = 200 * StackClock.MILLISECOND;

    private final Tcp tcp;

    LossDetection(Tcp tcp) {
        this.tcp = tcp;
    }

    // ---- RACK ----

    /// RFC 8985 section 6.2 steps 1 to 3: `range` has arrived.
    void arrived(TcpConnection c, SentRange range, int end, Delivery d, long nowNs) {
        final Recovery r = c.snd.recovery;
        final long rttNs = nowNs - range.sentNs;
        if (SequenceNumber.after(end, r.forwardAck)) {
            r.forwardAck = end;
        } else if (SequenceNumber.before(end, r.forwardAck) && !range.retransmitted) {
            c.snd.reorderingSeen = true;
        }
        if (range.retransmitted && isOfOriginal(c, range, rttNs, d)) {
            return;
        }
        if (!r.rackValid || range.wasSentAfter(r.rackSentNs, r.rackEnd)) {
            r.rackValid = true;
            r.rackSentNs = range.sentNs;
            r.rackEnd = end;
            c.snd.rackRttNs = rttNs;
        }
    }

    /// The acknowledgment of something sent twice came too early for the second time. The echo tells only of what
    /// is acknowledged in order: beyond a hole the peer still echoes what came before it (RFC 7323 section 4.3).
    private static boolean isOfOriginal(TcpConnection c, SentRange range, long rttNs, Delivery d) {
        final boolean echoesEarlier =
                d.inOrder && d.hasEcho && SequenceNumber.before(d.echo, c.rcv.timestampAt(range.sentNs));
        return echoesEarlier || rttNs < c.snd.rtt.minimumRttNs();
    }

    /// RFC 8985 section 6.2 step 5: marks what is lost and sets the deadline for what could be.
    ///
    /// @return octets newly lost
    int detect(TcpConnection c, long nowNs) {
        final Recovery r = c.snd.recovery;
        final Scoreboard board = c.snd.board;
        c.deadlines.reorderNs = Deadlines.NEVER;
        if (!r.rackValid) {
            return 0;
        }
        final long patienceNs = c.snd.rackRttNs + reorderingWindowNs(c.snd);
        r.retransmissionLost = false;
        int lost = 0;
        SentRange range = board.oldest();
        while (range != null && !range.wasSentAfter(r.rackSentNs, r.rackEnd) && !isNewestArrived(range, r)) {
            final SentRange newer = range.newer;
            // Over a path without delay an acknowledgment comes in the very instant: what is as young is not lost yet.
            final long dueNs = Math.max(range.sentNs + patienceNs, range.sentNs + 1);
            if (dueNs - nowNs <= 0) {
                r.retransmissionLost |= range.retransmitted && range.sentNs - r.sinceNs >= 0;
                lost += PathMtu.isProbe(c.snd.mtu, range) ? loseProbe(c, nowNs) : range.length();
                board.lost(range);
            } else {
                c.deadlines.reorderNs = dueNs; // what was sent later is due later
                break;
            }
            range = newer;
        }
        if (c.deadlines.reorderNs != Deadlines.NEVER) {
            tcp.schedule(c);
        }
        return lost;
    }

    /// Returns the octets that count as a sign of congestion.
    private int loseProbe(TcpConnection c, long nowNs) {
        tcp.pathMtu().probeLost(c, nowNs);
        return 0;
    }

    private static boolean isNewestArrived(SentRange range, Recovery r) {
        return range.sentNs == r.rackSentNs && range.end == r.rackEnd;
    }

    /// RFC 8985 section 6.2 step 4.
    private static long reorderingWindowNs(Sender snd) {
        final Recovery r = snd.recovery;
        final boolean manyBeyondTheHole = snd.board.sacked() > (DUPLICATE_THRESHOLD - 1) * snd.segmentSize;
        if (!snd.reorderingSeen && (!r.isOpen() || manyBeyondTheHole)) {
            return 0;
        }
        return Math.min(snd.reorderingWindow * snd.rtt.minimumRttNs() / 4, snd.rtt.smoothedNs());
    }

    /// RFC 8985 section 6.2 step 4: a retransmission was needless, so more patience is called for.
    void duplicateReported(Sender snd) {
        final Recovery r = snd.recovery;
        if (r.duplicateRoundOpen && SequenceNumber.before(snd.una, r.duplicateRoundEnd)) {
            return;
        }
        r.duplicateRoundOpen = true;
        r.duplicateRoundEnd = snd.nxt;
        snd.reorderingWindow++;
        snd.reorderingWindowPersist = PERSIST;
    }

    /// A recovery has ended without such a report.
    void recovered(Sender snd) {
        if (snd.reorderingWindowPersist > 0 && --snd.reorderingWindowPersist == 0) {
            snd.reorderingWindow = 1;
        }
    }

    /// RFC 8985 section 6.3: after a time-out the first segment is lost, and all that had time to arrive. Without
    /// selective acknowledgments nobody could tell: everything is.
    void timedOut(TcpConnection c, long nowNs) {
        final Scoreboard board = c.snd.board;
        final SentRange first = board.first();
        if (first != null && first.fate == Fate.SACKED) {
            board.forgetSacks();
        }
        final long patienceNs = c.snd.rackRttNs + reorderingWindowNs(c.snd);
        SentRange range = board.oldest();
        while (range != null) {
            final SentRange newer = range.newer;
            final boolean hadTime = range.sentNs + patienceNs - nowNs <= 0;
            if (!c.snd.sackPermitted || range == board.first() || hadTime) {
                board.lost(range);
            }
            range = newer;
        }
    }

    // ---- tail loss probe ----

    /// RFC 8985 section 7.2: sets the deadline of the probe, if one may be sent.
    void scheduleProbe(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        c.deadlines.probeNs = Deadlines.NEVER;
        if (!mayProbe(c)) {
            return;
        }
        final boolean single = snd.flight() <= snd.segmentSize;
        final long timeoutNs = 2 * snd.rtt.smoothedNs() + (single ? WORST_DELAYED_ACK_NS : 0);
        c.deadlines.probeNs = Math.min(nowNs + timeoutNs, c.deadlines.retransmitNs);
        tcp.schedule(c);
    }

    /// True if nothing but a probe could tell of a lost tail before the time-out does.
    boolean mayProbe(TcpConnection c) {
        final Sender snd = c.snd;
        return snd.sackPermitted
                && snd.recovery.isOpen()
                && !snd.recovery.probing
                && snd.sampledSinceProbe
                && !snd.board.isEmpty()
                && snd.board.sacked() == 0
                && snd.board.lost() == 0
                && c.deadlines.retransmitNs != Deadlines.NEVER
                && snd.rtt.smoothedNs() > 0;
    }

    /// RFC 8985 section 7.4.2: what an acknowledgment says of the probe.
    ///
    /// @return true if the probe has repaired a loss
    boolean probeHasRepaired(Sender snd, int acknowledgment, Delivery d) {
        final Recovery r = snd.recovery;
        if (!r.probing || SequenceNumber.before(acknowledgment, r.probeEnd)) {
            return false;
        }
        if (!r.probeRetransmitted || d.duplicate && d.duplicateEnd == r.probeEnd) {
            r.probing = false;
            return false;
        }
        if (SequenceNumber.after(acknowledgment, r.probeEnd)) {
            r.probing = false;
            return true;
        }
        if (d.acknowledged == 0 && d.sacked == 0) {
            r.probing = false;
        }
        return false;
    }
}
