package org.weir.dns;

import org.weir.wire.IpAddress;

/// Where a name server listens, on UDP and TCP.
///
/// @param address of IPv4
/// @param port 1 to 65535
public record NameServer(IpAddress address, int port) {
    /// The port of name servers, RFC 1035 section 4.2.
    public static final int PORT = 53;

    public NameServer {
        if (!IpAddress.isIpv4(address.high(), address.low())) {
            throw new IllegalArgumentException("name server " + address + " is not an IPv4 address");
        }
        if (port < 1 || port > 0xFFFF) {
            throw new IllegalArgumentException("port " + port + " of name server " + address + " is not in 1 to 65535");
        }
    }

    public static NameServer at(IpAddress address) {
        return new NameServer(address, PORT);
    }

    @Override
    public String toString() {
        return port == PORT ? address.toString() : address + ":" + port;
    }
}
