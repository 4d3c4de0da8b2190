package org.weir.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class UniversalHashTest {
    @Test
    void everyBitOfTheKeyCounts() {
        final UniversalHash hash = new UniversalHash(new SplitMix64(1));
        final int zero = hash.hash(0, 0, 0, 0);
        for (int bit = 0; bit < Long.SIZE; bit++) {
            assertNotEquals(zero, hash.hash(1L << bit, 0, 0, 0));
            assertNotEquals(zero, hash.hash(0, 1L << bit, 0, 0));
            assertNotEquals(zero, hash.hash(0, 0, 1L << bit, 0));
        }
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            assertNotEquals(zero, hash.hash(0, 0, 0, 1 << bit));
        }
    }

    @Test
    void theSameKeyHasTheSameHashUnderOneSecretAndAnotherUnderAnother() {
        assertEquals(
                new UniversalHash(new SplitMix64(1)).hash(1, 2, 3, 4),
                new UniversalHash(new SplitMix64(1)).hash(1, 2, 3, 4));
        assertNotEquals(
                new UniversalHash(new SplitMix64(1)).hash(1, 2, 3, 4),
                new UniversalHash(new SplitMix64(2)).hash(1, 2, 3, 4));
    }

    /// Keys as an attacker chooses them, addresses and ports in arithmetic sequence. Where there are as many
    /// chains as keys, a key finds half another one in its chain on average, as with a random function.
    @Test
    void regularKeysAreSpreadOverTheChains() {
        final SplitMix64 random = new SplitMix64(1);
        final int secrets = 500;
        long companions = 0;
        for (int secret = 0; secret < secrets; secret++) {
            final UniversalHash hash = new UniversalHash(random);
            final int[] chains = new int[1_024];
            final long step = 1L << random.nextInt(20);
            for (int i = 0; i < chains.length; i++) {
                companions += chains[hash.hash(1, 0, i * step, i % 7) & chains.length - 1]++;
            }
        }
        assertEquals(0.5, (double) companions / secrets / 1_024, 0.1);
    }
}
