package org.weir.testkit;

import org.weir.ip.PacketChecksum;
import org.weir.memory.Pbuf;
import org.weir.wire.Checksum;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// ICMP errors about segments of the stack under test.
final class IcmpQuote {
    private static final int QUOTED_TRANSPORT = 8;

    private IcmpQuote() {}

    /// "Destination unreachable" about a TCP segment from the stack's `stackPort` with number `sequence`.
    static Pbuf unreachable(FramePeer wire, int code, int stackPort, int peerPort, int sequence) {
        final Pbuf p = wire.buffer(IcmpHeader.LENGTH + Ipv4Header.LENGTH + TcpHeader.LENGTH);
        final long inner = p.offset() + IcmpHeader.LENGTH;
        new Ipv4Header()
                .at(p.segment(), inner)
                .begin(Ipv4Header.LENGTH)
                .typeOfService(0)
                .totalLength(Ipv4Header.LENGTH + TcpHeader.LENGTH)
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(1)
                .protocol(IpProtocol.TCP)
                .source(FramePeer.STACK_ADDRESS)
                .destination(FramePeer.PEER_ADDRESS)
                .sealChecksum();
        new TcpHeader()
                .at(p.segment(), inner + Ipv4Header.LENGTH)
                .sourcePort(stackPort)
                .destinationPort(peerPort)
                .sequenceNumber(sequence);
        p.trimTo(IcmpHeader.LENGTH + Ipv4Header.LENGTH + QUOTED_TRANSPORT);
        return seal(p, code);
    }

    /// The same with the next hop's MTU, RFC 1191 section 4.
    static Pbuf withMtu(Pbuf p, int mtu) {
        final IcmpHeader icmp =
                new IcmpHeader().at(p.segment(), p.offset()).checksum(0).restOfHeader(mtu & 0xFFFF);
        icmp.checksum(Checksum.complement(PacketChecksum.sum(p, 0)));
        return p;
    }

    /// Makes an echo request of `p`.
    static Pbuf echo(Pbuf p) {
        final IcmpHeader icmp = new IcmpHeader()
                .at(p.segment(), p.offset())
                .type(IcmpHeader.ECHO)
                .code(0)
                .checksum(0);
        icmp.checksum(Checksum.complement(PacketChecksum.sum(p, 0)));
        return p;
    }

    /// Writes the ICMP header of "destination unreachable" in front of what `p` quotes.
    static Pbuf seal(Pbuf p, int code) {
        final IcmpHeader icmp = new IcmpHeader()
                .at(p.segment(), p.offset())
                .type(IcmpHeader.DESTINATION_UNREACHABLE)
                .code(code)
                .checksum(0)
                .restOfHeader(0);
        icmp.checksum(Checksum.complement(PacketChecksum.sum(p, 0)));
        return p;
    }
}
