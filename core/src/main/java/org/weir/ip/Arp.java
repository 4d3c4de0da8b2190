package org.weir.ip;

import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.IpAddress;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;

/// ARP, RFC 826 and RFC 5227: asks for the hardware addresses of [Neighbors], answers for ours, and hears who else
/// claims them.
///
/// A reply that nobody asked for never makes an entry; an announcement changes one that exists.
final class Arp implements NeighborProtocol {
    private final Ipv4 ipv4;
    private final Neighbors neighbors;
    private final DropCounters drops;
    private final ArpPacket view = new ArpPacket();
    private final Ipv4Header header = new Ipv4Header();

    Arp(Ipv4 ipv4, Neighbors neighbors) {
        this.ipv4 = ipv4;
        this.neighbors = neighbors;
        this.drops = ipv4.drops();
    }

    // ---- out ----

    /// Takes `packet` and sends it to `nextHop` on `netif`, now or when the neighbour has answered.
    void dispatch(Pbuf packet, Netif netif, int nextHop) {
        neighbors.dispatch(packet, netif, 0, IpAddress.mapped(nextHop), this);
    }

    @Override
    public void transmit(Pbuf packet, Netif netif, long hardwareAddress) {
        ipv4.ethernet().dispatch(packet, netif, hardwareAddress, EtherType.IPV4);
    }

    @Override
    public void solicit(Netif netif, long high, long low) {
        solicit(netif, high, low, MacAddress.BROADCAST);
    }

    @Override
    public void solicit(Netif netif, long high, long low, long hardwareAddress) {
        final int target = IpAddress.ipv4(low);
        request(netif, hardwareAddress, netif.sourceFor(target), target);
    }

    /// Asks whether anybody has `address`, without having it: RFC 5227 section 2.1.1.
    void probe(Netif netif, int address) {
        request(netif, MacAddress.BROADCAST, 0, address);
    }

    /// Tells the network that `address` is ours: RFC 5227 section 2.3.
    void announce(Netif netif, int address) {
        request(netif, MacAddress.BROADCAST, address, address);
    }

    private void request(Netif netif, long destination, int sender, int target) {
        send(netif, ArpPacket.REQUEST, destination, sender, 0, target);
    }

    private void send(Netif netif, int operation, long destination, int sender, long targetHardware, int target) {
        final Pbuf p = ipv4.pool().take(Headroom.LINK, ArpPacket.LENGTH);
        if (p == null) {
            drops.count(DropReason.NO_BUFFER);
            return;
        }
        view.at(p.segment(), p.offset())
                .begin(operation)
                .sender(netif.hardwareAddress(), sender)
                .target(targetHardware, target);
        ipv4.ethernet().dispatch(p, netif, destination, EtherType.ARP);
    }

    // ---- in ----

    /// Takes a received ARP packet: the algorithm of RFC 826, "Packet Reception".
    void process(Pbuf packet, Netif netif) {
        if (!ArpPacket.fits(packet.length()) || !isAcceptable(packet)) {
            drops.drop(packet, DropReason.ARP_MALFORMED);
            return;
        }
        final int sender = view.senderProtocol();
        final long hardware = view.senderHardware();
        final int target = view.targetProtocol();
        final boolean isRequest = view.operation() == ArpPacket.REQUEST;
        final boolean isReplyToUs =
                view.operation() == ArpPacket.REPLY && view.targetHardware() == netif.hardwareAddress();
        packet.release();
        ipv4.claims().heard(netif, isRequest, sender, hardware, target);
        if (netif.hasAddress(sender)) {
            return;
        }
        final boolean forUs = netif.hasAddress(target);
        final boolean isNeighbor = sender != 0 && netif.isOnLink(sender);
        if (forUs && isRequest) {
            if (isNeighbor) {
                neighbors.solicitedBy(netif, 0, IpAddress.mapped(sender), hardware, this);
            }
            answer(netif, target, hardware, sender);
        } else if (isNeighbor) {
            neighbors.advertised(netif, 0, IpAddress.mapped(sender), hardware, forUs && isReplyToUs);
        }
    }

    private void answer(Netif netif, int ours, long hardware, int asker) {
        send(netif, ArpPacket.REPLY, hardware, ours, hardware, asker);
    }

    private boolean isAcceptable(Pbuf packet) {
        view.at(packet.segment(), packet.offset());
        return view.isEthernetIpv4() && view.senderHardware() != 0 && !MacAddress.isGroup(view.senderHardware());
    }

    // ---- what neighbours need to know of IPv4 ----

    @Override
    public boolean makesProgress(Netif netif, long high, long low, long sinceNs) {
        return ipv4.makesProgress(netif, IpAddress.ipv4(low), sinceNs);
    }

    @Override
    public boolean isSameDatagram(Pbuf first, Pbuf later) {
        if (!header.at(later.segment(), later.offset()).isLaterFragment()) {
            return false;
        }
        final int number = header.identification();
        return header.at(first.segment(), first.offset()).identification() == number;
    }

    @Override
    public void unreachable(Pbuf packet) {
        ipv4.unreachable(packet);
    }
}
