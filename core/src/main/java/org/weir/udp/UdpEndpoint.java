package org.weir.udp;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.base.HashEntry;
import org.weir.memory.Headroom;
import org.weir.memory.OctetSource;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.wire.IpAddress;

/// One end of a UDP exchange: a local address and port, perhaps a fixed remote one, and a bounded queue of datagrams.
/// Belongs to the stack's owner; the reference is valid until [#close].
public final class UdpEndpoint extends HashEntry<UdpEndpoint> {
    private final Udp udp;
    final PacketQueue queue = new PacketQueue();
    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
    int localPort;
    int remotePort;
    int timeToLive;
    int queuedOctets;
    int queuedTrueSize;
    boolean isOpen;
    /// The local address was chosen by connecting, not by the user.
    boolean localChosen;
    int queueLimit;
    int pendingError;
    int segmentSize;

    @Nullable
    UdpHandler handler;

    @Nullable
    Object attachment;

    @Nullable
    UdpEndpoint nextFree;

    /// The next one whose user is to be told something.
    @Nullable
    UdpEndpoint nextEvent;

    UdpEndpoint(Udp udp) {
        this.udp = udp;
    }

    public int localPort() {
        return localPort;
    }

    public long localHigh() {
        return localHigh;
    }

    public long localLow() {
        return localLow;
    }

    /// 0 if the endpoint is not connected.
    public int remotePort() {
        return remotePort;
    }

    public long remoteHigh() {
        return remoteHigh;
    }

    public long remoteLow() {
        return remoteLow;
    }

    public boolean isConnected() {
        return remotePort != 0;
    }

    /// Who is told of events; null for nobody.
    public void handler(@Nullable UdpHandler events) {
        handler = events;
    }

    /// Whatever the user wants to find again in a handler.
    public void attachment(@Nullable Object any) {
        attachment = any;
    }

    public @Nullable Object attachment() {
        return attachment;
    }

    /// Binds to an address (0.0.0.0 for any) and a port (0 for a free one).
    ///
    /// @return a result of [Udp]: [Udp#OK], [Udp#IN_USE], [Udp#NOT_LOCAL] or [Udp#NO_PORT]
    public int bind(long high, long low, int port) {
        udp.checkOwner();
        return udp.bind(this, high, low, port);
    }

    /// Fixes the peer: only its datagrams are received, and [#send] goes to it. Binds first where that was not
    /// done.
    ///
    /// @return [Udp#OK], [Udp#NO_ROUTE] or [Udp#NO_PORT]
    public int connect(long high, long low, int port) {
        udp.checkOwner();
        return udp.connect(this, high, low, port);
    }

    /// Receives from anybody again. The port stays; an address that connecting has chosen does not. No effect if
    /// the endpoint is not connected.
    public void disconnect() {
        udp.checkOwner();
        udp.disconnect(this);
    }

    /// The oldest datagram, borrowed: its payload, with the sender in [#senderLow] and [#senderPort]. Null if there
    /// is none.
    public @Nullable Pbuf peek() {
        return queue.peek();
    }

    /// The sender's address (mapped IPv4, low long) of a datagram of this endpoint.
    public static long senderLow(Pbuf datagram) {
        return IpAddress.mapped((int) (datagram.queueKey() >>> 16));
    }

    /// The sender's port of a datagram of this endpoint.
    public static int senderPort(Pbuf datagram) {
        return (int) datagram.queueKey() & 0xFFFF;
    }

    /// Gives the oldest datagram to the caller; null if there is none.
    public @Nullable Pbuf poll() {
        final Pbuf datagram = queue.poll();
        if (datagram != null) {
            queuedOctets -= datagram.totalLength();
            queuedTrueSize -= Udp.trueSize(datagram);
        }
        return datagram;
    }

    /// Sends a copy of `length` octets to an address.
    ///
    /// @return [Udp#OK], [Udp#TOO_LONG], [Udp#NO_BUFFER], [Udp#NO_ROUTE] or [Udp#NO_PORT]
    public int sendTo(MemorySegment source, long offset, int length, long low, int port) {
        udp.checkOwner();
        if (udp.isTooLong(this, length, low)) {
            return Udp.TOO_LONG;
        }
        final Pbuf packet = udp.pool().copyOf(Headroom.TRANSPORT, source, offset, length);
        if (packet == null) {
            return Udp.NO_BUFFER;
        }
        return udp.dispatch(this, packet, low, port);
    }

    /// As above, a copy of what `source` has.
    public int sendTo(OctetSource source, int length, long low, int port) {
        udp.checkOwner();
        if (udp.isTooLong(this, length, low)) {
            return Udp.TOO_LONG;
        }
        final Pbuf packet = udp.pool().copyOf(Headroom.TRANSPORT, source, length);
        return packet == null ? Udp.NO_BUFFER : udp.dispatch(this, packet, low, port);
    }

    /// Sends `packet` (taken, whatever the result), which has [Headroom#TRANSPORT] in front, to an address.
    public int sendTo(Pbuf packet, long low, int port) {
        udp.checkOwner();
        return udp.dispatch(this, packet, low, port);
    }

    /// The ICMP error that was reported since the last call, as type shifted left by 8 and code, and clears it; -1
    /// if none.
    public int takeError() {
        final int error = pendingError;
        pendingError = Udp.NO_ERROR;
        return error;
    }

    /// Octets that may wait before more are dropped.
    public void queueLimit(int octets) {
        queueLimit = octets;
    }

    public int queueLimit() {
        return queueLimit;
    }

    /// Time to live of what is sent, 1 to 255.
    public void timeToLive(int ttl) {
        timeToLive = ttl;
    }

    public int timeToLive() {
        return timeToLive;
    }

    /// Octets of payload after which what one call sends is cut into another datagram, by the link if it can; 0 to
    /// send one datagram. Up to [Udp#MOST_DATAGRAMS] of them, and 65,507 octets, leave with one call.
    public void segmentSize(int octets) {
        segmentSize = octets;
    }

    public int segmentSize() {
        return segmentSize;
    }

    boolean isCut(int length) {
        return segmentSize > 0 && length > segmentSize;
    }

    int datagramsIn(int length) {
        return isCut(length) ? Math.ceilDiv(length, segmentSize) : 1;
    }

    /// Ends the endpoint: drops what waits. The reference must not be used any more.
    public void close() {
        udp.checkOwner();
        udp.close(this);
    }
}
