package org.weir.services.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.weir.time.StackClock;

/// A pace of 500 octets a second: 2 ms for each.
final class PaceTest {
    private static final long SECOND = StackClock.SECOND;
    /// Next to where the clock turns negative.
    private static final long START = Long.sum(Long.MAX_VALUE, -5 * SECOND);

    private final Pace pace = new Pace(500);

    @Test
    void whoIsSlowerIsOverThoughItShowsSignsOfLife() {
        pace.begin(START, 10 * SECOND);
        long now = START;
        for (int i = 0; i < 10; i++) {
            assertFalse(pace.isOver(now));
            now += SECOND;
            pace.went(1, now);
        }
        assertFalse(pace.isOver(now));
        assertTrue(pace.isOver(now + SECOND));
    }

    @Test
    void whoIsFastEnoughHasTime() {
        pace.begin(START, 10 * SECOND);
        long now = START;
        for (int i = 0; i < 100_000; i++) {
            now += SECOND;
            pace.went(500, now);
            assertFalse(pace.isOver(now), "after " + i + " s");
        }
    }

    @Test
    void nobodyHasMoreThanAnHourAhead() {
        pace.begin(START, 10 * SECOND);
        pace.went(Long.MAX_VALUE, START);
        assertEquals(START + 3_600 * SECOND, pace.deadline(START, Long.MAX_VALUE / 2));
        assertTrue(pace.isOver(START + 3_600 * SECOND));
    }

    @Test
    void aDeadlineIsTheEarlierOne() {
        pace.begin(START, 10 * SECOND);
        assertEquals(START + 3 * SECOND, pace.deadline(START, 3 * SECOND));
        assertEquals(START + 10 * SECOND, pace.deadline(START + 9 * SECOND, 3 * SECOND));
    }
}
