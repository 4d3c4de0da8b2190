package org.weir.tcp;

/// Slow start and congestion avoidance, RFC 5681, counted in octets (RFC 3465).
final class NewReno implements CongestionControl {
    @Override
    public CongestionAlgorithm algorithm() {
        return CongestionAlgorithm.NEW_RENO;
    }

    @Override
    public void begin(CongestionState s, int segmentSize) {
        s.segmentSize = segmentSize;
        s.acknowledgedInRound = 0;
    }

    /// Grows by what was acknowledged, not by how many acknowledgments came: one acknowledgment for many segments
    /// is the rule where bursts are coalesced.
    @Override
    public void acknowledged(CongestionState s, AckSample ack, long nowNs) {
        if (!s.isUsed(ack.flight)) {
            return;
        }
        if (s.isInSlowStart()) {
            s.grow(ack.octets, MAXIMUM_WINDOW);
            return;
        }
        s.acknowledgedInRound += ack.octets;
        if (s.acknowledgedInRound >= s.window) {
            s.acknowledgedInRound -= s.window;
            s.grow(s.segmentSize, MAXIMUM_WINDOW);
        }
    }

    /// RFC 5681 equation (4).
    @Override
    public void congested(CongestionState s, int flight) {
        s.slowStartThreshold = Math.max(flight / 2, 2 * s.segmentSize);
        s.acknowledgedInRound = 0;
    }

    @Override
    public void timedOut(CongestionState s, int flight) {
        congested(s, flight);
    }

    /// RFC 5681 section 4.1.
    @Override
    public void idled(CongestionState s, long idleNs) {
        s.window = Math.min(s.window, CongestionControl.initialWindow(s.segmentSize));
    }

    @Override
    public void undone(CongestionState s) {
        s.acknowledgedInRound = 0;
    }
}
