package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.base.KeyedHash;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.memory.FreeHandles;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;

/// ARP, RFC 826, with the states of RFC 4861 for ageing: finds the hardware address of a neighbour.
///
/// A neighbour that does not answer holds up one packet of its own, or the fragments of one datagram, and nothing else.
/// A reply that nobody asked for never makes an entry; an announcement changes one that exists (RFC 5227).
public final class Arp {
    static final long RETRANSMIT_NS = StackClock.SECOND;
    static final long REACHABLE_NS = 30 * StackClock.SECOND;
    static final long STALE_NS = 600 * StackClock.SECOND;
    static final int MAX_REQUESTS = 3;

    private final Ipv4 ipv4;
    private final TimerWheel timers;
    private final StackClock clock;
    private final DropCounters drops;
    private final NeighborCache cache;
    private final ArpPacket view = new ArpPacket();
    private final Ipv4Header header = new Ipv4Header();

    Arp(Ipv4 ipv4, TimerWheel timers, int capacity, KeyedHash hash) {
        this.ipv4 = ipv4;
        this.timers = timers;
        this.clock = ipv4.clock();
        this.drops = ipv4.drops();
        this.cache = new NeighborCache(capacity, hash, this::expired);
    }

    /// Neighbours in the cache.
    public int size() {
        return cache.size();
    }

    /// The hardware address of `address` on `netif`, for display; -1 if it is not known.
    public long hardwareAddressOf(Netif netif, int address) {
        final Neighbor n = cache.find(netif, address);
        return n == null || n.state == Neighbor.State.INCOMPLETE ? -1 : n.hardwareAddress;
    }

    // ---- out ----

    /// Takes `packet` and sends it to `nextHop` on `netif`, now or when the neighbour has answered.
    void dispatch(Pbuf packet, Netif netif, int nextHop) {
        Neighbor n = cache.find(netif, nextHop);
        if (n == null) {
            n = begin(netif, nextHop);
        }
        if (n == null) {
            drops.drop(packet, DropReason.NEIGHBOR_UNRESOLVED);
            return;
        }
        if (n.state == Neighbor.State.INCOMPLETE) {
            hold(n, packet);
            return;
        }
        if (n.state == Neighbor.State.STALE) {
            probe(n);
        }
        ipv4.ethernet().dispatch(packet, netif, n.hardwareAddress, EtherType.IPV4);
    }

    private @Nullable Neighbor begin(Netif netif, int address) {
        final Neighbor n = add(netif, address);
        if (n != null) {
            n.state = Neighbor.State.INCOMPLETE;
            request(n, MacAddress.BROADCAST);
        }
        return n;
    }

    private @Nullable Neighbor add(Netif netif, int address) {
        final Neighbor n = cache.add(netif, address);
        if (n != null) {
            return n;
        }
        final Neighbor oldest = cache.oldest();
        if (oldest != null) {
            forget(oldest);
        }
        return cache.add(netif, address);
    }

    /// The newest packet takes the place of what waits; the fragments of one datagram wait together, if they are
    /// not so many that they might be an attack, and if half of the pages are left to others.
    private void hold(Neighbor n, Pbuf packet) {
        if (!continues(n, packet)) {
            dropWaiting(n);
        }
        n.waiting.add(packet);
        final int count = n.waiting.size();
        if (count > PartialDatagram.MOST_FRAGMENTS
                || count > 1
                        && !(halfIsFree(ipv4.pool().pages())
                                && halfIsFree(ipv4.pool().blocks()))) {
            dropWaiting(n);
        }
    }

    private static boolean halfIsFree(FreeHandles buffers) {
        return buffers.inUse() <= buffers.free();
    }

    private boolean continues(Neighbor n, Pbuf packet) {
        final Pbuf first = n.waiting.peek();
        if (first == null || !header.at(packet.segment(), packet.offset()).isLaterFragment()) {
            return false;
        }
        final int number = header.identification();
        return header.at(first.segment(), first.offset()).identification() == number;
    }

    private void dropWaiting(Neighbor n) {
        for (Pbuf p = n.waiting.poll(); p != null; p = n.waiting.poll()) {
            drops.drop(p, DropReason.NEIGHBOR_UNRESOLVED);
        }
    }

    private void probe(Neighbor n) {
        n.state = Neighbor.State.PROBE;
        n.requestsSent = 0;
        request(n, n.hardwareAddress);
    }

    private void request(Neighbor n, long destination) {
        n.requestsSent++;
        timers.arm(n.timer, clock.nowNs() + RETRANSMIT_NS);
        final Netif netif = n.netif;
        if (netif != null) {
            send(netif, ArpPacket.REQUEST, destination, 0, n.address);
        }
    }

    /// Tells the network of our address, RFC 5227 section 2.3.
    void announce(Netif netif) {
        if (netif.capabilities().framing() == Framing.ETHERNET && netif.primaryAddress() != 0) {
            send(netif, ArpPacket.REQUEST, MacAddress.BROADCAST, 0, netif.primaryAddress());
        }
    }

    private void send(Netif netif, int operation, long destination, long targetHardware, int target) {
        final Pbuf p = ipv4.pool().take(Headroom.LINK, ArpPacket.LENGTH);
        if (p == null) {
            drops.count(DropReason.NO_BUFFER);
            return;
        }
        view.at(p.segment(), p.offset())
                .begin(operation)
                .sender(netif.hardwareAddress(), netif.sourceFor(target))
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
        final boolean forUs = netif.hasAddress(view.targetProtocol());
        final boolean isRequest = view.operation() == ArpPacket.REQUEST;
        final int target = view.targetProtocol();
        packet.release();
        if (netif.hasAddress(sender)) {
            defend(netif, hardware);
            return;
        }
        learn(netif, sender, hardware, forUs && isRequest);
        if (forUs && isRequest) {
            answer(netif, target, hardware, sender);
        }
    }

    private boolean isAcceptable(Pbuf packet) {
        view.at(packet.segment(), packet.offset());
        return view.isEthernetIpv4() && view.senderHardware() != 0 && !MacAddress.isGroup(view.senderHardware());
    }

    /// Somebody else uses our address: say again whose it is, RFC 5227 section 2.4 (c).
    private void defend(Netif netif, long hardware) {
        if (hardware != netif.hardwareAddress() && ipv4.icmp().mayDefend()) {
            announce(netif);
        }
    }

    private void learn(Netif netif, int sender, long hardware, boolean mayAdd) {
        if (sender == 0 || !netif.isOnLink(sender)) {
            return;
        }
        Neighbor n = cache.find(netif, sender);
        if (n == null && mayAdd) {
            n = add(netif, sender);
        }
        if (n == null) {
            return;
        }
        n.hardwareAddress = hardware;
        n.state = Neighbor.State.REACHABLE;
        n.requestsSent = 0;
        timers.arm(n.timer, clock.nowNs() + REACHABLE_NS);
        for (Pbuf p = n.waiting.poll(); p != null; p = n.waiting.poll()) {
            ipv4.ethernet().dispatch(p, netif, hardware, EtherType.IPV4);
        }
    }

    private void answer(Netif netif, int ours, long hardware, int sender) {
        final Pbuf p = ipv4.pool().take(Headroom.LINK, ArpPacket.LENGTH);
        if (p == null) {
            drops.count(DropReason.NO_BUFFER);
            return;
        }
        view.at(p.segment(), p.offset())
                .begin(ArpPacket.REPLY)
                .sender(netif.hardwareAddress(), ours)
                .target(hardware, sender);
        ipv4.ethernet().dispatch(p, netif, hardware, EtherType.ARP);
    }

    // ---- time ----

    private void expired(Neighbor n) {
        switch (n.state) {
            case FREE -> {}
            case INCOMPLETE -> askAgain(n, MacAddress.BROADCAST);
            case PROBE -> askAgain(n, n.hardwareAddress);
            case REACHABLE -> {
                n.state = Neighbor.State.STALE;
                timers.arm(n.timer, clock.nowNs() + STALE_NS);
            }
            case STALE -> forget(n);
        }
    }

    private void askAgain(Neighbor n, long destination) {
        if (n.requestsSent < MAX_REQUESTS) {
            request(n, destination);
            return;
        }
        final Pbuf packet = n.waiting.poll();
        forget(n);
        if (packet != null) {
            ipv4.unreachable(packet);
        }
    }

    private void forget(Neighbor n) {
        timers.disarm(n.timer);
        dropWaiting(n);
        cache.remove(n);
    }

    /// Forgets every neighbour on `netif`.
    void forgetAll(Netif netif) {
        Neighbor n = cache.oldest();
        while (n != null) {
            final Neighbor next = cache.newerThan(n);
            if (n.netif == netif) {
                forget(n);
            }
            n = next;
        }
    }

    /// Forgets every neighbour, releasing the packets that wait.
    void clear() {
        for (Neighbor n = cache.oldest(); n != null; n = cache.oldest()) {
            forget(n);
        }
    }
}
