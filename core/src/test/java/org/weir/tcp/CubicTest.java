package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// CUBIC against the equations of RFC 9438, HyStart++ against those of RFC 9406.
class CubicTest {
    private static final int MSS = 1_000;
    private static final long RTT_NS = 100_000_000L;

    private final Cubic cubic = new Cubic();
    private final CongestionState s = new CongestionState();
    private final AckSample ack = new AckSample();
    private long nowNs = 1_000_000_000L;

    private void begin(int segments) {
        s.window = segments * MSS;
        s.slowStartThreshold = CongestionControl.MAXIMUM_WINDOW;
        cubic.begin(s, MSS);
        s.limited = true;
        ack.smoothedNs = RTT_NS;
    }

    /// A round trip in which the whole window is acknowledged in twenty parts, each with a sample of `rttNs`.
    private void roundTrip(long rttNs) {
        final int window = s.window;
        ack.una = s.nxt;
        s.nxt += window;
        for (int i = 0; i < 20; i++) {
            ack.rttNs = rttNs;
            nowNs += RTT_NS / 20;
            ack.octets = window / 20;
            cubic.acknowledged(s, ack, nowNs);
        }
    }

    private void congested() {
        cubic.congested(s, s.window);
        s.window = s.slowStartThreshold;
    }

    @Test
    void congestionLeavesSevenTenthsOfTheWindow() {
        begin(100);
        congested();
        assertEquals(70 * MSS, s.window);
    }

    @Test
    void theThresholdIsTwoSegmentsAtLeast() {
        begin(2);
        congested();
        assertEquals(2 * MSS, s.slowStartThreshold);
    }

    @Test
    void theWindowIsBackAtItsMaximumAfterTheTimeOfTheEquation() {
        begin(1_000);
        congested();
        final double seconds = Math.cbrt(300 / 0.4);
        while (nowNs < 1_000_000_000L + (long) (seconds * 1e9)) {
            roundTrip(RTT_NS);
        }
        assertEquals(1_000 * MSS, s.window, 20 * MSS);
    }

    @Test
    void theWindowGrowsFastThenSlowlyThenFastAgain() {
        begin(1_000);
        congested();
        final int[] growth = new int[150];
        for (int i = 0; i < growth.length; i++) {
            final int before = s.window;
            roundTrip(RTT_NS);
            growth[i] = s.window - before;
        }
        assertTrue(growth[1] > 5 * Math.max(1, growth[88]), growth[1] + " then " + growth[88]);
        assertTrue(growth[149] > 5 * Math.max(1, growth[90]), growth[149] + " after " + growth[90]);
    }

    @Test
    void aSmallWindowGrowsAsRenoDoes() {
        begin(20);
        congested();
        final int start = s.window;
        for (int i = 0; i < 10; i++) {
            roundTrip(RTT_NS);
        }
        assertEquals(start + 10 * 0.5294 * MSS, s.window, MSS);
    }

    @Test
    void fastConvergenceGivesWayToNewFlows() {
        begin(100);
        congested();
        congested();
        assertEquals(70 * MSS * 0.85, s.lastMaximum, 1);
    }

    @Test
    void anUnusedWindowDoesNotGrow() {
        begin(100);
        congested();
        s.limited = false;
        roundTrip(RTT_NS);
        assertEquals(70 * MSS, s.window);
    }

    @Test
    void timeInWhichTheWindowWasNotUsedDoesNotCount() {
        begin(1_000);
        congested();
        roundTrip(RTT_NS);
        s.limited = false;
        for (int i = 0; i < 300; i++) {
            roundTrip(RTT_NS);
        }
        s.limited = true;
        final int before = s.window;
        roundTrip(RTT_NS);
        assertTrue(s.window < before + before / 10, s.window + " from " + before);
    }

    @Test
    void afterATimeOutTheOldMaximumDoesNotCount() {
        begin(1_000);
        cubic.timedOut(s, s.window);
        s.window = s.slowStartThreshold;
        roundTrip(RTT_NS);
        assertTrue(s.window < 705 * MSS, "window " + s.window);
    }

    @Test
    void undoingBringsTheOldMaximumBack() {
        begin(100);
        congested();
        final double maximum = s.lastMaximum;
        congested();
        cubic.undone(s);
        assertEquals(maximum, s.lastMaximum);
    }

    @Test
    void slowStartDoublesTheWindow() {
        begin(10);
        roundTrip(RTT_NS);
        assertEquals(20 * MSS, s.window);
    }

    @Test
    void growingDelayEndsSlowStartAfterFiveSlowerRounds() {
        begin(10);
        roundTrip(RTT_NS);
        roundTrip(RTT_NS);
        final int before = s.window;
        for (int i = 1; i <= 7; i++) {
            roundTrip(RTT_NS + i * 20_000_000L);
        }
        assertTrue(s.slowStartThreshold < CongestionControl.MAXIMUM_WINDOW);
        assertTrue(s.window < before * 2 * Math.pow(1.26, 7), s.window + " from " + before);
    }

    @Test
    void aPassingDelayDoesNotEndSlowStart() {
        begin(10);
        roundTrip(RTT_NS);
        roundTrip(RTT_NS);
        roundTrip(RTT_NS + 30_000_000L);
        roundTrip(RTT_NS);
        for (int i = 0; i < 6; i++) {
            roundTrip(RTT_NS);
        }
        assertEquals(CongestionControl.MAXIMUM_WINDOW, s.slowStartThreshold);
    }
}
