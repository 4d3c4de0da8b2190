package org.weir.packet;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.ip.Netif;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.wire.EthernetHeader;

/// Sees a copy of each frame of one EtherType or of all, on one interface or on all, and sends frames: packet(7). On a
/// link without Ethernet headers a frame is an IP packet.
///
/// Belongs to the stack's owner; the reference is valid from [Packets#open] until [#close].
public final class PacketEndpoint {
    private static final int KINDS = 8;
    private static final int STRIPPED = 1 << 3;
    private static final int TYPE_SHIFT = 8;
    private static final int INTERFACE_SHIFT = 32;
    private static final FrameKind[] KIND = FrameKind.values();

    private final Packets packets;
    private final EthernetHeader header = new EthernetHeader();
    final PacketQueue queue = new PacketQueue();

    @Nullable
    Netif netif;

    int etherType;
    boolean headerIncluded;
    boolean outgoing;
    boolean promiscuous;
    int queueLimit;
    int queuedOctets;
    int queuedPages;
    long dropped;
    boolean isOpen;

    @Nullable
    PacketHandler handler;

    @Nullable
    Object attachment;

    /// The next open one, or the next free one.
    @Nullable
    PacketEndpoint next;

    @Nullable
    PacketEndpoint nextEvent;

    PacketEndpoint(Packets packets) {
        this.packets = packets;
    }

    // ---- data ----

    /// Sends a copy of `length` octets at `offset` of `source`, which begin with an Ethernet header, or with an IP
    /// header where the link has no other.
    public PacketResult send(MemorySegment source, long offset, int length) {
        return packets.send(this, source, offset, length);
    }

    /// Sends a copy of `length` octets at `offset` of `source` behind an Ethernet header to `destination`. A link
    /// without stations carries IP packets alone, and has no use for a destination.
    ///
    /// @param type the EtherType, 0x0600 to 0xFFFF
    public PacketResult sendTo(MemorySegment source, long offset, int length, long destination, int type) {
        return packets.sendTo(this, source, offset, length, destination, type);
    }

    /// The oldest frame, borrowed; null if there is none.
    public @Nullable Pbuf peek() {
        return queue.peek();
    }

    /// Frames that it did not get, since too many waited or no buffer was free.
    public long dropped() {
        return dropped;
    }

    /// Octets that wait to be read.
    public int queuedOctets() {
        return queuedOctets;
    }

    /// Drops the oldest frame.
    public void drop() {
        packets.checkOwner();
        final Pbuf frame = queue.poll();
        if (frame != null) {
            queuedOctets -= frame.totalLength();
            queuedPages -= frame.chainLength();
            frame.release();
        }
    }

    static long key(FrameKind kind, int type, int interfaceIndex, boolean stripped) {
        return (long) interfaceIndex << INTERFACE_SHIFT
                | (long) type << TYPE_SHIFT
                | (stripped ? STRIPPED : 0)
                | kind.ordinal();
    }

    /// Whom a frame of an endpoint was for.
    public static FrameKind kindOf(Pbuf frame) {
        return KIND[(int) frame.queueKey() & KINDS - 1];
    }

    /// The EtherType of a frame of an endpoint.
    public static int etherTypeOf(Pbuf frame) {
        return (int) (frame.queueKey() >>> TYPE_SHIFT) & 0xFFFF;
    }

    /// The [Netif#index] of the interface that a frame of an endpoint came or left by.
    public static int interfaceOf(Pbuf frame) {
        return (int) (frame.queueKey() >>> INTERFACE_SHIFT);
    }

    /// The hardware address that a frame of this endpoint came from, which came with an Ethernet header.
    public long senderOf(Pbuf frame) {
        final boolean isStripped = (frame.queueKey() & STRIPPED) != 0;
        final long at = frame.offset() - (isStripped ? EthernetHeader.LENGTH : 0);
        return header.at(frame.segment(), at).source();
    }

    // ---- settings ----

    /// Which interface it sees, and sends by; null for all.
    public void netif(@Nullable Netif one) {
        netif = one;
    }

    public @Nullable Netif netif() {
        return netif;
    }

    /// Which EtherType it sees; 0 for all.
    public int etherType() {
        return etherType;
    }

    /// Frames wait with their Ethernet headers, as with `SOCK_RAW`, which they do at first; if not, as with
    /// `SOCK_DGRAM`, what is behind them does.
    public void headerIncluded(boolean yes) {
        headerIncluded = yes;
    }

    public boolean headerIncluded() {
        return headerIncluded;
    }

    /// Sees what this host sends too, but for what it sends itself; at first it does not.
    public void outgoing(boolean yes) {
        outgoing = yes;
    }

    public boolean outgoing() {
        return outgoing;
    }

    /// Sees frames for other stations too, as far as the link hands them up; at first it does not.
    public void promiscuous(boolean yes) {
        promiscuous = yes;
    }

    public boolean promiscuous() {
        return promiscuous;
    }

    /// Octets that may wait before more are dropped.
    public void queueLimit(int octets) {
        queueLimit = octets;
    }

    public int queueLimit() {
        return queueLimit;
    }

    /// Who is told of frames; null for nobody.
    public void handler(@Nullable PacketHandler events) {
        handler = events;
    }

    /// Whatever the user wants to find again in a handler.
    public void attachment(@Nullable Object any) {
        attachment = any;
    }

    public @Nullable Object attachment() {
        return attachment;
    }

    /// Gives the endpoint back, with what waits in it.
    public void close() {
        packets.close(this);
    }

    @Override
    public String toString() {
        return "packets " + (etherType == 0 ? "of all types" : "0x%04x".formatted(etherType)) + " on "
                + (netif == null ? "all interfaces" : netif.name());
    }
}
