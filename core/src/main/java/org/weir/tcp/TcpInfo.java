package org.weir.tcp;

/// The state of a connection as Linux describes it in `struct tcp_info`: filled by [TcpConnection#info], so that asking
/// allocates nothing. Times are in nanoseconds, sizes in octets, where Linux counts segments this counts octets.
public final class TcpInfo {
    public TcpState state = TcpState.CLOSED;
    /// 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss: `tcpi_ca_state`.
    public int congestionPhase;
    /// Retransmission time-outs in a row.
    public int retransmits;
    /// Window or keep-alive probes that were not answered.
    public int probes;
    /// Doublings of the retransmission time-out.
    public int backoff;

    public boolean timestamps;
    public boolean sack;
    public boolean windowScaling;
    public boolean ecn;
    public int sendWindowScale;
    public int receiveWindowScale;

    public long retransmissionTimeoutNs;
    public int sendSegmentSize;
    public int receiveSegmentSize;
    /// The MSS that we offered.
    public int advertisedSegmentSize;
    /// Sent and not acknowledged.
    public int unacknowledged;
    /// Of these, reported beyond a hole.
    public int sacked;
    /// Of these, thought lost and not sent again.
    public int lost;
    /// Waits to be sent for the first time.
    public int notSent;

    public long roundTripTimeNs;
    public long roundTripVariationNs;
    /// The smallest round-trip time of the last minutes.
    public long minimumRoundTripTimeNs;

    public int congestionWindow;
    public int slowStartThreshold;
    /// What the peer offers.
    public int sendWindow;
    /// What we offer.
    public int receiveWindow;
    /// The path MTU.
    public int pathMtu;
    /// Packets were seen to overtake each other.
    public boolean reorderingSeen;

    // ---- since the connection began ----

    public long octetsSent;
    public long octetsRetransmitted;
    public long octetsAcknowledged;
    public long octetsReceived;
    public long segmentsSent;
    public long segmentsReceived;
    public long dataSegmentsSent;
    public long dataSegmentsReceived;
    /// Segments sent again.
    public long retransmissions;
    /// Reports of something that arrived twice.
    public long duplicateReports;
    /// Segments that arrived beyond a hole.
    public long outOfOrderSegments;
    /// Nanoseconds since something was last sent or received; -1 if nothing was.
    public long sinceDataSentNs;

    public long sinceDataReceivedNs;
    /// At first since the connection was begun.
    public long sinceAcknowledgmentReceivedNs;
}
