package org.weir.raw;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weir.base.ReadyList;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterProtocol;
import org.weir.filter.Filters;
import org.weir.ip.Datagram;
import org.weir.ip.ErrorQueue;
import org.weir.ip.IcmpError;
import org.weir.ip.Ipv4;
import org.weir.ip.Netif;
import org.weir.ip.PacketChecksum;
import org.weir.ip.RawInput;
import org.weir.ip.Route;
import org.weir.link.DropReason;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
import org.weir.memory.OctetSource;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.Checksum;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// Raw endpoints: shows them what arrives, beside the protocols, and sends for them.
///
/// Every packet that arrives is compared with every open endpoint: they are for a few diagnostic programs. While none
/// is open it costs one look at a field.
public final class Raw implements RawInput {
    static final int NO_ERROR = -1;

    private static final int IDENTIFIERS = 0xFFFF;
    /// As for UDP: pages may hold this many times the octets that a queue is meant for, since a page is rarely
    /// full.
    private static final int TRUE_SIZE_FACTOR = 4;

    private final Ipv4 ipv4;
    private final Filters filters;
    private final int defaultQueueLimit;
    /// What the user's octets begin with, where they do not lie in one piece of memory.
    private final MemorySegment beginning = MemorySegment.ofArray(new byte[Ipv4Header.LONGEST]);
    private final IcmpHeader icmp = new IcmpHeader();
    private final Ipv4Header header = new Ipv4Header();
    private @Nullable RawEndpoint free;
    private @Nullable RawEndpoint opened;
    private final ReadyList<RawEndpoint> events = new ReadyList<>() {
        @Override
        protected @Nullable RawEndpoint next(RawEndpoint e) {
            return e.nextEvent;
        }

        @Override
        protected void next(RawEndpoint e, @Nullable RawEndpoint next) {
            e.nextEvent = next;
        }
    };

    /// Makes the layer with `endpoints` endpoints, each queueing up to `queueLimit` octets.
    public Raw(Ipv4 ipv4, int endpoints, int queueLimit) {
        this.ipv4 = ipv4;
        this.filters = ipv4.filters();
        this.defaultQueueLimit = queueLimit;
        for (int i = 0; i < endpoints; i++) {
            final RawEndpoint e = new RawEndpoint(this, new ErrorQueue(ipv4.errorRecords()));
            e.next = free;
            free = e;
        }
    }

    // ---- endpoints ----

    /// Shows `visitor` all endpoints in use. For display.
    public void visitEndpoints(Consumer<RawEndpoint> visitor) {
        checkOwner();
        for (RawEndpoint e = opened; e != null; e = e.next) {
            visitor.accept(e);
        }
    }

    /// An endpoint for packets of `protocol`, 0 to 255; null if all are in use.
    public @Nullable RawEndpoint open(int protocol) {
        return open(protocol, false);
    }

    /// An endpoint for ICMP echo; null if all are in use.
    public @Nullable RawEndpoint openEcho() {
        return open(IpProtocol.ICMP, true);
    }

    private @Nullable RawEndpoint open(int protocol, boolean isEcho) {
        checkOwner();
        final RawEndpoint e = free;
        if (e == null) {
            return null;
        }
        free = e.next;
        e.next = opened;
        opened = e;
        e.protocol = protocol;
        e.isEcho = isEcho;
        e.identifier = 0;
        e.local = 0;
        e.remote = 0;
        e.timeToLive = Ipv4.DEFAULT_TTL;
        e.groupTimeToLive = 1;
        e.typeOfService = 0;
        e.headerIncluded = false;
        e.broadcast = false;
        e.icmpFilter = 0;
        e.pendingError = NO_ERROR;
        e.sendLimit = 0xFFFF;
        e.queueLimit = defaultQueueLimit;
        e.queuedOctets = 0;
        e.queuedPages = 0;
        e.isOpen = true;
        return e;
    }

    void close(RawEndpoint e) {
        checkOwner();
        if (!e.isOpen) {
            throw new IllegalStateException("a raw endpoint was closed twice");
        }
        tellClosed(e);
        e.isOpen = false;
        e.handler = null;
        e.attachment = null;
        e.queue.clear();
        e.errors.reset();
        unlink(e);
        e.next = free;
        free = e;
    }

    private void tellClosed(RawEndpoint e) {
        final boolean isNamed = e.local != 0 || e.identifier != 0;
        if (isNamed && filters.sees(FilterHook.DISSOCIATING)) {
            final FilterProtocol protocol = FilterProtocol.of(e.protocol);
            filters.tell(FilterHook.DISSOCIATING, protocol, name(e.local), e.identifier, name(e.remote), 0);
        }
    }

    private void unlink(RawEndpoint gone) {
        RawEndpoint before = null;
        for (RawEndpoint e = opened; e != gone && e != null; e = e.next) {
            before = e;
        }
        if (before == null) {
            opened = gone.next;
        } else {
            before.next = gone.next;
        }
    }

    RawResult bind(RawEndpoint e, int address, int id) {
        checkOwner();
        if (address != 0 && !ipv4.isLocal(address) || e.isEcho && e.identifier != 0) {
            return RawResult.NOT_AVAILABLE;
        }
        if (e.isEcho) {
            final int chosen = id != 0 ? id : freeIdentifier();
            if (chosen == 0 || find(chosen) != null) {
                return RawResult.NOT_AVAILABLE;
            }
            if (isRefused(FilterHook.BINDING, e, address, chosen, 0)) {
                return RawResult.FILTERED;
            }
            e.identifier = chosen;
        } else if (isRefused(FilterHook.BINDING, e, address, 0, 0)) {
            return RawResult.FILTERED;
        }
        e.local = address;
        return RawResult.DONE;
    }

    private boolean isRefused(FilterHook hook, RawEndpoint e, int local, int id, int remote) {
        return filters.sees(hook)
                && filters.refusalOf(hook, FilterProtocol.of(e.protocol), name(local), id, name(remote), 0) != null;
    }

    private static long name(int address) {
        return address == 0 ? 0 : IpAddress.mapped(address);
    }

    private int freeIdentifier() {
        final int first = (int) ipv4.resources().entropy().next() & IDENTIFIERS;
        for (int i = 0; i < IDENTIFIERS; i++) {
            final int id = 1 + (first + i) % IDENTIFIERS;
            if (find(id) == null) {
                return id;
            }
        }
        return 0;
    }

    private @Nullable RawEndpoint find(int identifier) {
        RawEndpoint e = opened;
        while (e != null && !(e.isEcho && e.identifier == identifier)) {
            e = e.next;
        }
        return e;
    }

    RawResult connect(RawEndpoint e, int address) {
        checkOwner();
        if (address != 0 && ipv4.routeTo(address) == null) {
            return RawResult.NO_ROUTE;
        }
        if (address != 0 && isRefused(FilterHook.CONNECTING, e, e.local, e.identifier, address)) {
            return RawResult.FILTERED;
        }
        e.remote = address;
        return RawResult.DONE;
    }

    void checkOwner() {
        ipv4.resources().owner().check();
    }

    // ---- in ----

    @Override
    public boolean isIdle() {
        return opened == null;
    }

    @Override
    public boolean process(Pbuf packet, Datagram datagram, int protocol) {
        boolean heard = false;
        for (RawEndpoint e = opened; e != null; e = e.next) {
            if (e.protocol == protocol && protocol != IpProtocol.RAW && hears(e, datagram)) {
                heard |= e.isEcho ? echo(e, packet, datagram) : deliver(e, packet, 0, datagram);
            }
        }
        return heard;
    }

    private static boolean hears(RawEndpoint e, Datagram datagram) {
        final boolean toIt = e.local == 0 || e.local == IpAddress.ipv4(datagram.destinationLow());
        return toIt && (e.remote == 0 || e.remote == IpAddress.ipv4(datagram.sourceLow()));
    }

    private boolean echo(RawEndpoint e, Pbuf packet, Datagram datagram) {
        final int from = datagram.headerLength();
        if (!IcmpHeader.fits(packet.length() - from)) {
            return false;
        }
        icmp.at(packet.segment(), packet.offset() + from);
        final boolean isReply = icmp.type() == IcmpHeader.ECHO_REPLY && icmp.identifier() == e.identifier;
        return isReply && isIntact(packet, from) && deliver(e, packet, from, datagram);
    }

    private static boolean isIntact(Pbuf packet, int from) {
        return packet.checksumState() != ChecksumState.UNKNOWN || PacketChecksum.sum(packet, from) == 0xFFFF;
    }

    /// Copies `packet` (borrowed) from `from` on.
    private boolean deliver(RawEndpoint e, Pbuf packet, int from, Datagram datagram) {
        if (isFiltered(e, packet, datagram.headerLength())) {
            return false;
        }
        final int length = packet.totalLength() - from;
        if (isFull(e, length)) {
            ipv4.drops().count(DropReason.RAW_QUEUE_FULL);
            return false;
        }
        final Pbuf copy = ipv4.pool().copyOf(packet, from, length);
        if (copy == null) {
            ipv4.drops().count(DropReason.NO_BUFFER);
            return false;
        }
        copy.queueKey(
                datagram.sourceLow() << Integer.SIZE | datagram.timeToLive() << Byte.SIZE | datagram.typeOfService());
        e.queue.add(copy);
        e.queuedOctets += length;
        e.queuedPages += copy.chainLength();
        events.add(e);
        return true;
    }

    /// True if `length` octets more are too much for `e`, or for the others who receive.
    private boolean isFull(RawEndpoint e, int length) {
        final PbufPool pool = ipv4.pool();
        final long size = (e.queuedPages + Math.ceilDiv(length, pool.pageSize())) * (long) pool.pageSize();
        final boolean full = !e.queue.isEmpty()
                && (e.queuedOctets + length > e.queueLimit || size > (long) e.queueLimit * TRUE_SIZE_FACTOR);
        return full || !pool.hasPagesForReceiving();
    }

    private boolean isFiltered(RawEndpoint e, Pbuf packet, int headerLength) {
        if (e.icmpFilter == 0 || e.protocol != IpProtocol.ICMP || !IcmpHeader.fits(packet.length() - headerLength)) {
            return false;
        }
        final int type =
                icmp.at(packet.segment(), packet.offset() + headerLength).type();
        return type < Integer.SIZE && (e.icmpFilter >>> type & 1) != 0;
    }

    @Override
    public void processError(IcmpError error, int protocol) {
        for (RawEndpoint e = opened; e != null; e = e.next) {
            if (e.protocol == protocol && maySend(e, error)) {
                keep(e, error);
            }
        }
    }

    /// True if `e` may have sent what `error` is about.
    private boolean maySend(RawEndpoint e, IcmpError error) {
        final boolean isFromIt = e.local == 0 || e.local == IpAddress.ipv4(error.localLow());
        final boolean isToPeer = e.remote == 0 || e.remote == IpAddress.ipv4(error.remoteLow());
        return isFromIt && isToPeer && (!e.isEcho || isOwnRequest(e, error));
    }

    private boolean isOwnRequest(RawEndpoint e, IcmpError error) {
        icmp.at(error.segment(), error.transportOffset());
        return icmp.type() == IcmpHeader.ECHO && icmp.identifier() == e.identifier;
    }

    private void keep(RawEndpoint e, IcmpError error) {
        if (e.errors.isWanted()) {
            e.errors.add(error, e.isEcho ? IcmpHeader.LENGTH : 0, 0);
            events.add(e);
        } else if (e.remote != 0) {
            e.pendingError = error.type() << Byte.SIZE | error.code();
            events.add(e);
        }
    }

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

    private static void tell(RawEndpoint e) {
        final RawHandler handler = e.handler;
        if (handler == null) {
            return;
        }
        if (e.pendingError != NO_ERROR && e.pendingError >>> Byte.SIZE == IcmpHeader.DESTINATION_UNREACHABLE) {
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

    boolean hasRoomFor(RawEndpoint e, int length, int destination) {
        final Route route = ipv4.routeTo(destination);
        final int headerLength = e.headerIncluded ? 0 : Ipv4Header.LENGTH;
        return ipv4.pool().hasRoomFor(Headroom.TRANSPORT, length)
                && (route == null || route.netif().hasRoomFor(headerLength, length));
    }

    RawResult send(RawEndpoint e, MemorySegment source, long offset, int length, int destination) {
        checkOwner();
        final Route route = routeTo(destination);
        final RawResult refusal = refusal(e, route, source, offset, length, destination);
        if (route == null || refusal != RawResult.DONE) {
            return refusal;
        }
        return dispatch(e, ipv4.pool().copyOf(Headroom.TRANSPORT, source, offset, length), route, destination);
    }

    RawResult send(RawEndpoint e, OctetSource source, int length, int destination) {
        checkOwner();
        final Route route = routeTo(destination);
        source.get(0, beginning, 0, Math.min(length, (int) beginning.byteSize()));
        final RawResult refusal = refusal(e, route, beginning, 0, length, destination);
        if (route == null || refusal != RawResult.DONE) {
            return refusal;
        }
        return dispatch(e, ipv4.pool().copyOf(Headroom.TRANSPORT, source, length), route, destination);
    }

    private @Nullable Route routeTo(int destination) {
        return destination == 0 ? null : ipv4.routeTo(destination);
    }

    /// Why `length` octets, which begin at `offset` of `source`, cannot be sent.
    private RawResult refusal(
            RawEndpoint e, @Nullable Route route, MemorySegment source, long offset, int length, int destination) {
        if (route == null) {
            ipv4.drops().count(DropReason.NO_ROUTE);
            return RawResult.NO_ROUTE;
        }
        if (ipv4.isBroadcast(destination) && !e.broadcast) {
            return RawResult.NOT_PERMITTED;
        }
        if (isMalformed(e, source, offset, length)) {
            return RawResult.MALFORMED;
        }
        final int headerLength = e.headerIncluded ? header.headerLength() : Ipv4Header.LENGTH;
        final int payload = e.headerIncluded ? length - headerLength : length;
        if (isTooLong(e, length, headerLength + payload, route.netif())) {
            return RawResult.TOO_LONG;
        }
        final RawResult bound = e.isEcho && e.identifier == 0 ? bind(e, e.local, 0) : RawResult.DONE;
        if (bound != RawResult.DONE) {
            return bound;
        }
        return route.netif().hasRoomFor(headerLength, payload) ? RawResult.DONE : RawResult.NO_BUFFER;
    }

    /// [#header] is on what the user sends if that begins with its header.
    private boolean isTooLong(RawEndpoint e, int length, int packetLength, Netif netif) {
        final boolean isWhole = e.headerIncluded && header.dontFragment();
        final int most = isWhole ? netif.mtu() : netif.longestPayload() + Ipv4Header.LENGTH;
        return length > e.sendLimit || packetLength > most;
    }

    private boolean isMalformed(RawEndpoint e, MemorySegment source, long offset, int length) {
        if (e.isEcho) {
            return !IcmpHeader.fits(length) || icmp.at(source, offset).type() != IcmpHeader.ECHO || icmp.code() != 0;
        }
        if (!e.headerIncluded) {
            return false;
        }
        return !Ipv4Header.fits(length)
                || header.at(source, offset).version() != 4
                || header.headerLength() < Ipv4Header.LENGTH
                || header.headerLength() > length;
    }

    /// Takes `packet`, or tells that there was no buffer for it.
    private RawResult dispatch(RawEndpoint e, @Nullable Pbuf packet, Route route, int destination) {
        if (packet == null) {
            return RawResult.NO_BUFFER;
        }
        packet.checksumState(ChecksumState.VERIFIED);
        final boolean passed = e.headerIncluded
                ? ipv4.dispatchWithHeader(packet, route, destination)
                : dispatchPayload(e, packet, route, destination);
        return passed ? RawResult.DONE : RawResult.FILTERED;
    }

    private boolean dispatchPayload(RawEndpoint e, Pbuf packet, Route route, int destination) {
        if (e.isEcho) {
            icmp.at(packet.segment(), packet.offset()).identifier(e.identifier).checksum(0);
            icmp.checksum(Checksum.complement(PacketChecksum.sum(packet, 0)));
        }
        packet.typeOfService(e.typeOfService);
        final int from = e.local == 0 ? route.source() : e.local;
        final int ttl = IpAddress.isMulticast(destination) ? e.groupTimeToLive : e.timeToLive;
        return ipv4.dispatchFragmentable(packet, route, from, destination, e.protocol, ttl);
    }
}
