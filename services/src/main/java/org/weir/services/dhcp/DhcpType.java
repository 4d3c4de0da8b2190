package org.weir.services.dhcp;

import org.jspecify.annotations.Nullable;

/// Option 53, RFC 2132 section 9.6. The order is that of the numbers, from 1 on.
enum DhcpType {
    DISCOVER,
    OFFER,
    REQUEST,
    DECLINE,
    ACK,
    NAK,
    RELEASE,
    INFORM;

    private static final DhcpType[] ALL = values();

    int code() {
        return ordinal() + 1;
    }

    /// The type with this number; null if there is none.
    static @Nullable DhcpType of(long code) {
        return code >= 1 && code <= ALL.length ? ALL[(int) code - 1] : null;
    }
}
