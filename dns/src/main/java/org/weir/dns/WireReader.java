package org.weir.dns;

import java.util.Arrays;

/// Reads a message from front to end. What lies beyond its end, or breaks the format, reads as 0 or as the root, and
/// [#isBroken] says so from then on: who reads looks once, at the end.
final class WireReader {
    private static final int POINTER = 0xC0;
    /// More than labels that a name may have are for nothing but to cost time.
    private static final int MOST_JUMPS = 127;

    private final byte[] octets;
    private final int limit;
    private int at;
    private boolean isBroken;

    /// Reads the first `limit` of `octets` (borrowed).
    WireReader(byte[] octets, int limit) {
        this.octets = octets;
        this.limit = limit;
    }

    boolean isBroken() {
        return isBroken;
    }

    int position() {
        return at;
    }

    int left() {
        return limit - at;
    }

    void breaks() {
        isBroken = true;
    }

    private boolean has(int count) {
        if (count > limit - at) {
            isBroken = true;
        }
        return !isBroken;
    }

    int u8() {
        return has(1) ? octets[at++] & 0xFF : 0;
    }

    int u16() {
        final int high = u8();
        return high << 8 | u8();
    }

    int i32() {
        final int high = u16();
        return high << 16 | u16();
    }

    long u32() {
        return i32() & 0xFFFF_FFFFL;
    }

    long i64() {
        final long high = u32();
        return high << 32 | u32();
    }

    byte[] octets(int count) {
        if (!has(count)) {
            return new byte[0];
        }
        at += count;
        return Arrays.copyOfRange(octets, at - count, at);
    }

    void skip(int count) {
        if (has(count)) {
            at += count;
        }
    }

    /// Reads a name, RFC 1035 section 4.1.4. A pointer must lead back to before all that has been read of the name,
    /// so that none leads in a circle.
    DnsName name() {
        final byte[] name = new byte[DnsName.LONGEST];
        int length = 0;
        int resume = -1;
        int earliest = at;
        int jumps = 0;
        for (int label = u8(); label != 0; label = u8()) {
            if (label >= POINTER) {
                final int to = (label & ~POINTER) << 8 | u8();
                resume = resume < 0 ? at : resume;
                if (to >= earliest || ++jumps > MOST_JUMPS) {
                    isBroken = true;
                    return DnsName.ROOT;
                }
                earliest = to;
                at = to;
            } else if (label > DnsName.LONGEST_LABEL || length + label + 2 > DnsName.LONGEST || !has(label)) {
                isBroken = true;
                return DnsName.ROOT;
            } else {
                name[length] = (byte) label;
                System.arraycopy(octets, at, name, length + 1, label);
                at += label;
                length += 1 + label;
            }
        }
        at = resume < 0 ? at : resume;
        return isBroken ? DnsName.ROOT : DnsName.ofWire(Arrays.copyOf(name, length + 1));
    }
}
