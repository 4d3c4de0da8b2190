package org.weir.tcp;

import org.weir.time.StackClock;

/// HyStart++, RFC 9406: leaves slow start when the round-trip time grows, before the queue overflows.
final class HyStart {
    private static final long MINIMUM_THRESHOLD_NS = 4 * StackClock.MILLISECOND;
    private static final long MAXIMUM_THRESHOLD_NS = 16 * StackClock.MILLISECOND;
    private static final int THRESHOLD_DIVISOR = 8;
    private static final int SAMPLES = 8;
    private static final int GROWTH_DIVISOR = 4;
    private static final int ROUNDS = 5;

    private static final long UNKNOWN = Long.MAX_VALUE;

    private HyStart() {}

    static void begin(CongestionState s) {
        s.roundEnd = s.nxt;
        s.roundMinimumNs = UNKNOWN;
        s.lastRoundMinimumNs = UNKNOWN;
        s.baselineNs = UNKNOWN;
        s.roundSamples = 0;
        s.conservativeRounds = 0;
    }

    /// How much the window grows for what was acknowledged in slow start. May end slow start.
    static int growth(CongestionState s, AckSample ack) {
        if (SequenceNumber.afterOrAt(ack.una, s.roundEnd)) {
            beginRound(s);
        }
        if (ack.rttNs > 0) {
            s.roundMinimumNs = Math.min(s.roundMinimumNs, ack.rttNs);
            s.roundSamples++;
        }
        if (s.conservativeRounds > 0) {
            return growthInConservativeSlowStart(s, ack.octets);
        }
        if (delayHasGrown(s)) {
            s.baselineNs = s.roundMinimumNs;
            s.conservativeRounds = 1;
        }
        return ack.octets;
    }

    private static void beginRound(CongestionState s) {
        s.lastRoundMinimumNs = s.roundMinimumNs;
        s.roundMinimumNs = UNKNOWN;
        s.roundSamples = 0;
        s.roundEnd = s.nxt;
        if (s.conservativeRounds > 0 && ++s.conservativeRounds > ROUNDS) {
            s.slowStartThreshold = s.window;
            s.conservativeRounds = 0;
        }
    }

    private static boolean delayHasGrown(CongestionState s) {
        if (s.roundSamples < SAMPLES || s.lastRoundMinimumNs == UNKNOWN) {
            return false;
        }
        final long threshold =
                Math.clamp(s.lastRoundMinimumNs / THRESHOLD_DIVISOR, MINIMUM_THRESHOLD_NS, MAXIMUM_THRESHOLD_NS);
        return s.roundMinimumNs >= s.lastRoundMinimumNs + threshold;
    }

    /// A quarter of the growth; back to slow start if the delay was a passing one.
    private static int growthInConservativeSlowStart(CongestionState s, int octets) {
        if (s.roundSamples >= SAMPLES && s.roundMinimumNs < s.baselineNs) {
            s.baselineNs = UNKNOWN;
            s.conservativeRounds = 0;
            return octets;
        }
        return octets / GROWTH_DIVISOR;
    }
}
