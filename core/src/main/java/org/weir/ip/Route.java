package org.weir.ip;

import org.weir.wire.IpPrefix;

/// Where packets to a network go.
///
/// @param destination the network
/// @param netif the interface
/// @param gateway the next hop's IPv4 address; 0 if the destination itself is on the link
public record Route(IpPrefix destination, Netif netif, int gateway) {
    /// The neighbour that a packet to `address` is handed to.
    public int nextHop(int address) {
        return gateway == 0 ? address : gateway;
    }

    /// Our address on packets that take this route.
    public int source() {
        return netif.sourceFor(gateway == 0 ? destination.address().ipv4() : gateway);
    }
}
