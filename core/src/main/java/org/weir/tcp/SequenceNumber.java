package org.weir.tcp;

/// Arithmetic on sequence numbers, modulo 2^32: RFC 9293 section 3.4. Every comparison in this package goes through
/// here.
public final class SequenceNumber {
    private SequenceNumber() {}

    /// True if `a` comes before `b`.
    public static boolean before(int a, int b) {
        return a - b < 0;
    }

    public static boolean beforeOrAt(int a, int b) {
        return a - b <= 0;
    }

    /// True if `a` comes after `b`.
    public static boolean after(int a, int b) {
        return a - b > 0;
    }

    public static boolean afterOrAt(int a, int b) {
        return a - b >= 0;
    }

    /// Octets from `from` to `to`; negative if `to` comes first.
    public static int distance(int from, int to) {
        return to - from;
    }

    /// The later of two.
    public static int latest(int a, int b) {
        return a - b >= 0 ? a : b;
    }

    /// The earlier of two.
    public static int earliest(int a, int b) {
        return a - b <= 0 ? a : b;
    }

    /// True if `number` is one of the `length` numbers from `start` on.
    public static boolean isWithin(int number, int start, int length) {
        return Integer.compareUnsigned(number - start, length) < 0;
    }
}
