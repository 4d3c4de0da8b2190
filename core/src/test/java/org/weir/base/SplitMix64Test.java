package org.weir.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class SplitMix64Test {
    @Test
    void theSequenceIsThePublishedOne() {
        SplitMix64 random = new SplitMix64(1_234_567);
        for (String expected : new String[] {
            "6457827717110365317",
            "3203168211198807973",
            "9817491932198370423",
            "4593380528125082431",
            "16408922859458223821"
        }) {
            assertEquals(expected, Long.toUnsignedString(random.next()));
        }
    }

    @Test
    void theSequenceIsThatOfTheJdkForAnySeed() {
        Property.holds(200, random -> {
            long seed = random.nextLong();
            SplitMix64 ours = new SplitMix64(seed);
            SplittableRandom theirs = new SplittableRandom(seed);
            for (int i = 0; i < 20; i++) {
                assertEquals(theirs.nextLong(), ours.next());
            }
        });
    }

    @Test
    void numbersBelowABoundAreAllReachedAboutEquallyOften() {
        SplitMix64 random = new SplitMix64(42);
        int[] seen = new int[7];
        for (int i = 0; i < 70_000; i++) {
            seen[random.nextInt(7)]++;
        }
        for (int count : seen) {
            assertTrue(Math.abs(count - 10_000) < 5 * 93, () -> "seen " + count + " times of 10000");
        }
        assertEquals(0, random.nextInt(1));
    }

    @Test
    void chancesComeTrueAtTheirRate() {
        SplitMix64 random = new SplitMix64(43);
        for (double rate : new double[] {0.01, 0.3, 0.5, 0.99}) {
            int hits = 0;
            for (int i = 0; i < 100_000; i++) {
                hits += random.chance(rate) ? 1 : 0;
            }
            double deviation = Math.sqrt(100_000 * rate * (1 - rate));
            assertEquals(100_000 * rate, hits, 5 * deviation);
        }
        for (int i = 0; i < 10_000; i++) {
            assertFalse(random.chance(0));
            assertTrue(random.chance(1));
        }
    }
}
