package org.weir.packet;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weir.base.ReadyList;
import org.weir.ip.FrameWatcher;
import org.weir.ip.Ipv4;
import org.weir.ip.Netif;
import org.weir.ip.PacketChecksum;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;

/// Packet endpoints: shows them frames, beside the protocols and before the filter, and sends for them.
///
/// Every frame is compared with every open endpoint: they are for a few diagnostic programs. While none is open it
/// costs one look at a field.
public final class Packets implements FrameWatcher {
    /// As for UDP: pages may hold this many times the octets that a queue is meant for, since a page is rarely
    /// full.
    private static final int TRUE_SIZE_FACTOR = 4;

    private static final int LARGEST_TYPE = 0xFFFF;

    private final Ipv4 ipv4;
    private final int defaultQueueLimit;
    private final EthernetHeader header = new EthernetHeader();
    private final Ipv4Header ip = new Ipv4Header();
    private @Nullable PacketEndpoint free;
    private @Nullable PacketEndpoint opened;
    /// Whose frame is about to leave.
    private @Nullable PacketEndpoint sender;

    private final ReadyList<PacketEndpoint> events = new ReadyList<>() {
        @Override
        protected @Nullable PacketEndpoint next(PacketEndpoint e) {
            return e.nextEvent;
        }

        @Override
        protected void next(PacketEndpoint e, @Nullable PacketEndpoint next) {
            e.nextEvent = next;
        }
    };

    /// Makes the layer with `endpoints` endpoints, each queueing up to `queueLimit` octets.
    public Packets(Ipv4 ipv4, int endpoints, int queueLimit) {
        this.ipv4 = ipv4;
        this.defaultQueueLimit = queueLimit;
        for (int i = 0; i < endpoints; i++) {
            final PacketEndpoint e = new PacketEndpoint(this);
            e.next = free;
            free = e;
        }
    }

    // ---- endpoints ----

    /// Shows `visitor` all endpoints in use. For display.
    public void visitEndpoints(Consumer<PacketEndpoint> visitor) {
        checkOwner();
        for (PacketEndpoint e = opened; e != null; e = e.next) {
            visitor.accept(e);
        }
    }

    /// An endpoint for frames of `etherType`, 0 for all, on `netif`, null for all; null if all are in use.
    public @Nullable PacketEndpoint open(int etherType, @Nullable Netif netif) {
        checkOwner();
        if (etherType < 0 || etherType > LARGEST_TYPE) {
            throw new IllegalArgumentException("EtherType of " + etherType + " is not in 0 to " + LARGEST_TYPE);
        }
        final PacketEndpoint e = free;
        if (e == null) {
            return null;
        }
        free = e.next;
        e.next = opened;
        opened = e;
        e.etherType = etherType;
        e.netif = netif;
        e.headerIncluded = true;
        e.outgoing = false;
        e.promiscuous = false;
        e.queueLimit = defaultQueueLimit;
        e.queuedOctets = 0;
        e.queuedPages = 0;
        e.dropped = 0;
        e.isOpen = true;
        ipv4.watch(this);
        return e;
    }

    void close(PacketEndpoint e) {
        checkOwner();
        if (!e.isOpen) {
            throw new IllegalStateException("a packet endpoint was closed twice");
        }
        e.isOpen = false;
        e.netif = null;
        e.handler = null;
        e.attachment = null;
        e.queue.clear();
        unlink(e);
        e.next = free;
        free = e;
        if (opened == null) {
            ipv4.watch(null);
        }
    }

    private void unlink(PacketEndpoint gone) {
        PacketEndpoint before = null;
        for (PacketEndpoint e = opened; e != gone && e != null; e = e.next) {
            before = e;
        }
        if (before == null) {
            opened = gone.next;
        } else {
            before.next = gone.next;
        }
    }

    void checkOwner() {
        ipv4.resources().owner().check();
    }

    // ---- frames that come by ----

    @Override
    public boolean received(Pbuf frame, Netif netif) {
        boolean taken = false;
        final int type = typeOf(frame, netif);
        final FrameKind kind = kindOf(frame, netif);
        for (PacketEndpoint e = opened; e != null; e = e.next) {
            if (sees(e, netif, type) && (kind != FrameKind.OTHER_HOST || e.promiscuous)) {
                taken |= deliver(e, frame, netif, type, kind);
            }
        }
        return taken;
    }

    @Override
    public void sent(Pbuf frame, Netif netif) {
        final int type = typeOf(frame, netif);
        for (PacketEndpoint e = opened; e != null; e = e.next) {
            if (e.outgoing && e != sender && sees(e, netif, type)) {
                deliver(e, frame, netif, type, FrameKind.OUTGOING);
            }
        }
    }

    private static boolean sees(PacketEndpoint e, Netif netif, int type) {
        return (e.netif == null || e.netif == netif) && (e.etherType == 0 || e.etherType == type);
    }

    private static boolean isEthernet(Netif netif) {
        return netif.capabilities().framing() == Framing.ETHERNET;
    }

    private int typeOf(Pbuf frame, Netif netif) {
        return isEthernet(netif) ? header.at(frame.segment(), frame.offset()).type() : EtherType.IPV4;
    }

    private FrameKind kindOf(Pbuf frame, Netif netif) {
        if (!isEthernet(netif)) {
            return FrameKind.HOST;
        }
        final long destination = header.at(frame.segment(), frame.offset()).destination();
        if (destination == netif.hardwareAddress()) {
            return FrameKind.HOST;
        }
        if (destination == MacAddress.BROADCAST) {
            return FrameKind.BROADCAST;
        }
        return MacAddress.isGroup(destination) ? FrameKind.MULTICAST : FrameKind.OTHER_HOST;
    }

    /// Copies `frame` (borrowed).
    private boolean deliver(PacketEndpoint e, Pbuf frame, Netif netif, int type, FrameKind kind) {
        final int length = frame.totalLength();
        if (isFull(e, length)) {
            e.dropped++;
            ipv4.drops().count(DropReason.PACKET_QUEUE_FULL);
            return false;
        }
        final Pbuf copy = ipv4.pool().copyOf(frame, 0, length);
        if (copy == null) {
            e.dropped++;
            ipv4.drops().count(DropReason.NO_BUFFER);
            return false;
        }
        completeChecksum(copy, frame);
        final boolean isStripped = !e.headerIncluded && isEthernet(netif);
        if (isStripped) {
            copy.strip(EthernetHeader.LENGTH);
        }
        copy.queueKey(PacketEndpoint.key(kind, type, netif.index(), isStripped));
        e.queue.add(copy);
        e.queuedOctets += copy.totalLength();
        e.queuedPages += copy.chainLength();
        events.add(e);
        return true;
    }

    /// What a link completes, it completes in the frame: the copy would lack it. One of many segments has no
    /// checksum of its own.
    private static void completeChecksum(Pbuf copy, Pbuf frame) {
        if (frame.checksumState() == ChecksumState.PARTIAL && frame.segmentSize() == 0) {
            final long transport = frame.transportOffset() - frame.offset();
            if (transport >= 0 && transport + frame.checksumOffset() + Short.BYTES <= copy.length()) {
                copy.partialChecksum(copy.offset() + transport, frame.checksumOffset());
                PacketChecksum.complete(copy);
            }
        }
    }

    /// True if `length` octets more are too much for `e`, or for the others who receive.
    private boolean isFull(PacketEndpoint e, int length) {
        final PbufPool pool = ipv4.pool();
        final long size = (e.queuedPages + Math.ceilDiv(length, pool.pageSize())) * (long) pool.pageSize();
        final boolean full = !e.queue.isEmpty()
                && (e.queuedOctets + length > e.queueLimit || size > (long) e.queueLimit * TRUE_SIZE_FACTOR);
        return full || !pool.hasPagesForReceiving();
    }

    /// True if [#deliver] has something to do.
    public boolean hasEvents() {
        return !events.isEmpty();
    }

    /// Tells handlers what has happened since the last call. Returns how many were told.
    public int deliver() {
        final int delivered = events.size();
        for (int i = delivered; i > 0; i--) {
            final PacketEndpoint e = events.remove();
            if (e.handler != null && !e.queue.isEmpty()) {
                e.handler.readable(e);
            }
        }
        return delivered;
    }

    // ---- frames of endpoints ----

    PacketResult send(PacketEndpoint e, MemorySegment source, long offset, int length) {
        checkOwner();
        final Netif netif = e.netif;
        if (netif == null || !netif.isUp()) {
            return PacketResult.NO_LINK;
        }
        final boolean isWhole = isEthernet(netif) ? EthernetHeader.fits(length) : isPacket(source, offset, length);
        if (!isWhole) {
            return PacketResult.MALFORMED;
        }
        if (length > longestFrame(netif)) {
            return PacketResult.TOO_LONG;
        }
        final Pbuf frame = copyOf(netif, source, offset, length);
        return frame == null ? PacketResult.NO_BUFFER : transmit(e, frame, netif);
    }

    PacketResult sendTo(PacketEndpoint e, MemorySegment source, long offset, int length, long destination, int type) {
        checkOwner();
        final Netif netif = e.netif;
        if (netif == null || !netif.isUp()) {
            return PacketResult.NO_LINK;
        }
        if (!isEthernet(netif)) {
            return type == EtherType.IPV4 ? send(e, source, offset, length) : PacketResult.MALFORMED;
        }
        if (type < EtherType.LOWEST || type > LARGEST_TYPE) {
            return PacketResult.MALFORMED;
        }
        if (length > netif.mtu()) {
            return PacketResult.TOO_LONG;
        }
        final Pbuf frame = copyOf(netif, source, offset, length);
        if (frame == null) {
            return PacketResult.NO_BUFFER;
        }
        final long at = frame.prepend(EthernetHeader.LENGTH);
        header.at(frame.segment(), at).write(destination, netif.hardwareAddress(), type);
        return transmit(e, frame, netif);
    }

    private boolean isPacket(MemorySegment source, long offset, int length) {
        if (!Ipv4Header.fits(length) || ip.at(source, offset).version() != 4) {
            return false;
        }
        return ip.headerLength() >= Ipv4Header.LENGTH && ip.headerLength() <= length && ip.totalLength() == length;
    }

    private static int longestFrame(Netif netif) {
        return netif.mtu() + (isEthernet(netif) ? EthernetHeader.LENGTH : 0);
    }

    /// Null if no buffer is free, or the link takes no more.
    private @Nullable Pbuf copyOf(Netif netif, MemorySegment source, long offset, int length) {
        return netif.hasRoom() ? ipv4.pool().copyOf(Headroom.LINK, source, offset, length) : null;
    }

    /// Takes `frame`.
    private PacketResult transmit(PacketEndpoint e, Pbuf frame, Netif netif) {
        frame.checksumState(ChecksumState.VERIFIED);
        sender = e;
        final boolean permitted = ipv4.transmit(frame, netif);
        sender = null;
        return permitted ? PacketResult.DONE : PacketResult.FILTERED;
    }
}
