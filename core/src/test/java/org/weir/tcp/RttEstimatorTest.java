package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// RFC 6298, by numbers worked out by hand.
class RttEstimatorTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;

    private final RttEstimator rtt = new RttEstimator();

    RttEstimatorTest() {
        rtt.reset(200 * MS);
    }

    @Test
    void theTimeOutIsOneSecondBeforeTheFirstSample() {
        assertEquals(SECOND, rtt.rtoNs());
        assertEquals(0, rtt.smoothedNs());
    }

    @Test
    void theFirstSampleGivesThreeTimesItself() {
        rtt.sample(100 * MS);
        // SRTT = 100, RTTVAR = 50, RTO = 100 + 4 * 50.
        assertEquals(100 * MS, rtt.smoothedNs());
        assertEquals(300 * MS, rtt.rtoNs());
    }

    @Test
    void laterSamplesAreSmoothed() {
        rtt.sample(100 * MS);
        rtt.sample(180 * MS);
        // RTTVAR = 3/4 * 50 + 1/4 * 80 = 57.5, SRTT = 7/8 * 100 + 1/8 * 180 = 110, RTO = 110 + 230.
        assertEquals(110 * MS, rtt.smoothedNs());
        assertEquals(340 * MS, rtt.rtoNs());
        rtt.sample(70 * MS);
        // RTTVAR = 3/4 * 57.5 + 1/4 * 40 = 53.125, SRTT = 7/8 * 110 + 1/8 * 70 = 105, RTO = 105 + 212.5.
        assertEquals(105 * MS, rtt.smoothedNs());
        assertEquals(317_500_000, rtt.rtoNs());
    }

    @Test
    void theTimeOutIsNotBelowTheMinimum() {
        for (int i = 0; i < 100; i++) {
            rtt.sample(MS / 10);
        }
        assertEquals(200 * MS, rtt.rtoNs());
        assertEquals(MS / 10, rtt.smoothedNs());
    }

    @Test
    void theTimeOutExceedsTheRoundTripByTheClockGranularityAtLeast() {
        rtt.reset(MS);
        for (int i = 0; i < 300; i++) {
            rtt.sample(50 * MS);
        }
        assertEquals(51 * MS, rtt.rtoNs());
    }

    @Test
    void theTimeOutIsNotAboveSixtySeconds() {
        rtt.sample(40 * SECOND);
        assertEquals(60 * SECOND, rtt.rtoNs());
    }

    @Test
    void eachTimeOutDoublesTheNextOneUpToSixtySeconds() {
        rtt.sample(100 * MS);
        long expected = 300 * MS;
        for (int i = 0; i < 40; i++) {
            assertEquals(Math.min(expected, 60 * SECOND), rtt.rtoNs());
            rtt.backOff();
            expected = Math.min(2 * expected, 100 * SECOND);
        }
        assertEquals(100 * MS, rtt.smoothedNs());
    }

    @Test
    void theBackOffEndsWithTheNextSample() {
        rtt.sample(100 * MS);
        rtt.backOff();
        rtt.backOff();
        assertEquals(1_200 * MS, rtt.rtoNs());
        rtt.sample(100 * MS);
        assertEquals(250 * MS, rtt.rtoNs());
    }

    @Test
    void afterALostSynTheFirstTimeOutIsThreeSeconds() {
        rtt.backOff();
        rtt.startAfterLostSyn();
        assertEquals(3 * SECOND, rtt.rtoNs());
    }

    @Test
    void aLostSynDoesNotMatterOnceATimeIsKnown() {
        rtt.sample(100 * MS);
        rtt.startAfterLostSyn();
        assertEquals(300 * MS, rtt.rtoNs());
    }

    @Test
    void aSampleOfNothingCountsAsTheFirst() {
        rtt.sample(0);
        assertEquals(1, rtt.smoothedNs());
        assertEquals(200 * MS, rtt.rtoNs());
        rtt.sample(-5);
        assertEquals(200 * MS, rtt.rtoNs());
    }

    @Test
    void aResetForgetsEverything() {
        rtt.sample(5 * SECOND);
        rtt.backOff();
        rtt.reset(300 * MS);
        assertEquals(SECOND, rtt.rtoNs());
        assertEquals(0, rtt.smoothedNs());
        rtt.sample(MS);
        assertEquals(300 * MS, rtt.rtoNs());
    }
}
