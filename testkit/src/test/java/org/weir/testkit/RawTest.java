package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.PacketChecksum;
import org.weir.link.DropReason;
import org.weir.link.LinkCapabilities;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.raw.Raw;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawResult;
import org.weir.stack.StackConfig;
import org.weir.wire.Checksum;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// Raw endpoints and those for ICMP echo, at packet level.
class RawTest {
    private static final int PEER = FramePeer.PEER_ADDRESS;
    private static final int STACK = FramePeer.STACK_ADDRESS;
    private static final int OTHER = 0xC000_0263;
    private static final int BROADCAST = 0xC000_02FF;
    private static final int FAR_AWAY = 0xC633_6401;
    private static final int MTU = 1_500;

    /// RFC 3692: for experiments.
    private static final int UNKNOWN_PROTOCOL = 253;
    private static final int TIMESTAMP_REPLY = 14;
    private static final int IDENTIFIER = 0x1234;
    private static final int WITH_IP_HEADER = Ipv4Header.LENGTH;
    private static final int WITHOUT_IP_HEADER = 0;

    private final FramePeer wire = new FramePeer();
    private final Raw raw = wire.stack().raw();
    private final PbufPool pool = wire.stack().pool();
    private final MemorySegment memory = MemorySegment.ofArray(new byte[2_000]);
    private final List<RawEndpoint> opened = new ArrayList<>();

    @AfterEach
    void nothingLeaks() {
        opened.forEach(RawEndpoint::close);
        wire.after(seconds(1_000));
        pool.assertNoLeaks();
        wire.close();
    }

    private RawEndpoint endpoint(int protocol) {
        return kept(raw.open(protocol));
    }

    private RawEndpoint echoEndpoint(int identifier) {
        final RawEndpoint e = kept(raw.openEcho());
        assertEquals(RawResult.DONE, e.bind(0, identifier));
        return e;
    }

    private RawEndpoint kept(@Nullable RawEndpoint e) {
        assertNotNull(e);
        opened.add(e);
        return e;
    }

    private void close(RawEndpoint e) {
        opened.remove(e);
        e.close();
    }

    // ---- what the peer sends ----

    /// An ICMP message of 8 and `octets` octets with a right checksum.
    private Pbuf icmp(int type, int identifier, int octets) {
        final Pbuf p = wire.buffer(IcmpHeader.LENGTH + octets);
        p.segment().asSlice(p.offset(), p.length()).fill((byte) 7);
        final IcmpHeader icmp = new IcmpHeader().at(p.segment(), p.offset());
        icmp.type(type).code(0).identifier(identifier).sequenceNumber(1).checksum(0);
        icmp.checksum(Checksum.complement(PacketChecksum.sum(p, 0)));
        return p;
    }

    private void arrives(Pbuf message) {
        wire.sendIpv4(message, IpProtocol.ICMP);
    }

    private void arrivesFrom(int source, Pbuf message) {
        wire.sendIpv4(message, IpProtocol.ICMP, source, STACK);
    }

    private void arrivesUnknown() {
        wire.sendIpv4(wire.buffer(100), UNKNOWN_PROTOCOL);
    }

    private long drops(DropReason reason) {
        return wire.stack().drops().of(reason);
    }

    // ---- what an endpoint has heard ----

    /// The oldest packet, which must have `octets` octets of ICMP behind `header` of IP; it is dropped.
    private static void hears(RawEndpoint e, int header, int type, int octets) {
        final Pbuf p = e.peek();
        assertNotNull(p);
        assertEquals(header + IcmpHeader.LENGTH + octets, p.totalLength());
        assertEquals(type, new IcmpHeader().at(p.segment(), p.offset() + header).type());
        e.drop();
    }

    private static void hearsNothing(RawEndpoint e) {
        assertNull(e.peek());
    }

    // ---- what the stack has sent ----

    private Ipv4Header nextPacket() {
        return new Ipv4Header().at(nextFrame(), EthernetHeader.LENGTH);
    }

    private MemorySegment nextFrame() {
        wire.settle();
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame);
        return MemorySegment.ofArray(frame);
    }

    private void nothingIsSent() {
        wire.settle();
        assertNull(wire.frames().poll());
    }

    private RawResult send(RawEndpoint e, int length) {
        return e.sendTo(memory, 0, length, PEER);
    }

    // ---- hearing ----

    @Test
    void anEndpointOfIcmpSeesARequestFromItsIpHeaderOnAndTheStackAnswersIt() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        final Pbuf request = icmp(IcmpHeader.ECHO, IDENTIFIER, 56);
        request.typeOfService(0x28);
        arrives(request);
        final Pbuf seen = e.peek();
        assertNotNull(seen);
        final Ipv4Header header = new Ipv4Header().at(seen.segment(), seen.offset());
        assertTrue(header.checksumIsValid());
        assertEquals(Ipv4Header.LENGTH + IcmpHeader.LENGTH + 56, header.totalLength());
        assertEquals(PEER, header.source());
        assertEquals(PEER, RawEndpoint.sourceOf(seen));
        assertEquals(64, RawEndpoint.timeToLiveOf(seen));
        assertEquals(0x28, RawEndpoint.typeOfServiceOf(seen));
        hears(e, WITH_IP_HEADER, IcmpHeader.ECHO, 56);
        hearsNothing(e);
        assertEquals(1, wire.stack().ipv4().icmp().echoesAnswered());
        assertEquals(PEER, nextPacket().destination());
    }

    @Test
    void aPacketInSeveralBuffersIsSeenWhole() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        final Pbuf packet = wire.buffer(1_480);
        for (int i = 0; i < 1_480; i++) {
            packet.segment().set(ValueLayout.JAVA_BYTE, packet.offset() + i, (byte) i);
        }
        wire.sendIpv4(packet, UNKNOWN_PROTOCOL);
        final Pbuf seen = e.peek();
        assertNotNull(seen);
        assertEquals(MTU, seen.copyTo(0, memory, 0, MTU));
        for (int i = 0; i < 1_480; i++) {
            assertEquals((byte) i, memory.get(ValueLayout.JAVA_BYTE, Ipv4Header.LENGTH + i));
        }
    }

    @Test
    void aProtocolThatNobodyKnowsIsAnsweredAsUnreachableUnlessAnEndpointTakesIt() {
        arrivesUnknown();
        final MemorySegment frame = nextFrame();
        final IcmpHeader answer = new IcmpHeader().at(frame, EthernetHeader.LENGTH + (long) Ipv4Header.LENGTH);
        assertEquals(IcmpHeader.PROTOCOL_UNREACHABLE, answer.code());
        assertEquals(1, drops(DropReason.IPV4_UNKNOWN_PROTOCOL));

        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        arrivesUnknown();
        assertNotNull(e.peek());
        nothingIsSent();
        assertEquals(1, drops(DropReason.IPV4_UNKNOWN_PROTOCOL));
    }

    @Test
    void anEndpointHearsItsProtocolAlone() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        arrives(icmp(IcmpHeader.ECHO, IDENTIFIER, 8));
        hearsNothing(e);
    }

    @Test
    void twoEndpointsGetACopyEach() {
        final RawEndpoint one = endpoint(IpProtocol.ICMP);
        final RawEndpoint two = endpoint(IpProtocol.ICMP);
        arrives(icmp(IcmpHeader.ECHO, IDENTIFIER, 8));
        final Pbuf first = one.peek();
        final Pbuf second = two.peek();
        assertNotNull(first);
        assertNotNull(second);
        first.segment().set(ValueLayout.JAVA_BYTE, first.offset(), (byte) 0);
        assertNotEquals(0, second.segment().get(ValueLayout.JAVA_BYTE, second.offset()));
        hears(one, WITH_IP_HEADER, IcmpHeader.ECHO, 8);
        hears(two, WITH_IP_HEADER, IcmpHeader.ECHO, 8);
    }

    @Test
    void theFilterKeepsTypesOut() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        e.icmpFilter(1 << IcmpHeader.ECHO);
        arrives(icmp(IcmpHeader.ECHO, IDENTIFIER, 8));
        hearsNothing(e);
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
        hears(e, WITH_IP_HEADER, IcmpHeader.ECHO_REPLY, 8);
    }

    @Test
    void aTypeThatTheFilterHasNoBitForIsHeard() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        e.icmpFilter(-1);
        arrives(icmp(32, IDENTIFIER, 8));
        hears(e, WITH_IP_HEADER, 32, 8);
        arrives(icmp(31, IDENTIFIER, 8));
        hearsNothing(e);
    }

    @Test
    void theFilterIsAboutIcmpAlone() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        e.icmpFilter(-1);
        arrivesUnknown();
        assertNotNull(e.peek());
    }

    @Test
    void anAddressThatItIsBoundToNarrowsWhatItHears() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        assertEquals(RawResult.NOT_AVAILABLE, e.bind(OTHER, 0));
        assertEquals(0, e.localAddress());
        assertEquals(RawResult.DONE, e.bind(STACK, 0));
        assertEquals(STACK, e.localAddress());
        wire.sendIpv4(icmp(IcmpHeader.ECHO, IDENTIFIER, 8), IpProtocol.ICMP, PEER, BROADCAST);
        hearsNothing(e);
        arrives(icmp(IcmpHeader.ECHO, IDENTIFIER, 8));
        hears(e, WITH_IP_HEADER, IcmpHeader.ECHO, 8);
    }

    @Test
    void anAddressThatItIsConnectedToNarrowsWhatItHears() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        assertEquals(RawResult.NO_ROUTE, e.connect(FAR_AWAY));
        assertEquals(0, e.remoteAddress());
        assertEquals(RawResult.DONE, e.connect(PEER));
        assertEquals(PEER, e.remoteAddress());
        arrivesFrom(OTHER, icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
        hearsNothing(e);
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
        hears(e, WITH_IP_HEADER, IcmpHeader.ECHO_REPLY, 8);
        assertEquals(RawResult.DONE, e.connect(0));
        arrivesFrom(OTHER, icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
        hears(e, WITH_IP_HEADER, IcmpHeader.ECHO_REPLY, 8);
    }

    @Test
    void theHandlerIsToldOnceOfAllThatArrivesTogether() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        final List<Object> told = new ArrayList<>();
        e.attachment("mine");
        e.handler(of -> told.add(of.attachment()));
        wire.together(() -> {
            arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
            arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 9));
        });
        assertEquals(List.of("mine"), told);
        assertFalse(raw.hasEvents());
    }

    @Test
    void aHandlerIsNotToldOfWhatAnotherHasTakenMeanwhile() {
        final RawEndpoint one = endpoint(IpProtocol.ICMP);
        final RawEndpoint two = endpoint(IpProtocol.ICMP);
        final List<RawEndpoint> told = new ArrayList<>();
        one.handler(e -> {
            told.add(e);
            two.drop();
        });
        two.handler(e -> {
            told.add(e);
            one.drop();
        });
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
        assertEquals(1, told.size());
    }

    @Test
    void aFullQueueDropsAndCounts() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        final int packet = Ipv4Header.LENGTH + IcmpHeader.LENGTH + 1_400;
        e.queueLimit(2 * packet);
        for (int i = 0; i < 5; i++) {
            arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 1_400));
        }
        assertEquals(3, drops(DropReason.RAW_QUEUE_FULL));
        hears(e, WITH_IP_HEADER, IcmpHeader.ECHO_REPLY, 1_400);
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 1_400));
        assertEquals(3, drops(DropReason.RAW_QUEUE_FULL));
        hears(e, WITH_IP_HEADER, IcmpHeader.ECHO_REPLY, 1_400);
        hears(e, WITH_IP_HEADER, IcmpHeader.ECHO_REPLY, 1_400);
        hearsNothing(e);
    }

    @Test
    void aQueueIsEmptyWhenItsEndpointIsOpenedAgain() {
        final int[] lengths = {0, 1_400};
        for (final int octets : lengths) {
            final int first = packetsTaken(octets);
            assertEquals(first, packetsTaken(octets));
        }
    }

    /// How many of many packets a new endpoint takes before it is full.
    private int packetsTaken(int octets) {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        e.queueLimit(10_000);
        final long before = drops(DropReason.RAW_QUEUE_FULL);
        for (int i = 0; i < 50; i++) {
            arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, octets));
        }
        close(e);
        return 50 - (int) (drops(DropReason.RAW_QUEUE_FULL) - before);
    }

    @Test
    void anEmptyQueueTakesOnePacketOfWhateverLength() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        e.queueLimit(1);
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 500));
        hears(e, WITH_IP_HEADER, IcmpHeader.ECHO_REPLY, 500);
    }

    @Test
    void smallPacketsThatNobodyReadsLeavePagesToTheOthers() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        e.queueLimit(1 << 20);
        for (int i = 0; i < 2 * pool.pages().total(); i++) {
            arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 0));
        }
        assertNotEquals(0, drops(DropReason.RAW_QUEUE_FULL));
        assertEquals(0, drops(DropReason.NO_BUFFER));
        assertTrue(pool.pages().free() >= pool.pages().total() / 4);
    }

    @Test
    void aQueueOfSmallPacketsHoldsFourTimesItsLimitInPagesAtMost() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        e.queueLimit(10 * pool.pageSize());
        for (int round = 1; round <= 2; round++) {
            for (int i = 0; i < 50; i++) {
                arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 0));
            }
            assertEquals(40, pool.pages().inUse());
            assertEquals(10 * round, drops(DropReason.RAW_QUEUE_FULL));
            while (e.peek() != null) {
                e.drop();
            }
        }
    }

    // ---- sending ----

    @Test
    void theStackMakesTheHeader() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        e.timeToLive(7);
        e.typeOfService(0xB8);
        memory.set(ValueLayout.JAVA_BYTE, 99, (byte) 42);
        assertEquals(RawResult.DONE, send(e, 100));
        final MemorySegment frame = nextFrame();
        final Ipv4Header header = new Ipv4Header().at(frame, EthernetHeader.LENGTH);
        assertTrue(header.checksumIsValid());
        assertEquals(Ipv4Header.LENGTH + 100, header.totalLength());
        assertEquals(7, header.timeToLive());
        assertEquals(0xB8, header.typeOfService());
        assertEquals(UNKNOWN_PROTOCOL, header.protocol());
        assertEquals(STACK, header.source());
        assertEquals(PEER, header.destination());
        assertEquals(42, frame.get(ValueLayout.JAVA_BYTE, frame.byteSize() - 1));
    }

    @Test
    void anEndpointThatIsBoundSendsFromItsAddress() {
        final int second = 0xC000_0203;
        wire.stack().addAddress(wire.stack().ipv4().interfaces().getLast(), IpPrefix.parse("192.0.2.3/24"));
        wire.settle();
        wire.frames().clear();
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        assertEquals(RawResult.DONE, e.bind(second, 0));
        assertEquals(RawResult.DONE, send(e, 1));
        assertEquals(second, nextPacket().source());
    }

    private Ipv4Header ownHeader(int length) {
        return new Ipv4Header()
                .at(memory, 0)
                .begin(length)
                .typeOfService(4)
                .totalLength(1)
                .identification(0)
                .flagsAndFragmentOffset(0)
                .timeToLive(3)
                .protocol(UNKNOWN_PROTOCOL)
                .source(0)
                .destination(PEER);
    }

    @Test
    void whatIsMissingInAHeaderOfTheUsersOwnIsFilledIn() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        e.headerIncluded(true);
        ownHeader(Ipv4Header.LENGTH);
        assertEquals(RawResult.DONE, send(e, 100));
        final Ipv4Header header = nextPacket();
        assertTrue(header.checksumIsValid());
        assertEquals(100, header.totalLength());
        assertNotEquals(0, header.identification());
        assertEquals(STACK, header.source());
        assertEquals(3, header.timeToLive());
        assertEquals(4, header.typeOfService());
        assertEquals(1, ownHeader(Ipv4Header.LENGTH).totalLength());
    }

    @Test
    void whatIsInAHeaderOfTheUsersOwnStays() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        e.headerIncluded(true);
        ownHeader(Ipv4Header.LENGTH).identification(77).source(OTHER).headerChecksum(0xABCD);
        assertEquals(RawResult.DONE, send(e, MTU));
        final Ipv4Header header = nextPacket();
        assertTrue(header.checksumIsValid());
        assertEquals(77, header.identification());
        assertEquals(OTHER, header.source());
    }

    @Test
    void aHeaderThatIsNotOneIsRefused() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        e.headerIncluded(true);
        ownHeader(Ipv4Header.LENGTH);
        assertEquals(RawResult.MALFORMED, send(e, Ipv4Header.LENGTH - 1));
        ownHeader(Ipv4Header.LENGTH - 4);
        assertEquals(RawResult.MALFORMED, send(e, 100));
        ownHeader(Ipv4Header.LENGTH + 4);
        assertEquals(RawResult.MALFORMED, send(e, Ipv4Header.LENGTH));
        assertEquals(RawResult.DONE, send(e, Ipv4Header.LENGTH + 4));
        assertEquals(Ipv4Header.LENGTH + 4, nextPacket().totalLength());
        ownHeader(Ipv4Header.LENGTH);
        memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x65);
        assertEquals(RawResult.MALFORMED, send(e, 100));
        nothingIsSent();
    }

    @Test
    void whatDoesNotFitTheLinkAndForbidsFragmentsIsRefused() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        assertEquals(RawResult.DONE, send(e, MTU - Ipv4Header.LENGTH));
        assertEquals(MTU, nextPacket().totalLength());
        e.headerIncluded(true);
        ownHeader(Ipv4Header.LENGTH).flagsAndFragmentOffset(Ipv4Header.DONT_FRAGMENT);
        assertEquals(RawResult.TOO_LONG, send(e, MTU + 1));
        assertEquals(RawResult.DONE, send(e, MTU));
        assertEquals(MTU, nextPacket().totalLength());
    }

    @Test
    void whatIsLongerThanTheUsersOwnLimitIsRefused() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        e.sendLimit(10);
        assertEquals(RawResult.TOO_LONG, send(e, 11));
        assertEquals(RawResult.DONE, send(e, 10));
    }

    @Test
    void whereNoRouteLeadsNothingIsSent() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        assertEquals(RawResult.NO_ROUTE, e.sendTo(memory, 0, 1, FAR_AWAY));
        assertEquals(1, drops(DropReason.NO_ROUTE));
    }

    @Test
    void allHostsAreReachedWithPermissionAlone() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        assertEquals(RawResult.NOT_PERMITTED, e.sendTo(memory, 0, 1, BROADCAST));
        e.broadcast(true);
        assertEquals(RawResult.DONE, e.sendTo(memory, 0, 1, BROADCAST));
        assertEquals(BROADCAST, nextPacket().destination());
    }

    @Test
    void withoutABufferNothingIsSent() {
        final RawEndpoint e = endpoint(UNKNOWN_PROTOCOL);
        assertEquals(RawResult.DONE, e.connect(PEER));
        assertTrue(e.hasRoomFor(1, PEER));
        final List<Pbuf> taken = new ArrayList<>();
        for (Pbuf p = pool.takePage(); p != null; p = pool.takePage()) {
            taken.add(p);
        }
        for (Pbuf p = pool.take(Headroom.TRANSPORT, 1); p != null; p = pool.take(Headroom.TRANSPORT, 1)) {
            taken.add(p);
        }
        assertFalse(e.hasRoomFor(1, PEER));
        assertEquals(RawResult.NO_BUFFER, send(e, 1));
        taken.forEach(Pbuf::release);
        assertEquals(RawResult.DONE, send(e, 1));
    }

    @Test
    void aLinkThatIsFullTakesNoMore() {
        final StackConfig manyPages = StackConfig.small().withPages(4_096, 64);
        final LinkCapabilities link = LinkCapabilities.plainEthernet(FramePeer.STACK_MAC, MTU);
        try (FramePeer wide = new FramePeer(manyPages, link, 1, seconds(1))) {
            final RawEndpoint e = wide.stack().raw().open(UNKNOWN_PROTOCOL);
            assertNotNull(e);
            assertEquals(RawResult.DONE, e.connect(STACK));
            while (e.hasRoomFor(1_000, STACK)) {
                assertEquals(RawResult.DONE, e.sendTo(memory, 0, 1_000, STACK));
            }
            assertEquals(RawResult.NO_BUFFER, e.sendTo(memory, 0, 1_000, STACK));
            assertTrue(wide.stack().pool().pagesForSending() > 1_000);
            assertFalse(e.hasRoomFor(1_000, STACK));
            wide.settle();
            assertTrue(e.hasRoomFor(1_000, STACK));
            e.close();
            wide.stack().pool().assertNoLeaks();
        }
    }

    // ---- echo ----

    @Test
    void thisHostAnswersItself() {
        final RawEndpoint e = echoEndpoint(IDENTIFIER);
        new IcmpHeader().at(memory, 0).type(IcmpHeader.ECHO);
        assertEquals(RawResult.DONE, e.sendTo(memory, 0, IcmpHeader.LENGTH, STACK));
        wire.settle();
        hears(e, WITHOUT_IP_HEADER, IcmpHeader.ECHO_REPLY, 0);
    }

    private RawResult request(RawEndpoint e, int identifier, int octets) {
        memory.asSlice(0, IcmpHeader.LENGTH + octets).fill((byte) 9);
        new IcmpHeader()
                .at(memory, 0)
                .type(IcmpHeader.ECHO)
                .code(0)
                .identifier(identifier)
                .sequenceNumber(5)
                .checksum(0xABCD);
        return send(e, IcmpHeader.LENGTH + octets);
    }

    @Test
    void aRequestGetsTheIdentifierAndAChecksum() {
        final RawEndpoint e = echoEndpoint(IDENTIFIER);
        e.timeToLive(9);
        assertEquals(RawResult.DONE, request(e, 1, 56));
        final MemorySegment frame = nextFrame();
        final Ipv4Header header = new Ipv4Header().at(frame, EthernetHeader.LENGTH);
        assertEquals(9, header.timeToLive());
        assertEquals(IpProtocol.ICMP, header.protocol());
        final long at = EthernetHeader.LENGTH + (long) Ipv4Header.LENGTH;
        final IcmpHeader icmp = new IcmpHeader().at(frame, at);
        assertEquals(IDENTIFIER, icmp.identifier());
        assertEquals(5, icmp.sequenceNumber());
        assertEquals(0xFFFF, Checksum.sum(frame, at, IcmpHeader.LENGTH + 56));
    }

    @Test
    void aRequestWithoutAnIdentifierGetsAFreeOne() {
        final RawEndpoint e = kept(raw.openEcho());
        assertEquals(0, e.identifier());
        assertEquals(RawResult.DONE, request(e, 1, 0));
        assertNotEquals(0, e.identifier());
        final IcmpHeader icmp = new IcmpHeader().at(nextFrame(), EthernetHeader.LENGTH + (long) Ipv4Header.LENGTH);
        assertEquals(e.identifier(), icmp.identifier());
    }

    @Test
    void anIdentifierBelongsToOneEndpointUntilThatIsClosed() {
        final RawEndpoint first = echoEndpoint(IDENTIFIER);
        final RawEndpoint second = kept(raw.openEcho());
        assertEquals(RawResult.NOT_AVAILABLE, second.bind(0, IDENTIFIER));
        assertEquals(0, second.identifier());
        close(first);
        assertEquals(RawResult.DONE, second.bind(0, IDENTIFIER));
        assertEquals(RawResult.NOT_AVAILABLE, second.bind(0, IDENTIFIER + 1));
        assertEquals(IDENTIFIER, second.identifier());
    }

    @Test
    void whatIsNoRequestIsRefused() {
        final RawEndpoint e = echoEndpoint(IDENTIFIER);
        assertEquals(RawResult.DONE, request(e, 0, 0));
        assertEquals(RawResult.MALFORMED, send(e, IcmpHeader.LENGTH - 1));
        new IcmpHeader().at(memory, 0).code(1);
        assertEquals(RawResult.MALFORMED, send(e, IcmpHeader.LENGTH));
        new IcmpHeader().at(memory, 0).code(0).type(IcmpHeader.ECHO_REPLY);
        assertEquals(RawResult.MALFORMED, send(e, IcmpHeader.LENGTH));
    }

    @Test
    void aReplyIsHeardWithoutItsIpHeaderAndWithWhatThatSaid() {
        final RawEndpoint e = echoEndpoint(IDENTIFIER);
        final Pbuf reply = icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 56);
        reply.typeOfService(0x28);
        arrives(reply);
        final Pbuf heard = e.peek();
        assertNotNull(heard);
        assertEquals(PEER, RawEndpoint.sourceOf(heard));
        assertEquals(64, RawEndpoint.timeToLiveOf(heard));
        assertEquals(0x28, RawEndpoint.typeOfServiceOf(heard));
        hears(e, WITHOUT_IP_HEADER, IcmpHeader.ECHO_REPLY, 56);
    }

    @Test
    void onlyRepliesToItsOwnRequestsAreHeard() {
        final RawEndpoint e = echoEndpoint(IDENTIFIER);
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER + 1, 8));
        arrives(icmp(IcmpHeader.ECHO, IDENTIFIER, 8));
        arrives(icmp(TIMESTAMP_REPLY, IDENTIFIER, 12));
        hearsNothing(e);
    }

    @Test
    void aReplyWithAWrongChecksumIsNotHeard() {
        final RawEndpoint e = echoEndpoint(IDENTIFIER);
        final Pbuf reply = icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8);
        new IcmpHeader().at(reply.segment(), reply.offset()).checksum(1);
        arrives(reply);
        arrives(wire.buffer(IcmpHeader.LENGTH - 1));
        hearsNothing(e);
        assertEquals(1, drops(DropReason.ICMP_BAD_CHECKSUM));
        assertEquals(1, drops(DropReason.ICMP_MALFORMED));
    }

    @Test
    void aReplyThatSomebodyHearsIsNotCountedAsIgnored() {
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
        assertEquals(1, drops(DropReason.ICMP_IGNORED));
        echoEndpoint(IDENTIFIER + 2);
        final RawEndpoint e = echoEndpoint(IDENTIFIER);
        echoEndpoint(IDENTIFIER + 3);
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
        assertEquals(1, drops(DropReason.ICMP_IGNORED));
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER + 1, 8));
        assertEquals(2, drops(DropReason.ICMP_IGNORED));
        hears(e, WITHOUT_IP_HEADER, IcmpHeader.ECHO_REPLY, 8);
    }

    // ---- life ----

    @Test
    void whenAllAreInUseThereIsNone() {
        for (int i = 0; i < wire.stack().config().rawEndpoints(); i++) {
            endpoint(UNKNOWN_PROTOCOL);
        }
        assertNull(raw.open(UNKNOWN_PROTOCOL));
        assertNull(raw.openEcho());
        final RawEndpoint any = opened.get(1);
        close(any);
        assertSame(any, endpoint(UNKNOWN_PROTOCOL));
    }

    @Test
    void anEndpointBeginsAnewEachTime() {
        final RawEndpoint e = kept(raw.openEcho());
        assertEquals(RawResult.DONE, e.bind(STACK, IDENTIFIER));
        assertEquals(RawResult.DONE, e.connect(PEER));
        e.timeToLive(1);
        e.typeOfService(1);
        e.broadcast(true);
        e.headerIncluded(true);
        e.icmpFilter(-1);
        e.sendLimit(1);
        e.queueLimit(1);
        e.attachment(this);
        e.handler(any -> {
            throw new AssertionError("told after its end");
        });
        close(e);
        assertTrue(raw.isIdle());
        assertSame(e, endpoint(UNKNOWN_PROTOCOL));
        assertEquals("protocol 253 0.0.0.0 - 0.0.0.0", e.toString());
        assertEquals(0, e.identifier());
        assertEquals(64, e.timeToLive());
        assertEquals(0, e.typeOfService());
        assertEquals(0, e.icmpFilter());
        assertEquals(0xFFFF, e.sendLimit());
        assertEquals(wire.stack().config().udpQueue(), e.queueLimit());
        assertFalse(e.broadcast() || e.headerIncluded() || e.isEcho());
        assertNull(e.attachment());
        hearsNothing(e);
        arrivesUnknown();
        assertNotNull(e.peek());
    }

    @Test
    void whatWaitsInAnEndpointGoesWithIt() {
        final RawEndpoint e = endpoint(IpProtocol.ICMP);
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
        assertNotEquals(0, pool.inUse());
        close(e);
        pool.assertNoLeaks();
        assertThrows(IllegalStateException.class, e::close);
    }

    @Test
    void anEndpointThatIsClosedHearsNothingAndTheOthersStillDo() {
        final RawEndpoint first = endpoint(IpProtocol.ICMP);
        final RawEndpoint middle = endpoint(IpProtocol.ICMP);
        final RawEndpoint last = endpoint(IpProtocol.ICMP);
        close(middle);
        arrives(icmp(IcmpHeader.ECHO_REPLY, IDENTIFIER, 8));
        hears(first, WITH_IP_HEADER, IcmpHeader.ECHO_REPLY, 8);
        hears(last, WITH_IP_HEADER, IcmpHeader.ECHO_REPLY, 8);
        hearsNothing(middle);
    }

    @Test
    void anEchoEndpointIsNamedByItsIdentifier() {
        final RawEndpoint e = echoEndpoint(7);
        assertEquals(RawResult.DONE, e.connect(PEER));
        assertEquals("echo 7 0.0.0.0 - " + IpAddress.ofIpv4(PEER), e.toString());
    }
}
