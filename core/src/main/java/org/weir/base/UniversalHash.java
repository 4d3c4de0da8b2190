package org.weir.base;

/// Multilinear hashing (Lemire and Kaser 2014) of seven 32-bit words: two different keys collide with a probability of
/// 2^-32, whoever chose them without knowing the secret. For tables, whose hashes nobody sees, at a tenth of
/// the cost of [KeyedHash]. Who sees hashes can compute others, and who learned of one collision, by its timing say,
/// could go on from there.
public final class UniversalHash {
    private final long offset;
    private final long factor0;
    private final long factor1;
    private final long factor2;
    private final long factor3;
    private final long factor4;
    private final long factor5;
    private final long factor6;

    /// The secret is drawn out to the length that is needed by a function that cannot be predicted.
    public UniversalHash(Entropy secret) {
        final KeyedHash draw = new KeyedHash(secret);
        offset = draw.hash(0);
        factor0 = draw.hash(1);
        factor1 = draw.hash(2);
        factor2 = draw.hash(3);
        factor3 = draw.hash(4);
        factor4 = draw.hash(5);
        factor5 = draw.hash(6);
        factor6 = draw.hash(7);
    }

    /// The hash of all bits of `a`, `b`, `c` and `d`.
    public int hash(long a, long b, long c, int d) {
        final long sum = offset
                + factor0 * low(a)
                + factor1 * (a >>> 32)
                + factor2 * low(b)
                + factor3 * (b >>> 32)
                + factor4 * low(c)
                + factor5 * (c >>> 32)
                + factor6 * low(d);
        return (int) (sum >>> 32);
    }

    private static long low(long word) {
        return word & 0xFFFF_FFFFL;
    }
}
