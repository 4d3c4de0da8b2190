package org.weir.ip;

import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;

/// The way out while there are security policies: packets are cut before they are protected, since a link cannot cut
/// what it cannot read, and each is protected by itself.
final class ProtectedOutput implements Segmentation.Output {
    private final Ipv4 ipv4;
    private final Segmentation segmentation;

    // Where the packet goes that is cut now.
    private Protection protection;
    private Netif netif;
    private int destination;
    private int nextHop;

    @SuppressWarnings("NullAway.Init") // Set by each send.
    ProtectedOutput(Ipv4 ipv4) {
        this.ipv4 = ipv4;
        this.segmentation = new Segmentation(ipv4.pool(), ipv4.drops(), Headroom.LINK, 0);
    }

    /// Takes `packet`, which starts with its IP header.
    void send(Pbuf packet, Protection layer, Netif by, int to, int neighbor) {
        protection = layer;
        netif = by;
        destination = to;
        nextHop = neighbor;
        if (packet.segmentSize() > 0) {
            segmentation.cut(packet, this);
        } else {
            send(packet);
        }
    }

    @Override
    public void send(Pbuf segment) {
        final Pbuf ready = protection.outbound(segment);
        if (ready != null) {
            ipv4.pass(ready, netif, destination, nextHop);
        }
    }
}
