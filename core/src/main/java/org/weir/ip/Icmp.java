package org.weir.ip;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.wire.Checksum;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// ICMP, RFC 792 and RFC 1122 section 3.2.2: answers echo requests, reports errors and passes reported ones to the
/// transport.
public final class Icmp {
    private static final int TRANSPORT_QUOTE = 8;

    private static final ValueLayout.OfInt PORTS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Ipv4 ipv4;
    private final DropCounters drops;
    private final IcmpErrorOutput errors;
    private final IcmpHeader header = new IcmpHeader();
    private final Ipv4Header quoted = new Ipv4Header();
    private final IcmpError error = new IcmpError();
    /// Of a packet of ours, which may lie in several buffers: the longest header and what is quoted behind it.
    private final MemorySegment beginning = MemorySegment.ofArray(new byte[Ipv4Header.LONGEST + TRANSPORT_QUOTE]);
    private long echoesAnswered;
    private long errorsReceived;

    Icmp(Ipv4 ipv4, IcmpErrorOutput errors) {
        this.ipv4 = ipv4;
        this.errors = errors;
        this.drops = ipv4.drops();
    }

    public long echoesAnswered() {
        return echoesAnswered;
    }

    public long errorsSent() {
        return errors.sent();
    }

    public long errorsReceived() {
        return errorsReceived;
    }

    // ---- in ----

    /// Takes a received message.
    ///
    /// @param shown somebody has seen it beside this layer
    void process(Pbuf message, Datagram datagram, boolean shown) {
        if (!IcmpHeader.fits(message.length())) {
            drops.drop(message, DropReason.ICMP_MALFORMED);
            return;
        }
        if (message.checksumState() == ChecksumState.UNKNOWN && PacketChecksum.sum(message, 0) != 0xFFFF) {
            drops.drop(message, DropReason.ICMP_BAD_CHECKSUM);
            return;
        }
        header.at(message.segment(), message.offset());
        switch (header.type()) {
            case IcmpHeader.ECHO -> answerEcho(message, datagram);
            case IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.TIME_EXCEEDED, IcmpHeader.PARAMETER_PROBLEM ->
                passError(message, datagram);
            default -> ignore(message, shown);
        }
    }

    private void ignore(Pbuf message, boolean shown) {
        if (shown) {
            message.release();
        } else {
            drops.drop(message, DropReason.ICMP_IGNORED);
        }
    }

    /// Turns the request round, RFC 1122 section 3.2.2.6; one sent to a group is not answered.
    private void answerEcho(Pbuf message, Datagram datagram) {
        final Route route = ipv4.routes().find(IpAddress.ipv4(datagram.sourceLow()));
        if (datagram.isToGroup() || route == null) {
            drops.drop(message, DropReason.ICMP_IGNORED);
            return;
        }
        final Pbuf reply = withRoomForHeaders(message, route.netif());
        if (reply == null) {
            drops.count(DropReason.NO_BUFFER);
            return;
        }
        header.at(reply.segment(), reply.offset())
                .type(IcmpHeader.ECHO_REPLY)
                .code(0)
                .checksum(0);
        header.checksum(Checksum.complement(PacketChecksum.sum(reply, 0)));
        reply.checksumState(ChecksumState.VERIFIED);
        final int to = IpAddress.ipv4(datagram.sourceLow());
        final int from = IpAddress.ipv4(datagram.destinationLow());
        if (ipv4.dispatchFragmentable(reply, route, from, to, IpProtocol.ICMP, Ipv4.DEFAULT_TTL)) {
            echoesAnswered++;
        }
    }

    /// The buffer of the request serves the answer, unless it came with a shorter link header than it leaves with:
    /// then the ICMP header gets a buffer of its own.
    private @Nullable Pbuf withRoomForHeaders(Pbuf message, Netif netif) {
        if (message.headroom() >= Ipv4Header.LENGTH + netif.linkHeader()) {
            return message;
        }
        final Pbuf reply = ipv4.pool().take(Headroom.NETWORK, IcmpHeader.LENGTH);
        if (reply == null) {
            message.release();
            return null;
        }
        message.copyTo(0, reply.segment(), reply.offset(), IcmpHeader.LENGTH);
        message.strip(IcmpHeader.LENGTH);
        reply.chain(message);
        return reply;
    }

    private void passError(Pbuf message, Datagram datagram) {
        final long inner = message.offset() + IcmpHeader.LENGTH;
        final int length = message.length() - IcmpHeader.LENGTH;
        if (!isQuoteWhole(message.segment(), inner, length)) {
            drops.drop(message, DropReason.ICMP_MALFORMED);
            return;
        }
        if (!datagram.wasProtected() && isAboutProtected(message.segment(), inner, datagram.netif())) {
            drops.drop(message, DropReason.POLICY_UNPROTECTED);
            return;
        }
        errorsReceived++;
        error.what(header.type(), header.code(), header.nextHopMtu());
        error.by(datagram.sourceLow());
        pass(message.segment(), inner, length);
        message.release();
    }

    /// True if the packet that is quoted never left this host as it is quoted: whoever quotes it so has made it up.
    private boolean isAboutProtected(MemorySegment segment, long at, Netif netif) {
        if (ipv4.protectionOn(netif) == null) {
            return false;
        }
        final long transport = at + quoted.at(segment, at).headerLength();
        final int ports = segment.get(PORTS, transport);
        return ipv4.overhead(
                        netif, quoted.source(), quoted.destination(), quoted.protocol(), ports >>> 16, ports & 0xFFFF)
                > 0;
    }

    /// True if the packet quoted in an error is one of ours, with enough of its transport header.
    private boolean isQuoteWhole(MemorySegment segment, long at, int length) {
        if (!Ipv4Header.fits(length)) {
            return false;
        }
        quoted.at(segment, at);
        return quoted.version() == 4
                && quoted.headerLength() >= Ipv4Header.LENGTH
                && quoted.headerLength() + TRANSPORT_QUOTE <= length
                && !quoted.isLaterFragment()
                && ipv4.isLocal(quoted.source());
    }

    private void pass(MemorySegment segment, long at, int length) {
        quoted.at(segment, at);
        final int protocol = quoted.protocol();
        final int headerLength = quoted.headerLength();
        final int octets = Math.min(length, Math.max(quoted.totalLength(), headerLength + TRANSPORT_QUOTE));
        error.about(IpAddress.mapped(quoted.source()), IpAddress.mapped(quoted.destination()));
        error.quote(segment, at + headerLength, octets - headerLength);
        final Transport transport = ipv4.transportFor(protocol);
        if (transport != null) {
            transport.processError(error);
        }
        ipv4.showError(error, protocol);
    }

    /// Tells the sender of `packet` (borrowed, from its IP header) that our own ARP got no answer.
    void reportHostUnreachable(Pbuf packet) {
        final int length = packet.copyTo(0, beginning, 0, (int) beginning.byteSize());
        if (isQuoteWhole(beginning, 0, length)) {
            error.what(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.HOST_UNREACHABLE, 0);
            error.by(0);
            pass(beginning, 0, length);
        }
    }

    // ---- out ----

    /// Takes `segment`, which nobody listens for, and says so to its sender.
    public void portUnreachable(Pbuf segment, Datagram datagram) {
        sendUnreachable(segment, datagram, IcmpHeader.PORT_UNREACHABLE);
    }

    /// Takes `segment`, which a filter has refused, and says so to its sender: RFC 1812 section 5.2.7.1.
    public void prohibited(Pbuf segment, Datagram datagram) {
        sendUnreachable(segment, datagram, IcmpHeader.ADMINISTRATIVELY_PROHIBITED);
    }

    void protocolUnreachable(Pbuf segment, Datagram datagram) {
        sendUnreachable(segment, datagram, IcmpHeader.PROTOCOL_UNREACHABLE);
    }

    private void sendUnreachable(Pbuf segment, Datagram datagram, int code) {
        sendError(segment, datagram, IcmpHeader.DESTINATION_UNREACHABLE, code);
    }

    /// Takes the first fragment of a datagram that was not whole in time, and says so to its sender.
    void reassemblyTimedOut(Pbuf fragment, Datagram datagram) {
        sendError(fragment, datagram, IcmpHeader.TIME_EXCEEDED, IcmpHeader.REASSEMBLY_TIME_EXCEEDED);
    }

    /// What was protected is not quoted for everybody to read.
    private void sendError(Pbuf segment, Datagram datagram, int type, int code) {
        final int from = IpAddress.ipv4(datagram.destinationLow());
        final int to = IpAddress.ipv4(datagram.sourceLow());
        if (!datagram.wasProtected() || ipv4.overhead(datagram.netif(), from, to, IpProtocol.ICMP, 0, 0) > 0) {
            segment.prepend(datagram.headerLength());
            errors.reportFrom(from, segment, type, code);
        }
        segment.release();
    }
}
