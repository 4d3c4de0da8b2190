package org.weir.tcp;

/// What congestion control knows of one connection. Windows are in octets, times in nanoseconds.
public final class CongestionState {
    int window;
    int slowStartThreshold;
    int segmentSize;
    int acknowledgedInRound;

    /// The last turn of sending ended because of the congestion window.
    boolean limited;
    /// SND.NXT when an acknowledgment was last taken in.
    int nxt;

    // ---- of CUBIC, RFC 9438 ----

    double lastMaximum;
    double timeToMaximumSeconds;
    double renoWindow;
    int windowBefore;
    /// When the present congestion avoidance began; 0 if it has not.
    long epochNs;

    /// When the last acknowledgment came.
    long acknowledgedNs;

    double undoLastMaximum;
    /// Growth of less than an octet.
    double fraction;

    // ---- of HyStart++, RFC 9406 ----

    int roundEnd;
    long roundMinimumNs;
    long lastRoundMinimumNs;
    long baselineNs;
    int roundSamples;
    byte conservativeRounds;

    /// cwnd.
    public int window() {
        return window;
    }

    /// ssthresh.
    public int slowStartThreshold() {
        return slowStartThreshold;
    }

    public boolean isInSlowStart() {
        return window < slowStartThreshold;
    }

    /// True if the window is what keeps the sender from sending more: only then does it grow (RFC 7661 section 4.1,
    /// RFC 9438 section 5.8).
    ///
    /// @param flight octets that were on the way
    boolean isUsed(int flight) {
        return limited || isInSlowStart() && flight >= window / 2;
    }

    void grow(double octets, int limit) {
        window = (int) Math.min(window + octets, limit);
    }
}
