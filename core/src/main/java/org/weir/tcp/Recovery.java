package org.weir.tcp;

/// What a sender knows of losses while something is on the way: which are being repaired and how (RFC 6675, RFC
/// 6937), whether the repair could be needless (RFC 5682, RFC 3522, RFC 3708), and the state of RACK-TLP (RFC 8985
/// section 5.3). What RACK has learnt of the path is the [Sender]'s.
final class Recovery {
    /// What is being done about losses.
    enum Phase {
        /// Nothing is known to be lost.
        OPEN,
        /// A loss was found by acknowledgments, the window is being reduced in proportion.
        FAST,
        /// The retransmission timer has expired.
        TIMED_OUT
    }

    /// Reports of duplicates that come later than this many octets are about something else.
    private static final int UNDO_REACH = 1 << 29;

    Phase phase = Phase.OPEN;
    /// When the phase began.
    long sinceNs;
    /// RFC 6675 "RecoveryPoint": SND.NXT when the phase began.
    int point;
    /// The window was reduced for what was sent before this number, RFC 3168 section 6.1.2.
    int reducedUntil;
    /// The next lost segment is sent whatever the congestion window says.
    boolean forced;

    // ---- proportional rate reduction, RFC 6937: octets ----

    int delivered;
    int sent;
    int flightAtStart;

    // ---- without SACK, RFC 6582 ----

    int duplicateAcks;
    /// Octets that duplicate acknowledgments say have left the network.
    int leftNetwork;

    // ---- undo ----

    boolean mayUndo;
    int undoFrom;
    int undoUntil;
    int windowBefore;
    int thresholdBefore;
    /// Octets sent again in this phase and not reported as duplicates.
    int retransmitted;
    boolean hasRetransmitted;
    /// TSval of the first retransmission, RFC 3522.
    int firstRetransmissionStamp;

    // ---- F-RTO, RFC 5682 ----

    ForwardStep forward = ForwardStep.OFF;

    /// The steps of RFC 5682 section 2.1.
    enum ForwardStep {
        /// The time-out is taken for a true one.
        OFF,
        /// The first segment was sent again: its acknowledgment is awaited.
        AWAIT_FIRST,
        /// New data is sent instead of lost data, to see whether the old one is acknowledged meanwhile.
        SEND_NEW
    }

    // ---- RACK, RFC 8985 section 5.3 ----

    boolean rackValid;
    /// A segment that was sent again in this phase was lost again.
    boolean retransmissionLost;
    long rackSentNs;
    int rackEnd;
    /// RACK.fack.
    int forwardAck;
    boolean duplicateRoundOpen;
    int duplicateRoundEnd;

    // ---- tail loss probe, RFC 8985 section 7.1 ----

    boolean probing;
    int probeEnd;
    boolean probeRetransmitted;

    /// All before `una` is acknowledged, nothing is on the way.
    void begin(int una) {
        phase = Phase.OPEN;
        point = una;
        reducedUntil = una;
        forced = false;
        delivered = 0;
        sent = 0;
        flightAtStart = 0;
        duplicateAcks = 0;
        leftNetwork = 0;
        mayUndo = false;
        undoFrom = una;
        undoUntil = una;
        retransmitted = 0;
        hasRetransmitted = false;
        forward = ForwardStep.OFF;
        rackValid = false;
        retransmissionLost = false;
        sinceNs = 0;
        forwardAck = una;
        duplicateRoundOpen = false;
        probing = false;
        probeRetransmitted = false;
    }

    /// SND.UNA has moved to `una`: marks that lie behind it move along, or they would lie ahead again after 2 GiB.
    void advanceTo(int una) {
        if (isOpen()) {
            point = SequenceNumber.latest(point, una);
        }
        reducedUntil = SequenceNumber.latest(reducedUntil, una);
        duplicateRoundOpen &= SequenceNumber.before(una, duplicateRoundEnd);
        if (SequenceNumber.distance(undoUntil, una) > UNDO_REACH) {
            mayUndo = false;
            hasRetransmitted = false;
        }
    }

    /// True if nothing that may still be reported could change anything: nothing was probed, and a duplicate of
    /// what was sent again would be too old to be believed.
    boolean isOver(Sender snd) {
        final boolean mayHearOfDuplicates =
                hasRetransmitted && SequenceNumber.distance(undoUntil, snd.nxt) <= 2L * snd.maximumWindow;
        return isOpen() && !probing && !mayHearOfDuplicates;
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }
}
