package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.weir.Property;

class SequenceNumberTest {
    @Test
    void theOrderGoesOnAcrossTheWrap() {
        for (int a : new int[] {0, -1, -2, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x1234_5678}) {
            for (int ahead : new int[] {1, 2, 1_460, 65_535, 1 << 30, Integer.MAX_VALUE}) {
                int b = a + ahead;
                assertTrue(SequenceNumber.before(a, b));
                assertTrue(SequenceNumber.beforeOrAt(a, b));
                assertTrue(SequenceNumber.after(b, a));
                assertTrue(SequenceNumber.afterOrAt(b, a));
                assertFalse(SequenceNumber.before(b, a));
                assertFalse(SequenceNumber.beforeOrAt(b, a));
                assertFalse(SequenceNumber.after(a, b));
                assertFalse(SequenceNumber.afterOrAt(a, b));
                assertEquals(ahead, SequenceNumber.distance(a, b));
                assertEquals(-ahead, SequenceNumber.distance(b, a));
                assertEquals(b, SequenceNumber.latest(a, b));
                assertEquals(b, SequenceNumber.latest(b, a));
            }
        }
    }

    @Test
    void aNumberIsAtItself() {
        for (int a : new int[] {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertFalse(SequenceNumber.before(a, a));
            assertFalse(SequenceNumber.after(a, a));
            assertTrue(SequenceNumber.beforeOrAt(a, a));
            assertTrue(SequenceNumber.afterOrAt(a, a));
            assertEquals(0, SequenceNumber.distance(a, a));
            assertEquals(a, SequenceNumber.latest(a, a));
        }
    }

    @Test
    void aRangeIsHalfOpenAndMayLieAcrossTheWrap() {
        assertFalse(SequenceNumber.isWithin(-6, -5, 10));
        assertTrue(SequenceNumber.isWithin(-5, -5, 10));
        assertTrue(SequenceNumber.isWithin(0, -5, 10));
        assertTrue(SequenceNumber.isWithin(4, -5, 10));
        assertFalse(SequenceNumber.isWithin(5, -5, 10));
        assertFalse(SequenceNumber.isWithin(-5, -5, 0));
    }

    @Test
    void aRangeHoldsWhatCountingUpWouldReach() {
        Property.holds(5_000, random -> {
            int start = random.nextInt();
            int length = (int) Property.anyMagnitude(random, 31);
            int number = start + random.nextInt(5) * (length / 4) + random.nextInt(5) - 2;
            long steps = number - start & 0xFFFF_FFFFL;
            assertEquals(steps < length, SequenceNumber.isWithin(number, start, length));
        });
    }
}
