package org.weir.wire;

/// An IP address for set-up and display. Inside the stack an address is two longs; an IPv4 address is mapped as in RFC
/// 4291 section 2.5.5.2, so that one code path serves both families.
///
/// @param high the first eight octets
/// @param low the last eight octets
public record IpAddress(long high, long low) {
    private static final long MAPPED = 0x0000_FFFF_0000_0000L;
    private static final int OCTETS = 4;
    private static final int GROUPS = 8;
    private static final int MULTICAST_CLASS = 0xE;

    /// No address in particular: 0.0.0.0.
    public static final IpAddress ANY = ofIpv4(0);

    public static IpAddress ofIpv4(int address) {
        return new IpAddress(0, mapped(address));
    }

    /// The low long of a mapped IPv4 address; the high one is 0.
    public static long mapped(int address) {
        return MAPPED | address & 0xFFFF_FFFFL;
    }

    public static boolean isIpv4(long high, long low) {
        return high == 0 && (low & 0xFFFF_FFFF_0000_0000L) == MAPPED;
    }

    /// The IPv4 address that `low` maps.
    public static int ipv4(long low) {
        return (int) low;
    }

    /// True for an IPv4 group address, class D of RFC 1112 section 4.
    public static boolean isMulticast(int address) {
        return address >>> 28 == MULTICAST_CLASS;
    }

    public int ipv4() {
        return (int) low;
    }

    /// Reads a dotted quad.
    ///
    /// @throws IllegalArgumentException if the text is not one; the message says so
    public static IpAddress parse(String text) {
        final String[] parts = text.split("\\.", -1);
        if (parts.length != OCTETS) {
            throw invalid(text);
        }
        int address = 0;
        for (final String part : parts) {
            if (!part.matches("[0-9]{1,3}") || Integer.parseInt(part) > 255) {
                throw invalid(text);
            }
            address = address << 8 | Integer.parseInt(part);
        }
        return ofIpv4(address);
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException(
                "not an IPv4 address: '" + text + "' (expected four decimal octets, as in 10.10.10.2)");
    }

    /// An IPv4 address as a dotted quad, any other as RFC 5952 recommends, as 2001:db8::1.
    public static String format(long high, long low) {
        final StringBuilder text = new StringBuilder();
        if (isIpv4(high, low)) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                text.append(low >>> shift & 0xFF).append(shift == 0 ? "" : ".");
            }
            return text.toString();
        }
        final int zeros = longestZeros(high, low);
        final int from = zeros >>> 4;
        final int to = from + (zeros & 0xF);
        for (int i = 0; i < GROUPS; i++) {
            if (i == from && to > from) {
                text.append("::");
                i = to - 1;
            } else {
                text.append(i == 0 || i == to && to > from ? "" : ":").append(Integer.toHexString(group(high, low, i)));
            }
        }
        return text.toString();
    }

    private static int group(long high, long low, int index) {
        return (int) ((index < GROUPS / 2 ? high : low) >>> 48 - 16 * (index & 3)) & 0xFFFF;
    }

    /// The first of the longest runs of two groups or more that are 0: its place shifted left by 4, and its length;
    /// 0 if there is none.
    private static int longestZeros(long high, long low) {
        int best = 0;
        int length = 0;
        for (int i = 0; i < GROUPS; i++) {
            length = group(high, low, i) == 0 ? length + 1 : 0;
            if (length > Math.max(best & 0xF, 1)) {
                best = i + 1 - length << 4 | length;
            }
        }
        return best;
    }

    @Override
    public String toString() {
        return format(high, low);
    }
}
