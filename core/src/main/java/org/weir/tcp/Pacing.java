package org.weir.tcp;

import org.weir.time.StackClock;

/// Spreads what a connection sends over time, where its user or its congestion control says how fast it may go.
final class Pacing {
    /// What may leave at once: a timer for each segment would cost more than it smooths.
    private static final long BURST_NS = StackClock.MILLISECOND;

    private static final long BURSTS_PER_SECOND = StackClock.SECOND / BURST_NS;

    private Pacing() {}

    /// Octets for each second; 0 for no limit.
    private static long rate(TcpConnection c) {
        final long ofAlgorithm = c.congestion.pacingRate(c.snd.congestion);
        final long ofUser = c.settings.maximumPacingRate;
        if (ofAlgorithm == 0 || ofUser == 0) {
            return Math.max(ofAlgorithm, ofUser);
        }
        return Math.min(ofAlgorithm, ofUser);
    }

    /// True if the next segment has to wait; the deadline is then set, and the caller schedules it.
    static boolean holds(TcpConnection c, long nowNs) {
        final boolean holds = c.snd.pacedUntilNs - nowNs > BURST_NS;
        c.deadlines.paceNs = holds ? c.snd.pacedUntilNs - BURST_NS : Deadlines.NEVER;
        return holds;
    }

    /// Octets that one packet may carry: no more than leave in a burst.
    static int packetLimit(TcpConnection c, int limit) {
        final long rate = rate(c);
        return rate == 0 ? limit : (int) Math.min(limit, rate / BURSTS_PER_SECOND);
    }

    /// `octets` octets have left.
    static void sent(TcpConnection c, int octets, long nowNs) {
        final long rate = rate(c);
        if (rate > 0) {
            c.snd.pacedUntilNs = Math.max(c.snd.pacedUntilNs, nowNs) + octets * StackClock.SECOND / rate;
        }
    }
}
