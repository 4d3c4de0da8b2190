package org.weir.udp;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weir.base.HashTable;
import org.weir.base.KeyedHash;
import org.weir.base.ReadyList;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterProtocol;
import org.weir.filter.Filters;
import org.weir.ip.Datagram;
import org.weir.ip.EphemeralPorts;
import org.weir.ip.ErrorQueue;
import org.weir.ip.IcmpError;
import org.weir.ip.Ipv4;
import org.weir.ip.Multicast;
import org.weir.ip.Netif;
import org.weir.ip.PacketChecksum;
import org.weir.ip.Route;
import org.weir.ip.Transport;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.Checksum;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.UdpHeader;

/// UDP, RFC 768 and RFC 1122 section 4.1: finds the endpoint of a datagram, and sends for endpoints.
public final class Udp implements Transport {
    /// Results of calls.
    public static final int OK = 0;
    /// The port is taken.
    public static final int IN_USE = -1;
    /// The address is not one of this host.
    public static final int NOT_LOCAL = -2;
    /// No free port is left.
    public static final int NO_PORT = -3;
    /// No route to the destination.
    public static final int NO_ROUTE = -4;
    /// The datagram is longer than IP can tell or this stack has buffers for, or what is to be cut into datagrams
    /// is more than one call sends.
    public static final int TOO_LONG = -5;
    /// No buffer is free, or the link takes no more now.
    public static final int NO_BUFFER = -6;
    /// To all hosts of a network, without permission: [UdpEndpoint#broadcast].
    public static final int NOT_PERMITTED = -7;
    /// The stack's filter refused it.
    public static final int FILTERED = -8;

    /// Datagrams that one packet is cut into at most.
    public static final int MOST_DATAGRAMS = 64;

    static final int NO_ERROR = -1;
    /// Datagrams that other hosts join to one packet at most.
    private static final int MOST_JOINED = 128;
    private static final int LONGEST_PAYLOAD = 0xFFFF - Ipv4Header.LENGTH - UdpHeader.LENGTH;
    /// No protection adds more to a packet.
    private static final int MOST_OVERHEAD = 256;
    /// Buffers may hold this many times the octets that a queue is meant for, since a page is rarely full.
    private static final int TRUE_SIZE_FACTOR = 4;

    private final Ipv4 ipv4;
    private final DropCounters drops;
    private final Filters filters;
    private final HashTable<UdpEndpoint> byPort;
    private final KeyedHash hash;
    private final EphemeralPorts ports;
    private final UdpHeader header = new UdpHeader();
    private final int defaultQueueLimit;
    private @Nullable UdpEndpoint free;
    private final ReadyList<UdpEndpoint> events = new ReadyList<>() {
        @Override
        protected @Nullable UdpEndpoint next(UdpEndpoint e) {
            return e.nextEvent;
        }

        @Override
        protected void next(UdpEndpoint e, @Nullable UdpEndpoint next) {
            e.nextEvent = next;
        }
    };
    private int open;
    private final UdpEndpoint[] all;
    private long received;
    private long sent;

    /// Makes the layer with `endpoints` endpoints, each queueing up to `queueLimit` octets.
    public Udp(Ipv4 ipv4, int endpoints, int queueLimit) {
        this.ipv4 = ipv4;
        this.drops = ipv4.drops();
        this.filters = ipv4.filters();
        this.byPort = new HashTable<>(endpoints);
        this.all = new UdpEndpoint[endpoints];
        this.hash = new KeyedHash(ipv4.resources().entropy());
        this.ports = new EphemeralPorts(ipv4.resources().entropy());
        this.defaultQueueLimit = queueLimit;
        for (int i = 0; i < endpoints; i++) {
            final UdpEndpoint e = new UdpEndpoint(this, i, new ErrorQueue(ipv4.errorRecords()));
            all[i] = e;
            e.nextFree = free;
            free = e;
        }
    }

    /// Leaves all groups on `netif`, which is about to be removed.
    public void leaveAll(Netif netif) {
        for (final UdpEndpoint e : all) {
            multicast().leaveAll(e.memberships, netif);
        }
    }

    /// Endpoints in use.
    public int inUse() {
        return open;
    }

    /// Shows `visitor` all endpoints in use. For display.
    public void visitEndpoints(Consumer<UdpEndpoint> visitor) {
        checkOwner();
        for (final UdpEndpoint e : all) {
            if (e.isOpen) {
                visitor.accept(e);
            }
        }
    }

    public long received() {
        return received;
    }

    public long sent() {
        return sent;
    }

    Multicast multicast() {
        return ipv4.multicast();
    }

    PbufPool pool() {
        return ipv4.pool();
    }

    // ---- endpoints ----

    /// An unbound endpoint; null if all are in use.
    public @Nullable UdpEndpoint open() {
        checkOwner();
        final UdpEndpoint e = free;
        if (e == null) {
            return null;
        }
        free = e.nextFree;
        e.nextFree = null;
        e.localHigh = 0;
        e.localLow = IpAddress.ANY.low();
        e.remoteHigh = 0;
        e.remoteLow = IpAddress.ANY.low();
        e.remotePort = 0;
        e.localChosen = false;
        e.timeToLive = Ipv4.DEFAULT_TTL;
        e.queueLimit = defaultQueueLimit;
        e.segmentSize = 0;
        e.sendLimit = LONGEST_PAYLOAD;
        e.typeOfService = 0;
        e.reuseAddress = false;
        e.reusePort = false;
        e.broadcast = false;
        e.groupTimeToLive = 1;
        e.groupLoop = true;
        e.groupNetif = null;
        e.netif = null;
        e.pendingError = NO_ERROR;
        e.isOpen = true;
        open++;
        return e;
    }

    void checkOwner() {
        ipv4.resources().owner().check();
    }

    int bind(UdpEndpoint e, long high, long low, int port) {
        if (e.localPort != 0) {
            return IN_USE;
        }
        if (low != IpAddress.ANY.low() && !isName(IpAddress.ipv4(low))) {
            return NOT_LOCAL;
        }
        if (port != 0 && isTaken(e, low, port, e.reuseAddress, e.reusePort)) {
            return IN_USE;
        }
        final int chosen = port != 0 ? port : freePort(e, low);
        if (chosen == 0) {
            return NO_PORT;
        }
        if (isRefused(FilterHook.BINDING, low, chosen, 0, 0)) {
            return FILTERED;
        }
        e.localHigh = high;
        e.localLow = low;
        e.localPort = chosen;
        byPort.add(e, hashOf(chosen));
        return OK;
    }

    /// True if datagrams to `address` may be this host's.
    private boolean isName(int address) {
        return ipv4.isLocal(address) || isToAll(address);
    }

    private boolean isToAll(int address) {
        return IpAddress.isMulticast(address) || ipv4.isBroadcast(address);
    }

    int connect(UdpEndpoint e, long high, long low, int port) {
        final Route route = routeTo(e, low);
        if (route == null) {
            return NO_ROUTE;
        }
        if (!isPermitted(e, IpAddress.ipv4(low))) {
            return NOT_PERMITTED;
        }
        final boolean wasBound = e.localPort != 0;
        final int bound = wasBound ? OK : bind(e, 0, IpAddress.ANY.low(), 0);
        if (bound != OK) {
            return bound;
        }
        final boolean isAnywhere = e.localLow == IpAddress.ANY.low();
        final long local = isAnywhere ? IpAddress.mapped(route.source()) : e.localLow;
        if (isRefused(FilterHook.CONNECTING, local, e.localPort, low, port)) {
            if (!wasBound) {
                unbind(e);
            }
            return FILTERED;
        }
        if (isAnywhere) {
            e.localLow = local;
            e.localChosen = true;
        }
        e.remoteHigh = high;
        e.remoteLow = low;
        e.remotePort = port;
        return OK;
    }

    void disconnect(UdpEndpoint e) {
        e.remoteHigh = 0;
        e.remoteLow = IpAddress.ANY.low();
        e.remotePort = 0;
        if (e.localChosen) {
            e.localHigh = 0;
            e.localLow = IpAddress.ANY.low();
            e.localChosen = false;
        }
    }

    void close(UdpEndpoint e) {
        if (!e.isOpen) {
            throw new IllegalStateException("a UDP endpoint was closed twice");
        }
        if (e.localPort != 0) {
            unbind(e);
        }
        multicast().leaveAll(e.memberships);
        e.queue.clear();
        e.queuedOctets = 0;
        e.queuedTrueSize = 0;
        e.errors.reset();
        e.isOpen = false;
        e.handler = null;
        e.nextFree = free;
        free = e;
        open--;
    }

    private void unbind(UdpEndpoint e) {
        byPort.remove(e);
        tell(FilterHook.DISSOCIATING, e);
        e.localPort = 0;
    }

    private boolean isRefused(FilterHook hook, long localLow, int localPort, long peerLow, int peerPort) {
        return filters.sees(hook)
                && filters.refusalOf(hook, FilterProtocol.UDP, localLow, localPort, peerLow, peerPort) != null;
    }

    private void tell(FilterHook hook, UdpEndpoint e) {
        if (filters.sees(hook)) {
            final long peer = e.isConnected() ? e.remoteLow : 0;
            filters.tell(hook, FilterProtocol.UDP, e.localLow, e.localPort, peer, e.remotePort);
        }
    }

    private int freePort(UdpEndpoint e, long low) {
        int port = ports.any();
        for (int i = 0; i < ports.count(); i++, port = ports.after(port)) {
            if (!isTaken(e, low, port, false, false)) {
                return port;
            }
        }
        return 0;
    }

    private boolean isTaken(UdpEndpoint by, long low, int port, boolean reuseAddress, boolean reusePort) {
        for (UdpEndpoint e = byPort.first(hashOf(port)); e != null; e = e.hashNext()) {
            final boolean overlaps =
                    e.localLow == low || e.localLow == IpAddress.ANY.low() || low == IpAddress.ANY.low();
            final boolean shares = e.reuseAddress && reuseAddress || e.reusePort && reusePort;
            if (e.localPort == port && overlaps && !shares && meet(e, by)) {
                return true;
            }
        }
        return false;
    }

    /// True if there is an interface that both hear.
    private static boolean meet(UdpEndpoint a, UdpEndpoint b) {
        return a.netif == null || b.netif == null || a.netif == b.netif;
    }

    private int hashOf(int port) {
        return (int) hash.hash(port);
    }

    // ---- in ----

    @Override
    public void process(Pbuf segment, Datagram datagram) {
        if (!isWhole(segment)) {
            drops.drop(segment, DropReason.UDP_MALFORMED);
            return;
        }
        final int length = header.length();
        segment.trimTo(length);
        if (header.checksum() != 0 && !PacketChecksum.isValid(segment, pseudoHeader(datagram, length))) {
            drops.drop(segment, DropReason.UDP_BAD_CHECKSUM);
            return;
        }
        final int senderPort = header.sourcePort();
        if (datagram.isToGroup()) {
            deliverToAll(segment, datagram, header.destinationPort(), senderPort);
            return;
        }
        final UdpEndpoint e = find(datagram, header.destinationPort(), senderPort);
        if (e == null) {
            drops.count(DropReason.UDP_NO_ENDPOINT);
            ipv4.icmp().portUnreachable(segment, datagram);
            return;
        }
        segment.strip(UdpHeader.LENGTH);
        deliver(e, segment, datagram, senderPort);
    }

    /// Takes `segment`, which goes to every endpoint that wants to hear it: by a copy, but for the last
    /// one.
    private void deliverToAll(Pbuf segment, Datagram datagram, int localPort, int senderPort) {
        segment.strip(UdpHeader.LENGTH);
        UdpEndpoint last = null;
        for (UdpEndpoint e = byPort.first(hashOf(localPort)); e != null; e = e.hashNext()) {
            if (e.localPort == localPort && hears(e, datagram, senderPort)) {
                if (last != null) {
                    deliverCopy(last, segment, datagram, senderPort);
                }
                last = e;
            }
        }
        if (last == null) {
            drops.drop(segment, DropReason.UDP_NO_ENDPOINT);
        } else {
            deliver(last, segment, datagram, senderPort);
        }
    }

    private static boolean hears(UdpEndpoint e, Datagram datagram, int senderPort) {
        final int destination = IpAddress.ipv4(datagram.destinationLow());
        final boolean isMember = !IpAddress.isMulticast(destination)
                || e.memberships.passes(datagram.netif(), destination, IpAddress.ipv4(datagram.sourceLow()));
        return isMember && score(e, datagram, senderPort) > 0;
    }

    private void deliverCopy(UdpEndpoint e, Pbuf payload, Datagram datagram, int senderPort) {
        final Pbuf copy = pool().copyOf(payload, 0, payload.totalLength());
        if (copy == null) {
            drops.count(DropReason.NO_BUFFER);
            return;
        }
        copy.segmentSize(payload.segmentSize());
        deliver(e, copy, datagram, senderPort);
    }

    /// Takes `payload`.
    private void deliver(UdpEndpoint e, Pbuf payload, Datagram datagram, int senderPort) {
        final int size = payload.segmentSize();
        payload.segmentSize(0);
        if (size > 0 && size < payload.totalLength()) {
            enqueueEach(e, payload, size, datagram, senderPort);
        } else if (!enqueue(e, payload, datagram, senderPort)) {
            drops.drop(payload, DropReason.UDP_QUEUE_FULL);
        }
    }

    /// Takes `payload`, the payloads of several datagrams that a link joined. Each is copied: one that is read late
    /// must not keep the memory of all.
    private void enqueueEach(UdpEndpoint e, Pbuf payload, int size, Datagram datagram, int senderPort) {
        final int total = payload.totalLength();
        if (total > MOST_JOINED * size) {
            drops.drop(payload, DropReason.UDP_MALFORMED);
            return;
        }
        DropReason refusal = null;
        for (int at = 0; at < total; at += size) {
            final Pbuf one = refusal == null ? pool().copyOf(payload, at, Math.min(size, total - at)) : null;
            if (one == null) {
                refusal = refusal == null ? DropReason.NO_BUFFER : refusal;
                drops.count(refusal);
            } else if (!enqueue(e, one, datagram, senderPort)) {
                refusal = DropReason.UDP_QUEUE_FULL;
                drops.drop(one, refusal);
            }
        }
        payload.release();
    }

    private boolean isWhole(Pbuf segment) {
        if (!UdpHeader.fits(segment.length())) {
            return false;
        }
        header.at(segment.segment(), segment.offset());
        return header.length() >= UdpHeader.LENGTH && header.length() <= segment.totalLength();
    }

    private static int pseudoHeader(Datagram datagram, int length) {
        return Checksum.pseudoHeader(
                IpAddress.ipv4(datagram.sourceLow()),
                IpAddress.ipv4(datagram.destinationLow()),
                IpProtocol.UDP,
                length);
    }

    /// The endpoint that fits best: connected to the sender, else bound to the address, else bound to any; of
    /// these, one that hears the interface alone. Of those that fit equally well it is the one bound last, or, if
    /// they share the port to spread its senders, one by the sender.
    private @Nullable UdpEndpoint find(Datagram datagram, int localPort, int remotePort) {
        UdpEndpoint best = null;
        int bestScore = 0;
        for (UdpEndpoint e = byPort.first(hashOf(localPort)); e != null; e = e.hashNext()) {
            final int score = e.localPort == localPort ? score(e, datagram, remotePort) : 0;
            if (score > bestScore || best != null && score == bestScore && isPreferred(e, best, datagram, remotePort)) {
                best = e;
                bestScore = score;
            }
        }
        return best;
    }

    private boolean isPreferred(UdpEndpoint e, UdpEndpoint to, Datagram datagram, int remotePort) {
        return e.reusePort && to.reusePort && weight(e, datagram, remotePort) > weight(to, datagram, remotePort);
    }

    /// By which one of several endpoints is chosen for a sender: the heaviest, so that one that comes or goes moves
    /// only its own senders.
    private long weight(UdpEndpoint e, Datagram datagram, int remotePort) {
        return hash.hash(datagram.sourceHigh(), datagram.sourceLow(), remotePort, e.index, 0);
    }

    private static int score(UdpEndpoint e, Datagram datagram, int remotePort) {
        final boolean any = e.localLow == IpAddress.ANY.low();
        if (!any && e.localLow != datagram.destinationLow() || e.netif != null && e.netif != datagram.netif()) {
            return 0;
        }
        final int chosen = e.netif == null ? 0 : 1;
        if (!e.isConnected()) {
            return (any ? 2 : 4) + chosen;
        }
        return e.remotePort == remotePort && e.remoteLow == datagram.sourceLow() ? 6 + chosen : 0;
    }

    @Override
    public void reject(Pbuf segment, Datagram datagram) {
        ipv4.icmp().prohibited(segment, datagram);
    }

    /// Takes `payload` if there is room for it; if not, returns false and it is still the caller's.
    private boolean enqueue(UdpEndpoint e, Pbuf payload, Datagram datagram, int senderPort) {
        final int size = trueSize(payload);
        final boolean full = !e.queue.isEmpty()
                && (e.queuedOctets + payload.totalLength() > e.queueLimit
                        || e.queuedTrueSize + size > (long) e.queueLimit * TRUE_SIZE_FACTOR);
        if (full || !mayKeep(payload)) {
            return false;
        }
        received++;
        payload.queueKey(key(datagram, senderPort));
        e.queue.add(payload);
        e.queuedOctets += payload.totalLength();
        e.queuedTrueSize += size;
        events.add(e);
        return true;
    }

    /// What a reader may want to know of a datagram: time to live, type of service, source and its port.
    private static long key(Datagram datagram, int senderPort) {
        final long control = (long) datagram.timeToLive() << 8 | datagram.typeOfService();
        return control << 48 | (datagram.sourceLow() & 0xFFFF_FFFFL) << 16 | senderPort;
    }

    /// A packet of this host's own comes back over the loopback in the blocks that it was sent in.
    private boolean mayKeep(Pbuf payload) {
        return pool().hasPagesForReceiving() && (payload.kind() != Pbuf.Kind.RAM || pool().hasBlocksForReceiving());
    }

    /// Octets of pool memory that `packet` (borrowed) holds.
    static int trueSize(Pbuf packet) {
        int size = 0;
        for (Pbuf p = packet; p != null; p = p.next()) {
            size += p.trueSize();
        }
        return size;
    }

    @Override
    public void processError(IcmpError error) {
        header.at(error.segment(), error.transportOffset());
        final int remotePort = header.destinationPort();
        for (UdpEndpoint e = byPort.first(hashOf(header.sourcePort())); e != null; e = e.hashNext()) {
            final boolean isPeer = e.remotePort == remotePort && e.remoteLow == error.remoteLow();
            if (e.localPort == header.sourcePort() && (isPeer || e.errors.isWanted() && maySend(e, error))) {
                if (isPeer) {
                    learnPathMtu(e, error);
                }
                keep(e, error, remotePort);
                events.add(e);
                tellUnreachable(e, error);
            }
        }
    }

    /// True if `e`, which is not connected, may have sent what `error` is about.
    private static boolean maySend(UdpEndpoint e, IcmpError error) {
        return !e.isConnected() && (e.localLow == IpAddress.ANY.low() || e.localLow == error.localLow());
    }

    private static void keep(UdpEndpoint e, IcmpError error, int remotePort) {
        if (e.errors.isWanted()) {
            e.errors.add(error, UdpHeader.LENGTH, remotePort);
        } else {
            e.pendingError = error.type() << 8 | error.code();
        }
    }

    private void tellUnreachable(UdpEndpoint e, IcmpError error) {
        if (error.saysUnreachable()) {
            tell(error.saysNobodyListens() ? FilterHook.PORT_UNREACHABLE : FilterHook.ADDRESS_UNREACHABLE, e);
        }
    }

    /// Only a connected endpoint learns: who forges an error for it must guess both ports.
    private void learnPathMtu(UdpEndpoint e, IcmpError error) {
        final boolean isTooLong =
                error.type() == IcmpHeader.DESTINATION_UNREACHABLE && error.code() == IcmpHeader.FRAGMENTATION_NEEDED;
        if (isTooLong && e.localLow == error.localLow()) {
            ipv4.pathMtus().learn(error.remoteHigh(), error.remoteLow(), error.nextHopMtu());
        }
    }

    // ---- events ----

    /// True if [#deliver] has something to do.
    public boolean hasEvents() {
        return !events.isEmpty();
    }

    /// Tells handlers what has happened since the last call. Returns how many were told.
    public int deliver() {
        final int delivered = events.size();
        for (int i = delivered; i > 0; i--) {
            tell(events.remove());
        }
        return delivered;
    }

    private static void tell(UdpEndpoint e) {
        final UdpHandler handler = e.handler;
        if (handler == null) {
            return;
        }
        if (e.pendingError != NO_ERROR && e.pendingError >>> 8 == IcmpHeader.DESTINATION_UNREACHABLE) {
            handler.unreachable(e, e.pendingError & 0xFF);
        }
        if (e.errors.takeNews() && e.handler == handler) {
            handler.reported(e);
        }
        if (!e.queue.isEmpty() && e.handler == handler) {
            handler.readable(e);
        }
    }

    // ---- out ----

    /// True if `length` octets from `e` to `low` are more than the user permits or than one datagram carries, or
    /// than those that it is cut into, which are not fragmented. What has no route is refused for that.
    boolean isTooLong(UdpEndpoint e, int length, long low) {
        if (length > e.sendLimit || length > LONGEST_PAYLOAD) {
            return true;
        }
        final Route route = routeTo(e, low);
        if (route == null) {
            return false;
        }
        return e.isCut(length)
                ? e.segmentSize > route.netif().mtu() - Ipv4Header.LENGTH - UdpHeader.LENGTH
                        || length > MOST_DATAGRAMS * e.segmentSize
                : length + UdpHeader.LENGTH > route.netif().longestPayload();
    }

    private @Nullable Route routeTo(UdpEndpoint e, long low) {
        final int destination = IpAddress.ipv4(low);
        if (!IpAddress.isIpv4(0, low)) {
            return null;
        }
        if (e.groupNetif != null && IpAddress.isMulticast(destination)) {
            return e.groupNetif.isRemoved() ? null : ipv4.groupRoute(e.groupNetif);
        }
        if (hasLostItsAddress(e)) {
            return null;
        }
        return e.netif == null ? ipv4.routeTo(destination) : ipv4.routeTo(destination, e.netif);
    }

    /// True if the address that `e` is bound to is no longer this host's.
    private boolean hasLostItsAddress(UdpEndpoint e) {
        final int local = IpAddress.ipv4(e.localLow);
        return local != 0 && !isName(local);
    }

    private boolean isPermitted(UdpEndpoint e, int destination) {
        return e.broadcast || !ipv4.isBroadcast(destination);
    }

    /// True if `length` octets from `e` to `low` would not be refused for want of buffers or of room at the link.
    boolean hasRoomFor(UdpEndpoint e, int length, long low) {
        final Route route = routeTo(e, low);
        return pool().hasRoomFor(Headroom.TRANSPORT, length) && (route == null || hasRoomFor(e, length, route.netif()));
    }

    private static boolean hasRoomFor(UdpEndpoint e, int length, Netif netif) {
        return e.isCut(length)
                ? netif.hasRoom(e.datagramsIn(length))
                : netif.hasRoomFor(Ipv4Header.LENGTH, UdpHeader.LENGTH + length);
    }

    /// Takes `packet`, whatever the result.
    int dispatch(UdpEndpoint e, Pbuf packet, long low, int port) {
        final int destination = IpAddress.ipv4(low);
        final Route route = routeTo(e, low);
        int result = OK;
        if (route == null) {
            drops.count(DropReason.NO_ROUTE);
            result = NO_ROUTE;
        } else if (!isPermitted(e, destination)) {
            result = NOT_PERMITTED;
        } else if (isTooLong(e, packet.totalLength(), low)) {
            result = TOO_LONG;
        } else if (!hasRoomFor(e, packet.totalLength(), route.netif())) {
            result = NO_BUFFER;
        } else if (e.localPort == 0) {
            result = bind(e, 0, IpAddress.ANY.low(), 0);
        }
        if (result == OK && route != null && isTooLongToProtect(e, packet.totalLength(), route, destination, port)) {
            result = TOO_LONG;
        }
        if (result != OK || route == null) {
            packet.release();
            return result;
        }
        if (packet.typeOfService() == 0) {
            packet.typeOfService(e.typeOfService);
        }
        final Pbuf headed = e.isCut(packet.totalLength()) ? withHeaderBuffer(e, packet) : packet;
        if (headed == null) {
            return NO_BUFFER;
        }
        final int datagrams = e.datagramsIn(headed.totalLength());
        if (!send(e, headed, route, destination, port)) {
            return FILTERED;
        }
        sent += datagrams;
        return OK;
    }

    /// True if one datagram of `length` octets would be longer than IP can tell with what protection adds to it.
    private boolean isTooLongToProtect(UdpEndpoint e, int length, Route route, int destination, int port) {
        final int spare = LONGEST_PAYLOAD - length;
        if (spare >= MOST_OVERHEAD) {
            return false;
        }
        final Netif netif = route.netif();
        final int whole = netif.mtuFor(sourceOf(e, route), destination, IpProtocol.UDP, e.localPort, port);
        return !e.isCut(length) && netif.mtu() - whole > spare;
    }

    /// Takes `packet`, which is to be cut into datagrams, and gives it behind a buffer for the headers alone; null
    /// if there is none.
    private @Nullable Pbuf withHeaderBuffer(UdpEndpoint e, Pbuf packet) {
        final Pbuf headers = pool().take(Headroom.TRANSPORT, 0);
        if (headers == null) {
            packet.release();
            return null;
        }
        headers.chain(packet);
        headers.segmentSize(e.segmentSize);
        headers.typeOfService(packet.typeOfService());
        return headers;
    }

    /// Returns false if the filter has refused it.
    private boolean send(UdpEndpoint e, Pbuf packet, Route route, int destination, int port) {
        final int source = sourceOf(e, route);
        final long at = packet.prepend(UdpHeader.LENGTH);
        final int length = packet.totalLength();
        header.at(packet.segment(), at)
                .sourcePort(e.localPort)
                .destinationPort(port)
                .length(length)
                .checksum(Checksum.pseudoHeader(source, destination, IpProtocol.UDP, length));
        packet.partialChecksum(at, UdpHeader.CHECKSUM);
        if (!isToAll(destination)) {
            return e.isConnected()
                    ? ipv4.dispatch(packet, route, source, destination, IpProtocol.UDP, e.timeToLive)
                    : ipv4.dispatchFragmentable(packet, route, source, destination, IpProtocol.UDP, e.timeToLive);
        }
        final boolean isGroup = IpAddress.isMulticast(destination);
        final int ttl = isGroup ? e.groupTimeToLive : e.timeToLive;
        if (!isGroup || e.groupLoop && multicast().isMember(route.netif(), destination)) {
            return ipv4.dispatchToAll(packet, route, source, destination, IpProtocol.UDP, ttl);
        }
        if (ttl > 0) {
            return ipv4.dispatchFragmentable(packet, route, source, destination, IpProtocol.UDP, ttl);
        }
        packet.release();
        return true;
    }

    /// An endpoint that is bound to a group or a broadcast address has no address of its own either.
    private int sourceOf(UdpEndpoint e, Route route) {
        final int local = IpAddress.ipv4(e.localLow);
        return e.localLow == IpAddress.ANY.low() || isToAll(local) ? route.source() : local;
    }
}
