package org.weir.services.dhcp;

import java.util.List;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// What a server has given to an interface, for a time.
///
/// @param address the address and its network
/// @param server who has given it
/// @param routes where packets go beyond that network: option 121 (RFC 3442), or else the routers of option 3
/// @param dnsServers in the order of preference
/// @param ntpServers in the order of preference
/// @param domain to complete names with; empty if none was told
/// @param hostName as the server knows it; empty if none was told
/// @param mtu of the network, which the interface takes over as far as its link permits; 0 if it was not told
/// @param times how long it lasts
public record Lease(
        IpPrefix address,
        IpAddress server,
        List<StaticRoute> routes,
        List<IpAddress> dnsServers,
        List<IpAddress> ntpServers,
        String domain,
        String hostName,
        int mtu,
        Times times) {
    /// When what happens to it, by the clock of the stack. All are [Long#MAX_VALUE] if it lasts for ever.
    ///
    /// @param renewalNs T1: when to ask the server that gave it
    /// @param rebindingNs T2: when to ask any server
    /// @param expiryNs when it must not be used any more
    public record Times(long renewalNs, long rebindingNs, long expiryNs) {
        static final Times FOR_EVER = new Times(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    public Lease {
        routes = List.copyOf(routes);
        dnsServers = List.copyOf(dnsServers);
        ntpServers = List.copyOf(ntpServers);
    }

    /// True if all but times and server are the same.
    boolean isLike(Lease other) {
        return address.equals(other.address)
                && routes.equals(other.routes)
                && dnsServers.equals(other.dnsServers)
                && ntpServers.equals(other.ntpServers)
                && domain.equals(other.domain)
                && hostName.equals(other.hostName)
                && mtu == other.mtu;
    }

    public boolean lastsForEver() {
        return times.expiryNs == Long.MAX_VALUE;
    }
}
