package org.weir.tcp;

/// What congestion control knows of one connection, in octets.
public final class CongestionState {
    int window;
    int slowStartThreshold;
    int segmentSize;
    int acknowledgedInRound;

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
}
