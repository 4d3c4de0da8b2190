package org.weir.ip;

import org.weir.wire.IpAddress;
import org.weir.wire.MacAddress;

/// A neighbour, for display.
///
/// @param netif the interface that it is reached by
/// @param address its address
/// @param hardwareAddress of no meaning while the neighbour is [NeighborState#INCOMPLETE]
/// @param state how much is known of it
public record NeighborEntry(Netif netif, IpAddress address, long hardwareAddress, NeighborState state) {
    /// As `ip neigh` prints it.
    @Override
    public String toString() {
        final String known = state == NeighborState.INCOMPLETE ? "" : " lladdr " + MacAddress.format(hardwareAddress);
        return address + " dev " + netif.name() + known + " " + state;
    }
}
