package org.weir.tcp;

import org.weir.time.StackClock;

/// CUBIC, RFC 9438, with HyStart++ (RFC 9406) in slow start. The RFC counts windows in segments; here they are octets.
final class Cubic implements CongestionControl {
    /// How fast the window approaches its last maximum, RFC 9438 section 5.
    private static final double C = 0.4;
    /// What is left of the window after congestion, RFC 9438 section 4.6.
    private static final double BETA = 0.7;
    /// The growth for each round trip at which the average window is that of Reno, RFC 9438 section 4.3.
    private static final double RENO_GROWTH = 3 * (1 - BETA) / (1 + BETA);
    /// The window grows by half for each round trip at most, RFC 9438 section 4.2.
    private static final double FASTEST_GROWTH = 1.5;

    @Override
    public CongestionAlgorithm algorithm() {
        return CongestionAlgorithm.CUBIC;
    }

    @Override
    public void begin(CongestionState s, int segmentSize) {
        s.segmentSize = segmentSize;
        s.lastMaximum = 0;
        s.undoLastMaximum = 0;
        s.windowBefore = 0;
        s.epochNs = 0;
        HyStart.begin(s);
    }

    @Override
    public void acknowledged(CongestionState s, AckSample ack, long nowNs) {
        final long sinceLastNs = nowNs - s.acknowledgedNs;
        s.acknowledgedNs = nowNs;
        if (!s.isUsed(ack.flight)) {
            pause(s, sinceLastNs);
        } else if (s.isInSlowStart()) {
            s.grow(HyStart.growth(s, ack), MAXIMUM_WINDOW);
        } else {
            avoidCongestion(s, ack, nowNs);
        }
    }

    /// Time in which the window was not used is none in which it could have grown, RFC 9438 section 5.8.
    private static void pause(CongestionState s, long ns) {
        if (s.epochNs != 0) {
            s.epochNs += ns;
        }
    }

    /// RFC 9438 sections 4.2 to 4.5.
    private static void avoidCongestion(CongestionState s, AckSample ack, long nowNs) {
        if (s.epochNs == 0) {
            beginEpoch(s, nowNs);
        }
        growAsReno(s, ack.octets);
        final double elapsed = (double) (nowNs - s.epochNs) / StackClock.SECOND;
        if (windowAt(s, elapsed) < s.renoWindow) {
            s.window = (int) Math.min(Math.max(s.window, s.renoWindow), MAXIMUM_WINDOW);
            return;
        }
        final double inOneRoundTrip = windowAt(s, elapsed + (double) ack.smoothedNs / StackClock.SECOND);
        final double target = Math.clamp(inOneRoundTrip, s.window, FASTEST_GROWTH * s.window);
        s.fraction += (target - s.window) / s.window * ack.octets;
        final int whole = (int) s.fraction;
        s.fraction -= whole;
        s.grow(whole, MAXIMUM_WINDOW);
    }

    private static void beginEpoch(CongestionState s, long nowNs) {
        s.epochNs = nowNs;
        s.renoWindow = s.window;
        s.fraction = 0;
        if (s.lastMaximum < s.window) {
            s.lastMaximum = s.window;
        }
        s.timeToMaximumSeconds = Math.cbrt((s.lastMaximum - s.window) / s.segmentSize / C);
    }

    /// RFC 9438 figure 1.
    private static double windowAt(CongestionState s, double seconds) {
        final double distance = seconds - s.timeToMaximumSeconds;
        return C * distance * distance * distance * s.segmentSize + s.lastMaximum;
    }

    /// RFC 9438 figure 4: as Reno once the window is back where congestion was found.
    private static void growAsReno(CongestionState s, int octets) {
        final double growth = s.renoWindow >= s.windowBefore ? 1 : RENO_GROWTH;
        s.renoWindow += growth * octets / s.window * s.segmentSize;
    }

    /// RFC 9438 sections 4.6 and 4.7 (fast convergence).
    @Override
    public void congested(CongestionState s, int flight) {
        final int window = s.window;
        s.undoLastMaximum = s.lastMaximum;
        s.lastMaximum = window < s.lastMaximum ? window * (1 + BETA) / 2 : window;
        s.windowBefore = window;
        s.epochNs = 0;
        s.slowStartThreshold = Math.max((int) (flight * BETA), 2 * s.segmentSize);
        HyStart.begin(s);
    }

    /// RFC 9438 section 4.8: what comes after is no return to where the window was.
    @Override
    public void timedOut(CongestionState s, int flight) {
        congested(s, flight);
        s.lastMaximum = 0;
    }

    /// RFC 5681 section 4.1.
    @Override
    public void idled(CongestionState s, long idleNs) {
        s.window = Math.min(s.window, CongestionControl.initialWindow(s.segmentSize));
        pause(s, idleNs);
        s.acknowledgedNs += idleNs;
        HyStart.begin(s);
    }

    /// RFC 9438 section 4.9.
    @Override
    public void undone(CongestionState s) {
        s.lastMaximum = s.undoLastMaximum;
        s.epochNs = 0;
    }
}
