package org.weir.ip;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.Checksum;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;
import org.weir.wire.UdpHeader;

/// Cuts TCP and UDP packets for links that cut none themselves, at the last moment, so that all layers above work once
/// for many segments or datagrams; or for protection, which links cannot look through. Payload is shared, not copied;
/// each segment gets headers of its own.
///
/// ```text
///   [Ethernet|IP|TCP] -> payload of n segments    becomes n times    [Ethernet|IP|TCP] -> payload of one
/// ```
final class Segmentation {
    private final PbufPool pool;
    private final DropCounters drops;
    private final Headroom headroom;
    private final int networkOffset;
    private final Ipv4Header ip = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();

    // The headers of the packet that is cut; those of its next segment where they differ.
    private int transportOffset;
    private int typeOfService;
    private int fragment;
    private int timeToLive;
    private int protocol;
    private int source;
    private int destination;
    private long portsAndSequence;
    private long acknowledgmentAndControl;

    /// @param headroom what the segments need in front of them
    /// @param networkOffset octets in front of the IP header
    Segmentation(PbufPool pool, DropCounters drops, Headroom headroom, int networkOffset) {
        this.pool = pool;
        this.drops = drops;
        this.headroom = headroom;
        this.networkOffset = networkOffset;
    }

    /// Who takes the segments.
    interface Output {
        /// Takes `segment`.
        void send(Pbuf segment);
    }

    /// Takes `packet`, whose first buffer holds its headers and nothing else, and gives its segments to `output`.
    /// When buffers run out the rest is dropped and counted, as a network does.
    void cut(Pbuf packet, Output output) {
        final int headers = packet.length();
        final int size = packet.segmentSize();
        packet.segmentSize(0);
        readHeaders(packet);
        while (packet.totalLength() - headers > size) {
            final Pbuf segment = takeFirst(packet, headers, size);
            if (segment == null) {
                drops.drop(packet, DropReason.NO_BUFFER);
                return;
            }
            writeHeaders(segment, TcpHeader.FIN | TcpHeader.PSH);
            moveOn(size);
            output.send(segment);
        }
        writeHeaders(packet, 0);
        output.send(packet);
    }

    private void readHeaders(Pbuf packet) {
        transportOffset = (int) (packet.transportOffset() - packet.offset());
        ip.at(packet.segment(), packet.offset() + networkOffset);
        final long lengthAndFragment = ip.lengthAndFragment();
        typeOfService = Ipv4Header.typeOfService(lengthAndFragment);
        fragment = (int) lengthAndFragment;
        timeToLive = ip.timeToLive();
        protocol = ip.protocol();
        source = ip.source();
        destination = ip.destination();
        if (protocol == IpProtocol.TCP) {
            tcp.at(packet.segment(), packet.transportOffset());
            portsAndSequence = tcp.portsAndSequence();
            acknowledgmentAndControl = tcp.acknowledgmentAndControl();
        }
    }

    /// The first `size` octets of payload behind a copy of the headers; null if there was no buffer.
    private @Nullable Pbuf takeFirst(Pbuf packet, int headers, int size) {
        final Pbuf segment = pool.take(headroom, headers);
        if (segment == null) {
            return null;
        }
        MemorySegment.copy(packet.segment(), packet.offset(), segment.segment(), segment.offset(), headers);
        if (!pool.move(packet, segment, size)) {
            segment.release();
            return null;
        }
        return segment;
    }

    /// What differs between segments. `absent` are control bits of TCP that only the last one carries.
    private void writeHeaders(Pbuf segment, int absent) {
        final long at = segment.offset() + transportOffset;
        final int length = segment.totalLength() - transportOffset;
        ip.at(segment.segment(), segment.offset() + networkOffset)
                .write(
                        Ipv4Header.lengthWord(typeOfService, segment.totalLength() - networkOffset),
                        fragment,
                        Ipv4Header.protocolWord(timeToLive, protocol),
                        source,
                        destination);
        final int pseudoHeader = Checksum.pseudoHeader(source, destination, protocol, length);
        if (protocol == IpProtocol.TCP) {
            tcp.at(segment.segment(), at)
                    .portsAndSequence(portsAndSequence)
                    .acknowledgmentAndControl(TcpHeader.without(absent, acknowledgmentAndControl))
                    .checksum(pseudoHeader);
            segment.partialChecksum(at, TcpHeader.CHECKSUM);
        } else {
            udp.at(segment.segment(), at).length(length).checksum(pseudoHeader);
            segment.partialChecksum(at, UdpHeader.CHECKSUM);
        }
    }

    /// To the next segment, with an identification of its own. That the congestion window was reduced is said once
    /// (RFC 3168 section 6.1.2).
    private void moveOn(int size) {
        fragment += 1 << 16;
        if (protocol == IpProtocol.TCP) {
            portsAndSequence = TcpHeader.behind(size, portsAndSequence);
            acknowledgmentAndControl = TcpHeader.without(TcpHeader.CWR, acknowledgmentAndControl);
        }
    }
}
