package org.weir.link;

/// What a link's frames begin with.
public enum Framing {
    /// An Ethernet header: TAP, packet sockets.
    ETHERNET,
    /// An IP header: TUN, loopback.
    IP
}
