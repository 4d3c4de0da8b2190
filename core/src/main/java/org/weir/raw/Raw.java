package org.weir.raw;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.base.ReadyList;
import org.weir.ip.Datagram;
import org.weir.ip.Ipv4;
import org.weir.ip.Netif;
import org.weir.ip.PacketChecksum;
import org.weir.ip.RawInput;
import org.weir.ip.Route;
import org.weir.link.DropReason;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
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
    private static final int IDENTIFIERS = 0xFFFF;
    /// As for UDP: pages may hold this many times the octets that a queue is meant for, since a page is rarely
    /// full.
    private static final int TRUE_SIZE_FACTOR = 4;

    private final Ipv4 ipv4;
    private final int defaultQueueLimit;
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
        this.defaultQueueLimit = queueLimit;
        for (int i = 0; i < endpoints; i++) {
            final RawEndpoint e = new RawEndpoint(this);
            e.next = free;
            free = e;
        }
    }

    // ---- endpoints ----

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
        e.typeOfService = 0;
        e.headerIncluded = false;
        e.broadcast = false;
        e.icmpFilter = 0;
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
        e.isOpen = false;
        e.handler = null;
        e.attachment = null;
        e.queue.clear();
        unlink(e);
        e.next = free;
        free = e;
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
            e.identifier = chosen;
        }
        e.local = address;
        return RawResult.DONE;
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
        e.remote = address;
        return RawResult.DONE;
    }

    private void checkOwner() {
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
            if (e.protocol == protocol && hears(e, datagram)) {
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

    /// True if [#deliver] has something to do.
    public boolean hasEvents() {
        return !events.isEmpty();
    }

    /// Tells handlers what has happened since the last call. Returns how many were told.
    public int deliver() {
        final int delivered = events.size();
        for (int i = delivered; i > 0; i--) {
            final RawEndpoint e = events.remove();
            if (e.handler != null && !e.queue.isEmpty()) {
                e.handler.readable(e);
            }
        }
        return delivered;
    }

    // ---- out ----

    boolean hasRoom(RawEndpoint e) {
        final Route route = ipv4.routeTo(e.remote);
        return ipv4.pool().pagesForSending() > 0
                && (route == null || route.netif().hasRoom());
    }

    RawResult send(RawEndpoint e, MemorySegment source, long offset, int length, int destination) {
        checkOwner();
        final Route route = ipv4.routeTo(destination);
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
        if (e.isEcho && e.identifier == 0 && bind(e, e.local, 0) != RawResult.DONE) {
            return RawResult.NOT_AVAILABLE;
        }
        final boolean hasRoom = route.netif().hasRoomFor(headerLength, payload);
        final Pbuf packet = hasRoom ? ipv4.pool().copyOf(Headroom.TRANSPORT, source, offset, length) : null;
        if (packet == null) {
            return RawResult.NO_BUFFER;
        }
        packet.checksumState(ChecksumState.VERIFIED);
        dispatch(e, packet, route, destination);
        return RawResult.DONE;
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

    /// Takes `packet`.
    private void dispatch(RawEndpoint e, Pbuf packet, Route route, int destination) {
        if (e.headerIncluded) {
            ipv4.dispatchWithHeader(packet, route, destination);
            return;
        }
        if (e.isEcho) {
            icmp.at(packet.segment(), packet.offset()).identifier(e.identifier).checksum(0);
            icmp.checksum(Checksum.complement(PacketChecksum.sum(packet, 0)));
        }
        packet.typeOfService(e.typeOfService);
        final int from = e.local == 0 ? route.source() : e.local;
        ipv4.dispatch(packet, route, from, destination, e.protocol, e.timeToLive);
    }
}
