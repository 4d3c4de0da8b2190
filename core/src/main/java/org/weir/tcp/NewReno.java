package org.weir.tcp;

/// Slow start and congestion avoidance, RFC 5681, counted in octets (RFC 3465), with the initial window of RFC 6928.
final class NewReno implements CongestionControl {
    private static final int INITIAL_SEGMENTS = 10;
    private static final int INITIAL_OCTETS = 14_600;
    private static final int MAXIMUM_WINDOW = 1 << 30;

    @Override
    public String name() {
        return "reno";
    }

    @Override
    public void begin(CongestionState s, int segmentSize) {
        s.segmentSize = segmentSize;
        s.window = initialWindow(segmentSize);
        s.slowStartThreshold = MAXIMUM_WINDOW;
        s.acknowledgedInRound = 0;
    }

    /// RFC 6928 section 2.
    private static int initialWindow(int segmentSize) {
        return Math.min(INITIAL_SEGMENTS * segmentSize, Math.max(2 * segmentSize, INITIAL_OCTETS));
    }

    /// Grows by what was acknowledged, not by how many acknowledgments came: one acknowledgment for many segments
    /// is the rule where bursts are coalesced. A window that was not used does not grow (RFC 7661 section 4.1).
    @Override
    public void acknowledged(CongestionState s, int octets, int flight) {
        if (flight < s.window / 2) {
            return;
        }
        if (s.isInSlowStart()) {
            s.window = Math.min(s.window + octets, MAXIMUM_WINDOW);
            return;
        }
        s.acknowledgedInRound += octets;
        if (s.acknowledgedInRound >= s.window) {
            s.acknowledgedInRound -= s.window;
            s.window = Math.min(s.window + s.segmentSize, MAXIMUM_WINDOW);
        }
    }

    /// RFC 5681 equation (4).
    @Override
    public void lossDetected(CongestionState s, int flight) {
        s.slowStartThreshold = Math.max(flight / 2, 2 * s.segmentSize);
        s.acknowledgedInRound = 0;
    }

    /// RFC 5681 section 3.1: a loss window of one segment.
    @Override
    public void timedOut(CongestionState s, int flight) {
        lossDetected(s, flight);
        s.window = s.segmentSize;
    }

    /// RFC 5681 section 4.1.
    @Override
    public void idled(CongestionState s) {
        s.window = Math.min(s.window, initialWindow(s.segmentSize));
    }
}
