package org.weir.dns;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Types of resource records that can be asked for, with their numbers.
public enum RecordType {
    /// An IPv4 address, RFC 1035 section 3.4.1.
    A(1),
    /// A name server, section 3.3.11.
    NS(2),
    /// The name that an alias stands for, section 3.3.1.
    CNAME(5),
    /// The beginning of a zone, section 3.3.13.
    SOA(6),
    /// A name that an address points to, section 3.3.12.
    PTR(12),
    /// A mail exchange, section 3.3.9.
    MX(15),
    /// Text, section 3.3.14.
    TXT(16),
    /// An IPv6 address, RFC 3596.
    AAAA(28),
    /// Where a service is, RFC 2782.
    SRV(33);

    private static final RecordType[] ALL = values();

    private final int code;

    RecordType(int code) {
        this.code = code;
    }

    /// The number in messages.
    public int code() {
        return code;
    }

    /// The type with a number; null if it cannot be asked for here.
    static @Nullable RecordType of(int code) {
        for (final RecordType type : ALL) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }

    /// Reads the name of a type in either case.
    ///
    /// @throws IllegalArgumentException if there is none of that name; the message lists those that there are
    public static RecordType parse(String text) {
        for (final RecordType type : ALL) {
            if (type.name().equals(text.toUpperCase(Locale.ROOT))) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "no record type '" + text + "'; there are A, AAAA, CNAME, MX, NS, PTR, SOA, SRV, TXT");
    }
}
