package org.weir.ip;

import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// Where packets to a network go. It never changes: who keeps one asks [RoutingTable#changes] whether it still holds.
///
/// @param destination the network; what it has behind its prefix is cut off
/// @param netif the interface; where no packet leaves, the one that the route is removed with
/// @param gateway the next hop's IPv4 address; 0 if the destination itself is on the link
/// @param preferredSource our address on packets that take this route; 0 for that of the interface
/// @param metric of several routes to one network, the one with the least is taken
/// @param type what becomes of packets
public record Route(IpPrefix destination, Netif netif, int gateway, int preferredSource, int metric, RouteType type) {
    public Route {
        destination = destination.network();
        if (metric < 0) {
            throw new IllegalArgumentException("metric " + metric + " of the route to " + destination + " is negative");
        }
    }

    /// To hosts that are neighbours.
    public static Route onLink(IpPrefix destination, Netif netif) {
        return new Route(destination, netif, 0, 0, 0, RouteType.UNICAST);
    }

    /// To hosts behind a router.
    public static Route via(IpPrefix destination, Netif netif, IpAddress gateway) {
        return new Route(destination, netif, gateway.ipv4(), 0, 0, RouteType.UNICAST);
    }

    public Route withMetric(int number) {
        return new Route(destination, netif, gateway, preferredSource, number, type);
    }

    public Route withSource(IpAddress source) {
        return new Route(destination, netif, gateway, source.ipv4(), metric, type);
    }

    /// The same destination, to be refused or to vanish.
    public Route withType(RouteType other) {
        return new Route(destination, netif, gateway, preferredSource, metric, other);
    }

    /// True if packets are sent on.
    public boolean isUnicast() {
        return type == RouteType.UNICAST;
    }

    /// The neighbour that a packet to `address` is handed to.
    public int nextHop(int address) {
        return gateway == 0 ? address : gateway;
    }

    /// Our address on packets that take this route.
    public int source() {
        if (preferredSource != 0) {
            return preferredSource;
        }
        return netif.sourceFor(gateway == 0 ? destination.address().ipv4() : gateway);
    }

    /// As `ip route` prints it.
    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        switch (type) {
            case UNICAST -> {}
            case BLACKHOLE -> text.append("blackhole ");
            case UNREACHABLE -> text.append("unreachable ");
            case PROHIBIT -> text.append("prohibit ");
        }
        text.append(destination.length() == 0 ? "default" : destination.toString());
        if (gateway != 0) {
            text.append(" via ").append(IpAddress.ofIpv4(gateway));
        }
        text.append(" dev ").append(netif.name());
        if (preferredSource != 0) {
            text.append(" src ").append(IpAddress.ofIpv4(preferredSource));
        }
        return metric == 0
                ? text.toString()
                : text.append(" metric ").append(metric).toString();
    }
}
