package org.weir.tcp;

import org.weir.time.StackClock;

/// Round-trip time and retransmission time-out, RFC 6298. All times in nanoseconds.
final class RttEstimator {
    /// RFC 6298 (2.1).
    static final long INITIAL_RTO_NS = StackClock.SECOND;
    /// RFC 6298 (2.5): at least 60 seconds.
    static final long MAXIMUM_RTO_NS = 60 * StackClock.SECOND;

    private static final long AFTER_LOST_SYN_RTO_NS = 3 * StackClock.SECOND;
    private static final int MAX_BACKOFF = 16;
    /// How long the smallest round-trip time is believed.
    private static final long MINIMUM_RTT_LIFE_NS = 300 * StackClock.SECOND;

    private long minimumRtoNs;
    private long smoothedNs;
    private long variationNs;
    private long rtoNs = INITIAL_RTO_NS;
    private int backoff;
    private long minimumRttNs;
    private long minimumRttAtNs;

    void reset(long minimumNs) {
        minimumRtoNs = minimumNs;
        smoothedNs = 0;
        variationNs = 0;
        rtoNs = INITIAL_RTO_NS;
        backoff = 0;
        minimumRttNs = 0;
        minimumRttAtNs = 0;
    }

    /// Takes a round-trip time into account for [#minimumRttNs] alone.
    void observe(long rttNs, long nowNs) {
        if (minimumRttNs == 0 || rttNs <= minimumRttNs || nowNs - minimumRttAtNs > MINIMUM_RTT_LIFE_NS) {
            minimumRttNs = Math.max(rttNs, 1);
            minimumRttAtNs = nowNs;
        }
    }

    /// The smallest round-trip time of the last minutes; 0 before the first sample.
    long minimumRttNs() {
        return minimumRttNs;
    }

    /// RFC 6298 (2.2) and (2.3). A sample is what ends a back-off (section 5, Karn's algorithm).
    void sample(long rttNs) {
        backoff = 0;
        final long rtt = Math.max(rttNs, 1);
        if (smoothedNs == 0) {
            smoothedNs = rtt;
            variationNs = rtt / 2;
        } else {
            variationNs += (Math.abs(smoothedNs - rtt) - variationNs) / 4;
            smoothedNs += (rtt - smoothedNs) / 8;
        }
        final long rto = smoothedNs + Math.max(4 * variationNs, StackClock.MILLISECOND);
        rtoNs = Math.clamp(rto, minimumRtoNs, MAXIMUM_RTO_NS);
    }

    /// The peer has acknowledged something that was sent once only.
    void endBackOff() {
        backoff = 0;
    }

    int backoff() {
        return backoff;
    }

    long variationNs() {
        return variationNs;
    }

    /// RFC 6298 (5.5): back off after a time-out.
    void backOff() {
        backoff = Math.min(backoff + 1, MAX_BACKOFF);
    }

    /// RFC 6298 (5.7): data begins with three seconds where the SYN was lost and no time is known.
    void startAfterLostSyn() {
        if (smoothedNs == 0) {
            rtoNs = AFTER_LOST_SYN_RTO_NS;
            backoff = 0;
        }
    }

    /// The time-out with its back-off.
    long rtoNs() {
        return Math.min(rtoNs << backoff, MAXIMUM_RTO_NS);
    }

    /// The smoothed round-trip time; 0 before the first sample.
    long smoothedNs() {
        return smoothedNs;
    }
}
