package org.weir.ip;

import org.weir.memory.Pbuf;

/// A protocol above IP.
public interface Transport {
    /// Takes `segment`, which starts with this protocol's header; `datagram` is valid during the call.
    void process(Pbuf segment, Datagram datagram);

    /// Takes `segment`, which a filter has refused, and tells its sender; `datagram` is valid during the call.
    void reject(Pbuf segment, Datagram datagram);

    /// An error was reported about a packet that this host sent; `error` is valid during the call.
    void processError(IcmpError error);

    /// True if what is sent by a neighbour is known to have arrived since `sinceNs`, as far as that is known at no
    /// cost.
    default boolean makesProgress(Netif netif, int neighbor, long sinceNs) {
        return false;
    }

    /// Another host turned out to have an address of this one, which goes when this returns.
    default void addressLost(long high, long low) {}
}
