package org.weir.ip;

import org.weir.filter.FilterHook;
import org.weir.filter.Filters;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.MacAddress;
import org.weir.wire.VlanHeader;

/// Ethernet II, IEEE 802.3: between a frame and the protocol that it carries. A tag of 802.1Q in between names the
/// interface that the frame is for ([VlanLink] writes it); one of VLAN 0 has only a priority.
public final class Ethernet {
    private static final int PRIORITY_ONLY = 0;

    private final Ipv4 ipv4;
    private final Arp arp;
    private final DropCounters drops;
    private final Filters filters;
    private final EthernetHeader header = new EthernetHeader();
    private final VlanHeader tagged = new VlanHeader();

    Ethernet(Ipv4 ipv4, Arp arp, DropCounters drops) {
        this.ipv4 = ipv4;
        this.arp = arp;
        this.drops = drops;
        this.filters = ipv4.filters();
    }

    /// Takes a received frame.
    void process(Pbuf frame, Netif netif) {
        if (!EthernetHeader.fits(frame.length())) {
            drops.drop(frame, DropReason.ETHERNET_RUNT);
            return;
        }
        final boolean shown = ipv4.showReceived(frame, netif);
        header.at(frame.segment(), frame.offset());
        final long destination = header.destination();
        if (destination != netif.hardwareAddress() && !MacAddress.isGroup(destination)) {
            ignore(frame, DropReason.ETHERNET_OTHER_HOST, shown);
            return;
        }
        final int type = header.type();
        if (type == EtherType.VLAN) {
            processTagged(frame, netif, shown);
        } else {
            goUp(frame, netif, type, shown);
        }
    }

    /// Takes a frame with a tag, which is removed.
    private void processTagged(Pbuf frame, Netif carrier, boolean shown) {
        if (frame.length() < VlanHeader.LENGTH) {
            drops.drop(frame, DropReason.ETHERNET_RUNT);
            return;
        }
        tagged.at(frame.segment(), frame.offset());
        final int id = VlanHeader.vlan(tagged.control());
        final Netif netif = id == PRIORITY_ONLY ? carrier : carrier.carried(id);
        if (netif == null) {
            ignore(frame, DropReason.VLAN_UNKNOWN, shown);
            return;
        }
        if (!netif.isUp()) {
            drops.drop(frame, DropReason.INTERFACE_DOWN);
            return;
        }
        final int type = tagged.type();
        tagged.untag();
        frame.strip(VlanHeader.TAG);
        if (netif == carrier) {
            goUp(frame, carrier, type, shown);
        } else {
            netif.countReceived(frame);
            final boolean shownUntagged = ipv4.showReceived(frame, netif);
            goUp(frame, netif, type, shown || shownUntagged);
        }
    }

    /// Takes a frame without a tag. A tag behind a tag is no type that is known here.
    private void goUp(Pbuf frame, Netif netif, int type, boolean shown) {
        if (filters.seesFrames() && isRefused(FilterHook.INPUT, frame, netif)) {
            return;
        }
        frame.strip(EthernetHeader.LENGTH);
        switch (type) {
            case EtherType.IPV4 -> ipv4.process(frame, netif);
            case EtherType.ARP -> arp.process(frame, netif);
            default -> ignore(frame, DropReason.ETHERNET_UNKNOWN_TYPE, shown);
        }
    }

    /// Takes a frame that no protocol wants: no loss if somebody has seen it.
    private void ignore(Pbuf frame, DropReason reason, boolean shown) {
        if (shown) {
            frame.release();
        } else {
            drops.drop(frame, reason);
        }
    }

    /// Takes `packet`, prepends the header and sends the frame.
    void dispatch(Pbuf packet, Netif netif, long destination, int type) {
        final long at = packet.prepend(EthernetHeader.LENGTH);
        header.at(packet.segment(), at).write(destination, netif.hardwareAddress(), type);
        transmit(packet, netif);
    }

    /// Takes a whole frame and sends it. Returns false if the filter has refused it.
    boolean transmit(Pbuf frame, Netif netif) {
        if (filters.seesFrames() && isRefused(FilterHook.OUTPUT, frame, netif)) {
            return false;
        }
        netif.transmit(frame);
        return true;
    }

    /// Asks the filter about `frame`, and takes it if it is not wanted.
    private boolean isRefused(FilterHook hook, Pbuf frame, Netif netif) {
        final DropReason refusal = filters.refusalOfFrame(hook, frame, netif.name());
        if (refusal != null) {
            drops.drop(frame, refusal);
        }
        return refusal != null;
    }
}
