package org.weir.services.dhcp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.ip.AddressListener;
import org.weir.ip.ConflictPolicy;
import org.weir.ip.Netif;
import org.weir.ip.Route;
import org.weir.ip.RouteResult;
import org.weir.ip.RouteType;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// What a lease does to the stack: an address of an interface, and routes that have it as their source.
final class InterfaceSetup {
    /// Routes that somebody has set by hand, with the metric 0, come first; then those of the interface that was
    /// made first.
    private static final int METRIC = 100;

    private final Stack stack;
    private final Netif netif;
    private final List<Route> routes = new ArrayList<>();
    private @Nullable IpPrefix address;

    InterfaceSetup(Stack stack, Netif netif) {
        this.stack = stack;
        this.netif = netif;
    }

    /// True if this host has `other` by other means.
    boolean hasElsewhere(IpAddress other) {
        final boolean isOurs = address != null && address.address().equals(other);
        return !isOurs && stack.ipv4().isLocal(other.ipv4());
    }

    /// Looks whether another host has the address, to use it if not: RFC 5227.
    void claim(Lease lease, AddressListener listener) {
        remove();
        final IpPrefix wanted = lease.address();
        address = wanted;
        stack.claimAddress(netif, wanted, ConflictPolicy.DEFEND_ONCE, listener);
    }

    /// Replaces the routes; those for which there is no room are left out. Sets the MTU: that of the link where the
    /// lease names none, or one that the link does not carry.
    void route(Lease lease) {
        removeRoutes();
        final int ofLink = netif.capabilities().mtu();
        netif.mtu(lease.mtu() == 0 ? ofLink : Math.min(lease.mtu(), ofLink));
        for (final StaticRoute each : lease.routes()) {
            final Route route = new Route(
                    each.destination(),
                    netif,
                    each.router().ipv4(),
                    lease.address().address().ipv4(),
                    METRIC + netif.index(),
                    RouteType.UNICAST);
            if (stack.addRoute(route) == RouteResult.DONE) {
                routes.add(route);
            }
        }
    }

    private void removeRoutes() {
        for (final Route route : routes) {
            stack.ipv4().routes().remove(route);
        }
        routes.clear();
    }

    /// Takes everything away.
    void remove() {
        removeRoutes();
        if (address != null) {
            stack.removeAddress(netif, address);
            address = null;
            if (!netif.isRemoved()) {
                netif.mtu(netif.capabilities().mtu());
            }
        }
    }
}
