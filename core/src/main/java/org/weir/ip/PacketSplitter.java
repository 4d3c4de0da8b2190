package org.weir.ip;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.Checksum;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;
import org.weir.wire.UdpHeader;

/// Gives the headers of a received packet a buffer of their own, in front of the rest, which stays where it is: for
/// links that need more room in front than the packet came with, and for [Segmentation].
final class PacketSplitter {
    private final PbufPool pool;
    private final Ipv4Header ip = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();

    PacketSplitter(PbufPool pool) {
        this.pool = pool;
    }

    /// Octets of the headers of `packet` (borrowed, from its IP header), as far as they are in its first buffer.
    int headers(Pbuf packet, int headerLength) {
        ip.at(packet.segment(), packet.offset());
        final int rest = packet.length() - headerLength;
        if (ip.protocol() == IpProtocol.TCP && !ip.isLaterFragment() && rest >= TcpHeader.LENGTH) {
            final int octets =
                    tcp.at(packet.segment(), packet.offset() + headerLength).headerLength();
            return headerLength + Math.clamp(octets, TcpHeader.LENGTH, rest);
        }
        return headerLength + Math.min(rest, UdpHeader.LENGTH);
    }

    /// True if `packet` (borrowed, from its IP header) is a whole TCP or UDP packet whose headers are in its first
    /// buffer.
    boolean isCuttable(Pbuf packet, int headerLength) {
        ip.at(packet.segment(), packet.offset());
        final int rest = packet.length() - headerLength;
        return switch (ip.protocol()) {
            case IpProtocol.TCP ->
                !ip.isFragment()
                        && rest >= TcpHeader.LENGTH
                        && headers(packet, headerLength) == headerLength + tcp.headerLength()
                        && isOwnChecksum(packet, TcpHeader.CHECKSUM);
            case IpProtocol.UDP ->
                !ip.isFragment() && rest >= UdpHeader.LENGTH && isOwnChecksum(packet, UdpHeader.CHECKSUM);
            default -> false;
        };
    }

    private static boolean isOwnChecksum(Pbuf packet, int offset) {
        return packet.checksumState() != ChecksumState.PARTIAL || packet.checksumOffset() == offset;
    }

    /// Makes the checksum of a packet of many segments (borrowed) [ChecksumState#PARTIAL], if the link has verified
    /// it instead: each segment gets one of its own.
    void declareSegments(Pbuf packet, int headerLength) {
        if (packet.checksumState() == ChecksumState.PARTIAL) {
            return;
        }
        ip.at(packet.segment(), packet.offset());
        final long at = packet.offset() + headerLength;
        final int sum = Checksum.pseudoHeader(
                ip.source(), ip.destination(), ip.protocol(), packet.totalLength() - headerLength);
        if (ip.protocol() == IpProtocol.TCP) {
            tcp.at(packet.segment(), at).checksum(sum);
            packet.partialChecksum(at, TcpHeader.CHECKSUM);
        } else {
            udp.at(packet.segment(), at).checksum(sum);
            packet.partialChecksum(at, UdpHeader.CHECKSUM);
        }
    }

    /// `packet` (taken) behind a buffer with its headers and room for those of a link; null, and `packet` is not
    /// taken, if no buffer was free.
    @Nullable
    Pbuf split(Pbuf packet, int headerLength) {
        final int octets = headers(packet, headerLength);
        final Pbuf first = pool.take(Headroom.LINK, octets);
        if (first == null) {
            return null;
        }
        MemorySegment.copy(packet.segment(), packet.offset(), first.segment(), first.offset(), octets);
        first.checksumState(packet.checksumState());
        if (packet.checksumState() == ChecksumState.PARTIAL) {
            final long transport = first.offset() + packet.transportOffset() - packet.offset();
            first.partialChecksum(transport, packet.checksumOffset());
        }
        first.segmentSize(packet.segmentSize());
        packet.strip(octets);
        if (packet.totalLength() == 0) {
            packet.release();
        } else {
            first.chain(packet.length() == 0 ? packet.trimFront(0) : packet);
        }
        return first;
    }
}
