package org.weir.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SamplesTest {
    private static Samples of(double... values) {
        final Samples samples = new Samples();
        for (final double value : values) {
            samples.add(value);
        }
        return samples;
    }

    @Test
    void theMedianOfThreeIsTheMiddleOneWhateverTheOrder() {
        assertEquals(2, of(3, 1, 2).median());
        assertEquals(2, of(2, 3, 1).median());
    }

    @Test
    void theMedianOfFourIsBetweenTheMiddleTwo() {
        assertEquals(2.5, of(4, 1, 3, 2).median());
    }

    @Test
    void theTextHasTheLeastAndTheMost() {
        assertEquals("2.0 (1.0-3.5)", of(2, 3.5, 1).text(1));
    }

    @Test
    void oneSampleHasNoRange() {
        assertEquals("2", of(2).text(0));
    }

    @Test
    void noSampleIsADash() {
        assertTrue(of().isEmpty());
        assertTrue(Double.isNaN(of().median()));
        assertEquals("-", of().text(2));
        assertEquals("-", of(Double.NaN, Double.NaN).text(2));
    }
}
