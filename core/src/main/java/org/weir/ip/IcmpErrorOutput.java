package org.weir.ip;

import java.lang.foreign.MemorySegment;
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

/// Tells senders what became of their packets, RFC 792: where RFC 1122 section 3.2.2 and RFC 1812 section 4.3.2.7 do
/// not forbid it, and not too often.
final class IcmpErrorOutput {
    private static final int ERRORS_PER_SECOND = 100;
    private static final int ERROR_BURST = 50;
    /// RFC 1812 section 4.3.2.3: an error is at most 576 octets long.
    private static final int MAXIMUM_QUOTE = 576 - Ipv4Header.LENGTH - IcmpHeader.LENGTH;
    /// RFC 1812 section 4.3.2.5: precedence "internetwork control".
    private static final int PRECEDENCE = 0xC0;

    private static final int FIRST_MULTICAST_NET = 224;

    private final Ipv4 ipv4;
    private final DropCounters drops;
    private final IcmpHeader icmp = new IcmpHeader();
    private final Ipv4Header header = new Ipv4Header();
    private final MemorySegment typeOctet = MemorySegment.ofArray(new byte[1]);
    private final RateLimiter limit = new RateLimiter(ERRORS_PER_SECOND, ERROR_BURST);
    private long sent;

    IcmpErrorOutput(Ipv4 ipv4) {
        this.ipv4 = ipv4;
        this.drops = ipv4.drops();
    }

    long sent() {
        return sent;
    }

    /// Sends an error about `packet` (borrowed, from its IP header) to its source, from the address that the way
    /// there names.
    ///
    /// @param restOfHeader the word behind the checksum
    /// @return false if none was sent
    boolean report(Pbuf packet, int type, int code, int restOfHeader) {
        header.at(packet.segment(), packet.offset());
        final Route route = ipv4.routes().find(header.source());
        return route != null && report(packet, route, route.source(), type, code, restOfHeader);
    }

    /// As above, from `from`: the address that the packet was sent to, if that is ours.
    boolean reportFrom(int from, Pbuf packet, int type, int code) {
        header.at(packet.segment(), packet.offset());
        final Route route = ipv4.routes().find(header.source());
        return route != null && report(packet, route, from, type, code, 0);
    }

    private boolean report(Pbuf packet, Route route, int from, int type, int code, int restOfHeader) {
        if (!mayBeReported(packet)) {
            return false;
        }
        if (!limit.permits(ipv4.clock().nowNs())) {
            drops.count(DropReason.ICMP_RATE_LIMITED);
            return false;
        }
        final int to = header.source();
        final int quote = Math.min(packet.totalLength(), MAXIMUM_QUOTE);
        final Pbuf message = ipv4.pool().take(Headroom.NETWORK, IcmpHeader.LENGTH + quote);
        if (message == null) {
            drops.count(DropReason.NO_BUFFER);
            return false;
        }
        packet.copyTo(0, message.segment(), message.offset() + IcmpHeader.LENGTH, quote);
        icmp.at(message.segment(), message.offset())
                .type(type)
                .code(code)
                .checksum(0)
                .restOfHeader(restOfHeader);
        icmp.checksum(Checksum.complement(PacketChecksum.sum(message, 0)));
        message.checksumState(ChecksumState.VERIFIED);
        message.typeOfService(PRECEDENCE);
        if (!ipv4.dispatch(message, route, from, to, IpProtocol.ICMP, Ipv4.DEFAULT_TTL)) {
            return false;
        }
        sent++;
        return true;
    }

    /// Not about an error, nor a later fragment, nor what went to many, nor to a source that is no single host.
    private boolean mayBeReported(Pbuf packet) {
        final int net = header.source() >>> 24;
        return net != 0
                && net < FIRST_MULTICAST_NET
                && !ipv4.isBroadcast(header.source())
                && !IpAddress.isMulticast(header.destination())
                && !ipv4.isBroadcast(header.destination())
                && !header.isLaterFragment()
                && !isError(packet);
    }

    /// RFC 1812 section 4.3.2.7: what is no request or reply, as far as anybody knows.
    private boolean isError(Pbuf packet) {
        final int at = header.headerLength();
        if (header.protocol() != IpProtocol.ICMP) {
            return false;
        }
        return packet.copyTo(at, typeOctet, 0, 1) == 0
                || IcmpHeader.isError(icmp.at(typeOctet, 0).type());
    }
}
