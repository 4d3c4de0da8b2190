package org.weir.tcp;

import org.weir.memory.PageQueue;
import org.weir.time.StackClock;
import org.weir.wire.TcpHeader;
import org.weir.wire.TcpOptions;

/// The receiving half of a connection: RFC 9293 section 3.3.1 "receive sequence variables", the queue for the reader,
/// what arrived out of order, and what is to be acknowledged.
final class Receiver {
    /// A larger share of the buffer must be free before a window grows, RFC 9293 section 3.8.6.2.2.
    private static final int SILLY_WINDOW_SHARE = 2;
    /// In a dense stream an acknowledgment stands for so many segments or octets at most, and for this share of the
    /// buffer.
    private static final int MOST_SEGMENTS_PER_ACK = 32;

    private static final int MOST_OCTETS_PER_ACK = 64 * 1024;
    private static final int ACK_SHARE = 4;

    private static final int TIMESTAMP_TICK_SHIFT = 40;
    private static final int TIMESTAMP_LIFE = (int) (24 * 86_400 * StackClock.SECOND >> TIMESTAMP_TICK_SHIFT);

    static final int LARGEST_UNSCALED_WINDOW = 0xFFFF;

    private static final int DEFAULT_SEGMENT_SIZE = 536;

    final PageQueue queue = new PageQueue();
    /// Lent while something is missing, else [Reassemblies#none].
    ReassemblyQueue outOfOrder;

    /// RCV.IRS.
    int irs;
    /// RCV.NXT.
    int nxt;
    /// Right edge of the window that the peer was told.
    int edge;
    /// Shift of our windows.
    byte windowScale;
    /// The window scale option is offered, or agreed.
    boolean scaling;

    int capacity;
    /// Octets of the largest segment that the peer may send.
    int segmentSize;
    /// Octets of the largest segment that it has sent.
    int peerSegmentSize;
    /// The peer's FIN has arrived, perhaps before data that is missing.
    boolean finSeen;

    int finSequence;

    /// An acknowledgment is due at the next transmission.
    boolean ackNow;
    /// Octets received since the last acknowledgment.
    int unacknowledged;
    /// When data was acknowledged last: the low 32 bits of the time, four seconds, for distances of a millisecond.
    private int acknowledgedAt;

    /// RFC 7323 timestamps are in use.
    boolean timestamps;
    /// TS.Recent.
    int tsRecent;
    /// Last.ACK.sent.
    int lastAckSent;
    /// Added to the time in each TSval.
    int timestampOffset;

    /// Selective acknowledgments are in use, RFC 2018.
    boolean sackPermitted;
    /// Octets that the reader has taken since [#roundSinceNs].
    int readInRound;

    long roundSinceNs;
    /// The most that it took in a round trip before.
    int readBefore;
    /// The round-trip time as the peer's echoes tell it; 0 if they have not yet.
    long roundTripNs;
    /// Octets that SACK blocks may take of a segment: half, so that data moves on over the smallest of links.
    short optionRoom;
    /// When [#tsRecent] was set, in units of 2^40 ns, 18 minutes.
    private short tsRecentAt;
    /// Segments that are still acknowledged at once, whatever their size.
    short quickAcks;
    /// What came twice and is to be reported once, RFC 2883; nothing if both are the same.
    int duplicateStart;

    int duplicateEnd;
    /// When data last arrived.
    long lastDataNs;

    /// Both ends have agreed on ECN, RFC 3168.
    boolean ecn;
    /// Congestion was experienced on the way here and the peer has not said that it heard of it.
    boolean echoCongestion;
    /// Urgent data is on its way or unread, RFC 9293 section 3.8.5.
    boolean urgent;
    /// The number behind it: RCV.UP.
    int urgentEnd;

    Receiver(ReassemblyQueue none) {
        outOfOrder = none;
    }

    void reset(TcpConfig config) {
        queue.reset();
        irs = 0;
        nxt = 0;
        edge = 0;
        windowScale = config.windowScale();
        scaling = true;
        capacity = Math.min(config.receiveBuffer(), largestWindow());
        segmentSize = DEFAULT_SEGMENT_SIZE;
        peerSegmentSize = DEFAULT_SEGMENT_SIZE;
        finSeen = false;
        finSequence = 0;
        ackNow = false;
        unacknowledged = 0;
        acknowledgedAt = 0;
        timestamps = true;
        tsRecent = 0;
        tsRecentAt = 0;
        lastAckSent = 0;
        timestampOffset = 0;
        sackPermitted = true;
        optionRoom = 0;
        readInRound = 0;
        roundSinceNs = 0;
        readBefore = 0;
        roundTripNs = 0;
        duplicateStart = 0;
        duplicateEnd = 0;
        quickAcks = (short) config.quickAcks();
        lastDataNs = 0;
        ecn = false;
        echoCongestion = false;
        urgent = false;
        urgentEnd = 0;
    }

    /// RFC 3168 section 6.1.3: marks are echoed until the peer says that it has reduced its window.
    void noteMarks(Segment s) {
        if (!ecn) {
            return;
        }
        if (s.has(TcpHeader.CWR)) {
            echoCongestion = false;
        }
        if (s.congestionExperienced) {
            echoCongestion = true;
        }
    }

    /// Octets that can or could be read up to the end of urgent data; 0 if there is none.
    int urgentOctets() {
        return urgent ? Math.max(0, SequenceNumber.distance(nxt - queue.length(), urgentEnd)) : 0;
    }

    /// The reader has taken something: urgent data may lie behind it now.
    void consumed() {
        urgent &= urgentOctets() > 0;
    }

    /// RFC 7323 section 5.5: after 24 days without news TS.Recent says nothing, for the peer's clock may have
    /// wrapped.
    boolean isTimestampValid(long nowNs) {
        return Short.toUnsignedInt((short) (timestampTick(nowNs) - tsRecentAt)) < TIMESTAMP_LIFE;
    }

    /// The peer's clock shows `value`.
    void rememberTimestamp(int value, long nowNs) {
        tsRecent = value;
        tsRecentAt = timestampTick(nowNs);
    }

    private static short timestampTick(long nowNs) {
        return (short) (nowNs >> TIMESTAMP_TICK_SHIFT);
    }

    /// TSval: milliseconds from an origin that differs for each connection, RFC 7323 section 5.4 and 7.1.
    int timestampAt(long nowNs) {
        return (int) (nowNs / StackClock.MILLISECOND) + timestampOffset;
    }

    /// Full segments echo what was acknowledged a round trip before, RFC 7323 section 4.
    void noteRoundTrip(Segment s, long nowNs) {
        final boolean tells = timestamps
                && s.options.hasTimestamps()
                && s.options.timestampEcho() != 0
                && s.length >= peerSegmentSize;
        final int elapsed = tells ? timestampAt(nowNs) - s.options.timestampEcho() : -1;
        if (elapsed >= 0) {
            final long sampleNs = Math.max(1, elapsed) * StackClock.MILLISECOND;
            roundTripNs = roundTripNs == 0 ? sampleNs : roundTripNs + (sampleNs - roundTripNs) / 8;
        }
    }

    // ---- selective acknowledgment ----

    /// `start` to `end` has come a second time: the next acknowledgment says so. The first report goes before later
    /// ones.
    void noteDuplicate(int start, int end) {
        if (sackPermitted && !hasDuplicate() && SequenceNumber.before(start, end)) {
            duplicateStart = start;
            duplicateEnd = end;
        }
    }

    boolean hasDuplicate() {
        return duplicateStart != duplicateEnd;
    }

    void duplicateReported() {
        duplicateEnd = duplicateStart;
    }

    /// Blocks that the next acknowledgment carries: as many as there are and fit, RFC 2018 section 3.
    int sackBlocks() {
        if (!sackPermitted) {
            return 0;
        }
        final int blocks = outOfOrder.runs() + (hasDuplicate() ? 1 : 0);
        final int most = timestamps ? TcpOptions.SACK_BLOCKS_WITH_TIMESTAMPS : TcpOptions.SACK_BLOCKS;
        return Math.min(blocks, Math.min(most, TcpOptions.sackBlocksIn(optionRoom)));
    }

    /// Octets of the options that every segment but a SYN carries now.
    int optionsLength() {
        final int blocks = sackBlocks();
        return (timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0) + (blocks == 0 ? 0 : TcpOptions.sackLength(blocks));
    }

    /// Keeps `octets` octets for the reader from now on. A window that was offered is not taken back.
    void limitCapacity(int octets) {
        capacity = Math.min(octets, largestWindow());
    }

    /// What the header can say.
    int largestWindow() {
        return scaling ? LARGEST_UNSCALED_WINDOW << windowScale : LARGEST_UNSCALED_WINDOW;
    }

    /// The peer's SYN had number `sequence`. A window that our own SYN offered stays open.
    void begin(int sequence) {
        final int offered = window();
        irs = sequence;
        nxt = sequence + 1;
        edge = nxt + offered;
        lastAckSent = nxt;
    }

    /// The peer was offered a window by a SYN that nothing was remembered of: as much as a 16-bit window can have
    /// said.
    void openWindow() {
        edge = nxt + Math.min(capacity, LARGEST_UNSCALED_WINDOW);
    }

    /// A segment of `octets` octets has come; one that the link put together of several tells nothing.
    void learnSegmentSize(int octets) {
        if (octets > peerSegmentSize && octets <= segmentSize) {
            peerSegmentSize = octets;
        }
    }

    /// RCV.WND as the peer knows it.
    int window() {
        return Math.max(0, SequenceNumber.distance(nxt, edge));
    }

    /// The window to tell the peer, which never takes back what was offered (RFC 9293 section 3.8.6) and grows only
    /// by a worthwhile step (section 3.8.6.2.2).
    int windowToOffer() {
        final int offered = window();
        final int space = Math.max(0, capacity - queue.length());
        return space - offered >= worthwhileStep() ? space : offered;
    }

    private int worthwhileStep() {
        return Math.min(capacity / SILLY_WINDOW_SHARE, segmentSize);
    }

    /// True if an acknowledgment tells of so much that it leaves at once even in a dense stream: what other hosts
    /// join to one packet before their TCP sees it, or a quarter of the buffer, lest the peer waits for its window.
    boolean owesUnspaced() {
        final int most = Math.min(MOST_SEGMENTS_PER_ACK * peerSegmentSize, MOST_OCTETS_PER_ACK);
        return unacknowledged >= Math.min(most, capacity / ACK_SHARE) || window() < capacity / ACK_SHARE;
    }

    /// How long ago data was acknowledged last, in nanoseconds, less any multiple of 2^32: after a pause of seconds
    /// it may seem to have been just now, and then the next acknowledgment is one distance late.
    long sinceAcknowledgedNs(long nowNs) {
        return Integer.toUnsignedLong((int) nowNs - acknowledgedAt);
    }

    /// True if the peer should be told that the window has grown: by two segments or half the buffer.
    boolean owesWindowUpdate() {
        final int growth = capacity - queue.length() - window();
        return growth >= Math.min(capacity / SILLY_WINDOW_SHARE, 2 * segmentSize);
    }

    /// A segment leaves, and with it an acknowledgment of all that was received.
    void acknowledged(long nowNs) {
        if (unacknowledged > 0) {
            acknowledgedAt = (int) nowNs;
        }
        unacknowledged = 0;
        lastAckSent = nxt;
        ackNow = false;
    }

    /// The 16 bits for the header, remembering the edge that they stand for.
    int advertise(boolean scaled) {
        final int shift = scaled && scaling ? windowScale : 0;
        final int field = Math.min(windowToOffer() >>> shift, 0xFFFF);
        edge = SequenceNumber.latest(edge, nxt + (field << shift));
        return field;
    }

    /// True if the FIN is the next thing to receive.
    boolean finIsNext() {
        return finSeen && finSequence == nxt;
    }
}
