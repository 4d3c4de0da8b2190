package org.weir.base;

/// SipHash-2-4 (Aumasson, Bernstein 2012) over a fixed number of longs: a keyed function, so that nobody outside can
/// choose inputs that collide, nor compute the next output from those seen.
public final class KeyedHash {
    private final long key0;
    private final long key1;

    public KeyedHash(Entropy secret) {
        this(secret.next(), secret.next());
    }

    public KeyedHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /// The hash of one long.
    public long hash(long a) {
        return hash(a, 0, 0, 0, 0, 1);
    }

    /// The hash of five longs.
    public long hash(long a, long b, long c, long d, long e) {
        return hash(a, b, c, d, e, 5);
    }

    private long hash(long a, long b, long c, long d, long e, int count) {
        long v0 = key0 ^ 0x736f_6d65_7073_6575L;
        long v1 = key1 ^ 0x646f_7261_6e64_6f6dL;
        long v2 = key0 ^ 0x6c79_6765_6e65_7261L;
        long v3 = key1 ^ 0x7465_6462_7974_6573L;
        final int blocks = count + 1;
        for (int i = 0; i < blocks + 2; i++) {
            final long m;
            if (i < count) {
                m = word(i, a, b, c, d, e);
            } else {
                m = i == count ? (long) count * Long.BYTES << 56 : 0;
            }
            if (i == blocks) {
                v2 ^= 0xFF;
            }
            v3 ^= m;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static long word(int index, long a, long b, long c, long d, long e) {
        return switch (index) {
            case 0 -> a;
            case 1 -> b;
            case 2 -> c;
            case 3 -> d;
            default -> e;
        };
    }
}
