package org.weir.raw;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.ip.ErrorQueue;
import org.weir.memory.OctetSource;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.wire.IpAddress;

/// Sees a copy of each received packet of one protocol, from its IP header on, and sends packets of it: raw(7). Or, as
/// an echo endpoint, sends ICMP echo requests under an identifier of its own and hears the replies to these, without
/// their IP header: icmp(7).
///
/// Belongs to the stack's owner; the reference is valid from [Raw#open] until [#close].
public final class RawEndpoint {
    private final Raw raw;
    final PacketQueue queue = new PacketQueue();
    final ErrorQueue errors;
    int pendingError;
    int protocol;
    boolean isEcho;
    /// Of an echo endpoint, once it has one.
    int identifier;

    int local;
    int remote;
    int timeToLive;
    int groupTimeToLive;
    int typeOfService;
    boolean headerIncluded;
    boolean broadcast;
    /// Bit n: ICMP type n, 0 to 31, is not heard.
    int icmpFilter;

    int sendLimit;
    int queueLimit;
    int queuedOctets;
    int queuedPages;
    boolean isOpen;

    @Nullable
    RawHandler handler;

    @Nullable
    Object attachment;

    /// The next open one, or the next free one.
    @Nullable
    RawEndpoint next;

    @Nullable
    RawEndpoint nextEvent;

    RawEndpoint(Raw raw, ErrorQueue errors) {
        this.raw = raw;
        this.errors = errors;
    }

    // ---- names ----

    /// Hears only what is sent to `address`, and sends from it; 0.0.0.0 for any. On an echo endpoint `id` is the
    /// identifier, 0 for a free one, and elsewhere counts for nothing.
    public RawResult bind(int address, int id) {
        return raw.bind(this, address, id);
    }

    /// Hears only what comes from `address`, and sends there by default; 0.0.0.0 for any.
    public RawResult connect(int address) {
        return raw.connect(this, address);
    }

    public int localAddress() {
        return local;
    }

    public int remoteAddress() {
        return remote;
    }

    /// Of the echo requests; 0 as long as there is none.
    public int identifier() {
        return identifier;
    }

    public int protocol() {
        return protocol;
    }

    public boolean isEcho() {
        return isEcho;
    }

    // ---- data ----

    /// Sends a copy of `length` octets at `offset` of `source` to `destination`, behind an IP header unless they
    /// begin with one ([#headerIncluded]): its length and checksum are then set, its source and identification if
    /// they are 0. What the link does not carry in one packet leaves in fragments, unless such a header forbids
    /// that. An echo request gets the endpoint's identifier and a checksum.
    public RawResult sendTo(MemorySegment source, long offset, int length, int destination) {
        return raw.send(this, source, offset, length, destination);
    }

    /// As above, a copy of what `source` has.
    public RawResult sendTo(OctetSource source, int length, int destination) {
        return raw.send(this, source, length, destination);
    }

    /// False if `length` octets to `destination` would be refused with [RawResult#NO_BUFFER] now.
    public boolean hasRoomFor(int length, int destination) {
        return raw.hasRoomFor(this, length, destination);
    }

    /// The oldest packet, borrowed, from its IP header on, or on an echo endpoint from its ICMP header on; null if
    /// there is none.
    public @Nullable Pbuf peek() {
        return queue.peek();
    }

    /// Octets that wait to be read.
    public int queuedOctets() {
        return queuedOctets;
    }

    /// Drops the oldest packet.
    public void drop() {
        raw.checkOwner();
        final Pbuf packet = queue.poll();
        if (packet != null) {
            queuedOctets -= packet.totalLength();
            queuedPages -= packet.chainLength();
            packet.release();
        }
    }

    /// The source address of a packet of an endpoint.
    public static int sourceOf(Pbuf packet) {
        return (int) (packet.queueKey() >>> Integer.SIZE);
    }

    /// The time to live of a packet of an endpoint.
    public static int timeToLiveOf(Pbuf packet) {
        return (int) packet.queueKey() >>> Byte.SIZE & 0xFF;
    }

    /// The type of service of a packet of an endpoint.
    public static int typeOfServiceOf(Pbuf packet) {
        return (int) packet.queueKey() & 0xFF;
    }

    // ---- errors ----

    /// The errors that were reported about its packets, wherever these went, if it wants them
    /// ([ErrorQueue#wanted]). [#takeError] then knows of none.
    public ErrorQueue errors() {
        return errors;
    }

    /// The ICMP error that was reported about a packet to the connected address since the last call, as type
    /// shifted left by 8 and code, and clears it; -1 if none.
    public int takeError() {
        final int error = pendingError;
        pendingError = Raw.NO_ERROR;
        return error;
    }

    // ---- settings ----

    /// Who is told of packets; null for nobody.
    public void handler(@Nullable RawHandler events) {
        handler = events;
    }

    /// Whatever the user wants to find again in a handler.
    public void attachment(@Nullable Object any) {
        attachment = any;
    }

    public @Nullable Object attachment() {
        return attachment;
    }

    /// Of what is sent to one host or to all hosts of a network, 1 to 255.
    public void timeToLive(int ttl) {
        timeToLive = ttl;
    }

    /// Of what is sent to groups, 1 to 255; at first 1 (RFC 1112 section 6.1).
    public void groupTimeToLive(int ttl) {
        groupTimeToLive = ttl;
    }

    public int groupTimeToLive() {
        return groupTimeToLive;
    }

    public int timeToLive() {
        return timeToLive;
    }

    /// 0 to 255.
    public void typeOfService(int tos) {
        typeOfService = tos;
    }

    public int typeOfService() {
        return typeOfService;
    }

    /// What is sent begins with its IP header: `IP_HDRINCL`.
    public void headerIncluded(boolean yes) {
        headerIncluded = yes;
    }

    public boolean headerIncluded() {
        return headerIncluded;
    }

    /// May send to all hosts of a network.
    public void broadcast(boolean permitted) {
        broadcast = permitted;
    }

    public boolean broadcast() {
        return broadcast;
    }

    /// Which ICMP types, one bit for each of 0 to 31, are not heard: `ICMP_FILTER`.
    public void icmpFilter(int types) {
        icmpFilter = types;
    }

    public int icmpFilter() {
        return icmpFilter;
    }

    /// Octets that one call sends at most.
    public void sendLimit(int octets) {
        sendLimit = octets;
    }

    public int sendLimit() {
        return sendLimit;
    }

    /// Octets that may wait before more are dropped.
    public void queueLimit(int octets) {
        queueLimit = octets;
    }

    public int queueLimit() {
        return queueLimit;
    }

    /// Gives the endpoint back, with what waits in it.
    public void close() {
        raw.close(this);
    }

    @Override
    public String toString() {
        return (isEcho ? "echo " + identifier : "protocol " + protocol) + " " + IpAddress.ofIpv4(local) + " - "
                + IpAddress.ofIpv4(remote);
    }
}
