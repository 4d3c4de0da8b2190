package org.weir.stack;

import java.lang.foreign.Arena;
import java.util.List;
import org.weir.base.Entropy;
import org.weir.base.Owner;
import org.weir.esp.Esp;
import org.weir.filter.FilterMask;
import org.weir.filter.Filters;
import org.weir.filter.PacketFilter;
import org.weir.ip.AddressListener;
import org.weir.ip.ConflictPolicy;
import org.weir.ip.Ipv4;
import org.weir.ip.Neighbors;
import org.weir.ip.Netif;
import org.weir.ip.Route;
import org.weir.ip.RouteResult;
import org.weir.ip.StackResources;
import org.weir.ip.Vlan;
import org.weir.link.DropCounters;
import org.weir.link.Link;
import org.weir.link.LoopbackLink;
import org.weir.memory.PbufPool;
import org.weir.packet.Packets;
import org.weir.raw.Raw;
import org.weir.tcp.Tcp;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;
import org.weir.udp.Udp;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A TCP/IP stack. It has no thread and no clock: its owner, one thread at a time, calls [#poll] with the time whenever
/// something may have arrived, and at the latest at [#nextDeadlineNs].
///
/// Everything it will ever hold is made by [#create]. A method called by another thread than the owner, or by a filter
/// while it is asked, throws `IllegalStateException`.
public final class Stack implements AutoCloseable {
    private static final int TIMER_BUDGET = 256;
    private static final String LOOPBACK_PREFIX = "127.0.0.1/8";

    private final StackConfig config;
    private final Arena arena;
    private final StackResources resources;
    private final StackClock clock;
    private final TimerWheel timers;
    private final Ipv4 ipv4;
    private final Udp udp;
    private final Tcp tcp;
    private final Raw raw;
    private final Packets packets;
    private final Esp esp;
    private final Sockets sockets;
    private final List<Netif> netifs;

    private Stack(StackConfig config, Entropy entropy, long nowNs) {
        this.config = config;
        this.arena = Arena.ofShared();
        this.clock = new StackClock(nowNs);
        this.timers = new TimerWheel(nowNs);
        final PbufPool.Layout layout = config.layout();
        final PbufPool pool = new PbufPool(arena.allocate(layout.bytes(), Long.BYTES), 0, layout);
        this.resources = new StackResources(pool, clock, timers, new DropCounters(), entropy, new Owner());
        this.ipv4 =
                new Ipv4(resources, config.neighbors(), config.memberships(), config.reassemblies(), config.routes());
        this.udp = new Udp(ipv4, config.udpEndpoints(), config.udpQueue());
        this.tcp = new Tcp(ipv4, config.tcp());
        this.raw = new Raw(ipv4, config.rawEndpoints(), config.udpQueue());
        this.packets = new Packets(ipv4, config.rawEndpoints(), config.udpQueue());
        this.esp = new Esp(ipv4);
        this.ipv4.transports(tcp, udp, raw);
        this.ipv4.protection(esp);
        this.sockets = new Sockets(tcp, udp, raw, ipv4, config.sockets());
        this.netifs = ipv4.interfaces();
    }

    /// Makes a stack with a loopback interface.
    ///
    /// @param entropy secret random bits, used for as long as the stack lives
    /// @param nowNs the time, from the same clock as in [#poll]; not negative
    public static Stack create(StackConfig config, Entropy entropy, long nowNs) {
        if (nowNs < 0) {
            throw new IllegalArgumentException("time of " + nowNs + " ns is negative");
        }
        final Stack stack = new Stack(config, entropy, nowNs);
        final Netif loopback = stack.ipv4.addInterface("lo", new LoopbackLink());
        stack.ipv4.addAddress(loopback, IpPrefix.parse(LOOPBACK_PREFIX));
        return stack;
    }

    // ---- set-up ----

    /// Adds an interface on `link`, which now belongs to the stack.
    public Netif addInterface(String name, Link link) {
        resources.owner().check();
        return ipv4.addInterface(name, link);
    }

    /// Adds an interface on a VLAN of `carrier`, IEEE 802.1Q, with addresses and routes of its own. Frames without
    /// a tag, and with one that names no VLAN but only a priority, remain `carrier`'s. Counters of `carrier` count
    /// all frames.
    ///
    /// @throws IllegalArgumentException if `carrier` is not an Ethernet of this stack, is on a VLAN itself, or has
    /// an interface on this VLAN
    public Netif addVlan(String name, Netif carrier, Vlan vlan) {
        resources.owner().check();
        return ipv4.addVlan(name, carrier, vlan);
    }

    /// Gives up `netif`, with its addresses, routes, neighbours, memberships and VLANs, and closes its link.
    /// Connections and sockets that are bound to its addresses stay: datagrams fail with `ENETUNREACH`, connections
    /// time out unless the address comes back. Not to be called while a link is being polled.
    ///
    /// @throws IllegalArgumentException if it is the loopback, or not an interface of this stack
    public void removeInterface(Netif netif) {
        resources.owner().check();
        for (final Netif vlan : ipv4.vlansOf(netif)) {
            removeInterface(vlan);
        }
        udp.leaveAll(netif);
        ipv4.removeInterface(netif);
    }

    /// Gives `netif` an address, uses it at once and announces it. If another host uses it too, it is defended
    /// ([ConflictPolicy#DEFEND]).
    ///
    /// @throws IllegalArgumentException if the interface has the address, or is probing for it
    /// @throws IllegalStateException if the routing table is full
    public void addAddress(Netif netif, IpPrefix address) {
        resources.owner().check();
        ipv4.addAddress(netif, address);
    }

    /// Gives `netif` an address if nobody else has it: RFC 5227. The neighbours are asked three times, and have 4
    /// to 7 s to object before it is used; on links without ARP it is used at once.
    ///
    /// @param listener told what comes of it, now and later
    /// @throws IllegalArgumentException if the interface has the address, or is probing for it
    public void claimAddress(Netif netif, IpPrefix address, ConflictPolicy policy, AddressListener listener) {
        resources.owner().check();
        ipv4.claimAddress(netif, address, policy, listener);
    }

    /// Takes an address from `netif`, also one that is still being probed for: no listener is told. The routes that
    /// it is the source of go, and with the last address all routes by the interface. Connections and sockets that
    /// are bound to it stay, as with [#removeInterface].
    ///
    /// @return false if the interface does not have it, with this prefix length
    public boolean removeAddress(Netif netif, IpPrefix address) {
        resources.owner().check();
        return ipv4.removeAddress(netif, address);
    }

    /// Sends what no other route takes to `gateway`.
    ///
    /// @throws IllegalArgumentException if it is not on a network of this host
    public void addGateway(IpAddress gateway) {
        resources.owner().check();
        ipv4.addGateway(gateway);
    }

    /// A route to `destination` by the interface that `gateway` is a neighbour on, to be added.
    ///
    /// @throws IllegalArgumentException if `gateway` is not on a network of this host
    public Route via(IpPrefix destination, IpAddress gateway) {
        resources.owner().check();
        return ipv4.via(destination, gateway);
    }

    /// As `ip route add`: refused if there is a route with the same destination and metric.
    public RouteResult addRoute(Route route) {
        resources.owner().check();
        return ipv4.routes().add(route);
    }

    /// As `ip route replace`.
    public RouteResult replaceRoute(Route route) {
        resources.owner().check();
        return ipv4.routes().replace(route);
    }

    /// As `ip route del`: removes the best route to exactly `destination`.
    public RouteResult removeRoute(IpPrefix destination) {
        resources.owner().check();
        return ipv4.routes().remove(destination);
    }

    // ---- the filter ----

    /// Asks `filter` about everything, in place of any other.
    public void filter(PacketFilter filter) {
        filter(filter, FilterMask.ALL);
    }

    /// Asks `filter` about what `mask` names, in place of any other.
    public void filter(PacketFilter filter, FilterMask mask) {
        resources.filters().install(filter, mask);
    }

    /// Asks no filter any more.
    public void removeFilter() {
        resources.filters().remove();
    }

    /// What the filter was asked, and how it failed.
    public Filters filters() {
        return resources.filters();
    }

    // ---- running ----

    /// Does what there is to do at `nowNs`, a bounded amount of it: receives, lets timers expire, tells handlers,
    /// sends.
    ///
    /// @return how much was done; 0 means that nothing will change before [#nextDeadlineNs] or the next frame
    public int poll(long nowNs) {
        resources.owner().check();
        clock.advanceTo(nowNs);
        int work = receive();
        work += timers.expire(clock.nowNs(), TIMER_BUDGET);
        work += ipv4.claims().deliver();
        work += udp.deliver();
        work += raw.deliver();
        work += packets.deliver();
        work += tcp.deliver();
        sockets.retry();
        work += tcp.transmit(clock.nowNs());
        flush();
        return work;
    }

    private int receive() {
        int received = 0;
        for (int i = 0; i < netifs.size(); i++) {
            received += netifs.get(i).receive(config.receiveBudget());
        }
        return received;
    }

    private void flush() {
        for (int i = 0; i < netifs.size(); i++) {
            netifs.get(i).flush();
        }
    }

    /// When [#poll] must be called even if no frame arrives: [TimerWheel#NEVER] if never, the time of the last poll
    /// if there is work left now.
    public long nextDeadlineNs() {
        if (tcp.hasWork() || hasEvents()) {
            return clock.nowNs();
        }
        long earliest = Math.min(timers.nextDeadlineNs(), Math.min(tcp.retryNs(), sockets.retryNs()));
        for (int i = 0; i < netifs.size(); i++) {
            earliest = Math.min(earliest, netifs.get(i).nextDeadlineNs());
        }
        return Math.max(earliest, clock.nowNs());
    }

    private boolean hasEvents() {
        return udp.hasEvents()
                || raw.hasEvents()
                || packets.hasEvents()
                || ipv4.claims().hasEvents();
    }

    /// Lets another thread become the owner: the next one that calls.
    public void release() {
        resources.owner().release();
    }

    // ---- doors ----

    /// The raw interface of TCP.
    public Tcp tcp() {
        return tcp;
    }

    /// The raw interface of UDP.
    public Udp udp() {
        return udp;
    }

    /// Raw endpoints, and those for ICMP echo.
    public Raw raw() {
        return raw;
    }

    /// The neighbours on all interfaces: to look at them, and to set some for good.
    public Neighbors neighbors() {
        return ipv4.neighbors();
    }

    /// Packet endpoints, which see whole frames.
    public Packets packets() {
        return packets;
    }

    /// IPsec: security policies and associations.
    public Esp esp() {
        return esp;
    }

    /// The BSD-like interface.
    public Sockets sockets() {
        return sockets;
    }

    // ---- for display and tests ----

    public StackConfig config() {
        return config;
    }

    public Ipv4 ipv4() {
        return ipv4;
    }

    public PbufPool pool() {
        return resources.pool();
    }

    public DropCounters drops() {
        return resources.drops();
    }

    /// Timers that wait.
    public int armedTimers() {
        return timers.armed();
    }

    /// The time of the last poll.
    public long nowNs() {
        return clock.nowNs();
    }

    /// Closes all links and gives the memory back. Connections are not ended: peers hear nothing more.
    @Override
    public void close() {
        resources.owner().check();
        for (final Netif netif : netifs) {
            netif.close();
        }
        arena.close();
    }
}
