package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.PacketChecksum;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.Checksum;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.UdpHeader;

/// UDP at packet level: RFC 768, RFC 1122 section 4.1.
class UdpTest {
    private static final int PORT = 9;
    private static final int BROADCAST = 0xC000_02FF;

    private final FramePeer wire = new FramePeer();
    private final Sockets sockets = wire.stack().sockets();
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[70_000]);
    private int socket;

    @BeforeEach
    void aSocketOnPort9() {
        socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.bind(socket, new SocketAddress(IpAddress.ANY, PORT)));
    }

    @AfterEach
    void nothingLeaks() {
        sockets.close(socket);
        wire.after(seconds(1_000));
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    private Pbuf datagram(int octets, int port) {
        final Pbuf p = wire.buffer(UdpHeader.LENGTH + octets);
        p.segment().asSlice(p.offset(), p.length()).fill((byte) 5);
        final UdpHeader udp = new UdpHeader().at(p.segment(), p.offset());
        udp.sourcePort(1_234)
                .destinationPort(port)
                .length(UdpHeader.LENGTH + octets)
                .checksum(0);
        final int pseudo =
                Checksum.pseudoHeader(FramePeer.PEER_ADDRESS, FramePeer.STACK_ADDRESS, IpProtocol.UDP, p.totalLength());
        udp.checksum(Checksum.complement(Checksum.append(pseudo, PacketChecksum.sum(p, 0), false)));
        return p;
    }

    private UdpHeader headerOf(Pbuf p) {
        return new UdpHeader().at(p.segment(), p.offset());
    }

    private int receive() {
        return sockets.receive(socket, buffer, 0, 70_000, 0);
    }

    private long drops(DropReason reason) {
        return wire.stack().drops().of(reason);
    }

    @Test
    void aDatagramArrives() {
        wire.sendIpv4(datagram(100, PORT), IpProtocol.UDP);
        assertEquals(100, receive());
    }

    @Test
    void aDatagramTellsWhatItsIpHeaderSaid() {
        final Pbuf sent = datagram(1, PORT);
        sent.typeOfService(0xFC);
        wire.sendIpv4(sent, IpProtocol.UDP);
        final UdpEndpoint endpoint = sockets.endpoint(socket);
        assertNotNull(endpoint);
        final Pbuf heard = endpoint.peek();
        assertNotNull(heard);
        assertEquals(64, UdpEndpoint.timeToLiveOf(heard));
        assertEquals(0xFC, UdpEndpoint.typeOfServiceOf(heard));
        assertEquals(1_234, UdpEndpoint.senderPort(heard));
        assertEquals(IpAddress.mapped(FramePeer.PEER_ADDRESS), UdpEndpoint.senderLow(heard));
    }

    @Test
    void anEmptyDatagramArrivesToo() {
        wire.sendIpv4(datagram(0, PORT), IpProtocol.UDP);
        assertEquals(Sockets.POLLIN | Sockets.POLLOUT, sockets.ready(socket));
        assertEquals(0, receive());
        assertEquals(-Errno.EAGAIN, receive());
    }

    @Test
    void aChecksumOfZeroMeansThatThereIsNone() {
        final Pbuf p = datagram(100, PORT);
        headerOf(p).checksum(0);
        wire.sendIpv4(p, IpProtocol.UDP);
        assertEquals(100, receive());
    }

    @Test
    void aWrongChecksumIsCounted() {
        final Pbuf p = datagram(100, PORT);
        headerOf(p).checksum(headerOf(p).checksum() ^ 1);
        wire.sendIpv4(p, IpProtocol.UDP);
        assertEquals(-Errno.EAGAIN, receive());
        assertEquals(1, drops(DropReason.UDP_BAD_CHECKSUM));
    }

    @Test
    void impossibleLengthsAreCounted() {
        final Pbuf longer = datagram(100, PORT);
        headerOf(longer).length(200);
        wire.sendIpv4(longer, IpProtocol.UDP);
        final Pbuf shorter = datagram(100, PORT);
        headerOf(shorter).length(7);
        wire.sendIpv4(shorter, IpProtocol.UDP);
        wire.sendIpv4(wire.buffer(7), IpProtocol.UDP);
        assertEquals(3, drops(DropReason.UDP_MALFORMED));
    }

    @Test
    void aDatagramForNobodyIsAnsweredAsPortUnreachable() {
        wire.sendIpv4(datagram(100, 10), IpProtocol.UDP);
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame);
        final MemorySegment memory = MemorySegment.ofArray(frame);
        final int at = EthernetHeader.LENGTH + Ipv4Header.LENGTH;
        final IcmpHeader icmp = new IcmpHeader().at(memory, at);
        assertEquals(IcmpHeader.DESTINATION_UNREACHABLE, icmp.type());
        assertEquals(IcmpHeader.PORT_UNREACHABLE, icmp.code());
        final UdpHeader quoted = new UdpHeader().at(memory, at + IcmpHeader.LENGTH + (long) Ipv4Header.LENGTH);
        assertEquals(10, quoted.destinationPort());
        assertEquals(1, drops(DropReason.UDP_NO_ENDPOINT));
    }

    @Test
    void aBroadcastIsDeliveredAndNeverAnsweredWithAnError() {
        final Pbuf heard = datagram(10, PORT);
        headerOf(heard).checksum(0);
        wire.sendIpv4(heard, IpProtocol.UDP, FramePeer.PEER_ADDRESS, BROADCAST);
        assertEquals(10, receive());
        final Pbuf unheard = datagram(10, 10);
        headerOf(unheard).checksum(0);
        wire.sendIpv4(unheard, IpProtocol.UDP, FramePeer.PEER_ADDRESS, BROADCAST);
        assertNull(wire.frames().poll());
    }

    @Test
    void aSourceThatFailsLeaksNothing() {
        final SocketAddress peer = new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 7);
        assertThrows(
                ArithmeticException.class,
                () -> sockets.sendTo(
                        socket,
                        (from, target, offset, length) -> {
                            throw new ArithmeticException("of the source");
                        },
                        1_000,
                        peer));
        wire.stack().pool().assertNoLeaks();
    }

    @Test
    void aFullQueueDropsAndCounts() {
        assertEquals(0, sockets.setOption(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVBUF, 10_000));
        for (int i = 0; i < 12; i++) {
            wire.sendIpv4(datagram(1_000, PORT), IpProtocol.UDP);
        }
        assertEquals(2, drops(DropReason.UDP_QUEUE_FULL));
        for (int i = 0; i < 10; i++) {
            assertEquals(1_000, receive());
        }
        assertEquals(-Errno.EAGAIN, receive());
    }

    @Test
    void anErrorAboutAPacketOfAnotherHostIsIgnored() {
        final int near = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        sockets.connect(near, new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 7));
        final SocketAddress own = new SocketAddress();
        sockets.localAddress(near, own);
        wire.sendIpv4(portUnreachable(0xC000_0277, own.port()), IpProtocol.ICMP);
        assertEquals(-Errno.EAGAIN, sockets.receive(near, buffer, 0, 1, 0));
        wire.sendIpv4(portUnreachable(FramePeer.STACK_ADDRESS, own.port()), IpProtocol.ICMP);
        assertEquals(-Errno.ECONNREFUSED, sockets.receive(near, buffer, 0, 1, 0));
        sockets.close(near);
    }

    /// "Port unreachable" about a datagram from `source` and `port` to the peer's port 7.
    private Pbuf portUnreachable(int source, int port) {
        final Pbuf p = wire.buffer(IcmpHeader.LENGTH + Ipv4Header.LENGTH + UdpHeader.LENGTH);
        final long inner = p.offset() + IcmpHeader.LENGTH;
        new Ipv4Header()
                .at(p.segment(), inner)
                .begin(Ipv4Header.LENGTH)
                .typeOfService(0)
                .totalLength(Ipv4Header.LENGTH + UdpHeader.LENGTH)
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(1)
                .protocol(IpProtocol.UDP)
                .source(source)
                .destination(FramePeer.PEER_ADDRESS)
                .sealChecksum();
        new UdpHeader()
                .at(p.segment(), inner + Ipv4Header.LENGTH)
                .sourcePort(port)
                .destinationPort(7)
                .length(UdpHeader.LENGTH)
                .checksum(0);
        return IcmpQuote.seal(p, IcmpHeader.PORT_UNREACHABLE);
    }
}
