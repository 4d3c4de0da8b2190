package org.weir.memory;

/// How many octets a packet buffer keeps free in front of its payload, named by the layer that asks for the buffer.
///
/// A layer asks for the headroom of its own name and each layer below prepends its header into what is left, so no
/// header ever needs a second buffer or a move of the payload.
public enum Headroom {
    /// Nothing will be prepended.
    RAW(0),
    /// An Ethernet header with one VLAN tag, rounded up so that an IP header behind it is aligned to four octets.
    LINK(20),
    /// [#LINK] and an IPv6 header, or an IPv4 header with up to 20 octets of options.
    NETWORK(20 + 40),
    /// [#NETWORK] and a TCP header with all 40 octets of options.
    TRANSPORT(20 + 40 + 60);

    private final int octets;

    Headroom(int octets) {
        this.octets = octets;
    }

    /// Free octets in front of the payload.
    public int octets() {
        return octets;
    }
}
