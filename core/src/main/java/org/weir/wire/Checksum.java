package org.weir.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The Internet checksum, RFC 1071.
///
/// Sums are 16-bit one's complement sums in network order. They are taken over words in the machine's order, which
/// gives the same sum with its octets swapped (RFC 1071 section 2B), and swapped once at the end.
public final class Checksum {
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final int VECTOR_MINIMUM = 64;

    private Checksum() {}

    /// The folded sum of `length` octets, an odd last one padded with zero. Not complemented.
    public static int sum(MemorySegment segment, long offset, int length) {
        final int words = length & ~3;
        long sum = words >= VECTOR_MINIMUM ? sumBulk(segment, offset, words) : sumShort(segment, offset, words);
        int at = words;
        if ((length & 2) != 0) {
            sum += segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset + at) & 0xFFFF;
            at += 2;
        }
        if ((length & 1) != 0) {
            final int last = segment.get(ValueLayout.JAVA_BYTE, offset + at) & 0xFF;
            sum += SWAP ? last : last << 8;
        }
        final int folded = fold(sum);
        return SWAP ? swap(folded) : folded;
    }

    /// A plain loop over longs, whose halves are summed apart, because the compiler turns it into vector additions
    /// without widening any operand.
    private static long sumBulk(MemorySegment segment, long offset, int words) {
        final int pairs = words & ~7;
        long low = 0;
        long high = 0;
        for (int i = 0; i < pairs; i += Long.BYTES) {
            final long pair = segment.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + i);
            low += pair & 0xFFFF_FFFFL;
            high += pair >>> 32;
        }
        return low + high + sumShort(segment, offset + pairs, words - pairs);
    }

    private static long sumShort(MemorySegment segment, long offset, int words) {
        long sum = 0;
        for (int i = 0; i < words; i += 4) {
            sum += segment.get(ValueLayout.JAVA_INT_UNALIGNED, offset + i) & 0xFFFF_FFFFL;
        }
        return sum;
    }

    /// Adds the folded sum of a piece to that of the octets before it. A piece behind an odd number of octets
    /// counts with its octets swapped, RFC 1071 section 2B.
    public static int append(int sum, int piece, boolean behindOdd) {
        return fold((long) sum + (behindOdd ? swap(piece) : piece));
    }

    /// The sum of an IPv4 pseudo header, RFC 9293 section 3.1.
    public static int pseudoHeader(int source, int destination, int protocol, int length) {
        return fold((source & 0xFFFF_FFFFL) + (destination & 0xFFFF_FFFFL) + protocol + length);
    }

    /// Folds a sum of words into 16 bits.
    public static int fold(long sum) {
        long folded = (sum & 0xFFFF_FFFFL) + (sum >>> 32);
        folded = (folded & 0xFFFF) + (folded >>> 16 & 0xFFFF) + (folded >>> 32);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        return (int) ((folded & 0xFFFF) + (folded >>> 16));
    }

    /// The checksum field for a folded sum.
    public static int complement(int sum) {
        return ~sum & 0xFFFF;
    }

    private static int swap(int sum) {
        return (sum & 0xFF) << 8 | sum >>> 8;
    }
}
