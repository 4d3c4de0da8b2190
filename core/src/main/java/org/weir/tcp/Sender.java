package org.weir.tcp;

import org.weir.memory.PageQueue;

/// The sending half of a connection: RFC 9293 section 3.3.1 "send sequence variables", the queue, recovery and the
/// estimators.
///
/// ```text
///        una            nxt        end of queue
///         |     sent      |  unsent   |   (FIN)
/// ```
///
/// What was sent is on the [Scoreboard]. Only a window probe goes beyond `nxt`, to `max`.
final class Sender {
    final PageQueue queue = new PageQueue();
    final RttEstimator rtt = new RttEstimator();
    final CongestionState congestion = new CongestionState();
    /// Lent while something is on the way, else [Flights#none].
    Flight flight;
    /// That of the flight.
    Scoreboard board;
    /// That of the flight.
    Recovery recovery;
    /// Lent once the path was found to carry less than the link, else [PathMtu#NONE].
    MtuSearch mtu = PathMtu.NONE;

    /// SND.ISS.
    int iss;
    /// SND.UNA.
    int una;
    /// SND.NXT.
    int nxt;
    /// Behind the highest number ever sent.
    int max;
    /// SND.WND in octets.
    int window;
    /// The largest window that the peer ever offered, RFC 9293 section 3.8.6.2.1.
    int maximumWindow;
    /// SND.WL1.
    int windowUpdateSequence;
    /// SND.WL2.
    int windowUpdateAcknowledgment;
    /// Shift of the peer's windows.
    byte windowScale;
    /// Octets of payload in a full segment, options subtracted.
    int segmentSize;

    int capacity;
    boolean synAcknowledged;
    boolean finQueued;
    boolean finAcknowledged;
    /// When all that was sent would have left at the pacing rate.
    long pacedUntilNs;
    /// The cork has held short segments back for long enough.
    boolean corkExpired;
    /// A write was cut short: the user waits for room.
    boolean starved;

    /// Time-outs in a row.
    short retransmissions;
    /// Both ends have agreed on SACK, RFC 2018.
    boolean sackPermitted;
    /// Both ends have agreed on ECN, RFC 3168: new data says so to the routers.
    boolean ecn;
    /// What is queued before [#urgentEnd] is urgent, RFC 9293 section 3.8.5: SND.UP.
    boolean urgent;

    int urgentEnd;
    /// The peer is to be told that the congestion window was reduced, RFC 3168 section 6.1.2.
    boolean reductionToTell;
    /// What is sent from here on gives the next sample of the round-trip time.
    int sampleFrom;
    /// The deadline of the tail loss probe is to be set anew, RFC 8985 section 7.2.
    boolean probeDue;
    /// Behind the last segment that was shorter than a full one.
    int smallEnd;
    /// How often the window was probed since it last opened: the pauses grow with it.
    int probes;
    /// How many of them in a row got no answer.
    int unansweredProbes;
    /// When something was last sent: the SYN at first.
    long lastSentNs;
    /// When SND.UNA last moved, or something was sent with nothing before it on the way.
    long progressNs;

    // ---- what RACK-TLP has learnt of the path, RFC 8985 section 5.3 ----

    /// RACK.rtt.
    long rackRttNs;
    boolean reorderingSeen;
    /// Quarters of the smallest round-trip time that a packet may be late.
    int reorderingWindow = 1;
    /// Recoveries for which they are kept.
    byte reorderingWindowPersist;
    /// The round-trip time was measured since the last probe.
    boolean sampledSinceProbe;

    Sender(Flight none) {
        flight = none;
        board = none.board;
        recovery = none.recovery;
    }

    void flight(Flight lent) {
        flight = lent;
        board = lent.board;
        recovery = lent.recovery;
    }

    /// Begins with another initial sequence number than [#reset] was told.
    void begin(int initialSequence) {
        iss = initialSequence;
        una = initialSequence;
        nxt = initialSequence;
        max = initialSequence;
        smallEnd = initialSequence;
        sampleFrom = initialSequence;
        urgentEnd = initialSequence;
    }

    void reset(int initialSequence, TcpConfig config) {
        queue.reset();
        begin(initialSequence);
        rtt.reset(config.minimumRtoNs());
        window = 0;
        maximumWindow = 0;
        windowScale = 0;
        capacity = config.sendBuffer();
        synAcknowledged = false;
        finQueued = false;
        finAcknowledged = false;
        pacedUntilNs = 0;
        corkExpired = false;
        starved = false;
        retransmissions = 0;
        sackPermitted = false;
        ecn = false;
        urgent = false;
        reductionToTell = false;
        probeDue = false;
        lastSentNs = 0;
        progressNs = 0;
        probes = 0;
        unansweredProbes = 0;
        rackRttNs = 0;
        reorderingSeen = false;
        reorderingWindow = 1;
        reorderingWindowPersist = 0;
        sampledSinceProbe = true;
    }

    /// SND.UNA moves to `ack`, and what lies behind it with it.
    void advanceTo(int ack) {
        una = ack;
        smallEnd = SequenceNumber.latest(smallEnd, ack);
        urgent &= SequenceNumber.after(urgentEnd, ack);
        if (flight.sender == this) {
            recovery.advanceTo(ack);
        }
    }

    /// True if a short segment is on the way: Nagle's algorithm as refined by Minshall.
    boolean hasSmallOutstanding() {
        return SequenceNumber.after(smallEnd, una);
    }

    /// The number of the oldest octet in the queue.
    int queueStart() {
        return synAcknowledged ? una : una + 1;
    }

    /// The number behind the newest octet in the queue: that of the FIN.
    int queueEnd() {
        return queueStart() + queue.length();
    }

    /// Where octet `sequence` stands in the queue.
    long positionOf(int sequence) {
        return queue.head() + SequenceNumber.distance(queueStart(), sequence);
    }

    /// Octets in the queue from `nxt` on.
    int unsent() {
        return Math.max(0, SequenceNumber.distance(nxt, queueEnd()));
    }

    /// Octets sent and not acknowledged, RFC 5681 FlightSize.
    int flight() {
        return SequenceNumber.distance(una, nxt);
    }

    /// Octets thought to be on the way, RFC 6675.
    int pipe() {
        return board.inFlight() - recovery.leftNetwork;
    }

    /// True if the FIN is queued and its turn has come.
    boolean finIsNext() {
        return finQueued && nxt == queueEnd();
    }

    /// True if `ack` covers the FIN.
    boolean coversFin(int ack) {
        return finQueued && SequenceNumber.after(ack, queueEnd());
    }

    /// The number for a segment without data: the highest that was sent, unless that lies beyond the peer's
    /// window (after the window closed, or a probe), where the peer would drop the segment.
    int acceptableSequence() {
        final int edge = una + window;
        return synAcknowledged && SequenceNumber.after(max, edge) ? edge : max;
    }

    /// True if something that was sent is not acknowledged.
    boolean hasOutstanding() {
        return una != nxt;
    }

    int free() {
        return Math.max(0, capacity - queue.length());
    }
}
