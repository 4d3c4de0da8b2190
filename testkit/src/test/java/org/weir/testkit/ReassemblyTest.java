package org.weir.testkit;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.Reassembly;
import org.weir.link.DropReason;
import org.weir.link.LinkCapabilities;
import org.weir.memory.Pbuf;
import org.weir.raw.RawEndpoint;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.Checksum;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;
import org.weir.wire.UdpHeader;

/// Fragments at packet level: RFC 791 section 3.2, RFC 1122 section 3.3.2, and the attacks of RFC 1858, 3128 and 5722.
class ReassemblyTest {
    private static final int PORT = 9;
    private static final int BROADCAST = 0xC000_02FF;
    private static final int OTHER_HOST = 0xC000_0210;
    private static final long TIME_LIMIT = seconds(30);
    /// What a stack with small buffers puts together at the same time; half of it of one sender.
    private static final int DATAGRAMS = 8;

    private final FramePeer wire = new FramePeer();
    private final Stack stack = wire.stack();
    private final Sockets sockets = stack.sockets();
    private final Reassembly reassembly = stack.ipv4().reassembly();
    private final byte[] received = new byte[70_000];
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
        assertEquals(0, reassembly.waiting());
        assertEquals(0, reassembly.trueSize());
        assertEquals(0, stack.armedTimers());
        stack.pool().assertNoLeaks();
        wire.close();
    }

    private HandmadeDatagram udp(int octets) {
        return HandmadeDatagram.udp(wire, octets);
    }

    private HandmadeDatagram udp(int octets, int source) {
        return HandmadeDatagram.udp(wire, octets, source);
    }

    private void arrives(int octets) {
        assertEquals(octets, sockets.receive(socket, MemorySegment.ofArray(received), 0, received.length, 0));
        for (int i = 0; i < octets; i++) {
            assertEquals(SegmentSpec.patternAt(i), received[i], "octet " + i);
        }
    }

    private void nothingArrives() {
        assertEquals(-Errno.EAGAIN, sockets.receive(socket, MemorySegment.ofArray(received), 0, received.length, 0));
    }

    private void dropped(DropReason reason, int count) {
        assertEquals(count, stack.drops().of(reason), reason.toString());
        assertEquals(count, stack.drops().total());
    }

    // ---- what is put together ----

    @Test
    void threeFragmentsArriveInEveryOrder() {
        final int[][] cuts = {{0, 16}, {16, 48}, {48, 108}};
        final int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        int number = 1;
        for (final int[] order : orders) {
            final HandmadeDatagram d = udp(100).identification(number++);
            d.fragment(cuts[order[0]][0], cuts[order[0]][1]).fragment(cuts[order[1]][0], cuts[order[1]][1]);
            nothingArrives();
            assertEquals(1, reassembly.waiting());
            d.fragment(cuts[order[2]][0], cuts[order[2]][1]);
            arrives(100);
            assertEquals(0, reassembly.waiting());
        }
        assertEquals(0, stack.drops().total());
        assertEquals(orders.length, reassembly.reassembled());
    }

    @Test
    void theLongestDatagramArrivesFromASmallMtu() {
        udp(65_507).inPiecesOf(1_480);
        arrives(65_507);
    }

    @Test
    void fragmentsOfDifferentDatagramsAreToldApart() {
        final HandmadeDatagram one = udp(100).identification(1);
        final HandmadeDatagram two = udp(200).identification(2);
        final HandmadeDatagram ofAnother = udp(300, OTHER_HOST).identification(1);
        final HandmadeDatagram echo =
                HandmadeDatagram.icmp(wire, IcmpHeader.ECHO, 400).identification(1);
        one.fragment(0, 48);
        two.fragment(0, 48);
        ofAnother.fragment(0, 48);
        echo.fragment(0, 48);
        assertEquals(4, reassembly.waiting());
        ofAnother.fragment(48, 308);
        arrives(300);
        two.fragment(48, 208);
        arrives(200);
        one.fragment(48, 108);
        arrives(100);
        echo.fragment(48, 408);
        assertEquals(1, wire.frames().size());
        wire.frames().clear();
    }

    @Test
    void aDuplicateIsDroppedAndCounted() {
        udp(100).fragment(16, 48).fragment(16, 48).fragment(0, 16).fragment(48, 108);
        arrives(100);
        udp(100).identification(2)
                .fragment(48, 108)
                .fragment(0, 16)
                .fragment(48, 108)
                .fragment(0, 16)
                .fragment(16, 48);
        arrives(100);
        dropped(DropReason.IPV4_FRAGMENT_DUPLICATE, 3);
    }

    @Test
    void theTransportChecksumIsVerifiedOverAllFragments() {
        udp(100).fragment(0, 48).spoil(100).fragment(48, 108);
        nothingArrives();
        dropped(DropReason.UDP_BAD_CHECKSUM, 1);
    }

    /// No link joins fragments; one that says so does not get the datagram cut.
    @Test
    void whatALinkSaysOfSegmentsCountsForNothing() {
        udp(100).segmentSize(10).fragment(0, 48).fragment(48, 108);
        arrives(100);
    }

    @Test
    void headerFieldsAreThoseOfTheFirstFragment() {
        udp(100).typeOfService(0x28).fragment(48, 108).typeOfService(0x48).fragment(0, 48);
        final UdpEndpoint endpoint = requireNonNull(sockets.endpoint(socket));
        final Pbuf heard = requireNonNull(endpoint.peek());
        assertEquals(0x48, UdpEndpoint.typeOfServiceOf(heard));
        arrives(100);
    }

    @Test
    void oneFragmentThatARouterHasMarkedMarksTheDatagram() {
        udp(100).typeOfService(2).fragment(0, 48).typeOfService(3).fragment(48, 108);
        final UdpEndpoint endpoint = requireNonNull(sockets.endpoint(socket));
        assertEquals(3, UdpEndpoint.typeOfServiceOf(requireNonNull(endpoint.peek())));
        arrives(100);
    }

    @Test
    void anEchoRequestOfTheLargestSizeIsAnswered() {
        HandmadeDatagram.icmp(wire, IcmpHeader.ECHO, 65_507).inPiecesOf(1_480);
        final byte[] reply = FragmentationTest.putTogether(wire);
        assertEquals(IcmpHeader.LENGTH + 65_507, reply.length);
        assertEquals(IcmpHeader.ECHO_REPLY, reply[0]);
        assertEquals(0xFFFF, Checksum.sum(MemorySegment.ofArray(reply), 0, reply.length));
        final byte[] expected = HandmadeDatagram.pattern(IcmpHeader.LENGTH, 65_507);
        assertTrue(Arrays.equals(reply, 8, reply.length, expected, 8, expected.length));
    }

    @Test
    void aTcpSegmentInFragmentsIsHeard() {
        final int listener = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        sockets.bind(listener, new SocketAddress(IpAddress.ANY, 80));
        sockets.listen(listener, 1);
        new HandmadeDatagram(wire, IpProtocol.TCP, syn(12)).fragment(24, 32).fragment(0, 24);
        final MemorySegment answer =
                MemorySegment.ofArray(requireNonNull(wire.frames().poll()));
        final TcpHeader tcp = new TcpHeader().at(answer, EthernetHeader.LENGTH + (long) Ipv4Header.LENGTH);
        assertEquals(1_234, tcp.destinationPort());
        assertEquals(TcpHeader.SYN | TcpHeader.ACK, tcp.flags());
        sockets.close(listener);
        wire.after(seconds(200));
        wire.frames().clear();
    }

    /// A SYN to port 80 with text.
    private static byte[] syn(int octets) {
        final byte[] segment = HandmadeDatagram.pattern(TcpHeader.LENGTH, octets);
        final MemorySegment memory = MemorySegment.ofArray(segment);
        new TcpHeader()
                .at(memory, 0)
                .sourcePort(1_234)
                .destinationPort(80)
                .sequenceNumber(1)
                .acknowledgmentNumber(0)
                .headerLength(TcpHeader.LENGTH)
                .flags(TcpHeader.SYN)
                .window(1_000)
                .checksum(0)
                .urgentPointer(0);
        final int pseudo =
                Checksum.pseudoHeader(FramePeer.PEER_ADDRESS, FramePeer.STACK_ADDRESS, IpProtocol.TCP, segment.length);
        new TcpHeader()
                .at(memory, 0)
                .checksum(Checksum.complement(Checksum.append(pseudo, Checksum.sum(memory, 0, segment.length), false)));
        return segment;
    }

    @Test
    void aRawEndpointSeesTheWholePacketBehindAnIntactHeader() {
        final RawEndpoint raw = requireNonNull(stack.raw().open(IpProtocol.UDP));
        udp(3_000).inPiecesOf(1_480);
        final Pbuf seen = requireNonNull(raw.peek());
        final Ipv4Header ip = new Ipv4Header().at(seen.segment(), seen.offset());
        assertTrue(ip.checksumIsValid());
        assertEquals(Ipv4Header.LENGTH + UdpHeader.LENGTH + 3_000, ip.totalLength());
        assertEquals(ip.totalLength(), seen.totalLength());
        assertEquals(0, ip.flagsAndFragmentOffset());
        raw.close();
        arrives(3_000);
    }

    @Test
    void anUnknownProtocolIsAnsweredOnceForTheWholeDatagram() {
        new HandmadeDatagram(wire, 200, new byte[100]).inPiecesOf(48);
        final MemorySegment frame =
                MemorySegment.ofArray(requireNonNull(wire.frames().poll()));
        final IcmpHeader icmp = new IcmpHeader().at(frame, EthernetHeader.LENGTH + (long) Ipv4Header.LENGTH);
        assertEquals(IcmpHeader.PROTOCOL_UNREACHABLE, icmp.code());
        assertNull(wire.frames().poll());
    }

    // ---- what is refused ----

    /// All of the datagram is dropped for the reason, what comes later too, and it cannot be sent again before its
    /// time is over.
    private void isGivenUp(HandmadeDatagram d, DropReason reason, int fragments) {
        nothingArrives();
        dropped(reason, fragments);
        assertEquals(0, reassembly.trueSize());
        d.fragment(0, d.length() / 2 & -8).fragment(d.length() / 2 & -8, d.length());
        nothingArrives();
        dropped(reason, fragments + 2);
        wire.after(TIME_LIMIT);
        assertNull(wire.frames().poll());
        d.fragment(0, d.length() / 2 & -8).fragment(d.length() / 2 & -8, d.length());
        arrives(d.length() - UdpHeader.LENGTH);
    }

    @Test
    void aFragmentThatOverlapsTheEndOfAnother() {
        final HandmadeDatagram d = udp(100).fragment(0, 48).fragment(40, 108);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_OVERLAP, 2);
    }

    @Test
    void aFragmentThatOverlapsTheBeginningOfAnother() {
        final HandmadeDatagram d = udp(100).fragment(48, 108).fragment(0, 56);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_OVERLAP, 2);
    }

    @Test
    void aFragmentWithinAnother() {
        final HandmadeDatagram d = udp(100).fragment(0, 48).fragment(16, 24);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_OVERLAP, 2);
    }

    @Test
    void aFragmentThatCoversOthers() {
        final HandmadeDatagram d = udp(100).fragment(16, 24).fragment(32, 40).fragment(8, 48);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_OVERLAP, 3);
    }

    @Test
    void aFragmentThatBeginsAsAnotherAndIsLonger() {
        final HandmadeDatagram d = udp(100).fragment(0, 24).fragment(0, 32);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_OVERLAP, 2);
    }

    @Test
    void twoEnds() {
        final HandmadeDatagram d = udp(100).fragment(48, 108).fragment(16, 24, false);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_CONFLICT, 2);
    }

    @Test
    void anEndBeforeWhatHasCome() {
        final HandmadeDatagram d = udp(100).fragment(48, 56).fragment(16, 24, false);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_CONFLICT, 2);
    }

    @Test
    void moreBehindTheEnd() {
        final HandmadeDatagram d = udp(100).fragment(48, 56, false).fragment(56, 64);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_CONFLICT, 2);
    }

    @Test
    void moreToFollowAtTheEnd() {
        final HandmadeDatagram d = udp(100).fragment(48, 56, false).fragment(48, 56, true);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_CONFLICT, 2);
    }

    @Test
    void anEndWhereMoreWasToFollow() {
        final HandmadeDatagram d = udp(100).fragment(48, 56, true).fragment(48, 56, false);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_OVERLAP, 2);
    }

    @Test
    void fragmentsOfWhichSomeUnderstandEcn() {
        final HandmadeDatagram d =
                udp(100).typeOfService(2).fragment(0, 48).typeOfService(0).fragment(48, 108);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_CONFLICT, 2);
    }

    @Test
    void aLengthThatIsNoMultipleOfEightWithMoreToFollow() {
        final HandmadeDatagram d = udp(100).fragment(0, 48).fragment(48, 61);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_MALFORMED, 2);
    }

    @Test
    void anEmptyFragment() {
        final HandmadeDatagram d = udp(100).fragment(0, 48).fragment(48, 48);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_MALFORMED, 2);
    }

    @Test
    void anEndBeyondWhatADatagramCanHave() {
        final HandmadeDatagram d = udp(100).fragment(0, 48).fragment(65_504, new byte[12], false);
        isGivenUp(d, DropReason.IPV4_FRAGMENT_MALFORMED, 2);
    }

    @Test
    void theFirstMalformedFragmentIsNotRemembered() {
        udp(100).fragment(48, 61);
        dropped(DropReason.IPV4_FRAGMENT_MALFORMED, 1);
        assertEquals(0, reassembly.waiting());
        udp(100).inPiecesOf(48);
        arrives(100);
    }

    /// Each fragment is within bounds, but the first one has options, which the others have not.
    @Test
    void aDatagramThatIsTooLongWithTheHeaderOfItsFirstFragment() {
        final byte[] longest = new byte[65_515];
        final HandmadeDatagram d = new HandmadeDatagram(wire, 200, longest);
        for (int at = 1_480; at < longest.length; at += 1_480) {
            d.fragment(at, Math.min(at + 1_480, longest.length));
        }
        d.options((byte) 1, (byte) 1, (byte) 1, (byte) 1).fragment(0, 1_480);
        assertNull(wire.frames().poll());
        dropped(DropReason.IPV4_FRAGMENT_MALFORMED, 45);
    }

    @Test
    void aFirstFragmentWithoutTheWholeTcpHeader() {
        final byte[] segment = syn(12);
        new HandmadeDatagram(wire, IpProtocol.TCP, segment).fragment(0, 16).fragment(16, 32);
        dropped(DropReason.IPV4_FRAGMENT_TINY, 1);
        new TcpHeader().at(MemorySegment.ofArray(segment), 0).headerLength(28);
        new HandmadeDatagram(wire, IpProtocol.TCP, segment)
                .identification(2)
                .fragment(24, 32)
                .fragment(0, 24);
        dropped(DropReason.IPV4_FRAGMENT_TINY, 3);
        assertNull(wire.frames().poll());
    }

    /// RFC 3128: the second fragment would write its own flags over those of the first.
    @Test
    void aSecondFragmentThatOverwritesTheTcpHeader() {
        new HandmadeDatagram(wire, IpProtocol.TCP, syn(12)).fragment(0, 24).fragment(8, 32);
        dropped(DropReason.IPV4_FRAGMENT_OVERLAP, 2);
        assertNull(wire.frames().poll());
    }

    // ---- limits ----

    /// 128 of them are enough for the longest datagram on links of 576 octets. Here the pages suffice for that.
    @Test
    void moreFragmentsThanADatagramMayHave() {
        final StackConfig manyPages = StackConfig.small().withPages(4_096, 64);
        final LinkCapabilities link = LinkCapabilities.plainEthernet(FramePeer.STACK_MAC, 1_500);
        try (FramePeer wide = new FramePeer(manyPages, link, 1, seconds(1))) {
            final HandmadeDatagram d = new HandmadeDatagram(wide, 200, new byte[1_032]);
            for (int at = 0; at < 1_024; at += 8) {
                d.fragment(at, at + 8);
            }
            assertEquals(0, wide.stack().drops().total());
            d.fragment(1_024, 1_032);
            assertEquals(129, wide.stack().drops().of(DropReason.IPV4_FRAGMENT_LIMIT));
            new HandmadeDatagram(wide, 200, new byte[1_024]).identification(2).inPiecesOf(8);
            assertEquals(1, wide.stack().drops().of(DropReason.IPV4_UNKNOWN_PROTOCOL));
            wide.after(TIME_LIMIT);
            wide.stack().pool().assertNoLeaks();
        }
    }

    @Test
    void theOldestDatagramGivesWayToANewerOne() {
        final List<HandmadeDatagram> begun = new ArrayList<>();
        for (int i = 0; i <= DATAGRAMS; i++) {
            begun.add(udp(100, OTHER_HOST + i).fragment(0, 48));
        }
        assertEquals(DATAGRAMS, reassembly.waiting());
        dropped(DropReason.IPV4_FRAGMENT_EVICTED, 1);
        for (int i = 1; i <= DATAGRAMS; i++) {
            begun.get(i).fragment(48, 108);
            arrives(100);
        }
        begun.getFirst().fragment(48, 108);
        nothingArrives();
    }

    @Test
    void aSenderThatBeginsManyDatagramsTakesNoMoreThanItsHalf() {
        final HandmadeDatagram honest = udp(100, OTHER_HOST).fragment(0, 48);
        for (int i = 0; i < 1_000; i++) {
            udp(100).identification(i).fragment(0, 48);
        }
        assertEquals(1 + DATAGRAMS / 2, reassembly.waiting());
        honest.fragment(48, 108);
        arrives(100);
    }

    @Test
    void aSenderThatSendsMuchTakesNoMoreThanItsHalf() {
        final HandmadeDatagram honest = udp(100, OTHER_HOST).fragment(0, 48);
        for (int i = 0; i < 4; i++) {
            final HandmadeDatagram d = udp(65_507).identification(i);
            for (int at = 0; at < 40 * 1_480; at += 1_480) {
                d.fragment(at, at + 1_480);
            }
            assertTrue(reassembly.trueSize() <= (512 - 64) / 4 / 2 * 2_048 + 2_048);
        }
        honest.fragment(48, 108);
        assertEquals(100, sockets.receive(socket, MemorySegment.ofArray(received), 0, received.length, 0));
    }

    @Test
    void allSendersTogetherTakeNoMoreThanAQuarterOfThePages() {
        for (int i = 0; i < 4; i++) {
            final HandmadeDatagram d = udp(65_507, OTHER_HOST + i);
            for (int at = 0; at < 40 * 1_480; at += 1_480) {
                d.fragment(at, at + 1_480);
                assertTrue(reassembly.trueSize() <= (512 - 64) / 4 * 2_048);
            }
        }
        dropped(DropReason.IPV4_FRAGMENT_EVICTED, 80);
        assertEquals(2, reassembly.waiting());
    }

    @Test
    void aDatagramThatAloneIsTooMuchForItsSender() {
        final HandmadeDatagram d = udp(65_507);
        for (int i = 0; i < 57; i++) {
            d.fragment(i * 800, i * 800 + 800);
        }
        dropped(DropReason.IPV4_FRAGMENT_LIMIT, 57);
    }

    @Test
    void fragmentsDoNotTakePagesThatSocketsLeaveToEachOther() {
        final List<Pbuf> taken = new ArrayList<>();
        while (stack.pool().hasPagesForReceiving()) {
            taken.add(requireNonNull(stack.pool().takePage()));
        }
        udp(100).fragment(0, 48);
        dropped(DropReason.IPV4_FRAGMENT_LIMIT, 1);
        taken.forEach(Pbuf::release);
    }

    // ---- time ----

    @Test
    void theSenderHearsThatADatagramWasNotWholeInTime() {
        udp(100).fragment(0, 48);
        wire.after(TIME_LIMIT - seconds(1));
        assertNull(wire.frames().poll());
        assertEquals(1, reassembly.waiting());
        wire.after(seconds(1));
        final MemorySegment frame =
                MemorySegment.ofArray(requireNonNull(wire.frames().poll()));
        final long at = EthernetHeader.LENGTH + (long) Ipv4Header.LENGTH;
        assertEquals(
                FramePeer.PEER_ADDRESS,
                new Ipv4Header().at(frame, EthernetHeader.LENGTH).destination());
        final IcmpHeader icmp = new IcmpHeader().at(frame, at);
        assertEquals(IcmpHeader.TIME_EXCEEDED, icmp.type());
        assertEquals(IcmpHeader.REASSEMBLY_TIME_EXCEEDED, icmp.code());
        final Ipv4Header quoted = new Ipv4Header().at(frame, at + IcmpHeader.LENGTH);
        assertEquals(FramePeer.PEER_ADDRESS, quoted.source());
        assertEquals(1, quoted.identification());
        final UdpHeader udp = new UdpHeader().at(frame, at + IcmpHeader.LENGTH + Ipv4Header.LENGTH);
        assertEquals(PORT, udp.destinationPort());
        assertEquals(0, reassembly.waiting());
        dropped(DropReason.IPV4_FRAGMENT_TIMED_OUT, 1);
    }

    /// The clock starts with the first one that arrives: who sends one now and then keeps nothing for ever.
    @Test
    void furtherFragmentsDoNotGiveMoreTime() {
        udp(100).fragment(0, 48);
        wire.after(TIME_LIMIT - seconds(1));
        udp(100).fragment(48, 56);
        wire.after(seconds(1));
        dropped(DropReason.IPV4_FRAGMENT_TIMED_OUT, 2);
        wire.frames().clear();
    }

    @Test
    void withoutTheFirstFragmentNobodyIsTold() {
        udp(100).fragment(48, 108);
        wire.after(TIME_LIMIT);
        assertNull(wire.frames().poll());
        dropped(DropReason.IPV4_FRAGMENT_TIMED_OUT, 1);
    }

    @Test
    void aBroadcastThatWasNotWholeInTimeIsNotAnswered() {
        udp(100).to(BROADCAST).fragment(0, 48);
        wire.after(TIME_LIMIT);
        assertNull(wire.frames().poll());
        dropped(DropReason.IPV4_FRAGMENT_TIMED_OUT, 1);
    }

    @Test
    void anErrorThatWasNotWholeInTimeIsNotAnsweredByAnError() {
        HandmadeDatagram.icmp(wire, IcmpHeader.DESTINATION_UNREACHABLE, 100).fragment(0, 48);
        wire.after(TIME_LIMIT);
        assertNull(wire.frames().poll());
        HandmadeDatagram.icmp(wire, IcmpHeader.ECHO, 100).fragment(0, 48);
        wire.after(TIME_LIMIT);
        assertEquals(1, wire.frames().size());
        wire.frames().clear();
    }

    // ---- any cuts, orders, duplicates and losses ----

    @Test
    void whatArrivesIsTheDatagramOrNothing() {
        final long seed = 20_261_122L;
        final Random random = new Random(seed);
        int whole = 0;
        for (int i = 0; i < 2_000; i++) {
            final int octets = random.nextInt(2_000);
            final HandmadeDatagram d = udp(octets).identification(i);
            final boolean lost = sendAtRandom(d, random);
            final String what = "datagram " + i + ", seed " + seed;
            assertEquals(lost ? -Errno.EAGAIN : octets, receive(octets, what), what);
            // Duplicates that come when it is whole may make it whole again.
            while (receive(octets, what) >= 0) {
                assertFalse(lost, what);
            }
            whole += lost ? 0 : 1;
        }
        assertTrue(whole > 200 && whole < 1_800, whole + " were whole, seed " + seed);
        wire.frames().clear();
        wire.after(TIME_LIMIT);
        wire.frames().clear();
    }

    private int receive(int octets, String what) {
        final int result = sockets.receive(socket, MemorySegment.ofArray(received), 0, received.length, 0);
        final byte[] expected = HandmadeDatagram.pattern(0, octets);
        assertTrue(result < 0 || Arrays.equals(received, 0, result, expected, 0, octets), what);
        return result;
    }

    /// Returns whether a fragment was lost.
    private static boolean sendAtRandom(HandmadeDatagram d, Random random) {
        final List<int[]> cuts = new ArrayList<>();
        boolean lost = false;
        for (int at = 0; at < d.length(); ) {
            final int to = Math.min(d.length(), at + 8 * (1 + random.nextInt(60)));
            final boolean isOnly = at == 0 && to == d.length();
            if (random.nextInt(16) > 0 || isOnly) {
                cuts.add(new int[] {at, to});
            } else {
                lost = true;
            }
            if (random.nextInt(8) == 0 && !isOnly && !cuts.isEmpty()) {
                cuts.add(cuts.get(random.nextInt(cuts.size())));
            }
            at = to;
        }
        Collections.shuffle(cuts, random);
        cuts.forEach(cut -> d.fragment(cut[0], cut[1]));
        return lost;
    }
}
