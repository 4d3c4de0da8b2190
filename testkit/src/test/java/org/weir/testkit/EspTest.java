package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.esp.Esp;
import org.weir.esp.EspSuite;
import org.weir.esp.SecurityAssociation;
import org.weir.esp.SecurityPolicy;
import org.weir.esp.SecurityPolicy.Action;
import org.weir.esp.SecurityPolicy.Ports;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.raw.RawEndpoint;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.Checksum;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;
import org.weir.wire.TcpOptions;

/// ESP at packet level: what goes out is opened, and what comes in is sealed, by an implementation of the test's own.
class EspTest {
    private static final IpAddress PEER = IpAddress.ofIpv4(FramePeer.PEER_ADDRESS);
    private static final IpAddress STACK = IpAddress.ofIpv4(FramePeer.STACK_ADDRESS);
    private static final int SPI_IN = 0x1001;
    private static final int SPI_OUT = 0x8000_1002;
    private static final int WINDOW = 64;
    private static final int HEADERS = EthernetHeader.LENGTH + Ipv4Header.LENGTH;

    private final FramePeer wire = new FramePeer();
    private final Esp esp = wire.stack().esp();

    @AfterEach
    void nothingLeaks() {
        wire.after(seconds(1_000));
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    // ---- set-up ----

    private static byte[] key(EspSuite suite, int seed) {
        final byte[] key = new byte[suite.keyOctets()];
        new Random(seed).nextBytes(key);
        return key;
    }

    private SecurityAssociation in(EspSuite suite) {
        return add(SPI_IN, PEER, STACK, suite, 1);
    }

    private SecurityAssociation out(EspSuite suite) {
        return add(SPI_OUT, STACK, PEER, suite, 2);
    }

    private SecurityAssociation add(int spi, IpAddress from, IpAddress to, EspSuite suite, int seed) {
        try {
            return esp.addAssociation(spi, from, to, suite, key(suite, seed), WINDOW);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static SecurityPolicy towardsPeer(Action action) {
        return SecurityPolicy.with(action, new IpPrefix(PEER, 32));
    }

    /// Everything between the two is protected by `suite`. Returns the peer that seals what comes in.
    private EspPeer isProtectedBy(EspSuite suite) {
        in(suite);
        out(suite);
        esp.addPolicy(towardsPeer(Action.PROTECT));
        return new EspPeer(suite, key(suite, 1));
    }

    // ---- packets ----

    private static byte[] echo(int type, int sequence, int octets) {
        final byte[] message = new byte[IcmpHeader.LENGTH + octets];
        Arrays.fill(message, IcmpHeader.LENGTH, message.length, (byte) 7);
        final MemorySegment memory = MemorySegment.ofArray(message);
        final IcmpHeader header =
                new IcmpHeader().at(memory, 0).type(type).code(0).identifier(5).sequenceNumber(sequence);
        header.checksum(0);
        header.checksum(Checksum.complement(Checksum.sum(memory, 0, message.length)));
        return message;
    }

    private static byte[] request(int sequence) {
        return echo(IcmpHeader.ECHO, sequence, 30);
    }

    private void arrives(int protocol, byte[] octets) {
        final Pbuf p = wire.buffer(octets.length);
        MemorySegment.copy(MemorySegment.ofArray(octets), 0, p.segment(), p.offset(), octets.length);
        wire.sendIpv4(p, protocol);
    }

    private void arrives(byte[] sealed) {
        arrives(IpProtocol.ESP, sealed);
    }

    /// The IP payload of the next frame that the stack has sent.
    private byte[] sent(int protocol) {
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame, "nothing was sent");
        final Ipv4Header ip = new Ipv4Header().at(MemorySegment.ofArray(frame), EthernetHeader.LENGTH);
        assertEquals(protocol, ip.protocol());
        assertTrue(ip.checksumIsValid());
        assertEquals(frame.length - EthernetHeader.LENGTH, ip.totalLength());
        return Arrays.copyOfRange(frame, HEADERS, frame.length);
    }

    private void nothingIsSent() {
        assertNull(wire.frames().poll());
    }

    private long drops(DropReason reason) {
        return wire.stack().drops().of(reason);
    }

    private static int word(byte[] packet, int at) {
        return ByteBuffer.wrap(packet).getInt(at);
    }

    // ---- both ways ----

    @ParameterizedTest
    @EnumSource(EspSuite.class)
    void anEchoIsAnsweredInsideEsp(EspSuite suite) {
        final EspPeer peer = isProtectedBy(suite);
        final EspPeer opener = new EspPeer(suite, key(suite, 2));
        for (int sequence = 1; sequence <= 40; sequence++) {
            arrives(peer.seal(SPI_IN, sequence, IpProtocol.ICMP, echo(IcmpHeader.ECHO, sequence, sequence)));
            final byte[] answer = sent(IpProtocol.ESP);
            assertEquals(SPI_OUT, word(answer, 0));
            assertEquals(sequence, word(answer, 4));
            final byte[] text = opener.open(answer);
            assertEquals(IpProtocol.ICMP, text[text.length - 1]);
            final byte[] expected = echo(IcmpHeader.ECHO_REPLY, sequence, sequence);
            final int padding = text[text.length - 2];
            assertEquals(expected.length + padding + 2, text.length);
            assertArrayEquals(expected, Arrays.copyOf(text, expected.length));
            for (int i = 1; i <= padding; i++) {
                assertEquals(i, text[expected.length + i - 1]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EspSuite.class)
    void noTwoPacketsHaveTheSameIv(EspSuite suite) {
        final EspPeer peer = isProtectedBy(suite);
        final Set<Long> seen = new HashSet<>();
        for (int sequence = 1; sequence <= 100; sequence++) {
            arrives(peer.seal(SPI_IN, sequence, IpProtocol.ICMP, request(sequence)));
            assertTrue(seen.add(ByteBuffer.wrap(sent(IpProtocol.ESP)).getLong(8)));
        }
    }

    @Test
    void whatIsInsideIsCheckedAsIfItHadComeOpenly() {
        final EspPeer peer = isProtectedBy(EspSuite.AES128GCM16);
        final byte[] wrong = request(1);
        wrong[2] ^= 1;
        arrives(peer.seal(SPI_IN, 1, IpProtocol.ICMP, wrong));
        nothingIsSent();
        assertEquals(1, drops(DropReason.ICMP_BAD_CHECKSUM));
    }

    @Test
    void whatIsProtectedIsNotCutForItsPathBefore() {
        final EspPeer peer = isProtectedBy(EspSuite.AES128GCM16);
        wire.stack().ipv4().pathMtus().learn(PEER.high(), PEER.low(), 600);
        arrives(peer.seal(SPI_IN, 1, IpProtocol.ICMP, echo(IcmpHeader.ECHO, 1, 1_000)));
        assertTrue(sent(IpProtocol.ESP).length > 1_000, "in one piece, and nothing of it openly");
        nothingIsSent();
    }

    @Test
    void aDummyPacketIsThrownAwayInSilence() {
        final EspPeer peer = isProtectedBy(EspSuite.AES128GCM16);
        final long before = wire.stack().drops().total();
        arrives(peer.seal(SPI_IN, 1, 59, new byte[40]));
        nothingIsSent();
        assertEquals(before, wire.stack().drops().total());
    }

    // ---- attacks ----

    @ParameterizedTest
    @EnumSource(EspSuite.class)
    void aBitThatWasFlippedAnywhereIsAForgeryAndTheGenuinePacketStillCounts(EspSuite suite) {
        final EspPeer peer = isProtectedBy(suite);
        final byte[] genuine = peer.seal(SPI_IN, 1, IpProtocol.ICMP, request(1));
        int forgeries = 0;
        for (int at = 4; at < genuine.length; at++) {
            final byte[] forged = genuine.clone();
            forged[at] ^= (byte) (1 << at % 8);
            arrives(forged);
            forgeries++;
        }
        nothingIsSent();
        assertEquals(forgeries, drops(DropReason.ESP_FORGED));
        arrives(genuine);
        sent(IpProtocol.ESP);
    }

    @Test
    void aPacketThatComesAgainIsDropped() {
        final EspPeer peer = isProtectedBy(EspSuite.AES256GCM16);
        final byte[] packet = peer.seal(SPI_IN, 7, IpProtocol.ICMP, request(1));
        arrives(packet);
        sent(IpProtocol.ESP);
        arrives(packet);
        nothingIsSent();
        assertEquals(1, drops(DropReason.ESP_REPLAYED));
    }

    @Test
    void aPacketMayBeLateByLessThanTheWindow() {
        final EspPeer peer = isProtectedBy(EspSuite.AES256GCM16);
        arrives(peer.seal(SPI_IN, 100, IpProtocol.ICMP, request(1)));
        arrives(peer.seal(SPI_IN, 100 - WINDOW + 1, IpProtocol.ICMP, request(2)));
        sent(IpProtocol.ESP);
        sent(IpProtocol.ESP);
        arrives(peer.seal(SPI_IN, 100 - WINDOW, IpProtocol.ICMP, request(3)));
        nothingIsSent();
        assertEquals(1, drops(DropReason.ESP_REPLAYED));
    }

    @Test
    void theNumberZeroIsNone() {
        final EspPeer peer = isProtectedBy(EspSuite.AES256GCM16);
        arrives(peer.seal(SPI_IN, 0, IpProtocol.ICMP, request(1)));
        nothingIsSent();
        assertEquals(1, drops(DropReason.ESP_REPLAYED));
    }

    @ParameterizedTest
    @EnumSource(EspSuite.class)
    void aPacketThatIsCutShortIsDroppedWhereverItIsCut(EspSuite suite) {
        final EspPeer peer = isProtectedBy(suite);
        final byte[] whole = peer.seal(SPI_IN, 1, IpProtocol.ICMP, request(1));
        for (int length = 0; length < whole.length; length++) {
            arrives(Arrays.copyOf(whole, length));
        }
        nothingIsSent();
        assertEquals(whole.length, drops(DropReason.ESP_MALFORMED) + drops(DropReason.ESP_FORGED));
    }

    @Test
    void paddingThatIsNotCountedUpIsDropped() {
        final EspPeer peer = isProtectedBy(EspSuite.AES128GCM16);
        final byte[] message = request(1);
        final byte[] text = Arrays.copyOf(message, message.length + 4);
        text[message.length] = 1;
        text[message.length + 1] = 3;
        text[message.length + 2] = 2;
        text[message.length + 3] = IpProtocol.ICMP;
        arrives(peer.sealText(SPI_IN, 1, text));
        nothingIsSent();
        assertEquals(1, drops(DropReason.ESP_MALFORMED));
    }

    @Test
    void morePaddingThanThereIsTextIsDropped() {
        final EspPeer peer = isProtectedBy(EspSuite.AES128GCM16);
        arrives(peer.sealText(SPI_IN, 1, new byte[] {1, 2, (byte) 200, IpProtocol.ICMP}));
        nothingIsSent();
        assertEquals(1, drops(DropReason.ESP_MALFORMED));
    }

    // ---- policies ----

    @Test
    void whatComesOpenlyIsDroppedWhereAPolicyProtects() {
        isProtectedBy(EspSuite.AES128GCM16);
        arrives(IpProtocol.ICMP, request(1));
        nothingIsSent();
        assertEquals(1, drops(DropReason.POLICY_UNPROTECTED));
    }

    @Test
    void whatComesProtectedIsDroppedWhereNoPolicySaysSo() {
        in(EspSuite.AES128GCM16);
        arrives(new EspPeer(EspSuite.AES128GCM16, key(EspSuite.AES128GCM16, 1))
                .seal(SPI_IN, 1, IpProtocol.ICMP, request(1)));
        nothingIsSent();
        assertEquals(1, drops(DropReason.POLICY_MISMATCH));
    }

    @Test
    void whatIsDiscardedGoesNeitherInNorOut() {
        esp.addPolicy(towardsPeer(Action.DISCARD));
        arrives(IpProtocol.ICMP, request(1));
        assertEquals(1, drops(DropReason.POLICY_DISCARDED));
        ping();
        nothingIsSent();
        assertEquals(2, drops(DropReason.POLICY_DISCARDED));
    }

    private void ping() {
        final RawEndpoint e = wire.stack().raw().open(IpProtocol.ICMP);
        assertNotNull(e);
        final byte[] message = request(1);
        e.sendTo(MemorySegment.ofArray(message), 0, message.length, FramePeer.PEER_ADDRESS);
        e.close();
        wire.settle();
    }

    @Test
    void withoutAnAssociationNothingGoesOut() {
        esp.addPolicy(towardsPeer(Action.PROTECT));
        ping();
        nothingIsSent();
        assertEquals(1, drops(DropReason.ESP_NO_ASSOCIATION));
    }

    @ParameterizedTest
    @ValueSource(ints = {SPI_IN + 1, SPI_OUT, 0})
    void anSpiThatNobodyKnowsIsDropped(int spi) {
        final EspPeer peer = isProtectedBy(EspSuite.AES128GCM16);
        arrives(peer.seal(spi, 1, IpProtocol.ICMP, request(1)));
        nothingIsSent();
        assertEquals(1, drops(DropReason.ESP_NO_ASSOCIATION));
    }

    @Test
    void theFirstPolicyThatMatchesCounts() {
        esp.addPolicy(
                new SecurityPolicy(Action.BYPASS, IpPrefix.ALL, IpPrefix.ALL, IpProtocol.ICMP, Ports.ALL, Ports.ALL));
        esp.addPolicy(towardsPeer(Action.DISCARD));
        arrives(IpProtocol.ICMP, request(1));
        sent(IpProtocol.ICMP);
        arrives(253, new byte[8]);
        nothingIsSent();
        assertEquals(1, drops(DropReason.POLICY_DISCARDED));
    }

    @Test
    void aPolicyThatIsRemovedCountsNoMore() {
        final SecurityPolicy policy = towardsPeer(Action.DISCARD);
        esp.addPolicy(policy);
        assertTrue(esp.removePolicy(policy));
        assertFalse(esp.removePolicy(policy));
        arrives(IpProtocol.ICMP, request(1));
        sent(IpProtocol.ICMP);
    }

    @Test
    void aPolicyMayConcernOnePortAlone() {
        esp.addPolicy(new SecurityPolicy(
                Action.DISCARD, IpPrefix.ALL, new IpPrefix(PEER, 32), IpProtocol.UDP, new Ports(7, 7), Ports.ALL));
        arrives(IpProtocol.UDP, new byte[] {0, 9, 0, 8, 0, 8, 0, 0});
        sent(IpProtocol.ICMP); // nobody listens there
        arrives(IpProtocol.UDP, new byte[] {0, 8, 0, 7, 0, 8, 0, 0});
        nothingIsSent();
        assertEquals(1, drops(DropReason.POLICY_DISCARDED));
    }

    /// A datagram to a port where nobody listens, without a checksum.
    private static byte[] toClosedPort() {
        return new byte[] {0, 9, 0, 8, 0, 12, 0, 0, 's', 'e', 'c', 'r'};
    }

    private static SecurityPolicy forUdp(Action action, Ports remotePorts) {
        return new SecurityPolicy(action, IpPrefix.ALL, new IpPrefix(PEER, 32), IpProtocol.UDP, Ports.ALL, remotePorts);
    }

    @Test
    void whatWasProtectedIsNotQuotedOpenly() {
        in(EspSuite.AES128GCM16);
        out(EspSuite.AES128GCM16);
        esp.addPolicy(forUdp(Action.PROTECT, Ports.ALL));
        final EspPeer peer = new EspPeer(EspSuite.AES128GCM16, key(EspSuite.AES128GCM16, 1));
        arrives(peer.seal(SPI_IN, 1, IpProtocol.UDP, toClosedPort()));
        nothingIsSent();
        assertEquals(1, drops(DropReason.UDP_NO_ENDPOINT));
    }

    @Test
    void anErrorAboutWhatWasProtectedIsProtected() {
        final EspPeer peer = isProtectedBy(EspSuite.AES128GCM16);
        arrives(peer.seal(SPI_IN, 1, IpProtocol.UDP, toClosedPort()));
        final byte[] text = new EspPeer(EspSuite.AES128GCM16, key(EspSuite.AES128GCM16, 2)).open(sent(IpProtocol.ESP));
        assertEquals(IcmpHeader.DESTINATION_UNREACHABLE, text[0]);
        assertEquals(IcmpHeader.PORT_UNREACHABLE, text[1]);
    }

    @Test
    void anOpenErrorAboutWhatLeavesProtectedIsAForgery() {
        in(EspSuite.AES128GCM16);
        out(EspSuite.AES128GCM16);
        esp.addPolicy(forUdp(Action.PROTECT, Ports.ALL));
        final Sockets sockets = wire.stack().sockets();
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.connect(socket, new SocketAddress(PEER, 7)));
        final SocketAddress own = new SocketAddress();
        sockets.localAddress(socket, own);
        final byte[] ports = {(byte) (own.port() >> 8), (byte) own.port(), 0, 7, 0, 8, 0, 0};
        arrives(IpProtocol.ICMP, IcmpQuoteOfUdp.portUnreachable(ports));
        assertEquals(1, drops(DropReason.POLICY_UNPROTECTED));
        assertEquals(0, sockets.option(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        esp.removePolicy(forUdp(Action.PROTECT, Ports.ALL));
        arrives(IpProtocol.ICMP, IcmpQuoteOfUdp.portUnreachable(ports));
        assertEquals(Errno.ECONNREFUSED, sockets.option(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        sockets.close(socket);
    }

    /// Errors with a quote that the test chooses.
    private static final class IcmpQuoteOfUdp {
        static byte[] portUnreachable(byte[] udp) {
            final byte[] message = new byte[IcmpHeader.LENGTH + Ipv4Header.LENGTH + udp.length];
            final MemorySegment memory = MemorySegment.ofArray(message);
            new Ipv4Header()
                    .at(memory, IcmpHeader.LENGTH)
                    .begin(Ipv4Header.LENGTH)
                    .totalLength(Ipv4Header.LENGTH + udp.length)
                    .timeToLive(64)
                    .protocol(IpProtocol.UDP)
                    .source(FramePeer.STACK_ADDRESS)
                    .destination(FramePeer.PEER_ADDRESS)
                    .sealChecksum();
            System.arraycopy(udp, 0, message, IcmpHeader.LENGTH + Ipv4Header.LENGTH, udp.length);
            final IcmpHeader icmp = new IcmpHeader()
                    .at(memory, 0)
                    .type(IcmpHeader.DESTINATION_UNREACHABLE)
                    .code(IcmpHeader.PORT_UNREACHABLE)
                    .checksum(0);
            icmp.checksum(Checksum.complement(Checksum.sum(memory, 0, message.length)));
            return message;
        }
    }

    @Test
    void aFragmentOfTheUsersOwnIsDiscardedWhereAPolicyForAnyPortProtects() {
        in(EspSuite.AES128GCM16);
        out(EspSuite.AES128GCM16);
        esp.addPolicy(forUdp(Action.PROTECT, new Ports(80, 80)));
        final RawEndpoint e = wire.stack().raw().open(255);
        assertNotNull(e);
        e.headerIncluded(true);
        final byte[] packet = new byte[Ipv4Header.LENGTH + 16];
        final MemorySegment memory = MemorySegment.ofArray(packet);
        new Ipv4Header()
                .at(memory, 0)
                .begin(Ipv4Header.LENGTH)
                .identification(7)
                .flagsAndFragmentOffset(1)
                .timeToLive(64)
                .protocol(IpProtocol.UDP)
                .destination(FramePeer.PEER_ADDRESS);
        e.sendTo(memory, 0, packet.length, FramePeer.PEER_ADDRESS);
        e.close();
        wire.settle();
        nothingIsSent();
        assertEquals(1, drops(DropReason.POLICY_DISCARDED));
    }

    // ---- associations ----

    @Test
    void theLastSequenceNumberIsTheLastPacket() {
        in(EspSuite.AES128GCM16);
        final SecurityAssociation out = out(EspSuite.AES128GCM16);
        esp.addPolicy(towardsPeer(Action.PROTECT));
        out.skipTo(0xFFFF_FFFEL);
        ping();
        assertEquals(-1, word(sent(IpProtocol.ESP), 4));
        assertTrue(out.isExhausted());
        ping();
        nothingIsSent();
        assertEquals(1, drops(DropReason.ESP_SEQUENCE_EXHAUSTED));
    }

    @Test
    void whatIsSentTakesTheNewestAssociation() {
        isProtectedBy(EspSuite.AES128GCM16);
        final SecurityAssociation newer = add(0x3000, STACK, PEER, EspSuite.CHACHA20POLY1305, 3);
        ping();
        assertEquals(0x3000, word(sent(IpProtocol.ESP), 0));
        assertTrue(esp.removeAssociation(newer));
        assertFalse(esp.removeAssociation(newer));
        ping();
        assertEquals(SPI_OUT, word(sent(IpProtocol.ESP), 0));
    }

    @Test
    void anAssociationThatCannotBeIsRefused() {
        final byte[] key = key(EspSuite.AES128GCM16, 1);
        final EspSuite suite = EspSuite.AES128GCM16;
        in(suite);
        assertThrows(IllegalArgumentException.class, () -> esp.addAssociation(SPI_IN, PEER, STACK, suite, key, WINDOW));
        assertThrows(IllegalArgumentException.class, () -> esp.addAssociation(255, PEER, STACK, suite, key, WINDOW));
        assertThrows(IllegalArgumentException.class, () -> esp.addAssociation(256, PEER, STACK, suite, key, 32));
        assertThrows(IllegalArgumentException.class, () -> esp.addAssociation(256, PEER, STACK, suite, key, 96));
        assertThrows(
                IllegalArgumentException.class,
                () -> esp.addAssociation(256, PEER, STACK, suite, new byte[16], WINDOW));
    }

    // ---- connections ----

    @ParameterizedTest
    @EnumSource(EspSuite.class)
    void aConnectionInsideEspLosesNothingAndFitsTheLink(EspSuite suite) {
        final boolean[] open = {false};
        try (SimulatedNetwork network = new SimulatedNetwork(
                SimulatedNetwork.Plan.perfect(),
                (host, link) -> new ObservedLink(link, (memory, length, timeNs, lost) -> {
                    final Ipv4Header ip = new Ipv4Header().at(memory, EthernetHeader.LENGTH);
                    open[0] |= ip.version() == 4 && ip.protocol() != IpProtocol.ESP;
                }))) {
            protect(network.client(), network.server(), suite);
            protect(network.server(), network.client(), suite);
            final EchoTransfer transfer = new EchoTransfer(network).start(200_000);
            assertTrue(network.runUntil(transfer::isDone, network.nowNs() + seconds(60)), transfer::toString);
            assertEquals(0, network.client().stack().drops().of(DropReason.FRAME_TOO_LONG));
            assertEquals(0, network.server().stack().drops().of(DropReason.FRAME_TOO_LONG));
            assertFalse(open[0], "something went openly");
            network.run(seconds(600));
            network.assertNoLeaks();
        }
    }

    @Test
    void aConnectionThatNoPolicyConcernsGoesAsItIs() {
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            for (final SimulatedHost host : List.of(network.client(), network.server())) {
                host.stack()
                        .esp()
                        .addPolicy(new SecurityPolicy(
                                Action.PROTECT, IpPrefix.ALL, IpPrefix.ALL, IpProtocol.ICMP, Ports.ALL, Ports.ALL));
            }
            final EchoTransfer transfer = new EchoTransfer(network).start(200_000);
            assertTrue(network.runUntil(transfer::isDone, network.nowNs() + seconds(60)), transfer::toString);
            network.run(seconds(600));
            network.assertNoLeaks();
        }
    }

    @Test
    void aPacketThatIsLongerThanTheLinkIsSealedWholeAndThenCut() {
        final EspSuite suite = EspSuite.AES256_SHA256;
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            protect(network.client(), network.server(), suite);
            protect(network.server(), network.client(), suite);
            final RawEndpoint echo = network.client().stack().raw().openEcho();
            assertNotNull(echo);
            final byte[] message = echo(IcmpHeader.ECHO, 1, 8_000);
            echo.sendTo(
                    MemorySegment.ofArray(message),
                    0,
                    message.length,
                    network.server().address().ipv4());
            assertTrue(network.runUntil(() -> echo.peek() != null, network.nowNs() + seconds(10)));
            assertEquals(1, esp(network.server(), 0).packets());
            assertEquals(1, esp(network.server(), 1).packets());
            echo.close();
            network.run(seconds(600));
            network.assertNoLeaks();
        }
    }

    @Test
    void aDatagramThatFitsNoPacketWithWhatProtectionAddsIsRefused() {
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            protect(network.client(), network.server(), EspSuite.AES256_SHA256);
            protect(network.server(), network.client(), EspSuite.AES256_SHA256);
            final UdpEndpoint sender = network.client().stack().udp().open();
            final UdpEndpoint receiver = network.server().stack().udp().open();
            assertNotNull(sender);
            assertNotNull(receiver);
            assertEquals(Udp.OK, receiver.bind(0, IpAddress.ANY.low(), 9));
            final MemorySegment octets = MemorySegment.ofArray(new byte[65_507]);
            final long far = network.server().address().low();
            assertEquals(Udp.TOO_LONG, sender.sendTo(octets, 0, 65_507, far, 9));
            final int most = 65_507 - EspSuite.AES256_SHA256.overhead();
            assertEquals(Udp.TOO_LONG, sender.sendTo(octets, 0, most + 1, far, 9));
            assertEquals(Udp.OK, sender.sendTo(octets, 0, most, far, 9));
            assertTrue(network.runUntil(() -> receiver.peek() != null, network.nowNs() + seconds(1)));
            sender.close();
            receiver.close();
            network.run(seconds(600));
            network.assertNoLeaks();
        }
    }

    @Test
    void aConnectionOnANarrowPathLeavesRoomForWhatProtectionAdds() {
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            protect(network.client(), network.server(), EspSuite.AES256_SHA256);
            protect(network.server(), network.client(), EspSuite.AES256_SHA256);
            final IpAddress far = network.server().address();
            final Stack near = network.client().stack();
            near.ipv4().pathMtus().learn(far.high(), far.low(), 1_000);
            final Sockets there = network.server().stack().sockets();
            final int listener = there.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            there.bind(listener, new SocketAddress(far, 7));
            there.listen(listener, 1);
            final int socket = near.sockets().socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            near.sockets().connect(socket, new SocketAddress(far, 7));
            network.run(seconds(1));
            final int ours = network.client().address().ipv4();
            final Netif netif = near.ipv4().interfaces().get(1);
            final int added = netif.mtu() - netif.mtuFor(ours, far.ipv4(), IpProtocol.TCP, 0, 0);
            final int headers = Ipv4Header.LENGTH + TcpHeader.LENGTH + TcpOptions.TIMESTAMPS_LENGTH;
            final int segment = near.sockets().option(socket, SocketOptions.IPPROTO_TCP, SocketOptions.TCP_MAXSEG);
            assertTrue(added > 0);
            assertEquals(1_000, segment + headers + added);
            near.sockets().close(socket);
            there.close(listener);
            network.run(seconds(600));
            network.assertNoLeaks();
        }
    }

    private static SecurityAssociation esp(SimulatedHost host, int index) {
        return host.stack().esp().associations().get(index);
    }

    private static void protect(SimulatedHost host, SimulatedHost other, EspSuite suite) {
        final Esp esp = host.stack().esp();
        final int own = host.address().ipv4() & 0xFF;
        final int others = other.address().ipv4() & 0xFF;
        try {
            esp.addAssociation(0x4000 + own, host.address(), other.address(), suite, key(suite, own), WINDOW);
            esp.addAssociation(0x4000 + others, other.address(), host.address(), suite, key(suite, others), WINDOW);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
        esp.addPolicy(SecurityPolicy.with(Action.PROTECT, new IpPrefix(other.address(), 32)));
    }
}
