package org.weir.filter;

import org.weir.wire.IpProtocol;

/// What an event is about, as far as masks tell protocols apart.
public enum FilterProtocol {
    /// Whole Ethernet frames: ARP and all others.
    LINK,
    ICMP,
    UDP,
    TCP,
    /// What else IP carries.
    OTHER;

    /// As an IP header names it; 0 for those that it does not tell apart.
    int number() {
        return switch (this) {
            case ICMP -> IpProtocol.ICMP;
            case UDP -> IpProtocol.UDP;
            case TCP -> IpProtocol.TCP;
            case LINK, OTHER -> 0;
        };
    }

    /// Of what an IP header names.
    public static FilterProtocol of(int ipProtocol) {
        return switch (ipProtocol) {
            case IpProtocol.ICMP -> ICMP;
            case IpProtocol.UDP -> UDP;
            case IpProtocol.TCP -> TCP;
            default -> OTHER;
        };
    }
}
