package org.weir.stack;

import org.weir.wire.IcmpHeader;

/// What ICMP messages mean for sockets: the errors of Linux, which follow RFC 1122 section 3.2.2.1.
final class IcmpErrno {
    private static final int SOURCE_ROUTE_FAILED = 5;
    private static final int DESTINATION_NETWORK_UNKNOWN = 6;
    private static final int DESTINATION_HOST_UNKNOWN = 7;
    private static final int SOURCE_HOST_ISOLATED = 8;
    private static final int NETWORK_PROHIBITED = 9;
    private static final int NETWORK_UNREACHABLE_FOR_SERVICE = 11;

    private IcmpErrno() {}

    /// For a message of this type and code.
    static int of(int type, int code) {
        return switch (type) {
            case IcmpHeader.DESTINATION_UNREACHABLE -> ofUnreachable(code);
            case IcmpHeader.PARAMETER_PROBLEM -> Errno.EPROTO;
            default -> Errno.EHOSTUNREACH;
        };
    }

    /// For a code of "destination unreachable".
    static int ofUnreachable(int code) {
        return switch (code) {
            case IcmpHeader.NET_UNREACHABLE,
                    DESTINATION_NETWORK_UNKNOWN,
                    NETWORK_PROHIBITED,
                    NETWORK_UNREACHABLE_FOR_SERVICE -> Errno.ENETUNREACH;
            case IcmpHeader.PROTOCOL_UNREACHABLE -> Errno.ENOPROTOOPT;
            case IcmpHeader.PORT_UNREACHABLE -> Errno.ECONNREFUSED;
            case IcmpHeader.FRAGMENTATION_NEEDED -> Errno.EMSGSIZE;
            case SOURCE_ROUTE_FAILED -> Errno.EOPNOTSUPP;
            case DESTINATION_HOST_UNKNOWN -> Errno.EHOSTDOWN;
            case SOURCE_HOST_ISOLATED -> Errno.ENONET;
            default -> Errno.EHOSTUNREACH;
        };
    }
}
