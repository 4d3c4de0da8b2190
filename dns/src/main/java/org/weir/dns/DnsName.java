package org.weir.dns;

import java.io.ByteArrayOutputStream;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.weir.wire.IpAddress;

/// A domain name, RFC 1035 section 3.1: labels of 1 to 63 octets, 255 octets at most with their lengths. Names that
/// differ only in the case of ASCII letters are equal, RFC 4343. Immutable.
public final class DnsName {
    static final int LONGEST = 255;
    static final int LONGEST_LABEL = 63;
    private static final int LONGEST_CODE = 3;

    /// The name of the tree's root.
    public static final DnsName ROOT = new DnsName(new byte[1]);

    /// As in a message: lengths and octets, with a 0 at the end.
    private final byte[] wire;
    private final int hash;

    private DnsName(byte[] wire) {
        this.wire = wire;
        int sum = 0;
        for (final byte octet : wire) {
            sum = 31 * sum + lowerCase(octet);
        }
        this.hash = sum;
    }

    /// A name as it stands in a message, uncompressed, valid, with the 0 at its end.
    static DnsName ofWire(byte[] octets) {
        return new DnsName(octets);
    }

    /// Reads a name in the presentation format of RFC 1035 section 5.1: labels with dots between, a dot at the end
    /// or not, `\.` for a dot in a label and `\DDD` for an octet.
    ///
    /// @throws IllegalArgumentException if it is not a name; the message says why
    public static DnsName parse(String text) {
        if (text.equals(".")) {
            return ROOT;
        }
        final ByteArrayOutputStream wire = new ByteArrayOutputStream();
        final ByteArrayOutputStream label = new ByteArrayOutputStream();
        int at = 0;
        while (at < text.length()) {
            final char c = text.charAt(at);
            if (c == '.') {
                end(label, wire, text);
                at++;
            } else if (c == '\\') {
                at = escaped(text, at + 1, label);
            } else {
                label.write(octet(c, text));
                at++;
            }
        }
        if (label.size() > 0 || wire.size() == 0) {
            end(label, wire, text);
        }
        wire.write(0);
        if (wire.size() > LONGEST) {
            throw new IllegalArgumentException("'" + text + "' is longer than a name may be, 255 octets");
        }
        return new DnsName(wire.toByteArray());
    }

    /// As above, the name of a host, which may have letters of any language (RFC 3490).
    ///
    /// @throws IllegalArgumentException if it is not a name; the message says why
    public static DnsName ofHost(String text) {
        try {
            return parse(text.chars().allMatch(c -> c < 0x80) ? text : IDN.toASCII(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not a name: " + e.getMessage(), e);
        }
    }

    /// The name that points to an address, RFC 1035 section 3.5 and RFC 3596 section 2.5.
    public static DnsName reverse(IpAddress address) {
        final StringBuilder text = new StringBuilder();
        if (IpAddress.isIpv4(address.high(), address.low())) {
            for (int shift = 0; shift < Integer.SIZE; shift += 8) {
                text.append(address.ipv4() >>> shift & 0xFF).append('.');
            }
            return parse(text.append("in-addr.arpa").toString());
        }
        for (int nibble = 0; nibble < 32; nibble++) {
            final long half = nibble < 16 ? address.low() : address.high();
            text.append(Character.forDigit((int) (half >>> 4 * (nibble & 15) & 15), 16))
                    .append('.');
        }
        return parse(text.append("ip6.arpa").toString());
    }

    private static void end(ByteArrayOutputStream label, ByteArrayOutputStream wire, String text) {
        if (label.size() == 0 || label.size() > LONGEST_LABEL) {
            throw new IllegalArgumentException(
                    "'" + text + "' has a label of " + label.size() + " octets, not 1 to 63");
        }
        wire.write(label.size());
        wire.writeBytes(label.toByteArray());
        label.reset();
    }

    private static int octet(char c, String text) {
        if (c > 0xFF) {
            throw new IllegalArgumentException("'" + text + "' has a character that is no octet");
        }
        return c;
    }

    /// Reads what follows a backslash at `at` and returns where it ends.
    private static int escaped(String text, int at, ByteArrayOutputStream label) {
        if (at < text.length() && !Character.isDigit(text.charAt(at))) {
            label.write(octet(text.charAt(at), text));
            return at + 1;
        }
        final String digits = text.substring(at, Math.min(at + LONGEST_CODE, text.length()));
        if (!digits.matches("[0-9]{3}") || Integer.parseInt(digits) > 0xFF) {
            throw new IllegalArgumentException("'" + text + "' has a backslash before no octet (\\000 to \\255)");
        }
        label.write(Integer.parseInt(digits));
        return at + LONGEST_CODE;
    }

    // ---- parts ----

    /// Octets in a message, without compression.
    int length() {
        return wire.length;
    }

    void copyTo(byte[] target, int at) {
        System.arraycopy(wire, 0, target, at, wire.length);
    }

    /// Labels without the root.
    public int labels() {
        int count = 0;
        for (int at = 0; wire[at] != 0; at += 1 + wire[at]) {
            count++;
        }
        return count;
    }

    /// This name with `domain` behind it.
    ///
    /// @throws IllegalArgumentException if that is too long
    public DnsName under(DnsName domain) {
        final int length = wire.length - 1 + domain.wire.length;
        if (length > LONGEST) {
            throw new IllegalArgumentException("'" + this + domain + "' is longer than a name may be, 255 octets");
        }
        final byte[] joined = Arrays.copyOf(wire, length);
        System.arraycopy(domain.wire, 0, joined, wire.length - 1, domain.wire.length);
        return new DnsName(joined);
    }

    /// True for `domain` itself and for all names that end with it.
    public boolean isUnder(DnsName domain) {
        int at = 0;
        while (wire.length - at > domain.wire.length) {
            at += 1 + wire[at];
        }
        return wire.length - at == domain.wire.length && matches(at, domain.wire);
    }

    private boolean matches(int at, byte[] other) {
        for (int i = 0; i < other.length; i++) {
            if (lowerCase(wire[at + i]) != lowerCase(other[i])) {
                return false;
            }
        }
        return true;
    }

    /// Lengths, up to 63, are no letters.
    private static int lowerCase(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet & 0xFF;
    }

    /// True if it is made of letters, digits, hyphens and underscores alone, as names of hosts are: what a server
    /// says that an address is called may be anything.
    public boolean isHostName() {
        if (wire.length == 1) {
            return false;
        }
        for (int at = 0; wire[at] != 0; at += 1 + wire[at]) {
            for (int i = 1; i <= wire[at]; i++) {
                final int c = lowerCase(wire[at + i]);
                if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_')) {
                    return false;
                }
            }
        }
        return true;
    }

    // ---- identity ----

    @Override
    public boolean equals(Object other) {
        return other instanceof DnsName name
                && hash == name.hash
                && wire.length == name.wire.length
                && matches(0, name.wire);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /// The presentation format, with a dot at the end.
    @Override
    public String toString() {
        if (wire.length == 1) {
            return ".";
        }
        final StringBuilder text = new StringBuilder();
        for (int at = 0; wire[at] != 0; at += 1 + wire[at]) {
            final String label = new String(wire, at + 1, wire[at], StandardCharsets.ISO_8859_1);
            for (int i = 0; i < label.length(); i++) {
                append(text, label.charAt(i));
            }
            text.append('.');
        }
        return text.toString();
    }

    private static void append(StringBuilder text, char c) {
        if (c <= ' ' || c > '~') {
            text.append('\\');
            for (int scale = 100; scale > 0; scale /= 10) {
                text.append(c / scale % 10);
            }
        } else if (c == '.' || c == '\\') {
            text.append('\\').append(c);
        } else {
            text.append(c);
        }
    }

    /// As people write it: without the dot at the end, unless it is the root.
    public String toHost() {
        final String text = toString();
        return wire.length == 1 ? text : text.substring(0, text.length() - 1);
    }
}
