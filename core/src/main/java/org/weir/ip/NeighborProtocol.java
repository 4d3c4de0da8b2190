package org.weir.ip;

import org.weir.memory.Pbuf;

/// What [Neighbors] need of the protocol that finds them: ARP, or Neighbor Discovery.
interface NeighborProtocol {
    /// Asks all hosts of the link who has an address.
    void solicit(Netif netif, long high, long low);

    /// Asks the neighbour that had `hardwareAddress` whether it still has its address.
    void solicit(Netif netif, long high, long low, long hardwareAddress);

    /// True if a transport has learnt since `sinceNs` that what it sends by this neighbour arrives: RFC 4861
    /// section 7.3.1.
    boolean makesProgress(Netif netif, long high, long low, long sinceNs);

    /// True if both packets (borrowed) are fragments of one datagram.
    boolean isSameDatagram(Pbuf first, Pbuf later);

    /// Takes a packet and sends it to a neighbour.
    void transmit(Pbuf packet, Netif netif, long hardwareAddress);

    /// Takes a packet whose neighbour does not answer, and tells its sender.
    void unreachable(Pbuf packet);
}
