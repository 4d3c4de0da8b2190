package org.weir.dns;

import org.weir.wire.IpAddress;

/// Which addresses of a host are wanted.
public enum AddressFamily {
    IPV4,
    IPV6,
    /// Both, those of IPv4 first: a stack that has no IPv6 yet can use these.
    ANY;

    boolean wants(IpAddress address) {
        return switch (this) {
            case IPV4 -> IpAddress.isIpv4(address.high(), address.low());
            case IPV6 -> !IpAddress.isIpv4(address.high(), address.low());
            case ANY -> true;
        };
    }
}
