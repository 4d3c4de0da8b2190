package org.weir.base;

/// A fast generator with 64 bits of state (Steele, Lea, Flood 2014). For simulations and jitter: whoever sees a few
/// outputs can compute the rest.
public final class SplitMix64 implements Entropy {
    private long state;

    public SplitMix64(long seed) {
        state = seed;
    }

    @Override
    public long next() {
        state += 0x9E37_79B9_7F4A_7C15L;
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }

    /// A number in 0 (inclusive) to `bound` (exclusive).
    public int nextInt(int bound) {
        return (int) ((next() >>> 33) % bound);
    }

    /// True with probability `rate`, 0 to 1.
    public boolean chance(double rate) {
        return (next() >>> 11) * 0x1.0p-53 < rate;
    }
}
