package org.weir.ip;

import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.MacAddress;

/// Ethernet II, IEEE 802.3: between a frame and the protocol that it carries.
public final class Ethernet {
    private final Ipv4 ipv4;
    private final Arp arp;
    private final DropCounters drops;
    private final EthernetHeader header = new EthernetHeader();

    Ethernet(Ipv4 ipv4, Arp arp, DropCounters drops) {
        this.ipv4 = ipv4;
        this.arp = arp;
        this.drops = drops;
    }

    /// Takes a received frame.
    void process(Pbuf frame, Netif netif) {
        if (!EthernetHeader.fits(frame.length())) {
            drops.drop(frame, DropReason.ETHERNET_RUNT);
            return;
        }
        header.at(frame.segment(), frame.offset());
        final long destination = header.destination();
        if (destination != netif.hardwareAddress() && !MacAddress.isGroup(destination)) {
            drops.drop(frame, DropReason.ETHERNET_OTHER_HOST);
            return;
        }
        final int type = header.type();
        frame.strip(EthernetHeader.LENGTH);
        switch (type) {
            case EtherType.IPV4 -> ipv4.process(frame, netif);
            case EtherType.ARP -> arp.process(frame, netif);
            default -> drops.drop(frame, DropReason.ETHERNET_UNKNOWN_TYPE);
        }
    }

    /// Takes `packet`, prepends the header and sends the frame.
    void dispatch(Pbuf packet, Netif netif, long destination, int type) {
        final long at = packet.prepend(EthernetHeader.LENGTH);
        header.at(packet.segment(), at).write(destination, netif.hardwareAddress(), type);
        netif.transmit(packet);
    }
}
