package org.weir.ip;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.base.Entropy;
import org.weir.base.Owner;
import org.weir.base.UniversalHash;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.memory.FreeHandles;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;
import org.weir.wire.IpAddress;
import org.weir.wire.MacAddress;

/// The neighbours of all interfaces, RFC 4861 section 7.3: who they are, whether they are still there, and what waits
/// for their answer. The questions themselves are those of a [NeighborProtocol].
///
/// A neighbour that does not answer holds up one packet of its own, or the fragments of one datagram, and nothing else.
/// It is forgotten then, and the next packet asks for it anew: no packet is refused because an earlier one failed, and
/// nobody is asked more often than once a second (RFC 1122 section 2.3.2.1). Neighbours that were asked for and have
/// not answered hold half of the table at most, and give way before those that have; but nobody gives way within a
/// second of being asked, since the next packet would ask again. Packets for others are dropped until then: a scan
/// costs no neighbour that answers, and each second there are places anew.
public final class Neighbors {
    static final long RETRANSMIT_NS = StackClock.SECOND;
    static final int MAX_MULTICAST_SOLICIT = 3;
    static final int MAX_UNICAST_SOLICIT = 3;
    static final long DELAY_FIRST_PROBE_NS = 5 * StackClock.SECOND;
    /// Times a random factor between a half and one and a half.
    static final long REACHABLE_NS = 30 * StackClock.SECOND;
    /// After which an entry that nobody uses is forgotten; the RFC leaves that open.
    static final long STALE_NS = 600 * StackClock.SECOND;

    private final NeighborTable table;
    private final TimerWheel timers;
    private final StackClock clock;
    private final DropCounters drops;
    private final PbufPool pool;
    private final Entropy entropy;
    private final Owner owner;
    private final int mostAsked;
    private final int mostPermanent;
    /// When a packet last found no place for its neighbour.
    private long refusedNs;

    private long solicitations;
    private long failures;
    private long evictions;

    Neighbors(StackResources resources, int capacity, UniversalHash hash) {
        this.timers = resources.timers();
        this.clock = resources.clock();
        this.drops = resources.drops();
        this.pool = resources.pool();
        this.entropy = resources.entropy();
        this.owner = resources.owner();
        this.table = new NeighborTable(capacity, hash, this::expired);
        this.mostAsked = Math.max(1, capacity / 2);
        this.mostPermanent = capacity / 2;
        this.refusedNs = clock.nowNs() - RETRANSMIT_NS;
    }

    // ---- for the user ----

    /// Sets the hardware address of a neighbour for good: as `ip neigh replace ... nud permanent`. At most half of
    /// [org.weir.stack.StackConfig#neighbors] can be set so.
    ///
    /// @throws IllegalArgumentException if the interface has no hardware addresses, or an address is a group's or
    ///     nobody's
    /// @throws IllegalStateException if too many are set already
    public void add(Netif netif, IpAddress address, long hardwareAddress) {
        owner.check();
        if (netif.capabilities().framing() != Framing.ETHERNET) {
            throw new IllegalArgumentException("interface " + netif.name() + " has no hardware addresses");
        }
        if (hardwareAddress == 0 || MacAddress.isGroup(hardwareAddress)) {
            throw new IllegalArgumentException(MacAddress.format(hardwareAddress) + " is no neighbour's address");
        }
        final int ipv4 = address.ipv4();
        if (ipv4 == 0 || IpAddress.isMulticast(ipv4) || netif.isBroadcast(ipv4) || netif.hasAddress(ipv4)) {
            throw new IllegalArgumentException(address + " is no neighbour's address");
        }
        Neighbor n = table.lookUp(netif, address.high(), address.low());
        final boolean isSet = n != null && n.state == NeighborState.PERMANENT;
        if (n == null && table.permanent() < mostPermanent) {
            n = place(netif, address.high(), address.low(), table.leastMissed(), table.isFull());
        }
        if (n == null || !isSet && table.permanent() >= mostPermanent) {
            throw new IllegalStateException("no more than " + mostPermanent + " neighbours can be set for good");
        }
        timers.disarm(n.timer);
        table.enter(n, NeighborState.PERMANENT);
        n.hardwareAddress = hardwareAddress;
        sendWaiting(n);
    }

    /// Forgets a neighbour, also one that was set for good. False if there is none.
    public boolean remove(Netif netif, IpAddress address) {
        owner.check();
        final Neighbor n = table.lookUp(netif, address.high(), address.low());
        if (n != null) {
            forget(n);
        }
        return n != null;
    }

    /// Forgets all neighbours on `netif` but those that were set for good. Returns how many.
    public int flush(Netif netif) {
        owner.check();
        int flushed = 0;
        for (int i = 0; i < table.capacity(); i++) {
            final Neighbor n = table.at(i);
            if (n.netif == netif && n.state != NeighborState.PERMANENT) {
                forget(n);
                flushed++;
            }
        }
        return flushed;
    }

    /// All neighbours, in no order.
    public List<NeighborEntry> entries() {
        owner.check();
        final List<NeighborEntry> entries = new ArrayList<>(table.size());
        for (int i = 0; i < table.capacity(); i++) {
            final Neighbor n = table.at(i);
            if (n.netif != null) {
                entries.add(new NeighborEntry(n.netif, new IpAddress(n.high, n.low), n.hardwareAddress, n.state));
            }
        }
        return entries;
    }

    /// What is known of a neighbour; [NeighborState#NONE] if nothing is.
    public NeighborState stateOf(Netif netif, IpAddress address) {
        final Neighbor n = table.lookUp(netif, address.high(), address.low());
        return n == null ? NeighborState.NONE : n.state;
    }

    /// The hardware address of a neighbour; -1 if it is not known.
    public long hardwareAddressOf(Netif netif, IpAddress address) {
        final Neighbor n = table.lookUp(netif, address.high(), address.low());
        return n == null || n.state == NeighborState.INCOMPLETE ? -1 : n.hardwareAddress;
    }

    /// Neighbours in the table.
    public int size() {
        return table.size();
    }

    /// Questions that were sent, by broadcast and by unicast.
    public long solicitations() {
        return solicitations;
    }

    /// Neighbours that have not answered in time.
    public long failures() {
        return failures;
    }

    /// Neighbours that gave way to others.
    public long evictions() {
        return evictions;
    }

    // ---- out ----

    /// Takes `packet` and sends it to a neighbour, now or when that has answered.
    void dispatch(Pbuf packet, Netif netif, long high, long low, NeighborProtocol protocol) {
        Neighbor n = table.find(netif, high, low);
        if (n == null) {
            n = ask(netif, high, low, protocol);
        }
        if (n == null) {
            drops.drop(packet, DropReason.NEIGHBOR_UNRESOLVED);
            return;
        }
        if (n.state == NeighborState.INCOMPLETE) {
            hold(n, packet);
            return;
        }
        if (n.state == NeighborState.STALE) {
            delay(n);
        }
        protocol.transmit(packet, netif, n.hardwareAddress);
    }

    private @Nullable Neighbor ask(Netif netif, long high, long low, NeighborProtocol protocol) {
        final boolean mustGiveWay = table.isFull() || table.asked() >= mostAsked;
        final Neighbor n = place(netif, high, low, unlessAskedLately(table.leastMissed()), mustGiveWay);
        if (n == null) {
            refusedNs = clock.nowNs();
            return null;
        }
        n.protocol = protocol;
        table.enter(n, NeighborState.INCOMPLETE);
        solicit(n);
        return n;
    }

    private @Nullable Neighbor unlessAskedLately(@Nullable Neighbor n) {
        return n != null && clock.nowNs() - n.askedNs < RETRANSMIT_NS ? null : n;
    }

    /// A fresh entry, in place of `victim` if one must go; null if that is nobody.
    private @Nullable Neighbor place(Netif netif, long high, long low, @Nullable Neighbor victim, boolean mustGiveWay) {
        if (mustGiveWay) {
            if (victim == null) {
                return null;
            }
            evictions++;
            forget(victim);
        }
        final Neighbor n = table.add(netif, high, low);
        n.askedNs = clock.nowNs() - RETRANSMIT_NS;
        return n;
    }

    /// The newest packet takes the place of what waits; the fragments of one datagram wait together, if they are
    /// not so many that they might be an attack, and if half of the pages are left to others.
    private void hold(Neighbor n, Pbuf packet) {
        final Pbuf first = n.waiting.peek();
        if (first != null && !n.protocol().isSameDatagram(first, packet)) {
            dropWaiting(n);
        }
        n.waiting.add(packet);
        final int count = n.waiting.size();
        if (count > PartialDatagram.MOST_FRAGMENTS
                || count > 1 && !(halfIsFree(pool.pages()) && halfIsFree(pool.blocks()))) {
            dropWaiting(n);
        }
    }

    private static boolean halfIsFree(FreeHandles buffers) {
        return buffers.inUse() <= buffers.free();
    }

    private void dropWaiting(Neighbor n) {
        for (Pbuf p = n.waiting.poll(); p != null; p = n.waiting.poll()) {
            drops.drop(p, DropReason.NEIGHBOR_UNRESOLVED);
        }
    }

    private void sendWaiting(Neighbor n) {
        if (n.waiting.isEmpty()) {
            return;
        }
        if (n.state == NeighborState.STALE) {
            delay(n);
        }
        for (Pbuf p = n.waiting.poll(); p != null; p = n.waiting.poll()) {
            n.protocol().transmit(p, n.netif(), n.hardwareAddress);
        }
    }

    private void solicit(Neighbor n) {
        n.solicitations++;
        solicitations++;
        n.askedNs = clock.nowNs();
        timers.arm(n.timer, n.askedNs + RETRANSMIT_NS);
        if (n.state == NeighborState.INCOMPLETE) {
            n.protocol().solicit(n.netif(), n.high, n.low);
        } else {
            n.protocol().solicit(n.netif(), n.high, n.low, n.hardwareAddress);
        }
    }

    // ---- in ----

    /// A neighbour asks for one of our addresses, and will be answered: RFC 4861 section 7.2.3. That it can be
    /// reached is not proved by that.
    void solicitedBy(Netif netif, long high, long low, long hardwareAddress, NeighborProtocol protocol) {
        final Neighbor known = table.lookUp(netif, high, low);
        if (known != null) {
            update(known, hardwareAddress, false);
            return;
        }
        final Neighbor n = place(netif, high, low, unlessAskedLately(table.leastMissedByAStranger()), table.isFull());
        if (n != null) {
            n.protocol = protocol;
            n.hardwareAddress = hardwareAddress;
            becomeStale(n);
        }
    }

    /// A neighbour says what its hardware address is: RFC 4861 section 7.2.5. One that nobody here has asked for
    /// makes no entry.
    ///
    /// @param answer it may be the answer to a question of ours, and is if we asked
    void advertised(Netif netif, long high, long low, long hardwareAddress, boolean answer) {
        final Neighbor n = table.lookUp(netif, high, low);
        if (n != null) {
            update(n, hardwareAddress, answer);
        }
    }

    private void update(Neighbor n, long hardwareAddress, boolean answer) {
        if (n.state == NeighborState.PERMANENT) {
            return;
        }
        final boolean isNew = n.state == NeighborState.INCOMPLETE || n.hardwareAddress != hardwareAddress;
        final boolean asked = n.state == NeighborState.INCOMPLETE || n.state == NeighborState.PROBE;
        n.hardwareAddress = hardwareAddress;
        if (answer && asked) {
            becomeReachable(n);
        } else if (isNew) {
            becomeStale(n);
        }
        sendWaiting(n);
    }

    private void becomeReachable(Neighbor n) {
        table.enter(n, NeighborState.REACHABLE);
        n.solicitations = 0;
        final long random = Long.remainderUnsigned(entropy.next(), REACHABLE_NS);
        timers.arm(n.timer, clock.nowNs() + REACHABLE_NS / 2 + random);
    }

    private void becomeStale(Neighbor n) {
        table.enter(n, NeighborState.STALE);
        timers.arm(n.timer, clock.nowNs() + STALE_NS);
    }

    private void delay(Neighbor n) {
        table.enter(n, NeighborState.DELAY);
        timers.arm(n.timer, clock.nowNs() + DELAY_FIRST_PROBE_NS);
    }

    // ---- time ----

    private void expired(Neighbor n) {
        switch (n.state) {
            case NONE, PERMANENT -> {}
            case INCOMPLETE -> askAgainOrGiveWay(n);
            case REACHABLE -> becomeStale(n);
            case STALE -> forget(n);
            case DELAY -> endDelay(n);
            case PROBE -> askAgain(n, MAX_UNICAST_SOLICIT);
        }
    }

    private void endDelay(Neighbor n) {
        final long sinceNs = clock.nowNs() - DELAY_FIRST_PROBE_NS;
        if (n.protocol().makesProgress(n.netif(), n.high, n.low, sinceNs)) {
            becomeReachable(n);
            return;
        }
        table.enter(n, NeighborState.PROBE);
        n.solicitations = 0;
        solicit(n);
    }

    /// Whoever found no place within the last second finds one now.
    private void askAgainOrGiveWay(Neighbor n) {
        if (refusedNs - n.askedNs < 0) {
            askAgain(n, MAX_MULTICAST_SOLICIT);
        } else {
            evictions++;
            forget(n);
        }
    }

    private void askAgain(Neighbor n, int times) {
        if (n.solicitations < times) {
            solicit(n);
            return;
        }
        failures++;
        final NeighborProtocol protocol = n.protocol();
        final Pbuf packet = n.waiting.poll();
        forget(n);
        if (packet != null) {
            protocol.unreachable(packet);
        }
    }

    private void forget(Neighbor n) {
        timers.disarm(n.timer);
        dropWaiting(n);
        table.remove(n);
    }

    /// Forgets every neighbour on `netif`, which goes.
    void forgetAll(Netif netif) {
        for (int i = 0; i < table.capacity(); i++) {
            if (table.at(i).netif == netif) {
                forget(table.at(i));
            }
        }
    }

    /// Forgets every neighbour, releasing the packets that wait.
    void clear() {
        for (int i = 0; i < table.capacity(); i++) {
            if (table.at(i).netif != null) {
                forget(table.at(i));
            }
        }
    }
}
