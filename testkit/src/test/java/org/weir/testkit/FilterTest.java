package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.filter.FilterVerdict.ACCEPT;
import static org.weir.filter.FilterVerdict.DROP;
import static org.weir.filter.FilterVerdict.REJECT;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.esp.EspSuite;
import org.weir.esp.SecurityPolicy;
import org.weir.filter.FilterEvent;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterMask;
import org.weir.filter.FilterProtocol;
import org.weir.filter.FilterVerdict;
import org.weir.filter.PacketFilter;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawResult;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.wire.ArpPacket;
import org.weir.wire.Checksum;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// The stack's filter between the wire and the protocols of one host.
class FilterTest {
    private static final int PORT = 9;
    private static final int HEADERS = EthernetHeader.LENGTH + Ipv4Header.LENGTH;
    private static final IpAddress PEER = IpAddress.ofIpv4(FramePeer.PEER_ADDRESS);
    private static final IpAddress STACK = IpAddress.ofIpv4(FramePeer.STACK_ADDRESS);
    private static final String IN = "INPUT UDP 192.0.2.1:1234 > 192.0.2.2:9";
    private static final String OUT = "OUTPUT UDP 192.0.2.2:9 > 192.0.2.1:1234";

    private final FramePeer wire = new FramePeer();
    private final Stack stack = wire.stack();
    private final Sockets sockets = stack.sockets();
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[70_000]);
    private final Judge judge = new Judge();
    private int socket;

    @BeforeEach
    void aSocketOnPort9() {
        socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.bind(socket, new SocketAddress(IpAddress.ANY, PORT)));
    }

    @AfterEach
    void nothingLeaks() {
        stack.removeFilter();
        sockets.close(socket);
        wire.after(seconds(1_000));
        stack.pool().assertNoLeaks();
        wire.close();
    }

    private void isAskedAt(FilterHook hook) {
        stack.filter(judge, FilterMask.NONE.with(hook));
    }

    private void datagramArrives() {
        udp(100).send();
    }

    private HandmadeDatagram udp(int octets) {
        return HandmadeDatagram.udp(wire, octets);
    }

    private int receive() {
        return sockets.receive(socket, buffer, 0, 70_000, 0);
    }

    private int send(int octets) {
        return sendTo(PEER, 1_234, octets);
    }

    private int sendTo(IpAddress address, int port, int octets) {
        final int sent = sockets.sendTo(socket, buffer, 0, octets, new SocketAddress(address, port));
        wire.settle();
        return sent;
    }

    private long drops(DropReason reason) {
        return stack.drops().of(reason);
    }

    private @Nullable Ipv4Header sent() {
        final byte[] frame = wire.frames().peek();
        return frame == null ? null : new Ipv4Header().at(MemorySegment.ofArray(frame), EthernetHeader.LENGTH);
    }

    private IcmpHeader sentIcmp() {
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame, "nothing was sent");
        final MemorySegment memory = MemorySegment.ofArray(frame);
        assertEquals(
                IpProtocol.ICMP,
                new Ipv4Header().at(memory, EthernetHeader.LENGTH).protocol());
        return new IcmpHeader().at(memory, HEADERS);
    }

    private void tcpArrives(int flags, int destination) {
        final Pbuf p = wire.buffer(TcpHeader.LENGTH);
        new TcpHeader()
                .at(p.segment(), p.offset())
                .portsAndSequence(1_234, 80, 7_000)
                .acknowledgmentAndControl(5_000, TcpHeader.LENGTH, flags, 1_000)
                .checksumAndUrgentPointer(0, 0);
        final int pseudo = Checksum.pseudoHeader(FramePeer.PEER_ADDRESS, destination, IpProtocol.TCP, TcpHeader.LENGTH);
        new TcpHeader()
                .at(p.segment(), p.offset())
                .checksum(Checksum.complement(
                        Checksum.append(pseudo, Checksum.sum(p.segment(), p.offset(), TcpHeader.LENGTH), false)));
        wire.sendIpv4(p, IpProtocol.TCP, FramePeer.PEER_ADDRESS, destination);
    }

    private TcpHeader sentTcp() {
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame, "nothing was sent");
        final MemorySegment memory = MemorySegment.ofArray(frame);
        assertEquals(
                IpProtocol.TCP,
                new Ipv4Header().at(memory, EthernetHeader.LENGTH).protocol());
        return new TcpHeader().at(memory, HEADERS);
    }

    // ---- in ----

    @Test
    void whatIsAcceptedGoesUp() {
        isAskedAt(FilterHook.INPUT);
        datagramArrives();
        assertEquals(100, receive());
        judge.wasAsked(IN);
    }

    @Test
    void whatIsDroppedVanishesAndIsCounted() {
        isAskedAt(FilterHook.INPUT);
        judge.says(DROP, FilterHook.INPUT);
        datagramArrives();
        assertEquals(-Errno.EAGAIN, receive());
        assertEquals(1, drops(DropReason.FILTER_INPUT));
        assertNull(sent());
    }

    @Test
    void whatIsRejectedIsAdministrativelyProhibited() {
        isAskedAt(FilterHook.INPUT);
        judge.says(REJECT, FilterHook.INPUT);
        datagramArrives();
        assertEquals(-Errno.EAGAIN, receive());
        assertEquals(1, drops(DropReason.FILTER_INPUT));
        final IcmpHeader icmp = sentIcmp();
        assertEquals(IcmpHeader.DESTINATION_UNREACHABLE, icmp.type());
        assertEquals(IcmpHeader.ADMINISTRATIVELY_PROHIBITED, icmp.code());
    }

    @Test
    void rejectingAnEchoRequestIsToldTooButAnErrorIsNever() {
        isAskedAt(FilterHook.INPUT);
        judge.says(REJECT, FilterHook.INPUT);
        HandmadeDatagram.icmp(wire, IcmpHeader.ECHO, 10).send();
        assertEquals(IcmpHeader.ADMINISTRATIVELY_PROHIBITED, sentIcmp().code());
        HandmadeDatagram.icmp(wire, IcmpHeader.TIME_EXCEEDED, 40).send();
        assertNull(sent());
        assertEquals(2, drops(DropReason.FILTER_INPUT));
    }

    @Test
    void whatWentToAllIsRejectedWithoutAWord() {
        isAskedAt(FilterHook.INPUT);
        judge.says(REJECT, FilterHook.INPUT);
        udp(10).to(0xC000_02FF).send();
        assertNull(sent());
        assertEquals(1, drops(DropReason.FILTER_INPUT));
    }

    @Test
    void rejectionsAreLimitedLikeOtherErrors() {
        isAskedAt(FilterHook.INPUT);
        judge.says(REJECT, FilterHook.INPUT);
        for (int i = 0; i < 60; i++) {
            datagramArrives();
        }
        assertEquals(50, wire.frames().size());
        assertEquals(10, drops(DropReason.ICMP_RATE_LIMITED));
        assertEquals(60, drops(DropReason.FILTER_INPUT));
        wire.frames().clear();
    }

    @Test
    void aRejectedSegmentIsResetAsIfNobodyListened() {
        isAskedAt(FilterHook.INPUT);
        judge.says(REJECT, FilterHook.INPUT);
        tcpArrives(TcpHeader.SYN, FramePeer.STACK_ADDRESS);
        final TcpHeader answer = sentTcp();
        assertEquals(TcpHeader.RST | TcpHeader.ACK, answer.flags());
        assertEquals(0, answer.sequenceNumber());
        assertEquals(7_001, answer.acknowledgmentNumber());
        tcpArrives(TcpHeader.ACK, FramePeer.STACK_ADDRESS);
        final TcpHeader second = sentTcp();
        assertEquals(TcpHeader.RST, second.flags());
        assertEquals(5_000, second.sequenceNumber());
        tcpArrives(TcpHeader.RST, FramePeer.STACK_ADDRESS);
        assertNull(sent());
        tcpArrives(TcpHeader.SYN, 0xC000_02FF);
        assertNull(sent());
        assertEquals(4, drops(DropReason.FILTER_INPUT));
    }

    @Test
    void aRejectedSegmentWithAWrongChecksumIsNotAnswered() {
        isAskedAt(FilterHook.INPUT);
        judge.says(REJECT, FilterHook.INPUT);
        final byte[] segment = new byte[TcpHeader.LENGTH];
        new TcpHeader()
                .at(MemorySegment.ofArray(segment), 0)
                .portsAndSequence(1, 2, 3)
                .acknowledgmentAndControl(0, TcpHeader.LENGTH, TcpHeader.SYN, 100);
        new HandmadeDatagram(wire, IpProtocol.TCP, segment).send();
        assertNull(sent());
    }

    @Test
    void whatCameInFragmentsIsAskedAboutOnce() {
        isAskedAt(FilterHook.INPUT);
        udp(100).fragment(48, 108);
        judge.wasAsked();
        udp(100).fragment(0, 48);
        judge.wasAsked(IN);
        assertEquals(100, receive());
        judge.says(DROP, FilterHook.INPUT);
        udp(100).fragment(48, 108).fragment(0, 48);
        assertEquals(-Errno.EAGAIN, receive());
        assertEquals(1, drops(DropReason.FILTER_INPUT));
    }

    @Test
    void theLoopbackIsAskedAboutBothWays() {
        stack.filter(judge, FilterMask.NONE.with(FilterHook.INPUT, FilterHook.OUTPUT));
        assertEquals(10, sendTo(STACK, PORT, 10));
        assertEquals(10, receive());
        judge.wasAsked("OUTPUT UDP 127.0.0.1:9 > 192.0.2.2:9", "INPUT UDP 127.0.0.1:9 > 192.0.2.2:9");
    }

    // ---- out ----

    @Test
    void whatMayLeaveLeaves() {
        isAskedAt(FilterHook.OUTPUT);
        assertEquals(20, send(20));
        assertNotNull(sent());
        judge.wasAsked(OUT);
    }

    @ParameterizedTest
    @EnumSource(
            value = FilterVerdict.class,
            names = {"DROP", "REJECT"})
    void theSenderOfADatagramThatMayNotLeaveIsTold(FilterVerdict verdict) {
        isAskedAt(FilterHook.OUTPUT);
        judge.says(verdict, FilterHook.OUTPUT);
        final long before = stack.udp().sent();
        assertEquals(-Errno.EPERM, send(20));
        assertNull(sent());
        assertEquals(before, stack.udp().sent());
        assertEquals(1, drops(DropReason.FILTER_OUTPUT));
    }

    @Test
    void aDatagramToAllThatMayNotLeaveIsNotHeardHereEither() {
        isAskedAt(FilterHook.OUTPUT);
        judge.says(DROP, FilterHook.OUTPUT);
        assertEquals(0, sockets.setOption(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_BROADCAST, 1));
        final IpAddress all = IpAddress.ofIpv4(0xC000_02FF);
        assertEquals(-Errno.EPERM, sendTo(all, PORT, 20));
        assertEquals(-Errno.EAGAIN, receive());
        stack.removeFilter();
        assertEquals(20, sendTo(all, PORT, 20));
        assertEquals(20, receive());
    }

    @Test
    void theSenderOfARawPacketThatMayNotLeaveIsTold() {
        isAskedAt(FilterHook.OUTPUT);
        judge.says(DROP, FilterHook.OUTPUT);
        final RawEndpoint raw = stack.raw().open(200);
        assertNotNull(raw);
        assertEquals(RawResult.FILTERED, raw.sendTo(buffer, 0, 10, FramePeer.PEER_ADDRESS));
        buffer.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x45);
        raw.headerIncluded(true);
        assertEquals(RawResult.FILTERED, raw.sendTo(buffer, 0, 40, FramePeer.PEER_ADDRESS));
        assertNull(sent());
        assertEquals(2, drops(DropReason.FILTER_OUTPUT));
        raw.close();
    }

    @Test
    void anEchoReplyThatMayNotLeaveIsNotCountedAsAnswer() {
        isAskedAt(FilterHook.OUTPUT);
        judge.says(DROP, FilterHook.OUTPUT);
        HandmadeDatagram.icmp(wire, IcmpHeader.ECHO, 10).send();
        assertNull(sent());
        assertEquals(0, stack.ipv4().icmp().echoesAnswered());
    }

    @Test
    void aDatagramIsAskedAboutBeforeItIsCutIntoFragments() {
        isAskedAt(FilterHook.OUTPUT);
        final List<Integer> lengths = new ArrayList<>();
        judge.looks(event -> lengths.add(event.length()));
        assertEquals(4_000, send(4_000));
        assertEquals(3, wire.frames().size());
        assertEquals(List.of(4_028), lengths);
        wire.frames().clear();
    }

    @Test
    void manyDatagramsOfOneCallAreOneEvent() {
        isAskedAt(FilterHook.OUTPUT);
        assertEquals(0, sockets.setOption(socket, SocketOptions.IPPROTO_UDP, SocketOptions.UDP_SEGMENT, 100));
        assertEquals(300, send(300));
        assertEquals(3, wire.frames().size());
        judge.wasAsked(OUT);
        wire.frames().clear();
    }

    // ---- protection ----

    @Test
    void protectedPacketsAreSeenReadableBothWays() throws GeneralSecurityException {
        final EspSuite suite = EspSuite.named("aes128gcm16");
        final byte[] in = key(suite, 1);
        stack.esp().addAssociation(0x1001, PEER, STACK, suite, in, 64);
        stack.esp().addAssociation(0x2001, STACK, PEER, suite, key(suite, 2), 64);
        stack.esp().addPolicy(SecurityPolicy.with(SecurityPolicy.Action.PROTECT, new IpPrefix(PEER, 32)));
        stack.filter(judge, FilterMask.NONE.with(FilterHook.INPUT, FilterHook.OUTPUT));
        final byte[] sealed = new EspPeer(suite, in).seal(0x1001, 1, IpProtocol.UDP, udp(10).octets());
        new HandmadeDatagram(wire, IpProtocol.ESP, sealed).send();
        assertEquals(10, receive());
        assertEquals(5, send(5));
        final Ipv4Header left = sent();
        assertNotNull(left);
        assertEquals(IpProtocol.ESP, left.protocol());
        judge.wasAsked(IN, OUT);
        judge.says(DROP, FilterHook.INPUT);
        final byte[] next = new EspPeer(suite, in).seal(0x1001, 2, IpProtocol.UDP, udp(10).octets());
        new HandmadeDatagram(wire, IpProtocol.ESP, next).send();
        assertEquals(-Errno.EAGAIN, receive());
        assertEquals(1, drops(DropReason.FILTER_INPUT));
    }

    private static byte[] key(EspSuite suite, int seed) {
        final byte[] key = new byte[suite.keyOctets()];
        new Random(seed).nextBytes(key);
        return key;
    }

    // ---- frames ----

    @Test
    void framesAreSeenOnTheirWayInAndOut() {
        final List<String> seen = new ArrayList<>();
        stack.filter(
                judge.looks(event -> seen.add(event.hook() + " " + Integer.toHexString(event.etherType()) + " "
                        + Long.toHexString(event.destinationHardwareAddress()) + " " + event.length())),
                FilterMask.NONE.with(FilterProtocol.LINK, FilterHook.INPUT, FilterHook.OUTPUT));
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, FramePeer.STACK_ADDRESS);
        assertEquals(List.of("INPUT 806 ffffffffffff 42", "OUTPUT 806 20000000001 42"), seen);
        datagramArrives();
        assertEquals("INPUT 800 20000000002 142", seen.getLast());
    }

    @ParameterizedTest
    @EnumSource(
            value = FilterVerdict.class,
            names = {"DROP", "REJECT"})
    void anArpRequestCanBeKeptOut(FilterVerdict verdict) {
        stack.filter(
                judge.says(verdict, FilterHook.INPUT), FilterMask.NONE.with(FilterProtocol.LINK, FilterHook.INPUT));
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, FramePeer.STACK_ADDRESS);
        assertNull(wire.frames().poll());
        assertEquals(1, drops(DropReason.FILTER_LINK));
    }

    @Test
    void anArpReplyCanBeKeptBack() {
        stack.filter(judge.says(DROP, FilterHook.OUTPUT), FilterMask.NONE.with(FilterProtocol.LINK, FilterHook.OUTPUT));
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, FramePeer.STACK_ADDRESS);
        assertNull(wire.frames().poll());
        assertEquals(1, drops(DropReason.FILTER_LINK));
    }

    // ---- masks ----

    @Test
    void aMaskSaysWhichProtocolsAreAskedAbout() {
        stack.filter(judge.says(DROP, FilterHook.INPUT), FilterMask.NONE.with(FilterProtocol.ICMP, FilterHook.INPUT));
        datagramArrives();
        assertEquals(100, receive());
        judge.wasAsked();
        HandmadeDatagram.icmp(wire, IcmpHeader.ECHO, 10).send();
        judge.wasAsked("INPUT ICMP 192.0.2.1:0 > 192.0.2.2:0");
        tcpArrives(TcpHeader.SYN, FramePeer.STACK_ADDRESS);
        new HandmadeDatagram(wire, 200, new byte[8]).send();
        judge.wasAsked();
        stack.filter(judge, FilterMask.NONE.with(FilterProtocol.OTHER, FilterHook.INPUT));
        new HandmadeDatagram(wire, 200, new byte[8]).send();
        judge.wasAsked("INPUT OTHER 192.0.2.1:0 > 192.0.2.2:0");
        wire.frames().clear();
    }

    @Test
    void everythingIsAskedAboutWithoutAMask() {
        stack.filter(judge);
        datagramArrives();
        assertEquals(100, receive());
        judge.wasAsked("INPUT LINK -:0 > -:0", IN);
    }

    @Test
    void aFilterCanBeReplacedAndRemoved() {
        stack.filter(judge.says(DROP, FilterHook.INPUT));
        datagramArrives();
        assertEquals(-Errno.EAGAIN, receive());
        final Judge second = new Judge();
        stack.filter(second, FilterMask.NONE.with(FilterHook.INPUT));
        datagramArrives();
        assertEquals(100, receive());
        second.wasAsked(IN);
        stack.removeFilter();
        judge.events().clear();
        datagramArrives();
        assertEquals(100, receive());
        second.wasAsked();
        judge.wasAsked();
    }

    // ---- what an event tells ----

    @Test
    void anEventTellsWhatThePacketSays() {
        isAskedAt(FilterHook.INPUT);
        judge.looks(event -> {
            assertEquals(FilterProtocol.UDP, event.protocol());
            assertEquals("eth0", event.inputInterface());
            assertNull(event.outputInterface());
            assertEquals(wire.nowNs(), event.nowNs());
            assertEquals(0x48, event.typeOfService());
            assertEquals(64, event.timeToLive());
            assertEquals(IpProtocol.UDP, event.ipProtocol());
            assertEquals(128, event.length());
            assertFalse(event.isSourceLocal());
            assertFalse(event.isLaterFragment());
            assertEquals(0x45, event.octet(0));
            assertEquals(SegmentSpec.patternAt(99) & 0xFF, event.octet(127));
            final byte[] tail = new byte[12];
            event.copyTo(118, MemorySegment.ofArray(tail), 2, 10);
            assertEquals(0, tail[1]);
            assertEquals(SegmentSpec.patternAt(90), tail[2]);
            assertEquals(SegmentSpec.patternAt(99), tail[11]);
            assertThrows(IndexOutOfBoundsException.class, () -> event.octet(128));
            assertThrows(IndexOutOfBoundsException.class, () -> event.octet(-1));
            final MemorySegment target = MemorySegment.ofArray(tail);
            assertThrows(IndexOutOfBoundsException.class, () -> event.copyTo(120, target, 0, 9));
            assertThrows(IndexOutOfBoundsException.class, () -> event.copyTo(0, target, 3, 10));
        });
        udp(100).typeOfService(0x48).send();
        assertEquals(
                0,
                stack.filters().failures(),
                () -> String.valueOf(stack.filters().lastFailure()));
        assertEquals(100, receive());
    }

    @Test
    void flagsTypesAndCodesAreThere() {
        isAskedAt(FilterHook.INPUT);
        final List<Integer> seen = new ArrayList<>();
        judge.looks(event -> {
            seen.add(event.tcpFlags());
            seen.add(event.icmpType());
            seen.add(event.icmpCode());
        });
        tcpArrives(TcpHeader.SYN, FramePeer.STACK_ADDRESS);
        HandmadeDatagram.icmp(wire, IcmpHeader.ECHO, 0).send();
        new HandmadeDatagram(wire, IpProtocol.TCP, new byte[] {0, 80, 0, 81, 1}).send();
        new HandmadeDatagram(wire, IpProtocol.UDP, new byte[] {1}).send();
        assertEquals(List.of(TcpHeader.SYN, 0, 0, 0, IcmpHeader.ECHO, 0, 0, 0, 0, 0, 0, 0), seen);
        assertEquals("INPUT TCP 192.0.2.1:80 > 192.0.2.2:81", judge.events().get(2));
        assertEquals("INPUT UDP 192.0.2.1:0 > 192.0.2.2:0", judge.events().get(3));
        wire.frames().clear();
    }

    @Test
    void octetsOfALongPacketAreReadAcrossItsBuffers() {
        isAskedAt(FilterHook.OUTPUT);
        final byte[] octets = new byte[4_000];
        new Random(1).nextBytes(octets);
        MemorySegment.copy(MemorySegment.ofArray(octets), 0, buffer, 0, octets.length);
        final byte[] seen = new byte[4_000];
        judge.looks(event -> {
            for (int i = 0; i < seen.length; i++) {
                seen[i] = (byte) event.octet(28 + i);
            }
        });
        assertEquals(4_000, send(4_000));
        assertArrayEquals(octets, seen);
        wire.frames().clear();
    }

    @Test
    void anEventIsOverAfterTheCall() {
        isAskedAt(FilterHook.INPUT);
        final List<FilterEvent> kept = new ArrayList<>();
        judge.looks(kept::add);
        datagramArrives();
        final FilterEvent event = kept.getFirst();
        final List<Runnable> accesses = List.of(
                event::hook,
                event::protocol,
                event::nowNs,
                event::inputInterface,
                event::outputInterface,
                event::sourceHigh,
                event::sourceLow,
                event::sourcePort,
                event::destinationHigh,
                event::destinationLow,
                event::destinationPort,
                event::isSourceLocal,
                event::ipProtocol,
                event::typeOfService,
                event::timeToLive,
                event::isLaterFragment,
                event::tcpFlags,
                event::icmpType,
                event::icmpCode,
                event::etherType,
                event::sourceHardwareAddress,
                event::destinationHardwareAddress,
                event::length,
                () -> event.octet(0),
                () -> event.copyTo(0, buffer, 0, 1));
        accesses.forEach(access -> assertThrows(IllegalStateException.class, access::run));
        assertEquals("an event that has passed", event.toString());
    }

    // ---- filters that fail ----

    private void failsClosed(PacketFilter filter) {
        stack.filter(filter, FilterMask.NONE.with(FilterHook.INPUT, FilterHook.OUTPUT));
        datagramArrives();
        assertEquals(-Errno.EAGAIN, receive());
        assertEquals(-Errno.EPERM, send(10));
        assertNull(sent());
        assertEquals(2, drops(DropReason.FILTER_FAILED));
        assertEquals(2, stack.filters().failures());
        stack.removeFilter();
        datagramArrives();
        assertEquals(100, receive());
        assertEquals(10, send(10));
    }

    @Test
    void aFilterThatThrowsKeepsEverythingOutAndTheStackGoesOn() {
        failsClosed(event -> {
            throw new UnsupportedOperationException("no idea");
        });
        final Throwable kept = stack.filters().lastFailure();
        assertNotNull(kept);
        assertEquals("no idea", kept.getMessage());
    }

    @Test
    void aFilterThatNeverReturnsFromItselfIsCaughtToo() {
        failsClosed(FilterTest::forEver);
        assertInstanceOf(StackOverflowError.class, stack.filters().lastFailure());
    }

    @SuppressWarnings("InfiniteRecursion") // That is the point.
    private static FilterVerdict forEver(FilterEvent event) {
        return forEver(event);
    }

    @SuppressWarnings("NullAway") // A filter of Java's that keeps no promises.
    @Test
    void noVerdictIsNoPermission() {
        failsClosed(event -> null);
        assertInstanceOf(NullPointerException.class, stack.filters().lastFailure());
    }

    @Test
    void aFilterMayNotCallTheStackThatAsksIt() {
        final Netif netif = stack.ipv4().interfaces().get(1);
        final List<Runnable> calls = List.of(
                () -> stack.poll(wire.nowNs()),
                () -> sockets.sendTo(socket, buffer, 0, 1, new SocketAddress(PEER, 1)),
                () -> sockets.close(socket),
                () -> sockets.bind(socket, new SocketAddress(IpAddress.ANY, 10)),
                () -> stack.addRoute(stack.via(IpPrefix.ALL, PEER)),
                stack::removeFilter,
                stack::release,
                stack::close,
                () -> netif.up(false),
                () -> netif.receive(1),
                netif::flush,
                netif::close,
                () -> stack.filter(judge),
                () -> stack.udp().open(),
                () -> stack.tcp().bind(0, IpAddress.ANY.low(), 5),
                () -> stack.raw().open(1));
        isAskedAt(FilterHook.INPUT);
        final List<String> told = new ArrayList<>();
        judge.looks(event -> calls.forEach(call -> {
            final IllegalStateException e = assertThrows(IllegalStateException.class, call::run);
            told.add(String.valueOf(e.getMessage()));
        }));
        datagramArrives();
        assertEquals(0, stack.filters().failures());
        assertEquals(calls.size(), told.size());
        assertTrue(told.stream().allMatch(message -> message.contains("a filter must not call it")), told::toString);
        assertEquals(100, receive());
    }

    @Test
    void aFilterThatCallsTheStackAndDoesNotCatchFailsClosed() {
        failsClosed(event -> {
            stack.poll(wire.nowNs());
            return ACCEPT;
        });
    }

    @Test
    void whatWasAskedAndRefusedIsCounted() {
        stack.filter(judge.says(DROP, FilterHook.OUTPUT), FilterMask.NONE.with(FilterHook.INPUT, FilterHook.OUTPUT));
        datagramArrives();
        send(1);
        assertEquals(2, stack.filters().asked());
        assertEquals(1, stack.filters().refused());
        assertEquals(0, stack.filters().failures());
    }

    @Test
    void framesThatAreNotForThisStationAreNotAskedAbout() {
        stack.filter(judge, FilterMask.NONE.with(FilterProtocol.LINK, FilterHook.INPUT));
        wire.sendFrame(wire.buffer(4));
        wire.sendEthernet(wire.buffer(4), 0x02_00_00_00_00_77L, EtherType.IPV4);
        judge.wasAsked();
        assertEquals(1, drops(DropReason.ETHERNET_RUNT));
        assertEquals(1, drops(DropReason.ETHERNET_OTHER_HOST));
    }
}
