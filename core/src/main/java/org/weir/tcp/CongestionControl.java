package org.weir.tcp;

/// A congestion control algorithm: a strategy without state of its own, so that one object serves all connections.
interface CongestionControl {
    int MAXIMUM_WINDOW = 1 << 30;
    int INITIAL_SEGMENTS = 10;
    int INITIAL_OCTETS = 14_600;

    /// RFC 6928 section 2.
    static int initialWindow(int segmentSize) {
        return Math.min(INITIAL_SEGMENTS * segmentSize, Math.max(2 * segmentSize, INITIAL_OCTETS));
    }

    CongestionAlgorithm algorithm();

    /// A connection begins with segments of `segmentSize` octets, or changes to this algorithm.
    void begin(CongestionState state, int segmentSize);

    /// An acknowledgment outside of loss recovery, `ack`, has come.
    void acknowledged(CongestionState state, AckSample ack, long nowNs);

    /// Congestion was found, by a loss or a mark, while `flight` octets were on the way: lowers the threshold. The
    /// window is the caller's to lower.
    void congested(CongestionState state, int flight);

    /// The retransmission timer expired for the first time on this data: lowers the threshold. The window is the
    /// caller's to lower.
    void timedOut(CongestionState state, int flight);

    /// How fast to send at most, in octets for each second: 0 for as fast as the windows permit. Neither Reno nor
    /// CUBIC paces by itself.
    default long pacingRate(CongestionState state) {
        return 0;
    }

    /// The connection was idle for `idleNs`, longer than a retransmission time-out.
    void idled(CongestionState state, long idleNs);

    /// The congestion found last was none: window and threshold have been put back.
    void undone(CongestionState state);
}
