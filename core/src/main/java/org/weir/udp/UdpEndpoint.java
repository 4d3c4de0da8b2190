package org.weir.udp;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.base.HashEntry;
import org.weir.ip.ErrorQueue;
import org.weir.ip.MembershipList;
import org.weir.ip.MembershipResult;
import org.weir.ip.Netif;
import org.weir.memory.Headroom;
import org.weir.memory.OctetSource;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.wire.IpAddress;

/// One end of a UDP exchange: a local address and port, perhaps a fixed remote one, and a bounded queue of datagrams.
/// Belongs to the stack's owner; the reference is valid until [#close].
public final class UdpEndpoint extends HashEntry<UdpEndpoint> {
    private final Udp udp;
    /// Its place among all endpoints.
    final int index;

    final MembershipList memberships = new MembershipList();
    final ErrorQueue errors;
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
    int sendLimit;
    int typeOfService;
    boolean reuseAddress;
    boolean reusePort;
    boolean broadcast;
    int groupTimeToLive;
    boolean groupLoop;

    /// Where groups are reached; null if the routes say.
    @Nullable
    Netif groupNetif;

    /// The only interface that it hears and sends by; null for all.
    @Nullable
    Netif netif;

    @Nullable
    UdpHandler handler;

    @Nullable
    Object attachment;

    @Nullable
    UdpEndpoint nextFree;

    /// The next one whose user is to be told something.
    @Nullable
    UdpEndpoint nextEvent;

    UdpEndpoint(Udp udp, int index, ErrorQueue errors) {
        this.udp = udp;
        this.errors = errors;
        this.index = index;
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

    /// Octets that wait to be read.
    public int queuedOctets() {
        return queuedOctets;
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

    /// Binds to an address (0.0.0.0 for any) and a port (0 for a free one). Bound to a group or a broadcast
    /// address, it receives what is sent to that alone.
    ///
    /// @return a result of [Udp]: [Udp#OK], [Udp#IN_USE], [Udp#NOT_LOCAL], [Udp#NO_PORT] or [Udp#FILTERED]
    public int bind(long high, long low, int port) {
        udp.checkOwner();
        return udp.bind(this, high, low, port);
    }

    /// Fixes the peer: only its datagrams are received, and [#send] goes to it. Binds first where that was not
    /// done.
    ///
    /// @return [Udp#OK], [Udp#NO_ROUTE], [Udp#NO_PORT], [Udp#NOT_PERMITTED] or [Udp#FILTERED]
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

    /// The time to live with which a datagram of this endpoint arrived.
    public static int timeToLiveOf(Pbuf datagram) {
        return (int) (datagram.queueKey() >>> 56);
    }

    /// The type of service with which a datagram of this endpoint arrived.
    public static int typeOfServiceOf(Pbuf datagram) {
        return (int) (datagram.queueKey() >>> 48) & 0xFF;
    }

    /// Gives the oldest datagram to the caller; null if there is none.
    public @Nullable Pbuf poll() {
        udp.checkOwner();
        final Pbuf datagram = queue.poll();
        if (datagram != null) {
            queuedOctets -= datagram.totalLength();
            queuedTrueSize -= Udp.trueSize(datagram);
        }
        return datagram;
    }

    /// Sends a copy of `length` octets to an address.
    ///
    /// @return [Udp#OK], [Udp#TOO_LONG], [Udp#NO_BUFFER], [Udp#NO_ROUTE], [Udp#NO_PORT], [Udp#NOT_PERMITTED]
    /// or [Udp#FILTERED]
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

    /// False if `length` octets to an address would be refused with [Udp#NO_BUFFER] now.
    public boolean hasRoomFor(int length, long low) {
        return udp.hasRoomFor(this, length, low);
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

    /// The errors that were reported about its datagrams, wherever these went, if it wants them
    /// ([ErrorQueue#wanted]). [#takeError] then knows of none.
    public ErrorQueue errors() {
        return errors;
    }

    /// Octets that may wait before more are dropped.
    public void queueLimit(int octets) {
        queueLimit = octets;
    }

    public int queueLimit() {
        return queueLimit;
    }

    /// Time to live of what is sent to one host or to all hosts of a network, 1 to 255.
    public void timeToLive(int ttl) {
        timeToLive = ttl;
    }

    public int timeToLive() {
        return timeToLive;
    }

    /// Octets that one call sends at most. Nothing is queued here, so it holds for each call by itself.
    public void sendLimit(int octets) {
        sendLimit = octets;
    }

    public int sendLimit() {
        return sendLimit;
    }

    /// DSCP and ECN of what is sent, 0 to 255; a packet that has its own keeps it.
    public void typeOfService(int tos) {
        typeOfService = tos;
    }

    public int typeOfService() {
        return typeOfService;
    }

    /// Whether to share the port with others that have this set. A datagram to one host goes to the one that was
    /// bound last, one to a group or to all hosts to each.
    public void reuseAddress(boolean yes) {
        reuseAddress = yes;
    }

    public boolean reuseAddress() {
        return reuseAddress;
    }

    /// As above, but datagrams to one host are spread over the endpoints by their senders.
    public void reusePort(boolean yes) {
        reusePort = yes;
    }

    public boolean reusePort() {
        return reusePort;
    }

    /// Whether to send to all hosts of a network.
    public void broadcast(boolean permitted) {
        broadcast = permitted;
    }

    public boolean broadcast() {
        return broadcast;
    }

    /// Hears `one` alone and sends by no other interface, whatever the routes say: `SO_BINDTODEVICE`. Others may
    /// then have the port on other interfaces. Without an address on it, datagrams to all hosts leave from 0.0.0.0,
    /// as RFC 1122 section 3.2.1.3 permits to a host that is about to learn its address. Null for all interfaces.
    ///
    /// @throws IllegalStateException if the endpoint is bound
    public void netif(@Nullable Netif one) {
        udp.checkOwner();
        if (localPort != 0) {
            throw new IllegalStateException("the endpoint is bound to port " + localPort + " already");
        }
        netif = one;
    }

    public @Nullable Netif netif() {
        return netif;
    }

    // ---- groups ----

    /// Hears every source of `group` on `netif`. The membership ends with [#leave] or [#close].
    public MembershipResult join(Netif netif, int group) {
        udp.checkOwner();
        return udp.multicast().join(memberships, netif, group);
    }

    /// Hears nothing of `group` on `netif` any more.
    public MembershipResult leave(Netif netif, int group) {
        udp.checkOwner();
        return udp.multicast().leave(memberships, netif, group);
    }

    /// Hears `source` and others so named, but no other source of `group`.
    public MembershipResult joinSource(Netif netif, int group, int source) {
        udp.checkOwner();
        return udp.multicast().joinSource(memberships, netif, group, source);
    }

    /// Ends [#joinSource]; the last source of a group ends the membership.
    public MembershipResult leaveSource(Netif netif, int group, int source) {
        udp.checkOwner();
        return udp.multicast().leaveSource(memberships, netif, group, source);
    }

    /// Hears `source` no more in a group that it has joined.
    public MembershipResult block(Netif netif, int group, int source) {
        udp.checkOwner();
        return udp.multicast().block(memberships, netif, group, source);
    }

    /// Ends [#block].
    public MembershipResult unblock(Netif netif, int group, int source) {
        udp.checkOwner();
        return udp.multicast().unblock(memberships, netif, group, source);
    }

    /// By which interface to send to groups; null to let the routes say.
    public void groupNetif(@Nullable Netif netif) {
        groupNetif = netif;
    }

    public @Nullable Netif groupNetif() {
        return groupNetif;
    }

    /// Time to live of what is sent to groups, 0 (this host alone) to 255.
    public void groupTimeToLive(int ttl) {
        groupTimeToLive = ttl;
    }

    public int groupTimeToLive() {
        return groupTimeToLive;
    }

    /// Whether this host hears what it sends to groups that it has joined.
    public void groupLoop(boolean yes) {
        groupLoop = yes;
    }

    public boolean groupLoop() {
        return groupLoop;
    }

    // ---- many datagrams in one call ----

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

    /// Ends the endpoint: leaves its groups and drops what waits. The reference must not be used any more.
    public void close() {
        udp.checkOwner();
        udp.close(this);
    }
}
