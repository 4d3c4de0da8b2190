package org.weir.time;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StackClockTest {
    @Test
    void theClockStandsWhereItWasSet() {
        StackClock clock = new StackClock(-5);
        assertEquals(-5, clock.nowNs());
        clock.advanceTo(7);
        assertEquals(7, clock.nowNs());
    }

    @Test
    void theClockDoesNotRunBackwards() {
        StackClock clock = new StackClock(100);
        clock.advanceTo(99);
        assertEquals(100, clock.nowNs());
        clock.advanceTo(100);
        assertEquals(100, clock.nowNs());
    }

    @Test
    void theClockRunsOnThroughTheWrapOfItsLong() {
        StackClock clock = new StackClock(Long.MAX_VALUE);
        clock.advanceTo(Long.MIN_VALUE);
        assertEquals(Long.MIN_VALUE, clock.nowNs());
        clock.advanceTo(Long.MAX_VALUE);
        assertEquals(Long.MIN_VALUE, clock.nowNs());
    }

    @Test
    void theUnitsAreNanoseconds() {
        assertEquals(1_000_000, StackClock.MILLISECOND);
        assertEquals(1_000 * StackClock.MILLISECOND, StackClock.SECOND);
    }
}
