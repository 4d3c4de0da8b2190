package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.MacAddress;

/// ARP: RFC 826, RFC 1122 section 2.3.2. What is known of neighbours then is in [NeighborsTest], who has which address
/// in [AddressClaimsTest].
class ArpTest {
    private static final long OTHER_MAC = 0x02_00_00_00_00_99L;
    private static final IpAddress PEER = IpAddress.ofIpv4(FramePeer.PEER_ADDRESS);

    private final FramePeer wire = new FramePeer().answersArp(false);
    private final Netif netif = wire.stack().ipv4().interfaces().get(1);
    private final Sockets sockets = wire.stack().sockets();

    @BeforeEach
    void announcementsAreOver() {
        wire.after(seconds(3));
        wire.frames().clear();
    }

    @AfterEach
    void nothingLeaks() {
        wire.after(seconds(1_000));
        wire.stack().pool().assertNoLeaks();
        assertEquals(0, wire.stack().armedTimers(), "timers");
        wire.close();
    }

    private ArpPacket nextArp() {
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame, "an ARP packet");
        final MemorySegment memory = MemorySegment.ofArray(frame);
        assertEquals(EtherType.ARP, new EthernetHeader().at(memory, 0).type());
        return new ArpPacket().at(memory, EthernetHeader.LENGTH);
    }

    private int sendDatagram(String address) {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        final SocketAddress to = new SocketAddress(IpAddress.parse(address), 9);
        sockets.sendTo(socket, MemorySegment.ofArray(new byte[10]), 0, 10, to);
        wire.settle();
        return socket;
    }

    private void peerAsks() {
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, FramePeer.STACK_ADDRESS);
    }

    private void peerAnswers(long mac) {
        wire.sendArp(ArpPacket.REPLY, mac, FramePeer.PEER_ADDRESS, FramePeer.STACK_MAC, FramePeer.STACK_ADDRESS);
    }

    @Test
    void aRequestForOurAddressIsAnswered() {
        peerAsks();
        final ArpPacket reply = nextArp();
        assertEquals(ArpPacket.REPLY, reply.operation());
        assertEquals(FramePeer.STACK_MAC, reply.senderHardware());
        assertEquals(FramePeer.STACK_ADDRESS, reply.senderProtocol());
        assertEquals(FramePeer.PEER_MAC, reply.targetHardware());
    }

    @Test
    void aRequestForAnotherAddressIsNotAnswered() {
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, 0xC000_0263);
        assertNull(wire.frames().poll());
        assertEquals(0, wire.stack().ipv4().neighbors().size(), "and nothing was learnt from it");
    }

    @Test
    void anUnsolicitedReplyMakesNoEntry() {
        peerAnswers(FramePeer.PEER_MAC);
        assertEquals(0, wire.stack().ipv4().neighbors().size());
    }

    @Test
    void anAnnouncementMovesAnEntryThatExists() {
        peerAsks();
        wire.frames().clear();
        wire.sendArp(ArpPacket.REQUEST, OTHER_MAC, FramePeer.PEER_ADDRESS, 0, FramePeer.PEER_ADDRESS);
        assertEquals(
                OTHER_MAC,
                wire.stack().ipv4().neighbors().hardwareAddressOf(netif, IpAddress.ofIpv4(FramePeer.PEER_ADDRESS)));
    }

    @Test
    void aPacketWaitsForTheAnswer() {
        sockets.close(sendDatagram("192.0.2.1"));
        assertEquals(ArpPacket.REQUEST, nextArp().operation());
        assertNull(wire.frames().poll());
        peerAnswers(FramePeer.PEER_MAC);
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame);
        assertEquals(
                EtherType.IPV4,
                new EthernetHeader().at(MemorySegment.ofArray(frame), 0).type());
    }

    @Test
    void ofTwoWaitingPacketsTheNewerSurvives() {
        sockets.close(sendDatagram("192.0.2.1"));
        sockets.close(sendDatagram("192.0.2.1"));
        nextArp();
        assertNull(wire.frames().poll(), "one request for both");
        assertEquals(1, wire.stack().drops().of(DropReason.NEIGHBOR_UNRESOLVED));
        peerAnswers(FramePeer.PEER_MAC);
        assertEquals(1, wire.frames().size());
        wire.frames().clear();
    }

    @Test
    void aSilentNeighbourIsAskedThreeTimesASecondApart() {
        sockets.close(sendDatagram("192.0.2.1"));
        nextArp();
        wire.after(millis(990));
        assertNull(wire.frames().poll());
        wire.after(millis(20));
        nextArp();
        wire.after(seconds(1));
        nextArp();
        wire.after(seconds(5));
        assertNull(wire.frames().poll());
        assertEquals(0, wire.stack().ipv4().neighbors().size());
        assertEquals(1, wire.stack().drops().of(DropReason.NEIGHBOR_UNRESOLVED));
    }

    @Test
    void aSilentNeighbourHoldsUpNobodyElse() {
        wire.answersArp(true);
        sockets.close(sendDatagram("192.0.2.77"));
        assertEquals(ArpPacket.REQUEST, nextArp().operation());
        sockets.close(sendDatagram("192.0.2.1"));
        assertEquals(1, wire.frames().size(), "the datagram to the neighbour that answers");
        wire.frames().clear();
    }

    @Test
    void theConnectionHearsThatTheNeighbourIsUnreachable() {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(-Errno.EINPROGRESS, sockets.connect(socket, new SocketAddress(PEER, 80)));
        wire.after(seconds(4));
        assertEquals(-Errno.EHOSTUNREACH, sockets.receive(socket, MemorySegment.ofArray(new byte[1]), 0, 1, 0));
        sockets.close(socket);
        wire.frames().clear();
    }

    @Test
    void whoSentADatagramInFragmentsHearsThatTheNeighbourIsUnreachable() {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.connect(socket, new SocketAddress(PEER, 80)));
        assertEquals(5_000, sockets.send(socket, MemorySegment.ofArray(new byte[5_000]), 0, 5_000));
        wire.after(seconds(4));
        assertEquals(Errno.EHOSTUNREACH, sockets.option(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        sockets.close(socket);
        wire.frames().clear();
    }

    @Test
    void aFullCacheGivesUpTheEntryNotUsedForLongest() {
        for (int i = 0; i < 40; i++) {
            wire.sendArp(ArpPacket.REQUEST, OTHER_MAC + i, FramePeer.PEER_ADDRESS + 10 + i, 0, FramePeer.STACK_ADDRESS);
        }
        wire.frames().clear();
        assertEquals(16, wire.stack().ipv4().neighbors().size());
        assertEquals(
                -1,
                wire.stack()
                        .ipv4()
                        .neighbors()
                        .hardwareAddressOf(netif, IpAddress.ofIpv4(FramePeer.PEER_ADDRESS + 10)));
        assertEquals(
                OTHER_MAC + 39,
                wire.stack()
                        .ipv4()
                        .neighbors()
                        .hardwareAddressOf(netif, IpAddress.ofIpv4(FramePeer.PEER_ADDRESS + 49)));
    }

    @Test
    void aMalformedPacketIsDroppedAndCounted() {
        wire.sendArp(ArpPacket.REQUEST, MacAddress.BROADCAST, FramePeer.PEER_ADDRESS, 0, FramePeer.STACK_ADDRESS);
        wire.sendEthernet(wire.buffer(20), FramePeer.STACK_MAC, EtherType.ARP);
        assertEquals(2, wire.stack().drops().of(DropReason.ARP_MALFORMED));
        assertNull(wire.frames().poll());
    }
}
