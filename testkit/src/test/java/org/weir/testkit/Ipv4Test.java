package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.Netif;
import org.weir.ip.PacketChecksum;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.stack.Stack;
import org.weir.wire.Checksum;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// Ethernet, IPv4 and ICMP input: RFC 791, RFC 792, RFC 1122 section 3.2.
class Ipv4Test {
    private static final int BROADCAST = 0xC000_02FF;

    private final FramePeer wire = new FramePeer();
    private final Stack stack = wire.stack();

    @AfterEach
    void nothingLeaks() {
        wire.after(seconds(1_000));
        stack.pool().assertNoLeaks();
        wire.close();
    }

    private Pbuf echoRequest(int octets) {
        final Pbuf p = wire.buffer(IcmpHeader.LENGTH + octets);
        final IcmpHeader icmp = new IcmpHeader()
                .at(p.segment(), p.offset())
                .type(IcmpHeader.ECHO)
                .code(0)
                .checksum(0)
                .identifier(7)
                .sequenceNumber(3);
        for (int i = 0; i < octets; i++) {
            p.segment().set(ValueLayout.JAVA_BYTE, p.offset() + IcmpHeader.LENGTH + i, SegmentSpec.patternAt(i));
        }
        icmp.checksum(Checksum.complement(PacketChecksum.sum(p, 0)));
        return p;
    }

    private long drops(DropReason reason) {
        return stack.drops().of(reason);
    }

    /// Makes a frame by the peer's hand, lets `spoil` change it and sends it.
    private void sendSpoilt(Spoiler spoil, boolean sealAgain) {
        final Pbuf p = echoRequest(8);
        final long at = p.prepend(Ipv4Header.LENGTH);
        final Ipv4Header ip = new Ipv4Header().at(p.segment(), at);
        ip.begin(Ipv4Header.LENGTH)
                .typeOfService(0)
                .totalLength(p.totalLength())
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(64)
                .protocol(IpProtocol.ICMP)
                .source(FramePeer.PEER_ADDRESS)
                .destination(FramePeer.STACK_ADDRESS)
                .sealChecksum();
        spoil.spoil(ip);
        if (sealAgain) {
            ip.sealChecksum();
        }
        wire.sendEthernet(p, FramePeer.STACK_MAC, EtherType.IPV4);
    }

    private interface Spoiler {
        void spoil(Ipv4Header ip);
    }

    @Test
    void anEchoRequestIsAnsweredWithItsPayload() {
        wire.sendIpv4(echoRequest(100), IpProtocol.ICMP);
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame);
        final MemorySegment memory = MemorySegment.ofArray(frame);
        final Ipv4Header ip = new Ipv4Header().at(memory, EthernetHeader.LENGTH);
        assertEquals(FramePeer.PEER_ADDRESS, ip.destination());
        final int at = EthernetHeader.LENGTH + Ipv4Header.LENGTH;
        final IcmpHeader reply = new IcmpHeader().at(memory, at);
        assertEquals(IcmpHeader.ECHO_REPLY, reply.type());
        assertEquals(7, reply.identifier());
        assertEquals(3, reply.sequenceNumber());
        assertEquals(0xFFFF, Checksum.sum(memory, at, IcmpHeader.LENGTH + 100));
        for (int i = 0; i < 100; i++) {
            assertEquals(SegmentSpec.patternAt(i), frame[at + IcmpHeader.LENGTH + i]);
        }
    }

    @Test
    void anEchoRequestToTheBroadcastAddressIsNotAnswered() {
        wire.sendIpv4(echoRequest(10), IpProtocol.ICMP, FramePeer.PEER_ADDRESS, BROADCAST);
        assertNull(wire.frames().poll());
        assertEquals(1, drops(DropReason.ICMP_IGNORED));
    }

    @Test
    void aWrongIcmpChecksumIsCounted() {
        final Pbuf p = echoRequest(10);
        p.segment().set(ValueLayout.JAVA_BYTE, p.offset() + IcmpHeader.LENGTH, (byte) 77);
        wire.sendIpv4(p, IpProtocol.ICMP);
        assertNull(wire.frames().poll());
        assertEquals(1, drops(DropReason.ICMP_BAD_CHECKSUM));
    }

    @Test
    void aWrongHeaderChecksumIsCounted() {
        sendSpoilt(ip -> ip.headerChecksum(ip.headerChecksum() ^ 1), false);
        assertEquals(1, drops(DropReason.IPV4_BAD_CHECKSUM));
        assertNull(wire.frames().poll());
    }

    @Test
    void impossibleHeadersAreCountedAsMalformed() {
        sendSpoilt(ip -> ip.totalLength(19), true);
        sendSpoilt(ip -> ip.totalLength(60_000), true);
        sendSpoilt(ip -> ip.begin(16), false);
        sendSpoilt(ip -> ip.begin(60), false);
        assertEquals(4, drops(DropReason.IPV4_MALFORMED));
        wire.sendEthernet(wire.buffer(10), FramePeer.STACK_MAC, EtherType.IPV4);
        assertEquals(5, drops(DropReason.IPV4_MALFORMED));
    }

    @Test
    void impossibleSourcesAreMartians() {
        for (final int source : new int[] {0, 0x7F00_0001, 0xE000_0001, -1, BROADCAST}) {
            sendSpoilt(ip -> ip.source(source), true);
        }
        assertEquals(5, drops(DropReason.IPV4_MARTIAN));
        assertNull(wire.frames().poll());
    }

    @Test
    void loopbackAddressesAndOurOwnAreMartiansOnAWire() {
        sendSpoilt(ip -> ip.destination(0x7F00_0001), true);
        sendSpoilt(ip -> ip.source(FramePeer.STACK_ADDRESS), true);
        assertEquals(2, drops(DropReason.IPV4_MARTIAN));
        assertNull(wire.frames().poll());
    }

    @Test
    void anAddressWithoutANetworkHasNoBroadcast() {
        final Netif netif = stack.ipv4().interfaces().get(1);
        stack.addAddress(netif, IpPrefix.parse("198.51.100.7/32"));
        wire.settle();
        wire.frames().clear();
        sendSpoilt(ip -> ip.destination(0xC633_6407), true);
        assertEquals(1, wire.frames().size(), "an echo to it is answered, so it is not taken for a broadcast");
        wire.frames().clear();
    }

    @Test
    void packetsForOthersAreDropped() {
        sendSpoilt(ip -> ip.destination(0xC000_0263), true);
        assertEquals(1, drops(DropReason.IPV4_NOT_FOR_US));
    }

    @Test
    void framesForOtherStationsAreDropped() {
        wire.sendEthernet(echoRequest(1), 0x02_00_00_00_00_77L, EtherType.IPV4);
        assertEquals(1, drops(DropReason.ETHERNET_OTHER_HOST));
    }

    @Test
    void runtsAndUnknownTypesAreCounted() {
        wire.sendFrame(new byte[13]);
        wire.sendEthernet(wire.buffer(50), FramePeer.STACK_MAC, 0x88CC);
        assertEquals(1, drops(DropReason.ETHERNET_RUNT));
        assertEquals(1, drops(DropReason.ETHERNET_UNKNOWN_TYPE));
    }

    @Test
    void anUnknownProtocolIsAnsweredAsUnreachable() {
        wire.sendIpv4(wire.buffer(20), 200);
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame);
        final IcmpHeader icmp =
                new IcmpHeader().at(MemorySegment.ofArray(frame), EthernetHeader.LENGTH + Ipv4Header.LENGTH);
        assertEquals(IcmpHeader.DESTINATION_UNREACHABLE, icmp.type());
        assertEquals(IcmpHeader.PROTOCOL_UNREACHABLE, icmp.code());
    }

    @Test
    void aSourceRouteIsRefused() {
        final Pbuf p = wire.buffer(40);
        p.segment().asSlice(p.offset(), 40).fill((byte) 0);
        p.segment().set(ValueLayout.JAVA_BYTE, p.offset(), (byte) 131);
        p.segment().set(ValueLayout.JAVA_BYTE, p.offset() + 1, (byte) 7);
        final long at = p.prepend(Ipv4Header.LENGTH);
        new Ipv4Header()
                .at(p.segment(), at)
                .begin(28)
                .typeOfService(0)
                .totalLength(p.totalLength())
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(64)
                .protocol(IpProtocol.ICMP)
                .source(FramePeer.PEER_ADDRESS)
                .destination(FramePeer.STACK_ADDRESS)
                .sealChecksum();
        wire.sendEthernet(p, FramePeer.STACK_MAC, EtherType.IPV4);
        assertEquals(1, drops(DropReason.IPV4_SOURCE_ROUTE));
    }

    @Test
    void paddingBehindThePacketIsIgnored() {
        final Pbuf p = echoRequest(4);
        p.extend(20);
        final long at = p.prepend(Ipv4Header.LENGTH);
        new Ipv4Header()
                .at(p.segment(), at)
                .begin(Ipv4Header.LENGTH)
                .typeOfService(0)
                .totalLength(p.totalLength() - 20)
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(64)
                .protocol(IpProtocol.ICMP)
                .source(FramePeer.PEER_ADDRESS)
                .destination(FramePeer.STACK_ADDRESS)
                .sealChecksum();
        wire.sendEthernet(p, FramePeer.STACK_MAC, EtherType.IPV4);
        final byte[] reply = wire.frames().poll();
        assertNotNull(reply);
        assertEquals(EthernetHeader.LENGTH + Ipv4Header.LENGTH + IcmpHeader.LENGTH + 4, reply.length);
    }

    @Test
    void icmpErrorsAreRateLimited() {
        for (int i = 0; i < 1_000; i++) {
            wire.sendIpv4(wire.buffer(20), 200);
        }
        assertEquals(50, wire.frames().size());
        assertEquals(950, drops(DropReason.ICMP_RATE_LIMITED));
        wire.frames().clear();
    }

    @Test
    void randomFramesNeverBreakTheStack() {
        final long seed = 20_261_122L;
        final Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            wire.sendFrame(randomFrame(random));
            wire.frames().clear();
        }
        wire.sendIpv4(echoRequest(1), IpProtocol.ICMP);
        assertEquals(1, wire.frames().size(), "the stack still answers, seed " + seed);
    }

    /// Mostly a valid start, so that the deeper layers are reached, with a random rest.
    private static byte[] randomFrame(Random random) {
        final byte[] frame = new byte[random.nextInt(200)];
        random.nextBytes(frame);
        final MemorySegment memory = MemorySegment.ofArray(frame);
        if (frame.length >= EthernetHeader.LENGTH && random.nextInt(10) > 0) {
            new EthernetHeader()
                    .at(memory, 0)
                    .destination(FramePeer.STACK_MAC)
                    .source(FramePeer.PEER_MAC)
                    .type(random.nextInt(4) == 0 ? EtherType.ARP : EtherType.IPV4);
        }
        final int rest = frame.length - EthernetHeader.LENGTH;
        if (rest >= Ipv4Header.LENGTH && random.nextInt(10) > 0) {
            new Ipv4Header()
                    .at(memory, EthernetHeader.LENGTH)
                    .begin(Ipv4Header.LENGTH + (random.nextInt(4) == 0 && rest >= 24 ? 4 : 0))
                    .totalLength(random.nextInt(8) == 0 ? random.nextInt(70_000) : rest)
                    .flagsAndFragmentOffset(0)
                    .protocol(protocol(random))
                    .source(FramePeer.PEER_ADDRESS)
                    .destination(FramePeer.STACK_ADDRESS)
                    .sealChecksum();
        }
        return frame;
    }

    private static int protocol(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> IpProtocol.TCP;
            case 1 -> IpProtocol.UDP;
            case 2 -> IpProtocol.ICMP;
            default -> random.nextInt(256);
        };
    }

    /// Option 94 is one that nobody has defined; its data looks like a source route.
    @Rfc("9293 MUST-50")
    @Test
    void anUnknownOptionIsPassedOver() {
        final Pbuf p = echoRequest(4);
        final byte[] options = {94, 6, (byte) 131, 7, (byte) 137, 3, 1, 0};
        MemorySegment.copy(MemorySegment.ofArray(options), 0, p.segment(), p.prepend(options.length), options.length);
        final long at = p.prepend(Ipv4Header.LENGTH);
        new Ipv4Header()
                .at(p.segment(), at)
                .begin(Ipv4Header.LENGTH + options.length)
                .typeOfService(0)
                .totalLength(p.totalLength())
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(64)
                .protocol(IpProtocol.ICMP)
                .source(FramePeer.PEER_ADDRESS)
                .destination(FramePeer.STACK_ADDRESS)
                .sealChecksum();
        wire.sendEthernet(p, FramePeer.STACK_MAC, EtherType.IPV4);
        final byte[] reply = wire.frames().poll();
        assertNotNull(reply);
        assertEquals(EthernetHeader.LENGTH + Ipv4Header.LENGTH + IcmpHeader.LENGTH + 4, reply.length);
    }
}
