package org.weir.testkit;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.link.DropReason;
import org.weir.link.FaultPlan;
import org.weir.link.LinkCapabilities;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawResult;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.StackConfig;
import org.weir.wire.ArpPacket;
import org.weir.wire.Checksum;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.UdpHeader;

/// Datagrams that are longer than the link carries: RFC 791 section 3.2, RFC 6864.
class FragmentationTest {
    private static final SocketAddress PEER = new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 7);
    private static final int LONGEST = 65_507;
    private static final int MTU = 1_500;
    private static final int OPTIONS_AT = EthernetHeader.LENGTH + Ipv4Header.LENGTH;
    private static final int PROTOCOL = 200;

    private final MemorySegment memory = MemorySegment.ofArray(HandmadeDatagram.pattern(0, 70_000));
    private FramePeer wire = new FramePeer();
    private int socket;

    @BeforeEach
    void aSocketThatKnowsItsPeer() {
        socket = sockets().socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(1, sockets().sendTo(socket, memory, 0, 1, PEER));
        wire.settle();
        wire.frames().clear();
    }

    @AfterEach
    void nothingLeaks() {
        assertNull(wire.frames().poll());
        wire.after(seconds(1_000));
        wire.frames().clear();
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    private Sockets sockets() {
        return wire.stack().sockets();
    }

    private int send(int octets) {
        final int result = sockets().sendTo(socket, memory, 0, octets, PEER);
        wire.settle();
        return result;
    }

    private static Ipv4Header header(byte[] frame) {
        return new Ipv4Header().at(MemorySegment.ofArray(frame), EthernetHeader.LENGTH);
    }

    /// What the fragments that `wire` has heard, which must be whole, in order and of one datagram, carry together.
    static byte[] putTogether(FramePeer wire) {
        byte[] payload = {};
        final int number = header(requireNonNull(wire.frames().peek())).identification();
        while (!wire.frames().isEmpty()) {
            final byte[] frame = wire.frames().remove();
            final Ipv4Header ip = header(frame);
            assertTrue(ip.checksumIsValid());
            assertTrue(ip.totalLength() <= MTU);
            assertEquals(frame.length, EthernetHeader.LENGTH + ip.totalLength());
            assertEquals(number, ip.identification());
            assertFalse(ip.dontFragment());
            assertEquals(payload.length, ip.fragmentOffset());
            assertEquals(!wire.frames().isEmpty(), ip.moreFragments());
            final int at = EthernetHeader.LENGTH + ip.headerLength();
            final byte[] piece = Arrays.copyOfRange(frame, at, frame.length);
            payload = Arrays.copyOf(payload, payload.length + piece.length);
            System.arraycopy(piece, 0, payload, payload.length - piece.length, piece.length);
        }
        return payload;
    }

    private void isDatagram(byte[] payload, int octets) {
        assertEquals(UdpHeader.LENGTH + octets, payload.length);
        final MemorySegment datagram = MemorySegment.ofArray(payload);
        final int pseudo =
                Checksum.pseudoHeader(FramePeer.STACK_ADDRESS, FramePeer.PEER_ADDRESS, IpProtocol.UDP, payload.length);
        assertEquals(payload.length, new UdpHeader().at(datagram, 0).length());
        assertNotEquals(0, new UdpHeader().at(datagram, 0).checksum());
        assertEquals(0xFFFF, Checksum.append(pseudo, Checksum.sum(datagram, 0, payload.length), false));
        assertArrayEquals(
                HandmadeDatagram.pattern(0, octets), Arrays.copyOfRange(payload, UdpHeader.LENGTH, payload.length));
    }

    // ---- UDP ----

    @Test
    void theLongestDatagramLeavesInFragments() {
        assertEquals(LONGEST, send(LONGEST));
        assertEquals(45, wire.frames().size());
        isDatagram(putTogether(wire), LONGEST);
    }

    @Test
    void whatIpCannotTellIsRefused() {
        assertEquals(-Errno.EMSGSIZE, send(LONGEST + 1));
        assertEquals(0, sockets().setOption(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF, 5_000));
        assertEquals(-Errno.EMSGSIZE, send(5_001));
    }

    @Test
    void whatFitsLeavesInOnePacket() {
        assertEquals(1_472, send(1_472));
        final byte[] frame = wire.frames().remove();
        assertEquals(MTU, header(frame).totalLength());
        assertFalse(header(frame).isFragment());
        assertEquals(1_473, send(1_473));
        assertEquals(2, wire.frames().size());
        isDatagram(putTogether(wire), 1_473);
    }

    @Test
    void anMtuThatIsNoMultipleOfEightIsFilledAsFarAsCanBe() {
        wire.close();
        wire = new FramePeer(
                StackConfig.small(), LinkCapabilities.plainEthernet(FramePeer.STACK_MAC, 1_003), 1, seconds(1));
        aSocketThatKnowsItsPeer();
        assertEquals(1_951, send(1_951));
        final List<Integer> lengths =
                wire.frames().stream().map(f -> header(f).totalLength()).toList();
        assertEquals(List.of(996, 1_003), lengths);
        isDatagram(putTogether(wire), 1_951);
    }

    @Test
    void numbersCountOnForEachPeerFromPlacesThatDiffer() {
        final int[][] numbers = new int[3][4];
        final RawEndpoint raw = requireNonNull(wire.stack().raw().open(PROTOCOL));
        for (int i = 0; i < 3; i++) {
            for (int host = 0; host < 4; host++) {
                final int to = FramePeer.PEER_ADDRESS | host << 4;
                wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, to, 0, FramePeer.STACK_ADDRESS);
                wire.frames().clear();
                assertEquals(RawResult.DONE, raw.sendTo(memory, 0, 2_000, to));
                wire.settle();
                numbers[i][host] = header(wire.frames().remove()).identification();
                wire.frames().clear();
            }
        }
        for (int host = 0; host < 4; host++) {
            assertEquals(numbers[0][host] + 1 & 0xFFFF, numbers[1][host]);
            assertEquals(numbers[0][host] + 2 & 0xFFFF, numbers[2][host]);
        }
        assertEquals(4, Arrays.stream(numbers[0]).map(n -> n >> 4).distinct().count());
        raw.close();
    }

    @Test
    void theFragmentsOfABroadcastAreHeardWholeByThisHostToo() {
        final SocketAddress all = new SocketAddress(IpAddress.parse("192.0.2.255"), 7);
        final int near = sockets().socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets().bind(near, new SocketAddress(IpAddress.ANY, 7)));
        assertEquals(0, sockets().setOption(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_BROADCAST, 1));
        assertEquals(5_000, sockets().sendTo(socket, memory, 0, 5_000, all));
        wire.settle();
        assertEquals(4, wire.frames().size());
        assertEquals(UdpHeader.LENGTH + 5_000, putTogether(wire).length);
        assertEquals(5_000, sockets().receive(near, memory, 0, 70_000, 0));
        sockets().close(near);
    }

    // ---- too few buffers ----

    @Test
    void ifThePoolDoesNotSufficeNothingIsSentAndTheCallerIsTold() {
        final List<Pbuf> taken = new ArrayList<>();
        while (wire.stack().pool().blocks().free() > 46) {
            taken.add(wire.stack().pool().take(Headroom.RAW, 1));
        }
        assertEquals(LONGEST, send(LONGEST));
        isDatagram(putTogether(wire), LONGEST);
        taken.add(wire.stack().pool().take(Headroom.RAW, 1));
        assertEquals(-Errno.EAGAIN, send(LONGEST));
        assertNull(wire.frames().poll());
        assertEquals(0, sockets().ready(socket) & Sockets.POLLOUT);
        taken.removeLast().release();
        wire.after(seconds(1));
        assertEquals(Sockets.POLLOUT, sockets().ready(socket) & Sockets.POLLOUT);
        assertEquals(LONGEST, send(LONGEST));
        isDatagram(putTogether(wire), LONGEST);
        taken.forEach(Pbuf::release);
        assertEquals(0, wire.stack().drops().total());
    }

    @Test
    void withoutHandlesForTheCutsNothingIsSentEither() {
        final List<Pbuf> taken = new ArrayList<>();
        final Pbuf page = requireNonNull(wire.stack().pool().takePage());
        while (wire.stack().pool().handles().free() > 44) {
            taken.add(wire.stack().pool().reference(page, page.offset(), 0));
        }
        assertEquals(-Errno.EAGAIN, send(LONGEST));
        assertNull(wire.frames().poll());
        taken.forEach(Pbuf::release);
        page.release();
    }

    /// Nobody was asked for room here: an answer takes what there is.
    @Test
    void anEchoReplyForWhichBuffersRunOutIsDroppedAsAWhole() {
        final List<Pbuf> taken = new ArrayList<>();
        while (wire.stack().pool().blocks().free() > 20) {
            taken.add(wire.stack().pool().take(Headroom.RAW, 1));
        }
        HandmadeDatagram.icmp(wire, IcmpHeader.ECHO, 40_000).inPiecesOf(1_480);
        assertNull(wire.frames().poll());
        assertEquals(1, wire.stack().drops().of(DropReason.NO_BUFFER));
        assertEquals(taken.size(), wire.stack().pool().inUse());
        taken.forEach(Pbuf::release);
    }

    @Test
    void aStackThatNeverHasSoManyBuffersSaysSo() {
        wire.close();
        final StackConfig few = StackConfig.small().withPages(62, 31);
        wire = new FramePeer(few, LinkCapabilities.plainEthernet(FramePeer.STACK_MAC, MTU), 1, seconds(1));
        aSocketThatKnowsItsPeer();
        assertEquals(-Errno.EMSGSIZE, send(LONGEST));
        assertEquals(20_000, send(20_000));
        isDatagram(putTogether(wire), 20_000);
    }

    // ---- a neighbour that is not known yet ----

    @Test
    void allFragmentsWaitForTheNeighbour() {
        final int host = 0xC000_0230;
        assertEquals(5_000, sockets().sendTo(socket, memory, 0, 5_000, new SocketAddress(IpAddress.ofIpv4(host), 7)));
        wire.settle();
        wire.frames().clear();
        wire.sendArp(ArpPacket.REPLY, FramePeer.PEER_MAC, host, FramePeer.STACK_MAC, FramePeer.STACK_ADDRESS);
        assertEquals(4, wire.frames().size());
        assertEquals(UdpHeader.LENGTH + 5_000, putTogether(wire).length);
        assertEquals(0, wire.stack().drops().total());
    }

    @Test
    void aNewerDatagramTakesThePlaceOfTheFragmentsThatWait() {
        final SocketAddress host = new SocketAddress(IpAddress.ofIpv4(0xC000_0230), 7);
        assertEquals(5_000, sockets().sendTo(socket, memory, 0, 5_000, host));
        assertEquals(4_000, sockets().sendTo(socket, memory, 0, 4_000, host));
        assertEquals(4, wire.stack().drops().of(DropReason.NEIGHBOR_UNRESOLVED));
        wire.after(seconds(10));
        assertEquals(7, wire.stack().drops().of(DropReason.NEIGHBOR_UNRESOLVED));
        wire.frames().clear();
    }

    @Test
    void fragmentsThatWaitLeaveHalfOfThePages() {
        wire.close();
        final StackConfig few = StackConfig.small().withPages(64, 8);
        wire = new FramePeer(few, LinkCapabilities.plainEthernet(FramePeer.STACK_MAC, MTU), 1, seconds(1));
        aSocketThatKnowsItsPeer();
        final SocketAddress host = new SocketAddress(IpAddress.ofIpv4(0xC000_0230), 7);
        assertEquals(LONGEST, sockets().sendTo(socket, memory, 0, LONGEST, host));
        wire.settle();
        assertTrue(wire.stack().pool().pages().inUse() <= 32);
        wire.frames().clear();
    }

    // ---- raw packets ----

    private RawEndpoint rawWithHeader() {
        final RawEndpoint raw = requireNonNull(wire.stack().raw().open(PROTOCOL));
        raw.headerIncluded(true);
        return raw;
    }

    private Ipv4Header ownHeader(int headerLength) {
        return new Ipv4Header()
                .at(memory, 0)
                .begin(headerLength)
                .typeOfService(4)
                .totalLength(0)
                .identification(77)
                .flagsAndFragmentOffset(0)
                .timeToLive(3)
                .protocol(PROTOCOL)
                .source(0)
                .destination(FramePeer.PEER_ADDRESS);
    }

    private void sendRaw(RawEndpoint raw, int length) {
        assertEquals(RawResult.DONE, raw.sendTo(memory, 0, length, FramePeer.PEER_ADDRESS));
        wire.settle();
    }

    @Test
    void aRawPacketOfTheLargestSizeLeavesInFragments() {
        final RawEndpoint raw = requireNonNull(wire.stack().raw().open(PROTOCOL));
        assertEquals(RawResult.TOO_LONG, raw.sendTo(memory, 0, 65_516, FramePeer.PEER_ADDRESS));
        sendRaw(raw, 65_515);
        assertArrayEquals(HandmadeDatagram.pattern(0, 65_515), putTogether(wire));
        raw.close();
    }

    @Test
    void aPacketThatForbidsFragmentsIsRefused() {
        final RawEndpoint raw = rawWithHeader();
        ownHeader(Ipv4Header.LENGTH).flagsAndFragmentOffset(Ipv4Header.DONT_FRAGMENT);
        assertEquals(RawResult.TOO_LONG, raw.sendTo(memory, 0, MTU + 1, FramePeer.PEER_ADDRESS));
        raw.close();
    }

    @Test
    void laterFragmentsBearTheOptionsThatAreCopied() {
        final byte[] timestamp = {68, 4, 5, 0};
        final byte[] routerAlert = {(byte) 148, 4, 0, 0};
        final byte[] noOperation = {1, 1, 0, 0};
        final RawEndpoint raw = rawWithHeader();
        ownHeader(Ipv4Header.LENGTH + 12);
        copy(timestamp, Ipv4Header.LENGTH);
        copy(routerAlert, Ipv4Header.LENGTH + 4);
        copy(noOperation, Ipv4Header.LENGTH + 8);
        sendRaw(raw, 32 + 4_000);
        final List<byte[]> frames = List.copyOf(wire.frames());
        assertEquals(3, frames.size());
        assertEquals(32, header(frames.get(0)).headerLength());
        assertArrayEquals(timestamp, Arrays.copyOfRange(frames.get(0), OPTIONS_AT, OPTIONS_AT + 4));
        for (final byte[] later : frames.subList(1, 3)) {
            assertEquals(24, header(later).headerLength());
            assertArrayEquals(routerAlert, Arrays.copyOfRange(later, OPTIONS_AT, OPTIONS_AT + 4));
            assertEquals(77, header(later).identification());
            assertEquals(3, header(later).timeToLive());
            assertEquals(4, header(later).typeOfService());
        }
        assertArrayEquals(Arrays.copyOfRange(HandmadeDatagram.pattern(0, 4_032), 32, 4_032), putTogether(wire));
        raw.close();
    }

    private void copy(byte[] octets, int to) {
        MemorySegment.copy(MemorySegment.ofArray(octets), 0, memory, to, octets.length);
    }

    @Test
    void aFragmentIsCutIntoSmallerOnes() {
        final RawEndpoint raw = rawWithHeader();
        ownHeader(Ipv4Header.LENGTH).flagsAndFragmentOffset(Ipv4Header.MORE_FRAGMENTS | 100);
        sendRaw(raw, Ipv4Header.LENGTH + 2_000);
        final Ipv4Header first = header(wire.frames().remove());
        assertEquals(800, first.fragmentOffset());
        assertTrue(first.moreFragments());
        final Ipv4Header second = header(wire.frames().remove());
        assertEquals(800 + 1_480, second.fragmentOffset());
        assertTrue(second.moreFragments());
        assertEquals(Ipv4Header.LENGTH + 520, second.totalLength());
        raw.close();
    }

    // ---- from one stack to another ----

    @Test
    void overALossyNetworkADatagramArrivesWholeOrNotAtAll() {
        final FaultPlan faults =
                FaultPlan.none().withLoss(0.02).withReordering(0.2, 1_000_000).withDuplication(0.02);
        final StackConfig config = StackConfig.small().withPages(2_048, 64);
        try (SimulatedNetwork network = new SimulatedNetwork(
                SimulatedNetwork.Plan.perfect().withConfig(config).withFaults(faults))) {
            final Sockets from = network.client().stack().sockets();
            final Sockets to = network.server().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int receiver = to.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            final int sender = from.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            assertEquals(0, to.bind(receiver, far));
            final byte[] heard = new byte[70_000];
            int whole = 0;
            for (int i = 0; i < 100; i++) {
                final int octets = 65_507 - 600 * i;
                assertEquals(octets, from.sendTo(sender, memory, 0, octets, far));
                network.run(seconds(1));
                final int received = to.receive(receiver, MemorySegment.ofArray(heard), 0, heard.length, 0);
                assertTrue(received == octets || received == -Errno.EAGAIN, "datagram " + i + ": " + received);
                if (received == octets) {
                    whole++;
                    final byte[] expected = HandmadeDatagram.pattern(0, octets);
                    assertTrue(Arrays.equals(heard, 0, octets, expected, 0, octets));
                }
            }
            assertTrue(whole > 20 && whole < 100, whole + " of 100 were whole");
            from.close(sender);
            to.close(receiver);
            network.assertNoLeaks();
        }
    }
}
