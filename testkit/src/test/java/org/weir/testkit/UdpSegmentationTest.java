package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.LinkCapabilities;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.StackConfig;
import org.weir.wire.Checksum;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.UdpHeader;

/// Many datagrams by one call, and by one packet: the socket option UDP_SEGMENT, and links that cut and join datagrams.
class UdpSegmentationTest {
    private static final SocketAddress PEER = new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 7);
    private static final LinkCapabilities CUTTING =
            new LinkCapabilities(Framing.ETHERNET, FramePeer.STACK_MAC, 1_500, true, 65_000, true, 100);
    private static final LinkCapabilities PLAIN = LinkCapabilities.plainEthernet(FramePeer.STACK_MAC, 1_500);
    private static final int UDP_AT = EthernetHeader.LENGTH + Ipv4Header.LENGTH;
    private static final int PAYLOAD_AT = UDP_AT + UdpHeader.LENGTH;

    private final MemorySegment buffer = MemorySegment.ofArray(new byte[70_000]);
    private FramePeer wire = new FramePeer(StackConfig.small(), PLAIN, 1, 1_000_000_000L);

    @AfterEach
    void nothingLeaks() {
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    private void overALinkThatCuts() {
        wire.close();
        wire = new FramePeer(StackConfig.small(), CUTTING, 1, 1_000_000_000L);
    }

    private Sockets sockets() {
        return wire.stack().sockets();
    }

    private int socket(int segmentSize) {
        final int socket = sockets().socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets().bind(socket, new SocketAddress(IpAddress.ANY, 9)));
        assertEquals(0, sockets().setOption(socket, SocketOptions.IPPROTO_UDP, SocketOptions.UDP_SEGMENT, segmentSize));
        return socket;
    }

    /// Sends octets 0, 1, 2... and returns what left, frame by frame.
    private List<MemorySegment> send(int socket, int length) {
        for (int i = 0; i < length; i++) {
            buffer.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        assertEquals(length, sockets().sendTo(socket, buffer, 0, length, PEER));
        wire.after(TcpScenario.millis(5));
        final List<MemorySegment> sent = new ArrayList<>();
        wire.frames().forEach(frame -> sent.add(MemorySegment.ofArray(frame)));
        return sent;
    }

    private static UdpHeader udp(MemorySegment frame) {
        return new UdpHeader().at(frame, UDP_AT);
    }

    private static void assertPayload(MemorySegment frame, int firstOctet) {
        for (long i = PAYLOAD_AT; i < frame.byteSize(); i++) {
            assertEquals((byte) (firstOctet + i - PAYLOAD_AT), frame.get(ValueLayout.JAVA_BYTE, i), "octet " + i);
        }
    }

    private static void assertChecksumIsRight(MemorySegment frame) {
        final int length = (int) frame.byteSize() - UDP_AT;
        final int pseudo =
                Checksum.pseudoHeader(FramePeer.STACK_ADDRESS, FramePeer.PEER_ADDRESS, IpProtocol.UDP, length);
        assertNotEquals(0, udp(frame).checksum());
        assertEquals(0xFFFF, Checksum.fold(pseudo + Checksum.sum(frame, UDP_AT, length)));
    }

    // ---- out ----

    @Test
    void oneCallSendsManyDatagramsThatAreWholeInThemselves() {
        final List<MemorySegment> sent = send(socket(1_000), 2_500);
        assertEquals(3, sent.size());
        for (int i = 0; i < 3; i++) {
            final int length = UdpHeader.LENGTH + (i < 2 ? 1_000 : 500);
            assertEquals(length, udp(sent.get(i)).length());
            assertEquals(UDP_AT + length, sent.get(i).byteSize());
            assertEquals(7, udp(sent.get(i)).destinationPort());
            assertEquals(9, udp(sent.get(i)).sourcePort());
            assertPayload(sent.get(i), i * 1_000);
            assertChecksumIsRight(sent.get(i));
        }
        final Ipv4Header ip = new Ipv4Header();
        final int first = ip.at(sent.get(0), EthernetHeader.LENGTH).identification();
        assertEquals(first + 1, ip.at(sent.get(1), EthernetHeader.LENGTH).identification());
    }

    @Test
    void whatFitsOneDatagramIsSentAsOne() {
        final List<MemorySegment> sent = send(socket(1_000), 1_000);
        assertEquals(1, sent.size());
        assertChecksumIsRight(sent.getFirst());
    }

    @Test
    void aLinkThatCutsDatagramsGetsThemInOnePacket() {
        overALinkThatCuts();
        final List<MemorySegment> sent = send(socket(1_000), 2_500);
        assertEquals(1, sent.size());
        assertEquals(UdpHeader.LENGTH + 2_500, udp(sent.getFirst()).length());
        assertPayload(sent.getFirst(), 0);
    }

    @Test
    void whatCannotBeCutIsRefused() {
        final int tooLong = socket(1_473);
        assertEquals(-Errno.EMSGSIZE, sockets().sendTo(tooLong, buffer, 0, 2_500, PEER));
        sockets().close(tooLong);
        final int tooMany = socket(100);
        assertEquals(-Errno.EMSGSIZE, sockets().sendTo(tooMany, buffer, 0, 6_401, PEER));
        assertEquals(64, send(tooMany, 6_400).size());
        sockets().close(tooMany);
        final int moreThanIpCanTell = socket(1_400);
        assertEquals(
                0, sockets().setOption(moreThanIpCanTell, SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF, 70_000));
        assertEquals(-Errno.EMSGSIZE, sockets().sendTo(moreThanIpCanTell, buffer, 0, 65_508, PEER));
    }

    @Test
    void theOptionHasARangeAndIsForDatagrams() {
        final int socket = socket(1_000);
        assertEquals(1_000, sockets().option(socket, SocketOptions.IPPROTO_UDP, SocketOptions.UDP_SEGMENT));
        assertEquals(-Errno.EINVAL, set(socket, -1));
        assertEquals(-Errno.EINVAL, set(socket, 0x1_0000));
        assertEquals(0, set(socket, 0));
        sockets().close(socket);
        final int stream = sockets().socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(-Errno.ENOPROTOOPT, set(stream, 1_000));
        sockets().close(stream);
        final int next = sockets().socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets().option(next, SocketOptions.IPPROTO_UDP, SocketOptions.UDP_SEGMENT));
    }

    private int set(int socket, int value) {
        return sockets().setOption(socket, SocketOptions.IPPROTO_UDP, SocketOptions.UDP_SEGMENT, value);
    }

    @Test
    void whatTheBuffersDoNotSufficeForIsRefusedAsAWhole() {
        final int socket = socket(1_000);
        assertEquals(3, send(socket, 2_500).size());
        wire.frames().clear();
        final List<Pbuf> taken = new ArrayList<>();
        while (wire.stack().pool().blocks().free() > 3) {
            taken.add(wire.stack().pool().take(Headroom.RAW, 1));
        }
        assertEquals(-Errno.EAGAIN, sockets().sendTo(socket, buffer, 0, 2_500, PEER));
        taken.removeLast().release();
        assertEquals(3, send(socket, 2_500).size());
        taken.forEach(Pbuf::release);
        assertEquals(0, wire.stack().drops().total());
    }

    @Test
    void eachDatagramCounts() {
        send(socket(1_000), 2_500);
        assertEquals(3, wire.stack().udp().sent());
    }

    // ---- in ----

    private Pbuf joined(int octets, int segmentSize) {
        final Pbuf p = wire.buffer(UdpHeader.LENGTH + octets);
        for (int i = 0; i < octets; i++) {
            p.segment().set(ValueLayout.JAVA_BYTE, p.offset() + UdpHeader.LENGTH + i, (byte) i);
        }
        final int pseudo = Checksum.pseudoHeader(
                FramePeer.PEER_ADDRESS, FramePeer.STACK_ADDRESS, IpProtocol.UDP, UdpHeader.LENGTH + octets);
        new UdpHeader()
                .at(p.segment(), p.offset())
                .sourcePort(1_234)
                .destinationPort(9)
                .length(UdpHeader.LENGTH + octets)
                .checksum(pseudo);
        p.segmentSize(segmentSize);
        p.partialChecksum(p.offset(), UdpHeader.CHECKSUM);
        return p;
    }

    @Test
    void datagramsThatALinkJoinedAreReadOneByOne() {
        overALinkThatCuts();
        final int socket = socket(0);
        wire.sendIpv4(joined(1_200, 500), IpProtocol.UDP);
        for (int i = 0; i < 3; i++) {
            final SocketAddress sender = new SocketAddress();
            final int length = sockets().receiveFrom(socket, buffer, 0, 70_000, 0, sender);
            assertEquals(i < 2 ? 500 : 200, length);
            assertEquals(1_234, sender.port());
            assertEquals((byte) (i * 500), buffer.get(ValueLayout.JAVA_BYTE, 0));
            assertEquals((byte) (i * 500 + length - 1), buffer.get(ValueLayout.JAVA_BYTE, length - 1L));
        }
        assertEquals(-Errno.EAGAIN, sockets().receive(socket, buffer, 0, 70_000, 0));
    }

    @Test
    void moreDatagramsThanAnybodyJoinsAreMalformed() {
        overALinkThatCuts();
        final int socket = socket(0);
        wire.sendIpv4(joined(1_290, 10), IpProtocol.UDP);
        assertEquals(1, wire.stack().drops().of(DropReason.UDP_MALFORMED));
        wire.sendIpv4(joined(1_280, 10), IpProtocol.UDP);
        assertEquals(10, sockets().receive(socket, buffer, 0, 70_000, 0));
        sockets().close(socket);
    }

    @Test
    void ofJoinedDatagramsThoseThatDoNotFitTheQueueAreDroppedAndCounted() {
        overALinkThatCuts();
        final int socket = socket(0);
        assertEquals(0, sockets().setOption(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVBUF, 1_100));
        wire.sendIpv4(joined(1_200, 500), IpProtocol.UDP);
        assertEquals(1, wire.stack().drops().of(DropReason.UDP_QUEUE_FULL));
        assertEquals(500, sockets().receive(socket, buffer, 0, 70_000, 0));
        assertEquals(500, sockets().receive(socket, buffer, 0, 70_000, 0));
        assertEquals(-Errno.EAGAIN, sockets().receive(socket, buffer, 0, 70_000, 0));
    }
}
