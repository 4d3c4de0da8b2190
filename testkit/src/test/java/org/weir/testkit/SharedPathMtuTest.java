package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.memory.Pbuf;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.StackConfig;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// What one conversation learns of the path to a host, all others use: RFC 1191 section 6.3.
class SharedPathMtuTest {
    private static final SocketAddress PEER = new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 7);
    private static final int OURS = 4_000;
    private static final int PAYLOAD = 1_400;
    private static final int IP_LENGTH = PAYLOAD + 8 + Ipv4Header.LENGTH;

    private final MemorySegment octets = MemorySegment.ofArray(new byte[2_000]);
    private final FramePeer wire = new FramePeer();
    private final Sockets sockets = wire.stack().sockets();
    private int connected;

    @BeforeEach
    void aSocketIsConnected() {
        connected = socketOn(OURS);
        assertEquals(0, sockets.connect(connected, PEER));
        sends(connected, IP_LENGTH);
    }

    @AfterEach
    void nothingLeaks() {
        sockets.close(connected);
        wire.after(seconds(1_000));
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    // ---- sentences ----

    private int socketOn(int port) {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.bind(socket, new SocketAddress(IpAddress.ANY, port)));
        return socket;
    }

    /// A datagram leaves in packets of these lengths.
    private void sends(int socket, int... lengths) {
        assertEquals(PAYLOAD, sockets.sendTo(socket, octets, 0, PAYLOAD, PEER));
        wire.settle();
        leave(lengths);
        assertTrue(wire.frames().isEmpty());
    }

    private void leave(int... lengths) {
        for (final int length : lengths) {
            final byte[] frame = wire.frames().poll();
            assertNotNull(frame, () -> "one of " + Arrays.toString(lengths));
            final Ipv4Header ip = new Ipv4Header().at(MemorySegment.ofArray(frame), EthernetHeader.LENGTH);
            assertEquals(length, ip.totalLength());
            assertEquals(lengths.length == 1, ip.dontFragment(), "a router may cut what was cut");
        }
    }

    /// The socket is told that its datagram was too long.
    private void isTold() {
        assertEquals(Errno.EMSGSIZE, sockets.option(connected, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
    }

    private void routerReports(int mtu, int stackPort, int peerPort) {
        routerReports(IcmpHeader.FRAGMENTATION_NEEDED, mtu, stackPort, peerPort);
    }

    private void routerReports(int code, int mtu, int stackPort, int peerPort) {
        final Pbuf p = IcmpQuote.unreachable(wire, code, stackPort, peerPort, 0);
        new Ipv4Header()
                .at(p.segment(), p.offset() + IcmpHeader.LENGTH)
                .protocol(IpProtocol.UDP)
                .headerChecksum(0)
                .sealChecksum();
        wire.sendIpv4(IcmpQuote.withMtu(p, mtu), IpProtocol.ICMP);
    }

    // ---- datagrams ----

    @Test
    void whatIsTooLongForThePathIsCutForIt() {
        routerReports(1_000, OURS, PEER.port());
        isTold();
        sends(connected, 996, 452);
        final int other = socketOn(4_001);
        sends(other, 996, 452);
        sockets.close(other);
    }

    @Test
    void anEchoThatIsTooLongForThePathIsCutToo() {
        routerReports(1_000, OURS, PEER.port());
        final Pbuf echo = wire.buffer(IcmpHeader.LENGTH + PAYLOAD);
        echo.segment().asSlice(echo.offset(), IcmpHeader.LENGTH + PAYLOAD).fill((byte) 0);
        wire.sendIpv4(IcmpQuote.echo(echo), IpProtocol.ICMP);
        leave(996, 452);
    }

    /// Who believes no report must not forbid what routers would do without one.
    @Test
    void onlyAConnectedEndpointForbidsFragments() {
        final int server = socketOn(5_000);
        while (wire.frames().poll() != null) {
            // Of no interest here.
        }
        assertEquals(PAYLOAD, sockets.sendTo(server, octets, 0, PAYLOAD, PEER));
        assertEquals(PAYLOAD, sockets.sendTo(server, octets, 0, PAYLOAD, PEER));
        assertEquals(100, sockets.sendTo(server, octets, 0, 100, PEER));
        assertEquals(PAYLOAD, sockets.send(connected, octets, 0, PAYLOAD));
        wire.settle();
        final Ipv4Header first = nextHeader();
        final Ipv4Header second = nextHeader();
        assertFalse(first.dontFragment());
        assertFalse(second.dontFragment());
        assertEquals(first.identification() + 1 & 0xFFFF, second.identification(), "each has a number of its own");
        assertTrue(nextHeader().dontFragment(), "every path carries so much");
        assertTrue(nextHeader().dontFragment(), "it would hear of it");
        sockets.close(server);
    }

    private Ipv4Header nextHeader() {
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame);
        return new Ipv4Header().at(MemorySegment.ofArray(frame), EthernetHeader.LENGTH);
    }

    @Test
    void afterTenMinutesThePathIsTriedAgain() {
        routerReports(1_000, OURS, PEER.port());
        isTold();
        wire.after(seconds(599));
        sends(connected, 996, 452);
        wire.after(seconds(1));
        sends(connected, IP_LENGTH);
    }

    @Test
    void aReportThatNoConnectedEndpointCausedIsNotBelieved() {
        final int other = socketOn(4_001);
        routerReports(1_000, OURS, PEER.port() + 1);
        routerReports(1_000, 4_001, PEER.port());
        sends(connected, IP_LENGTH);
        assertEquals(0, wire.stack().ipv4().pathMtus().size());
        sockets.close(other);
    }

    @Test
    void otherErrorsTellNothingOfThePath() {
        routerReports(IcmpHeader.HOST_UNREACHABLE, 1_000, OURS, PEER.port());
        assertEquals(Errno.EHOSTUNREACH, sockets.option(connected, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        sends(connected, IP_LENGTH);
    }

    @Test
    void aReportBelow552CutsTo552() {
        routerReports(68, OURS, PEER.port());
        isTold();
        sends(connected, 548, 548, 372);
    }

    @Test
    void datagramsThatAreCutByTheirUserGoAsTheyAre() {
        routerReports(1_000, OURS, PEER.port());
        isTold();
        assertEquals(0, sockets.setOption(connected, SocketOptions.IPPROTO_UDP, SocketOptions.UDP_SEGMENT, 700));
        assertEquals(PAYLOAD, sockets.send(connected, octets, 0, PAYLOAD));
        wire.settle();
        leave(728);
        leave(728);
    }

    @Test
    void otherHostsKeepTheirWholePath() {
        routerReports(1_000, OURS, PEER.port());
        final long other = IpAddress.mapped(0xC000_0277);
        assertEquals(1_500, wire.stack().ipv4().pathMtus().of(0, other, 1_500));
    }

    // ---- TCP ----

    private static TcpScenario established() {
        return TcpScenario.established(
                StackConfig.small(), segment().mss(1_460).window(65_535).sackPermitted());
    }

    @Test
    void aConnectionBeginsWithWhatIsKnownOfItsPath() {
        try (TcpScenario t = TcpScenario.listening()) {
            t.stack().ipv4().pathMtus().learn(0, IpAddress.mapped(FramePeer.PEER_ADDRESS), 1_000);
            t.receives(segment().syn().seq(0).mss(1_460).window(65_535));
            t.sends(segment().syn().seq(0).ack(1).mss(1_460));
            t.receives(segment().seq(1).ack(1)).application().accepts();
            t.application().writes(1_920).sendsSegments(2, 1, 960).sendsNothing();
            t.congestionWindowIs(10 * 960);
        }
    }

    @Test
    void whatTcpHasLearntDatagramsUse() {
        try (TcpScenario t = established()) {
            t.application().writes(1_460).skip();
            t.receivesFragmentationNeeded(1_000, 1 + 1_460).skip();
            assertEquals(0, t.stack().ipv4().pathMtus().size(), "nothing with that number is on the way");
            t.receivesFragmentationNeeded(1_000, 1).skip();
            assertEquals(1_000, t.stack().ipv4().pathMtus().of(0, IpAddress.mapped(FramePeer.PEER_ADDRESS), 1_500));
        }
    }
}
