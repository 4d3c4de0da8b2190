package org.weir.services.dhcp;

import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A route that a server tells of: RFC 3442.
///
/// @param destination the network
/// @param router the next hop; 0.0.0.0 if the destination is on the link
public record StaticRoute(IpPrefix destination, IpAddress router) {
    public StaticRoute {
        destination = destination.network();
    }

    @Override
    public String toString() {
        return destination + (router.equals(IpAddress.ANY) ? " on link" : " via " + router);
    }
}
