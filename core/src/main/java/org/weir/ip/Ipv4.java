package org.weir.ip;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.base.KeyedHash;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.Link;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.StackClock;
import org.weir.wire.EtherType;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;

/// IPv4, RFC 791 and RFC 1122 section 3: between interfaces and transports.
public final class Ipv4 {
    /// Time to live of what this host sends, RFC 1700.
    public static final int DEFAULT_TTL = 64;

    private static final int LOOPBACK_NET = 127;
    private static final int FIRST_MULTICAST = 224;
    private static final int MULTICAST_CLASS = 0xE;
    private static final int HOST_PREFIX = 32;
    private static final int LOOSE_SOURCE_ROUTE = 131;
    private static final int STRICT_SOURCE_ROUTE = 137;
    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;

    private final StackResources resources;
    private final PbufPool pool;
    private final DropCounters drops;
    private final Ethernet ethernet;
    private final Arp arp;
    private final Icmp icmp;
    private final Routes routes = new Routes();
    private final List<Netif> netifs = new ArrayList<>();
    private final Ipv4Header header = new Ipv4Header();
    private final Datagram datagram = new Datagram();
    private @Nullable Transport tcp;
    private @Nullable Transport udp;
    private int identification;

    /// Makes the layer; `neighbors` bounds the ARP cache.
    public Ipv4(StackResources resources, int neighbors) {
        this.resources = resources;
        this.pool = resources.pool();
        this.drops = resources.drops();
        this.icmp = new Icmp(this);
        this.arp = new Arp(this, resources.timers(), neighbors, new KeyedHash(resources.entropy()));
        this.ethernet = new Ethernet(this, arp, drops);
        this.identification = (int) resources.entropy().next();
    }

    // ---- set-up ----

    /// Names the protocols above.
    public void transports(Transport tcpLayer, Transport udpLayer) {
        tcp = tcpLayer;
        udp = udpLayer;
    }

    /// Adds an interface on `link` (taken over).
    public Netif addInterface(String name, Link link) {
        link.attach(pool, drops);
        final Netif netif = new Netif(name, link, this);
        netifs.add(netif);
        return netif;
    }

    /// Gives `netif` an address, with a route to its network, and announces it.
    public void addAddress(Netif netif, IpPrefix address) {
        netif.addAddress(address);
        routes.add(new Route(address, netif, 0));
        final Netif loopback = loopback();
        if (loopback != null && loopback != netif) {
            routes.add(new Route(new IpPrefix(address.address(), HOST_PREFIX), loopback, 0));
        }
        arp.announce(netif);
    }

    private @Nullable Netif loopback() {
        for (final Netif netif : netifs) {
            if (netif.isLoopback()) {
                return netif;
            }
        }
        return null;
    }

    /// True if an address can be the other end of a conversation: IPv4, not a group, not "any".
    public boolean isUnicast(long high, long low) {
        if (!IpAddress.isIpv4(high, low) || low == IpAddress.ANY.low()) {
            return false;
        }
        final int address = IpAddress.ipv4(low);
        return address >>> 28 != MULTICAST_CLASS && !isBroadcast(address);
    }

    private boolean isBroadcast(int address) {
        for (int i = 0; i < netifs.size(); i++) {
            if (netifs.get(i).isBroadcast(address)) {
                return true;
            }
        }
        return address == -1;
    }

    /// Adds a route to everything that no longer prefix matches.
    ///
    /// @throws IllegalArgumentException if `gateway` is not on a network of this host
    public void addGateway(IpAddress gateway) {
        final Route toGateway = routes.find(gateway.ipv4());
        if (toGateway == null || toGateway.gateway() != 0) {
            throw new IllegalArgumentException("gateway " + gateway + " is not on a network of this host: " + netifs);
        }
        routes.add(new Route(new IpPrefix(IpAddress.ANY, 0), toGateway.netif(), gateway.ipv4()));
    }

    public StackResources resources() {
        return resources;
    }

    public PbufPool pool() {
        return pool;
    }

    public StackClock clock() {
        return resources.clock();
    }

    public DropCounters drops() {
        return drops;
    }

    public Arp arp() {
        return arp;
    }

    public Icmp icmp() {
        return icmp;
    }

    Ethernet ethernet() {
        return ethernet;
    }

    public Routes routes() {
        return routes;
    }

    /// All interfaces. The list must not be changed.
    public List<Netif> interfaces() {
        return netifs;
    }

    // ---- in ----

    /// Takes a received packet that starts with an IPv4 header.
    void process(Pbuf packet, Netif netif) {
        final DropReason fault = check(packet);
        if (fault != null) {
            drops.drop(packet, fault);
            return;
        }
        final int source = header.source();
        final int destination = header.destination();
        final boolean toGroup = netif.isBroadcast(destination) || destination >>> 28 == MULTICAST_CLASS;
        if (isMartian(source, netif) || !netif.isLoopback() && destination >>> 24 == LOOPBACK_NET) {
            drops.drop(packet, DropReason.IPV4_MARTIAN);
            return;
        }
        if (!isOurs(netif, destination) && !netif.isBroadcast(destination)) {
            drops.drop(packet, DropReason.IPV4_NOT_FOR_US);
            return;
        }
        if (header.isFragment()) {
            drops.drop(packet, DropReason.IPV4_FRAGMENT);
            return;
        }
        final int headerLength = header.headerLength();
        datagram.ipv4(netif, IpAddress.mapped(source), IpAddress.mapped(destination));
        datagram.header(headerLength, header.typeOfService(), toGroup);
        packet.trimTo(header.totalLength());
        final int protocol = header.protocol();
        packet.strip(headerLength);
        deliver(packet, protocol);
    }

    private void deliver(Pbuf segment, int protocol) {
        final Transport transport = transportFor(protocol);
        if (transport != null) {
            transport.process(segment, datagram);
        } else if (protocol == IpProtocol.ICMP) {
            icmp.process(segment, datagram);
        } else {
            drops.count(DropReason.IPV4_UNKNOWN_PROTOCOL);
            icmp.protocolUnreachable(segment, datagram);
        }
    }

    @Nullable
    Transport transportFor(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> tcp;
            case IpProtocol.UDP -> udp;
            default -> null;
        };
    }

    /// RFC 1122 section 3.2.1: what must hold before a field is believed. Null if it does.
    private @Nullable DropReason check(Pbuf packet) {
        if (!Ipv4Header.fits(packet.length())) {
            return DropReason.IPV4_MALFORMED;
        }
        header.at(packet.segment(), packet.offset());
        final int headerLength = header.headerLength();
        final int totalLength = header.totalLength();
        if (header.version() != 4
                || headerLength < Ipv4Header.LENGTH
                || headerLength > packet.length()
                || totalLength < headerLength
                || totalLength > packet.totalLength()) {
            return DropReason.IPV4_MALFORMED;
        }
        if (!header.checksumIsValid()) {
            return DropReason.IPV4_BAD_CHECKSUM;
        }
        return headerLength > Ipv4Header.LENGTH ? checkOptions(packet, headerLength) : null;
    }

    private static @Nullable DropReason checkOptions(Pbuf packet, int headerLength) {
        int at = Ipv4Header.LENGTH;
        while (at < headerLength) {
            final int kind = octet(packet, at);
            if (kind == END_OF_OPTIONS) {
                return null;
            }
            if (kind == LOOSE_SOURCE_ROUTE || kind == STRICT_SOURCE_ROUTE) {
                return DropReason.IPV4_SOURCE_ROUTE;
            }
            final int size;
            if (kind == NO_OPERATION) {
                size = 1;
            } else {
                size = at + 1 < headerLength ? octet(packet, at + 1) : 0;
                if (size < 2 || at + size > headerLength) {
                    return DropReason.IPV4_MALFORMED;
                }
            }
            at += size;
        }
        return null;
    }

    private static int octet(Pbuf packet, int at) {
        return packet.segment().get(ValueLayout.JAVA_BYTE, packet.offset() + at) & 0xFF;
    }

    /// RFC 1122 section 3.2.1.3: addresses that must not be a source.
    private boolean isMartian(int source, Netif netif) {
        final int net = source >>> 24;
        return net == 0
                || net >= FIRST_MULTICAST
                || netif.isBroadcast(source)
                || !netif.isLoopback() && (net == LOOPBACK_NET || isLocal(source));
    }

    private boolean isOurs(Netif arrivedOn, int destination) {
        return arrivedOn.hasAddress(destination) || isLocal(destination);
    }

    /// True if `address` is one of this host's.
    public boolean isLocal(int address) {
        for (int i = 0; i < netifs.size(); i++) {
            if (netifs.get(i).hasAddress(address)) {
                return true;
            }
        }
        return false;
    }

    // ---- out ----

    /// Takes `packet`, which starts with its transport header, and sends it by `route`.
    ///
    /// @param timeToLive RFC 791 TTL, 1 to 255
    public void dispatch(Pbuf packet, Route route, int source, int destination, int protocol, int timeToLive) {
        final long at = packet.prepend(Ipv4Header.LENGTH);
        header.at(packet.segment(), at)
                .begin(Ipv4Header.LENGTH)
                .typeOfService(packet.typeOfService())
                .totalLength(packet.totalLength())
                .identification(nextIdentification())
                .flagsAndFragmentOffset(Ipv4Header.DONT_FRAGMENT)
                .timeToLive(timeToLive)
                .protocol(protocol)
                .source(source)
                .destination(destination)
                .sealChecksum();
        final Netif netif = route.netif();
        if (netif.capabilities().framing() == Framing.IP) {
            netif.transmit(packet);
        } else if (netif.isBroadcast(destination)) {
            ethernet.dispatch(packet, netif, MacAddress.BROADCAST, EtherType.IPV4);
        } else {
            arp.dispatch(packet, netif, route.nextHop(destination));
        }
    }

    /// Packets that may not be fragmented need no unique number (RFC 6864 section 4.1); counting from a random
    /// start costs nothing and helps who reads a trace.
    private int nextIdentification() {
        return identification++ & 0xFFFF;
    }

    /// Takes a packet of ours, from its IP header, that no neighbour answered for, and tells its sender.
    void unreachable(Pbuf packet) {
        icmp.reportHostUnreachable(packet);
        drops.drop(packet, DropReason.NEIGHBOR_UNRESOLVED);
    }

    /// Releases every packet that waits in this layer.
    public void clear() {
        arp.clear();
    }
}
