package org.weir;

import java.util.Random;

/// Runs a property over many seeds. A failure names its seed, and `-Dweir.seed=N` runs that one alone.
public final class Property {
    /// One run; all its choices come from `random`.
    @FunctionalInterface
    public interface Trial {
        void run(Random random);
    }

    private Property() {}

    /// Runs `trial` with the seeds 1 to `trials`.
    public static void holds(int trials, Trial trial) {
        Long only = Long.getLong("weir.seed");
        if (only != null) {
            run(trial, only);
            return;
        }
        for (long seed = 1; seed <= trials; seed++) {
            run(trial, seed);
        }
    }

    private static void run(Trial trial, long seed) {
        try {
            trial.run(new Random(seed));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("fails with -Dweir.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    /// `length` octets.
    public static byte[] octets(Random random, int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    /// A number whose magnitude is as likely to be of any power of two from 0 to `bits` (exclusive).
    public static long anyMagnitude(Random random, int bits) {
        return random.nextLong() >>> Long.SIZE - 1 - random.nextInt(bits);
    }
}
