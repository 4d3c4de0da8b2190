package org.weir.wire;

import java.util.Locale;

/// MAC addresses, held as the low 48 bits of a long.
public final class MacAddress {
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    private static final long GROUP_BIT = 0x0100_0000_0000L;
    private static final long GROUP_PREFIX = 0x0100_5E00_0000L;
    private static final int GROUP_MASK = 0x7F_FFFF;
    private static final int OCTETS = 6;

    private MacAddress() {}

    /// True for multicast and broadcast addresses.
    public static boolean isGroup(long mac) {
        return (mac & GROUP_BIT) != 0;
    }

    /// Where frames to an IPv4 group go: a fixed prefix and the low 23 bits of the group, RFC 1112 section 6.4.
    public static long ofGroup(int group) {
        return GROUP_PREFIX | group & GROUP_MASK;
    }

    /// Reads `02:00:00:00:00:01` (or with `-`).
    ///
    /// @throws IllegalArgumentException if the text is not a MAC address; the message says so
    public static long parse(String text) {
        final String[] parts = text.split("[:-]", -1);
        if (parts.length != OCTETS) {
            throw invalid(text);
        }
        long mac = 0;
        for (final String part : parts) {
            if (!part.matches("[0-9a-fA-F]{1,2}")) {
                throw invalid(text);
            }
            mac = mac << 8 | Integer.parseInt(part, 16);
        }
        return mac;
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException(
                "not a MAC address: '" + text + "' (expected six hexadecimal octets, as in" + " 02:00:00:00:00:01)");
    }

    public static String format(long mac) {
        final StringBuilder text = new StringBuilder();
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(String.format(Locale.ROOT, shift == 0 ? "%02x" : "%02x:", mac >>> shift & 0xFF));
        }
        return text.toString();
    }
}
