package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SystemEntropyTest {
    private static final int CALLS = 100_000;

    private long sink;

    @Test
    void noValueComesTwice() {
        final SystemEntropy entropy = new SystemEntropy();
        final Set<Long> seen = new HashSet<>();
        for (int i = 0; i < CALLS; i++) {
            assertTrue(seen.add(entropy.next()));
        }
    }

    @Test
    void eachBitIsSetHalfOfTheTime() {
        final SystemEntropy entropy = new SystemEntropy();
        final int[] set = new int[Long.SIZE];
        for (int i = 0; i < CALLS; i++) {
            final long value = entropy.next();
            for (int bit = 0; bit < Long.SIZE; bit++) {
                set[bit] += (int) (value >>> bit & 1);
            }
        }
        for (final int count : set) {
            assertEquals(CALLS / 2, count, CALLS / 50);
        }
    }

    @Test
    @Tag("allocation")
    void nothingIsAllocated() {
        final SystemEntropy entropy = new SystemEntropy();
        final Runnable calls = () -> {
            for (int i = 0; i < CALLS; i++) {
                sink ^= entropy.next();
            }
        };
        assertEquals(0, Allocations.onceWarm(calls));
        assertNotEquals(0, sink);
    }
}
