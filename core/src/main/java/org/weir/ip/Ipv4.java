package org.weir.ip;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.base.KeyedHash;
import org.weir.base.UniversalHash;
import org.weir.filter.FilterHook;
import org.weir.filter.Filters;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.Link;
import org.weir.memory.PacketQueue;
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

    /// Counters that numbers of datagrams come from.
    public static final int IDENTIFICATIONS = Identifications.COUNTERS;

    private static final int HOST_PREFIX = 32;
    private static final int LIMITED_BROADCAST = -1;
    private static final IpPrefix EVERYTHING = new IpPrefix(IpAddress.ANY, 0);

    private final StackResources resources;
    private final PbufPool pool;
    private final DropCounters drops;
    private final Filters filters;
    private final Ethernet ethernet;
    private final Neighbors neighbors;
    private final PathMtus pathMtus;
    private final Arp arp;
    private final AddressClaims claims;
    private final Icmp icmp;
    private final Forwarding forwarding;
    private final Multicast multicast;
    private final Reassembly reassembly;
    private final Fragmentation fragmentation;
    private final Identifications identifications;
    private final ErrorRecords errorRecords;
    private final RoutingTable routes;
    private final Route nowhere;
    private final List<Netif> netifs = new ArrayList<>();
    private final Ipv4Header header = new Ipv4Header();
    private final Ipv4Input input;
    private @Nullable Transport tcp;
    private @Nullable Transport udp;
    private @Nullable RawInput raw;
    private @Nullable FrameWatcher watcher;
    private final ProtectedOutput protectedOutput;
    private @Nullable Protection protection;
    private int identification;
    private int interfacesMade;

    /// Makes the layer; `neighborCapacity` bounds the neighbours and the narrow paths, `memberships` the groups
    /// that sockets join, `reassemblies` the datagrams that are put together at the same time, `routeCapacity` the
    /// routing table.
    public Ipv4(StackResources resources, int neighborCapacity, int memberships, int reassemblies, int routeCapacity) {
        this.resources = resources;
        this.pool = resources.pool();
        this.drops = resources.drops();
        this.filters = resources.filters();
        this.input = new Ipv4Input(this, drops);
        final IcmpErrorOutput errors = new IcmpErrorOutput(this);
        this.icmp = new Icmp(this, errors);
        this.forwarding = new Forwarding(this, errors);
        final UniversalHash hash = new UniversalHash(resources.entropy());
        this.neighbors = new Neighbors(resources, neighborCapacity, hash);
        this.pathMtus = new PathMtus(resources.clock(), hash, neighborCapacity);
        this.arp = new Arp(this, neighbors);
        this.claims = new AddressClaims(this, arp);
        this.ethernet = new Ethernet(this, arp, drops);
        this.multicast = new Multicast(this, memberships);
        this.protectedOutput = new ProtectedOutput(this);
        this.routes = new RoutingTable(routeCapacity, new KeyedHash(resources.entropy()));
        this.nowhere = Route.onLink(EVERYTHING, new Netif("nowhere", 0, new NowhereLink(drops), this));
        this.identification = (int) resources.entropy().next();
        this.errorRecords = new ErrorRecords(pool, drops);
        this.reassembly = new Reassembly(this, reassemblies);
        this.fragmentation = new Fragmentation(pool);
        this.identifications = new Identifications(resources.entropy());
    }

    // ---- set-up ----

    /// Names the protocols above, and who sees packets beside them.
    public void transports(Transport tcpLayer, Transport udpLayer, RawInput rawLayer) {
        tcp = tcpLayer;
        udp = udpLayer;
        raw = rawLayer;
    }

    /// Names who protects packets.
    public void protection(Protection layer) {
        protection = layer;
    }

    /// Names who sees frames; null for nobody.
    public void watch(@Nullable FrameWatcher frames) {
        watcher = frames;
    }

    /// Shows a received frame (borrowed), from its link header on. Returns true if somebody has taken a copy.
    boolean showReceived(Pbuf frame, Netif netif) {
        return watcher != null && watcher.received(frame, netif);
    }

    /// Shows a frame (borrowed) that is about to leave.
    void showSent(Pbuf frame, Netif netif) {
        if (watcher != null) {
            watcher.sent(frame, netif);
        }
    }

    /// Takes a whole frame, or a packet where the link has no frames, that its user has made, and sends it as it
    /// is.
    ///
    /// @return false if the filter has refused it
    public boolean transmit(Pbuf frame, Netif netif) {
        if (netif.capabilities().framing() == Framing.ETHERNET) {
            return ethernet.transmit(frame, netif);
        }
        if (isRefused(frame, netif)) {
            return false;
        }
        netif.transmit(frame);
        return true;
    }

    /// Who is to be asked about packets on `netif`; null if nobody is.
    @Nullable
    Protection protectionOn(Netif netif) {
        final Protection layer = protection;
        return layer == null || layer.isIdle() || netif.isLoopback() ? null : layer;
    }

    /// Octets that protection adds at most to what is sent by `netif` under these names.
    int overhead(Netif netif, int source, int destination, int protocol, int sourcePort, int destinationPort) {
        final Protection layer = protectionOn(netif);
        return layer == null ? 0 : layer.overhead(source, destination, protocol, sourcePort, destinationPort);
    }

    /// Adds an interface on `link` (taken over).
    public Netif addInterface(String name, Link link) {
        link.attach(pool, drops);
        final Netif netif = new Netif(name, ++interfacesMade, link, this);
        netifs.add(netif);
        multicast.igmp().attach(netif);
        return netif;
    }

    /// Adds an interface on a VLAN of `carrier`.
    ///
    /// @throws IllegalArgumentException if `carrier` is not an Ethernet of this host, is on a VLAN itself, or has
    /// an interface on this VLAN
    public Netif addVlan(String name, Netif carrier, Vlan vlan) {
        if (!netifs.contains(carrier) || carrier.capabilities().framing() != Framing.ETHERNET) {
            throw new IllegalArgumentException("interface " + carrier.name() + " is no Ethernet of this host");
        }
        if (carrier.vlan() != null) {
            throw new IllegalArgumentException("interface " + carrier.name() + " is on a VLAN itself");
        }
        if (carrier.carried(vlan.id()) != null) {
            throw new IllegalArgumentException("interface " + carrier.name() + " has VLAN " + vlan.id() + " already");
        }
        final Netif netif = addInterface(name, new VlanLink(carrier, vlan));
        carrier.carry(netif, vlan.id());
        return netif;
    }

    /// The interfaces on VLANs of `carrier`, in a list of their own.
    public List<Netif> vlansOf(Netif carrier) {
        return netifs.stream().filter(carrier::carries).toList();
    }

    /// Gives `netif` an address, with a route to its network, uses it at once and announces it.
    ///
    /// @throws IllegalArgumentException if the interface has it, or probes for it
    /// @throws IllegalStateException if the routing table is full
    public void addAddress(Netif netif, IpPrefix address) {
        checkIsNew(netif, address);
        if (!install(netif, address)) {
            throw new IllegalStateException("the routing table has no room for " + address);
        }
        claims.hold(netif, address);
    }

    /// Gives `netif` an address as soon as its neighbours have had time to say that they have it: RFC 5227.
    ///
    /// @throws IllegalArgumentException if the interface has it, or probes for it
    public void claimAddress(Netif netif, IpPrefix address, ConflictPolicy policy, AddressListener listener) {
        checkIsNew(netif, address);
        claims.claim(netif, address, policy, listener);
    }

    private void checkIsNew(Netif netif, IpPrefix address) {
        final int own = address.address().ipv4();
        if (netif.hasAddress(own) || claims.has(netif, own)) {
            throw new IllegalArgumentException("interface " + netif.name() + " has " + address + " already");
        }
    }

    /// Gives up an address of `netif`, or the claim to it. The routes that it is the source of go; with the last
    /// address, all routes by the interface and the neighbours there. False if there is no such address.
    public boolean removeAddress(Netif netif, IpPrefix address) {
        final boolean wasClaimed = claims.drop(netif, address);
        return uninstall(netif, address) || wasClaimed;
    }

    /// False if the routing table has no room.
    boolean install(Netif netif, IpPrefix address) {
        final Netif loopback = loopback();
        final IpAddress own = address.address();
        final Route toNetwork = address.length() < HOST_PREFIX ? toNetwork(netif, address) : null;
        if (toNetwork != null && routes.append(toNetwork) != RouteResult.DONE) {
            return false;
        }
        final boolean isReachable =
                loopback == null || loopback == netif || routes.append(toOurselves(own, loopback)) == RouteResult.DONE;
        if (isReachable) {
            netif.addAddress(address);
        } else if (toNetwork != null) {
            routes.remove(toNetwork);
        }
        return isReachable;
    }

    private static Route toNetwork(Netif netif, IpPrefix address) {
        return Route.onLink(address, netif).withSource(address.address());
    }

    private static Route toOurselves(IpAddress own, Netif loopback) {
        return Route.onLink(new IpPrefix(own, HOST_PREFIX), loopback);
    }

    /// False if `netif` does not have the address.
    boolean uninstall(Netif netif, IpPrefix address) {
        if (!netif.removeAddress(address)) {
            return false;
        }
        final IpAddress own = address.address();
        final Netif loopback = loopback();
        if (loopback != null) {
            routes.remove(toOurselves(own, loopback));
        }
        routes.removeAll(netif, own.ipv4());
        if (netif.primaryAddress() == 0) {
            routes.removeAll(netif);
            neighbors.flush(netif);
        }
        return true;
    }

    /// Another host has an address of `netif`: who uses it is told before it goes, unless another interface has it
    /// too.
    void addressLost(Netif netif, int address) {
        if (tcp != null && !isLocalElsewhere(netif, address)) {
            tcp.addressLost(0, IpAddress.mapped(address));
        }
    }

    /// Gives up `netif`, which no endpoint has joined a group on any more, and which carries no VLAN: its
    /// addresses, the routes by it and its neighbours go, what waits there is released, and its link is closed.
    ///
    /// @throws IllegalArgumentException if it is the loopback, or not an interface of this host
    public void removeInterface(Netif netif) {
        if (netif.isLoopback() || !netifs.contains(netif)) {
            throw new IllegalArgumentException("interface " + netif.name() + " cannot be removed");
        }
        multicast.forgetAll(netif);
        final Netif loopback = loopback();
        for (final IpPrefix address : netif.addresses()) {
            if (loopback != null) {
                routes.remove(toOurselves(address.address(), loopback));
            }
        }
        claims.dropAll(netif);
        routes.removeAll(netif);
        neighbors.forgetAll(netif);
        netifs.remove(netif);
        netif.remove();
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
        return !IpAddress.isMulticast(address) && !isBroadcast(address);
    }

    /// True if `address` reaches all hosts of a network that this host is on.
    public boolean isBroadcast(int address) {
        for (int i = 0; i < netifs.size(); i++) {
            if (netifs.get(i).isBroadcast(address)) {
                return true;
            }
        }
        return address == LIMITED_BROADCAST;
    }

    /// Sends everything that no longer prefix matches to `gateway`, and to none that was named before.
    ///
    /// @throws IllegalArgumentException if `gateway` is not on a network of this host
    public void addGateway(IpAddress gateway) {
        if (routes.replace(via(EVERYTHING, gateway)) != RouteResult.DONE) {
            throw new IllegalStateException("the routing table has no room for a gateway");
        }
    }

    /// A route to `destination` by the interface that `gateway` is a neighbour on.
    ///
    /// @throws IllegalArgumentException if `gateway` is not on a network of this host
    public Route via(IpPrefix destination, IpAddress gateway) {
        final Route toGateway = routes.find(gateway.ipv4());
        if (toGateway == null || toGateway.gateway() != 0) {
            throw new IllegalArgumentException("gateway " + gateway + " is not on a network of this host: " + netifs);
        }
        return Route.via(destination, toGateway.netif(), gateway);
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

    /// Who is asked what may come in and go out.
    public Filters filters() {
        return filters;
    }

    /// The hosts that packets are handed to.
    public Neighbors neighbors() {
        return neighbors;
    }

    /// Paths that carry less than their first link.
    public PathMtus pathMtus() {
        return pathMtus;
    }

    /// Who else claims our addresses.
    public AddressClaims claims() {
        return claims;
    }

    public Icmp icmp() {
        return icmp;
    }

    /// What happens to packets for other hosts.
    public Forwarding forwarding() {
        return forwarding;
    }

    public Igmp igmp() {
        return multicast.igmp();
    }

    /// The groups that sockets hear.
    public Multicast multicast() {
        return multicast;
    }

    /// The datagrams of which fragments wait for the others.
    public Reassembly reassembly() {
        return reassembly;
    }

    /// What endpoints keep of reported errors.
    public ErrorRecords errorRecords() {
        return errorRecords;
    }

    Ethernet ethernet() {
        return ethernet;
    }

    public RoutingTable routes() {
        return routes;
    }

    /// The route on which every packet vanishes.
    public Route nowhere() {
        return nowhere;
    }

    /// The way of a conversation that had one from `local` to `remote` before routes or addresses changed; one on
    /// which every packet vanishes if there is none now.
    public Route reroute(int local, int remote) {
        final Route route = isLocal(local) ? routes.find(remote) : null;
        return route == null ? nowhere : route;
    }

    /// The way to `destination`, which may be a group or all hosts of a link: where no route leads there, these are
    /// reached by the first interface that is not the loopback. Null if there is none.
    public @Nullable Route routeTo(int destination) {
        final Route route = routes.find(destination);
        if (route != null || !IpAddress.isMulticast(destination) && destination != LIMITED_BROADCAST) {
            return route;
        }
        for (int i = 0; i < netifs.size(); i++) {
            if (!netifs.get(i).isLoopback()) {
                return netifs.get(i).groupRoute();
            }
        }
        return null;
    }

    /// As above, by `netif` alone; null if no route by it leads there. Its own networks, groups and all hosts of
    /// its link are reached also where the best route leads by another interface.
    public @Nullable Route routeTo(int destination, Netif netif) {
        final Route route = routes.find(destination);
        if (route != null && route.netif() == netif) {
            return route;
        }
        final boolean isOnLink =
                IpAddress.isMulticast(destination) || netif.isBroadcast(destination) || netif.isOnLink(destination);
        return isOnLink && !netif.isRemoved() ? netif.groupRoute() : null;
    }

    /// By `netif` alone: what is sent to a group by an interface that the user has chosen.
    public Route groupRoute(Netif netif) {
        return netif.groupRoute();
    }

    /// All interfaces. The list must not be changed.
    public List<Netif> interfaces() {
        return netifs;
    }

    /// The interface with this [Netif#index]; null if there is none.
    public @Nullable Netif interfaceAt(int index) {
        for (int i = 0; i < netifs.size(); i++) {
            if (netifs.get(i).index() == index) {
                return netifs.get(i);
            }
        }
        return null;
    }

    /// The interface with this name; null if there is none.
    public @Nullable Netif interfaceNamed(String name) {
        for (final Netif netif : netifs) {
            if (netif.name().equals(name)) {
                return netif;
            }
        }
        return null;
    }

    // ---- in ----

    /// Takes a received packet that starts with an IPv4 header.
    void process(Pbuf packet, Netif netif) {
        input.process(packet, netif, !netif.isLoopback());
    }

    /// Takes a copy of a packet that this host has sent by `netif` and hears itself.
    void processOwn(Pbuf packet, Netif netif) {
        input.process(packet, netif, false);
    }

    /// Takes what was in a protected packet, from its transport header on, and hands it up.
    public void deliver(Pbuf segment, Datagram datagram, int protocol) {
        datagram.wasProtected(true);
        input.deliver(segment, datagram, protocol);
    }

    @Nullable
    Transport transportFor(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> tcp;
            case IpProtocol.UDP -> udp;
            default -> null;
        };
    }

    /// Shows a received packet (borrowed), whose IP header lies in front of it, to whoever wants to see it beside
    /// its protocol. Returns true if somebody has taken a copy.
    boolean show(Pbuf segment, Datagram datagram, int protocol) {
        if (raw == null || raw.isIdle()) {
            return false;
        }
        segment.prepend(datagram.headerLength());
        final boolean taken = raw.process(segment, datagram, protocol);
        segment.strip(datagram.headerLength());
        return taken;
    }

    /// Shows an error to whoever has sent the packet beside its protocol.
    void showError(IcmpError error, int protocol) {
        if (raw != null && !raw.isIdle()) {
            raw.processError(error, protocol);
        }
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

    private boolean isLocalElsewhere(Netif netif, int address) {
        for (int i = 0; i < netifs.size(); i++) {
            if (netifs.get(i) != netif && netifs.get(i).hasAddress(address)) {
                return true;
            }
        }
        return false;
    }

    // ---- out ----

    /// Takes `packet`, which starts with its transport header, and sends it by `route`.
    ///
    /// @param timeToLive RFC 791 TTL, 1 to 255
    /// @return false if the filter has refused it: [Filters#isRejected] says whether its sender is to be told
    public boolean dispatch(Pbuf packet, Route route, int source, int destination, int protocol, int timeToLive) {
        prependHeader(packet, Ipv4Header.DONT_FRAGMENT, source, destination, protocol, timeToLive);
        return leaveByPath(packet, route, destination, protocol);
    }

    /// As above, from an endpoint that believes no report that a packet was too long for its path: what is long
    /// enough for that to happen leaves without forbidding routers to cut it.
    public boolean dispatchFragmentable(
            Pbuf packet, Route route, int source, int destination, int protocol, int timeToLive) {
        prependHeader(packet, 0, source, destination, protocol, timeToLive);
        return leaveByPath(packet, route, destination, protocol);
    }

    private boolean leaveByPath(Pbuf packet, Route route, int destination, int protocol) {
        final Netif netif = route.netif();
        final int nextHop = route.nextHop(destination);
        if (protocol == IpProtocol.TCP || !isCutForPath(packet, netif, destination)) {
            return leave(packet, netif, destination, nextHop);
        }
        if (isRefused(packet, netif)) {
            return false;
        }
        header.at(packet.segment(), packet.offset());
        permitFragments();
        sendFragments(packet, netif, pathMtu(netif, destination), destination, nextHop);
        return true;
    }

    /// Takes `packet`, which starts with an IP header that its user has made, and sends it by `route`: RFC 791
    /// section 3.1. Its length and checksum are set, its source and identification if they are 0. If it is longer
    /// than the link carries it must permit fragments.
    ///
    /// @return false if the filter has refused it
    public boolean dispatchWithHeader(Pbuf packet, Route route, int destination) {
        header.at(packet.segment(), packet.offset()).totalLength(packet.totalLength());
        if (header.source() == 0) {
            header.source(route.source());
        }
        if (header.identification() == 0) {
            header.identification(header.dontFragment() ? nextIdentification(packet) : uniqueIdentification());
        }
        header.headerChecksum(0).sealChecksum();
        return leave(packet, route.netif(), destination, route.nextHop(destination));
    }

    /// As above, to a group or to all hosts of a network, of which this host is one: it hears a copy, if it wants
    /// to. It does not hear what it sends while it has no address.
    ///
    /// @param timeToLive 0 if nobody else is to hear it
    /// @return false if the filter has refused it
    public boolean dispatchToAll(Pbuf packet, Route route, int source, int destination, int protocol, int timeToLive) {
        prependHeader(packet, 0, source, destination, protocol, timeToLive);
        final Netif netif = route.netif();
        if (isRefused(packet, netif)) {
            return false;
        }
        if (!netif.isLoopback() && source != 0) {
            netif.hearOwn(packet);
        }
        if (timeToLive == 0) {
            packet.release();
        } else {
            handOver(packet, netif, destination, destination);
        }
        return true;
    }

    /// Takes `packet` and sends it to a group on `netif`, no further than to its routers: RFC 3376 section 4.
    void dispatchWithRouterAlert(Pbuf packet, Netif netif, int destination, int protocol) {
        final long at = packet.prepend(Ipv4Header.LENGTH_WITH_ROUTER_ALERT);
        header.at(packet.segment(), at)
                .begin(Ipv4Header.LENGTH_WITH_ROUTER_ALERT)
                .typeOfService(packet.typeOfService())
                .totalLength(packet.totalLength())
                .identification(nextIdentification(packet))
                .flagsAndFragmentOffset(Ipv4Header.DONT_FRAGMENT)
                .timeToLive(1)
                .protocol(protocol)
                .source(netif.primaryAddress())
                .destination(destination)
                .routerAlert()
                .sealChecksum();
        leave(packet, netif, destination, destination);
    }

    /// Every path is taken to carry packets of [PathMtus#LEAST] octets: only longer ones may be cut, and need a
    /// number of their own for it. What a link cuts into datagrams has a length that its user has chosen.
    private void prependHeader(Pbuf packet, int flags, int source, int destination, int protocol, int timeToLive) {
        final long at = packet.prepend(Ipv4Header.LENGTH);
        final boolean mayBeCut = flags == 0 && packet.totalLength() > PathMtus.LEAST && packet.segmentSize() == 0;
        final int fragment = mayBeCut
                ? Ipv4Header.fragmentWord(identifications.next(source, destination, protocol), 0)
                : Ipv4Header.fragmentWord(nextIdentification(packet), Ipv4Header.DONT_FRAGMENT);
        header.at(packet.segment(), at)
                .write(
                        Ipv4Header.lengthWord(packet.typeOfService(), packet.totalLength()),
                        fragment,
                        Ipv4Header.protocolWord(timeToLive, protocol),
                        source,
                        destination);
    }

    private boolean leave(Pbuf packet, Netif netif, int destination, int nextHop) {
        if (isRefused(packet, netif)) {
            return false;
        }
        handOver(packet, netif, destination, nextHop);
        return true;
    }

    /// Asks the filter about a packet of this host, and takes it if it must not leave.
    private boolean isRefused(Pbuf packet, Netif netif) {
        if (!filters.sees(FilterHook.OUTPUT)) {
            return false;
        }
        final DropReason refusal = filters.refusalOf(FilterHook.OUTPUT, packet, null, netif.name());
        if (refusal != null) {
            drops.drop(packet, refusal);
        }
        return refusal != null;
    }

    /// True if `packet` would not get through in one piece: what is short is not looked up, nor what a link cuts
    /// into datagrams of a length that its user has chosen, nor what is protected.
    private boolean isCutForPath(Pbuf packet, Netif netif, int destination) {
        return packet.totalLength() > PathMtus.LEAST
                && pathMtus.size() > 0
                && packet.segmentSize() == 0
                && packet.totalLength() > pathMtu(netif, destination)
                && protectionOn(netif) == null;
    }

    private int pathMtu(Netif netif, int destination) {
        return pathMtus.of(0, IpAddress.mapped(destination), netif.mtu());
    }

    private void handOver(Pbuf packet, Netif netif, int destination, int nextHop) {
        final Protection layer = protectionOn(netif);
        if (layer == null) {
            pass(packet, netif, destination, nextHop);
        } else {
            protectedOutput.send(packet, layer, netif, destination, nextHop);
        }
    }

    /// Takes a packet that needs no protection any more, and sends it: in fragments where it is longer than the
    /// link carries. What this host makes says that nobody else may do that.
    void pass(Pbuf packet, Netif netif, int destination, int nextHop) {
        if (packet.totalLength() <= netif.mtu() || packet.segmentSize() > 0) {
            toLink(packet, netif, destination, nextHop);
            return;
        }
        if (header.at(packet.segment(), packet.offset()).dontFragment()) {
            permitFragments();
        }
        sendFragments(packet, netif, netif.mtu(), destination, nextHop);
    }

    /// Of the packet that [#header] is on.
    private void permitFragments() {
        header.flagsAndFragmentOffset(0).identification(uniqueIdentification());
    }

    /// Takes a packet of another host, from its IP header, and sends it on: in fragments where it is longer than
    /// the link carries, which its header then permits.
    void forward(Pbuf packet, Netif netif, int destination, int nextHop) {
        if (packet.totalLength() <= netif.mtu() || packet.segmentSize() > 0) {
            toLink(packet, netif, destination, nextHop);
        } else {
            sendFragments(packet, netif, netif.mtu(), destination, nextHop);
        }
    }

    /// Takes `packet`, whose header permits it, and sends its fragments: all of them, or none if there are too few
    /// buffers.
    private void sendFragments(Pbuf packet, Netif netif, int mtu, int destination, int nextHop) {
        final PacketQueue fragments = fragmentation.cut(packet, mtu);
        if (fragments.isEmpty()) {
            drops.count(DropReason.NO_BUFFER);
        }
        for (Pbuf fragment = fragments.poll(); fragment != null; fragment = fragments.poll()) {
            toLink(fragment, netif, destination, nextHop);
        }
    }

    private void toLink(Pbuf packet, Netif netif, int destination, int nextHop) {
        if (netif.capabilities().framing() == Framing.IP) {
            netif.transmit(packet);
        } else if (IpAddress.isMulticast(destination)) {
            ethernet.dispatch(packet, netif, MacAddress.ofGroup(destination), EtherType.IPV4);
        } else if (netif.isBroadcast(destination)) {
            ethernet.dispatch(packet, netif, MacAddress.BROADCAST, EtherType.IPV4);
        } else {
            arp.dispatch(packet, netif, nextHop);
        }
    }

    /// Packets that may not be fragmented need no unique number (RFC 6864 section 4.1); counting from a random
    /// start costs nothing and helps who reads a trace. A packet that will be cut uses one for each segment.
    private int nextIdentification(Pbuf packet) {
        final int size = packet.segmentSize();
        final int first = identification;
        identification += size == 0 ? 1 : packet.totalLength() / size + 1;
        return first & 0xFFFF;
    }

    /// For the packet that [#header] is on, which may be fragmented.
    private int uniqueIdentification() {
        return identifications.next(header.source(), header.destination(), header.protocol());
    }

    /// True if what is sent by a neighbour is known to have arrived since `sinceNs`.
    boolean makesProgress(Netif netif, int neighbor, long sinceNs) {
        return tcp != null && tcp.makesProgress(netif, neighbor, sinceNs);
    }

    /// Takes a packet, from its IP header, that no neighbour answered for, and tells its sender.
    void unreachable(Pbuf packet) {
        header.at(packet.segment(), packet.offset());
        if (isLocal(header.source())) {
            icmp.reportHostUnreachable(packet);
        } else if (forwarding.isEnabled()) {
            forwarding.hostUnreachable(packet);
        }
        drops.drop(packet, DropReason.NEIGHBOR_UNRESOLVED);
    }

    /// Releases every packet that waits in this layer.
    public void clear() {
        neighbors.clear();
        reassembly.clear();
    }
}
