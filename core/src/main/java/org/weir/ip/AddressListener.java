package org.weir.ip;

import org.weir.wire.IpPrefix;

/// Told what becomes of an address that was claimed, between two phases of a poll: it may call anything.
public interface AddressListener {
    /// Nobody else has it: it is in use from now on.
    void accepted(Netif netif, IpPrefix address);

    /// Another host uses it too; it was told that the address is ours. At most once in 10 s.
    ///
    /// @param rival the other host's hardware address
    void conflict(Netif netif, IpPrefix address, long rival);

    /// It is not ours, or no longer: another host has it. Connections that used it have been reset.
    ///
    /// @param rival the other host's hardware address; 0 if there was no room for it in the routing table
    void lost(Netif netif, IpPrefix address, long rival);
}
