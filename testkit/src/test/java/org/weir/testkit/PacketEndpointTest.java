package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterMask;
import org.weir.filter.FilterProtocol;
import org.weir.filter.FilterVerdict;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.LinkCapabilities;
import org.weir.memory.Pbuf;
import org.weir.packet.FrameKind;
import org.weir.packet.PacketEndpoint;
import org.weir.packet.PacketResult;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.ArpPacket;
import org.weir.wire.Checksum;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;
import org.weir.wire.UdpHeader;

/// Endpoints that see whole frames: packet(7).
class PacketEndpointTest {
    private static final int EXPERIMENTAL = 0x88B5;
    private static final long ELSEWHERE = 0x02_00_00_00_00_99L;
    private static final int MTU = 1_500;

    private FramePeer wire = new FramePeer();
    private final MemorySegment memory = MemorySegment.ofArray(new byte[4_000]);
    private final List<PacketEndpoint> opened = new ArrayList<>();

    @AfterEach
    void nothingLeaks() {
        opened.forEach(PacketEndpoint::close);
        wire.after(seconds(1_000));
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    private Stack stack() {
        return wire.stack();
    }

    private Netif eth0() {
        final Netif netif = stack().ipv4().interfaceNamed("eth0");
        assertNotNull(netif);
        return netif;
    }

    private PacketEndpoint open(int type, @Nullable Netif netif) {
        final PacketEndpoint e = stack().packets().open(type, netif);
        assertNotNull(e);
        opened.add(e);
        return e;
    }

    private PacketEndpoint open(int type) {
        return open(type, eth0());
    }

    private void frameArrives(int octets, long destination, int type) {
        wire.sendEthernet(wire.buffer(octets), destination, type);
    }

    private void requestArrives() {
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, FramePeer.STACK_ADDRESS);
    }

    private static byte[] octets(Pbuf frame) {
        final byte[] octets = new byte[frame.totalLength()];
        frame.copyTo(0, MemorySegment.ofArray(octets), 0, octets.length);
        return octets;
    }

    /// The oldest frame, gone from the endpoint.
    private static byte[] takes(PacketEndpoint e) {
        final Pbuf frame = e.peek();
        assertNotNull(frame, "no frame waits");
        final byte[] octets = octets(frame);
        e.drop();
        return octets;
    }

    private static Pbuf first(PacketEndpoint e) {
        final Pbuf frame = e.peek();
        assertNotNull(frame, "no frame waits");
        return frame;
    }

    private long drops(DropReason reason) {
        return stack().drops().of(reason);
    }

    // ---- what is seen ----

    @Test
    void aFrameIsSeenWholeAndGoesItsWay() {
        final PacketEndpoint e = open(EtherType.ARP);
        requestArrives();
        final Pbuf frame = first(e);
        assertEquals(EthernetHeader.LENGTH + ArpPacket.LENGTH, frame.totalLength());
        assertEquals(FrameKind.BROADCAST, PacketEndpoint.kindOf(frame));
        assertEquals(EtherType.ARP, PacketEndpoint.etherTypeOf(frame));
        assertEquals(eth0().index(), PacketEndpoint.interfaceOf(frame));
        assertEquals(FramePeer.PEER_MAC, e.senderOf(frame));
        assertEquals(
                ArpPacket.REQUEST,
                new ArpPacket().at(frame.segment(), frame.offset() + 14).operation());
        e.drop();
        assertNull(e.peek());
        assertNotNull(wire.frames().poll(), "the request was answered");
    }

    @Test
    void anEndpointSeesItsTypeOnItsInterface() {
        final PacketEndpoint arp = open(EtherType.ARP);
        final PacketEndpoint other = open(EXPERIMENTAL);
        final PacketEndpoint loopback = open(0, stack().ipv4().interfaceNamed("lo"));
        final PacketEndpoint all = open(0, null);
        requestArrives();
        assertNotNull(arp.peek());
        assertNull(other.peek());
        assertNull(loopback.peek());
        assertNotNull(all.peek());
        wire.frames().clear();
    }

    @Test
    void aTypeThatOnlyAnEndpointTakesIsNoDrop() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        frameArrives(50, FramePeer.STACK_MAC, EXPERIMENTAL);
        assertEquals(FrameKind.HOST, PacketEndpoint.kindOf(first(e)));
        assertEquals(0, drops(DropReason.ETHERNET_UNKNOWN_TYPE));
        e.close();
        opened.clear();
        frameArrives(50, FramePeer.STACK_MAC, EXPERIMENTAL);
        assertEquals(1, drops(DropReason.ETHERNET_UNKNOWN_TYPE));
    }

    @Test
    void framesForOthersAreForPromiscuousEndpoints() {
        final PacketEndpoint e = open(0);
        frameArrives(50, ELSEWHERE, EXPERIMENTAL);
        assertNull(e.peek());
        assertEquals(1, drops(DropReason.ETHERNET_OTHER_HOST));
        e.promiscuous(true);
        frameArrives(50, ELSEWHERE, EXPERIMENTAL);
        assertEquals(FrameKind.OTHER_HOST, PacketEndpoint.kindOf(first(e)));
        assertEquals(1, drops(DropReason.ETHERNET_OTHER_HOST));
        e.drop();
        frameArrives(50, MacAddress.ofGroup(0xE000_0001), EXPERIMENTAL);
        assertEquals(FrameKind.MULTICAST, PacketEndpoint.kindOf(first(e)));
    }

    @Test
    void whatThisHostSendsIsSeenWhereItIsAskedFor() {
        final PacketEndpoint deaf = open(0);
        final PacketEndpoint e = open(0);
        e.outgoing(true);
        requestArrives();
        takes(deaf);
        assertNull(deaf.peek());
        takes(e);
        assertEquals(FrameKind.OUTGOING, PacketEndpoint.kindOf(first(e)));
        assertEquals(FramePeer.STACK_MAC, e.senderOf(first(e)));
        assertArrayEquals(wire.frames().poll(), takes(e));
    }

    @Test
    void withoutHeaderOnlyThePayloadWaits() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        e.headerIncluded(false);
        final Pbuf sent = wire.buffer(50);
        sent.segment().asSlice(sent.offset(), 50).fill((byte) 3);
        wire.sendEthernet(sent, FramePeer.STACK_MAC, EXPERIMENTAL);
        assertEquals(FramePeer.PEER_MAC, e.senderOf(first(e)));
        assertEquals(EXPERIMENTAL, PacketEndpoint.etherTypeOf(first(e)));
        final byte[] expected = new byte[50];
        Arrays.fill(expected, (byte) 3);
        assertArrayEquals(expected, takes(e));
    }

    @Test
    void framesAreSeenBeforeTheFilter() {
        final Judge judge = new Judge().says(FilterVerdict.DROP, FilterHook.INPUT);
        stack().filter(judge, FilterMask.NONE.with(FilterProtocol.LINK, FilterHook.INPUT));
        final PacketEndpoint e = open(0);
        requestArrives();
        assertNotNull(e.peek());
        assertEquals(1, drops(DropReason.FILTER_LINK));
        assertNull(wire.frames().poll());
    }

    @Test
    void runtsAreSeenByNobody() {
        final PacketEndpoint e = open(0);
        e.promiscuous(true);
        wire.sendFrame(wire.buffer(13));
        assertNull(e.peek());
        assertEquals(1, drops(DropReason.ETHERNET_RUNT));
    }

    @Test
    void aCopyOfWhatIsSentHasTheChecksumThatTheLinkMakes() {
        wire.close();
        wire = new FramePeer(
                StackConfig.small(),
                new LinkCapabilities(Framing.ETHERNET, FramePeer.STACK_MAC, MTU, true, 0, false, 100),
                1,
                1_000_000_000L);
        final PacketEndpoint e = open(EtherType.IPV4);
        e.outgoing(true);
        final Sockets sockets = stack().sockets();
        final int udp = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        final SocketAddress peer = new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 9);
        assertEquals(100, sockets.sendTo(udp, memory, 0, 100, peer));
        wire.settle();
        final byte[] frame = takes(e);
        final int length = UdpHeader.LENGTH + 100;
        final int pseudo =
                Checksum.pseudoHeader(FramePeer.STACK_ADDRESS, FramePeer.PEER_ADDRESS, IpProtocol.UDP, length);
        final int at = EthernetHeader.LENGTH + Ipv4Header.LENGTH;
        assertEquals(0xFFFF, Checksum.append(pseudo, Checksum.sum(MemorySegment.ofArray(frame), at, length), false));
        sockets.close(udp);
    }

    @Test
    void theLoopbackHasPacketsWithoutFrames() {
        final PacketEndpoint e = open(0, null);
        e.outgoing(true);
        final Sockets sockets = stack().sockets();
        final int udp = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        final SocketAddress self = new SocketAddress(IpAddress.parse("127.0.0.1"), 9);
        assertEquals(0, sockets.bind(udp, self));
        assertEquals(10, sockets.sendTo(udp, memory, 0, 10, self));
        wire.settle();
        assertEquals(FrameKind.OUTGOING, PacketEndpoint.kindOf(first(e)));
        assertEquals(1, PacketEndpoint.interfaceOf(first(e)));
        assertEquals(0x45, takes(e)[0]);
        assertEquals(FrameKind.HOST, PacketEndpoint.kindOf(first(e)));
        assertEquals(38, takes(e).length);
        sockets.close(udp);
    }

    // ---- queues ----

    @Test
    void aQueueIsBoundedAndWhatIsBeyondIsCounted() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        e.queueLimit(2 * 1_014);
        for (int i = 0; i < 3; i++) {
            frameArrives(1_000, FramePeer.STACK_MAC, EXPERIMENTAL);
        }
        assertEquals(1, drops(DropReason.PACKET_QUEUE_FULL));
        takes(e);
        frameArrives(1_000, FramePeer.STACK_MAC, EXPERIMENTAL);
        takes(e);
        takes(e);
        assertNull(e.peek());
    }

    @Test
    void manySmallFramesHoldNoMoreMemoryThanTheQueueIsFor() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        e.queueLimit(2_048);
        for (int i = 0; i < 10; i++) {
            frameArrives(20, FramePeer.STACK_MAC, EXPERIMENTAL);
        }
        assertEquals(6, drops(DropReason.PACKET_QUEUE_FULL));
    }

    @Test
    void theHandlerIsToldOfFrames() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        final List<Object> told = new ArrayList<>();
        e.attachment("mine");
        e.handler(which -> {
            told.add(which.attachment());
            which.drop();
        });
        frameArrives(20, FramePeer.STACK_MAC, EXPERIMENTAL);
        frameArrives(20, FramePeer.STACK_MAC, EXPERIMENTAL);
        assertEquals(List.of("mine", "mine"), told);
        assertNull(e.peek());
    }

    @Test
    void thereAreAsManyEndpointsAsConfigured() {
        final int count = stack().config().rawEndpoints();
        for (int i = 0; i < count; i++) {
            open(EXPERIMENTAL);
        }
        assertNull(stack().packets().open(EXPERIMENTAL, null));
        final PacketEndpoint gone = opened.remove(1);
        gone.close();
        assertThrows(IllegalStateException.class, gone::close);
        assertSame(gone, open(EXPERIMENTAL));
        frameArrives(20, FramePeer.STACK_MAC, EXPERIMENTAL);
        opened.forEach(PacketEndpointTest::takes);
        assertThrows(IllegalArgumentException.class, () -> stack().packets().open(0x10000, null));
    }

    @Test
    void anEndpointThatIsOpenedAnewHasForgottenItsSettings() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        e.promiscuous(true);
        e.outgoing(true);
        e.headerIncluded(false);
        e.queueLimit(1);
        e.close();
        opened.clear();
        final PacketEndpoint again = open(0, null);
        assertSame(e, again);
        assertEquals("packets of all types on all interfaces", again.toString());
        assertEquals(List.of(false, false, true), List.of(e.promiscuous(), e.outgoing(), e.headerIncluded()));
        assertEquals(stack().config().udpQueue(), again.queueLimit());
    }

    // ---- sending ----

    private void isFrame(int length, int type) {
        final EthernetHeader header = new EthernetHeader().at(memory, 0);
        header.destination(FramePeer.PEER_MAC).source(ELSEWHERE).type(type);
        memory.asSlice(EthernetHeader.LENGTH, length - EthernetHeader.LENGTH).fill((byte) 7);
    }

    @Test
    void aWholeFrameLeavesAsItIs() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        isFrame(60, EXPERIMENTAL);
        assertEquals(PacketResult.DONE, e.send(memory, 0, 60));
        wire.settle();
        assertArrayEquals(
                memory.asSlice(0, 60).toArray(ValueLayout.JAVA_BYTE),
                wire.frames().poll());
    }

    @Test
    void aPayloadGetsAHeader() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        assertEquals(PacketResult.DONE, e.sendTo(memory, 0, 46, MacAddress.BROADCAST, EXPERIMENTAL));
        wire.settle();
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame);
        assertEquals(60, frame.length);
        final EthernetHeader header = new EthernetHeader().at(MemorySegment.ofArray(frame), 0);
        assertEquals(MacAddress.BROADCAST, header.destination());
        assertEquals(FramePeer.STACK_MAC, header.source());
        assertEquals(EXPERIMENTAL, header.type());
    }

    @Test
    void otherEndpointsSeeWhatOneSendsButNotItself() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        final PacketEndpoint other = open(EXPERIMENTAL);
        e.outgoing(true);
        other.outgoing(true);
        assertEquals(PacketResult.DONE, e.sendTo(memory, 0, 46, MacAddress.BROADCAST, EXPERIMENTAL));
        wire.settle();
        assertNull(e.peek());
        assertEquals(60, takes(other).length);
        assertEquals(PacketResult.DONE, other.sendTo(memory, 0, 46, MacAddress.BROADCAST, EXPERIMENTAL));
        assertEquals(60, takes(e).length);
        wire.settle();
        wire.frames().clear();
    }

    @Test
    void whatTheLinkCannotCarryIsRefused() {
        final PacketEndpoint e = open(EXPERIMENTAL);
        assertEquals(PacketResult.MALFORMED, e.send(memory, 0, 13));
        assertEquals(PacketResult.DONE, e.send(memory, 0, 14));
        assertEquals(PacketResult.DONE, e.send(memory, 0, MTU + 14));
        assertEquals(PacketResult.TOO_LONG, e.send(memory, 0, MTU + 15));
        assertEquals(PacketResult.DONE, e.sendTo(memory, 0, MTU, FramePeer.PEER_MAC, EXPERIMENTAL));
        assertEquals(PacketResult.TOO_LONG, e.sendTo(memory, 0, MTU + 1, FramePeer.PEER_MAC, EXPERIMENTAL));
        assertEquals(PacketResult.MALFORMED, e.sendTo(memory, 0, 10, FramePeer.PEER_MAC, 0x5FF));
        assertEquals(PacketResult.MALFORMED, e.sendTo(memory, 0, 10, FramePeer.PEER_MAC, 0x10000));
        wire.settle();
        assertEquals(3, wire.frames().size());
        wire.frames().clear();
    }

    @Test
    void withoutALinkNothingIsSent() {
        final PacketEndpoint e = open(EXPERIMENTAL, null);
        assertEquals(PacketResult.NO_LINK, e.send(memory, 0, 60));
        assertEquals(PacketResult.NO_LINK, e.sendTo(memory, 0, 60, FramePeer.PEER_MAC, EXPERIMENTAL));
        e.netif(eth0());
        eth0().up(false);
        assertEquals(PacketResult.NO_LINK, e.send(memory, 0, 60));
        assertEquals(PacketResult.NO_LINK, e.sendTo(memory, 0, 60, FramePeer.PEER_MAC, EXPERIMENTAL));
    }

    /// From 127.0.0.1 to itself.
    private void isEcho(int length) {
        new Ipv4Header()
                .at(memory, 0)
                .begin(Ipv4Header.LENGTH)
                .totalLength(length)
                .timeToLive(1)
                .protocol(IpProtocol.ICMP)
                .source(0x7F00_0001)
                .destination(0x7F00_0001)
                .sealChecksum();
        new IcmpHeader().at(memory, Ipv4Header.LENGTH).type(IcmpHeader.ECHO).code(0);
    }

    @Test
    void aFullLinkIsSaid() {
        final PacketEndpoint e = open(0, stack().ipv4().interfaceNamed("lo"));
        isEcho(1_000);
        int sent = 0;
        while (e.send(memory, 0, 1_000) == PacketResult.DONE) {
            sent++;
        }
        assertEquals(256, sent);
        assertEquals(PacketResult.NO_BUFFER, e.send(memory, 0, 1_000));
        assertEquals(0, drops(DropReason.LINK_BUSY));
        e.close();
        opened.clear();
        wire.settle();
    }

    @Test
    void theFilterSeesWhatAnEndpointSends() {
        final Judge judge = new Judge().says(FilterVerdict.DROP, FilterHook.OUTPUT);
        stack().filter(judge);
        final PacketEndpoint e = open(EXPERIMENTAL);
        assertEquals(PacketResult.FILTERED, e.sendTo(memory, 0, 46, FramePeer.PEER_MAC, EXPERIMENTAL));
        wire.settle();
        assertNull(wire.frames().poll());
        assertEquals(1, drops(DropReason.FILTER_LINK));
        stack().removeFilter();
    }

    @Test
    void onTheLoopbackAPacketIsSentAndAnswered() {
        final Netif lo = stack().ipv4().interfaceNamed("lo");
        final PacketEndpoint e = open(0, lo);
        final int length = Ipv4Header.LENGTH + IcmpHeader.LENGTH;
        isEcho(length);
        assertEquals(PacketResult.MALFORMED, e.send(memory, 0, length - 1));
        assertEquals(PacketResult.MALFORMED, e.send(memory, 0, 10));
        assertEquals(PacketResult.MALFORMED, e.sendTo(memory, 0, length, 0, EtherType.ARP));
        assertEquals(PacketResult.DONE, e.sendTo(memory, 0, length, 0, EtherType.IPV4));
        wire.settle();
        assertEquals(IcmpHeader.ECHO, takes(e)[Ipv4Header.LENGTH]);
        assertEquals(IcmpHeader.ECHO_REPLY, takes(e)[Ipv4Header.LENGTH]);
        final Judge judge = new Judge().says(FilterVerdict.DROP, FilterHook.OUTPUT);
        stack().filter(judge, FilterMask.NONE.with(FilterHook.OUTPUT));
        assertEquals(PacketResult.FILTERED, e.send(memory, 0, length));
        judge.wasAsked("OUTPUT ICMP 127.0.0.1:0 > 127.0.0.1:0");
        stack().removeFilter();
    }
}
