package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.filter.FilterVerdict.DROP;
import static org.weir.filter.FilterVerdict.REJECT;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterMask;
import org.weir.filter.FilterProtocol;
import org.weir.filter.FilterVerdict;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawResult;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpState;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// What the stack's filter is asked and told of sockets, ports and connections.
class FilterEndpointsTest {
    private static final IpAddress PEER = IpAddress.ofIpv4(FramePeer.PEER_ADDRESS);
    private static final FilterMask OF_TCP = FilterMask.NONE.with(
            FilterProtocol.TCP,
            FilterHook.BINDING,
            FilterHook.DISSOCIATING,
            FilterHook.LISTENING,
            FilterHook.STOP_LISTENING,
            FilterHook.CONNECTING,
            FilterHook.ACCEPTING,
            FilterHook.CLOSE_WAIT,
            FilterHook.REMOTE_RESET,
            FilterHook.CLOSED,
            FilterHook.ADDRESS_UNREACHABLE,
            FilterHook.PORT_UNREACHABLE);
    private static final String ACCEPTING = "ACCEPTING TCP 192.0.2.1:40000 > 192.0.2.2:80";
    private static final String CLOSED = "CLOSED TCP 192.0.2.1:40000 > 192.0.2.2:80";

    private final FramePeer wire = new FramePeer();
    private final Sockets sockets = wire.stack().sockets();
    private final Judge judge = new Judge();

    @AfterEach
    void nothingLeaks() {
        wire.stack().removeFilter();
        wire.after(seconds(1_000));
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    private void isAskedAt(FilterHook... hooks) {
        wire.stack().filter(judge, FilterMask.NONE.with(hooks));
    }

    private int stream() {
        return sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
    }

    private int datagram() {
        return sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
    }

    private static SocketAddress any(int port) {
        return new SocketAddress(IpAddress.ANY, port);
    }

    // ---- calls ----

    @ParameterizedTest
    @EnumSource(
            value = FilterVerdict.class,
            names = {"DROP", "REJECT"})
    void bindingIsRefused(FilterVerdict verdict) {
        isAskedAt(FilterHook.BINDING);
        judge.says(verdict, FilterHook.BINDING);
        final int tcp = stream();
        final int udp = datagram();
        assertEquals(-Errno.EPERM, sockets.bind(tcp, any(80)));
        assertEquals(-Errno.EPERM, sockets.bind(udp, any(53)));
        judge.wasAsked("BINDING TCP -:0 > 0.0.0.0:80", "BINDING UDP -:0 > 0.0.0.0:53");
        assertEquals("EPERM", Errno.name(Errno.EPERM));
        wire.stack().removeFilter();
        assertEquals(0, sockets.bind(tcp, any(80)));
        assertEquals(0, sockets.bind(udp, any(53)));
        sockets.close(tcp);
        sockets.close(udp);
    }

    @Test
    void aFreePortIsAskedAboutOnceItIsChosen() {
        isAskedAt(FilterHook.BINDING);
        judge.looks(event -> assertTrue(event.destinationPort() > 1_023));
        final int udp = datagram();
        assertEquals(0, sockets.bind(udp, any(0)));
        assertEquals(1, judge.events().size());
        sockets.close(udp);
    }

    @Test
    void sendingWithoutANameAsksForOne() {
        isAskedAt(FilterHook.BINDING);
        judge.says(DROP, FilterHook.BINDING);
        final int udp = datagram();
        final MemorySegment octets = MemorySegment.ofArray(new byte[4]);
        assertEquals(-Errno.EPERM, sockets.sendTo(udp, octets, 0, 4, new SocketAddress(PEER, 9)));
        sockets.close(udp);
    }

    @Test
    void listeningIsRefused() {
        isAskedAt(FilterHook.LISTENING);
        judge.says(DROP, FilterHook.LISTENING);
        final int tcp = stream();
        assertEquals(0, sockets.bind(tcp, any(80)));
        assertEquals(-Errno.EPERM, sockets.listen(tcp, 4));
        judge.wasAsked("LISTENING TCP -:0 > 0.0.0.0:80");
        judge.says(FilterVerdict.ACCEPT, FilterHook.LISTENING);
        assertEquals(0, sockets.listen(tcp, 4));
        assertEquals(0, sockets.listen(tcp, 8));
        judge.wasAsked("LISTENING TCP -:0 > 0.0.0.0:80");
        sockets.close(tcp);
    }

    @Test
    void connectingIsRefused() {
        isAskedAt(FilterHook.CONNECTING);
        judge.says(REJECT, FilterHook.CONNECTING);
        final int tcp = stream();
        assertEquals(-Errno.EPERM, sockets.connect(tcp, new SocketAddress(PEER, 80)));
        wire.settle();
        assertNull(wire.frames().poll());
        assertEquals(0, wire.stack().tcp().connectionsInUse());
        assertTrue(judge.events().getFirst().matches("CONNECTING TCP 192\\.0\\.2\\.2:\\d+ > 192\\.0\\.2\\.1:80"));
        sockets.close(tcp);
    }

    @Test
    void aDatagramSocketThatMayNotConnectIsAsBefore() {
        isAskedAt(FilterHook.BINDING, FilterHook.CONNECTING, FilterHook.DISSOCIATING);
        judge.says(DROP, FilterHook.CONNECTING);
        final int udp = datagram();
        final SocketAddress name = any(1);
        assertEquals(-Errno.EPERM, sockets.connect(udp, new SocketAddress(PEER, 53)));
        assertEquals(0, sockets.localAddress(udp, name));
        assertEquals(0, name.port());
        assertEquals(3, judge.events().size());
        assertTrue(judge.events().get(1).matches("CONNECTING UDP 192\\.0\\.2\\.2:\\d+ > 192\\.0\\.2\\.1:53"));
        judge.events().clear();
        assertEquals(0, sockets.bind(udp, any(7)));
        assertEquals(-Errno.EPERM, sockets.connect(udp, new SocketAddress(PEER, 53)));
        assertEquals(0, sockets.localAddress(udp, name));
        assertEquals(7, name.port());
        assertEquals(IpAddress.ANY.low(), name.low());
        judge.says(FilterVerdict.ACCEPT, FilterHook.CONNECTING);
        assertEquals(0, sockets.connect(udp, new SocketAddress(PEER, 53)));
        sockets.close(udp);
        judge.wasAsked(
                "BINDING UDP -:0 > 0.0.0.0:7",
                "CONNECTING UDP 192.0.2.2:7 > 192.0.2.1:53",
                "CONNECTING UDP 192.0.2.2:7 > 192.0.2.1:53",
                "DISSOCIATING UDP 192.0.2.1:53 > 192.0.2.2:7");
    }

    @Test
    void rawEndpointsAreAskedAboutLikeOthers() {
        isAskedAt(FilterHook.BINDING, FilterHook.CONNECTING, FilterHook.DISSOCIATING);
        judge.says(DROP, FilterHook.BINDING).says(DROP, FilterHook.CONNECTING);
        final RawEndpoint echo = wire.stack().raw().openEcho();
        final RawEndpoint other = wire.stack().raw().open(200);
        assertNotNull(echo);
        assertNotNull(other);
        assertEquals(RawResult.FILTERED, echo.bind(0, 5));
        assertEquals(0, echo.identifier());
        assertEquals(RawResult.FILTERED, other.bind(FramePeer.STACK_ADDRESS, 0));
        assertEquals(0, other.localAddress());
        assertEquals(RawResult.FILTERED, other.connect(FramePeer.PEER_ADDRESS));
        assertEquals(0, other.remoteAddress());
        final byte[] request = new byte[IcmpHeader.LENGTH];
        request[0] = IcmpHeader.ECHO;
        assertEquals(
                RawResult.FILTERED,
                echo.sendTo(MemorySegment.ofArray(request), 0, request.length, FramePeer.PEER_ADDRESS));
        assertEquals("BINDING ICMP -:0 > -:5", judge.events().getFirst());
        assertEquals("BINDING OTHER -:0 > 192.0.2.2:0", judge.events().get(1));
        assertEquals("CONNECTING OTHER -:0 > 192.0.2.1:0", judge.events().get(2));
        judge.events().clear();
        judge.says(FilterVerdict.ACCEPT, FilterHook.BINDING);
        assertEquals(RawResult.DONE, echo.bind(0, 5));
        echo.close();
        other.close();
        judge.wasAsked("BINDING ICMP -:0 > -:5", "DISSOCIATING ICMP -:0 > -:5");
    }

    @Test
    void aFilterThatThrowsRefusesCalls() {
        isAskedAt(FilterHook.BINDING, FilterHook.DISSOCIATING);
        judge.looks(event -> {
            throw new IllegalStateException("broken");
        });
        final int udp = datagram();
        assertEquals(-Errno.EPERM, sockets.bind(udp, any(53)));
        wire.stack().removeFilter();
        assertEquals(0, sockets.bind(udp, any(53)));
        isAskedAt(FilterHook.DISSOCIATING);
        assertEquals(0, sockets.close(udp));
        assertEquals(2, wire.stack().filters().failures());
        assertEquals(1, wire.stack().filters().refused());
    }

    // ---- datagrams that found nobody ----

    @Test
    void errorsAboutADatagramAreTold() {
        isAskedAt(FilterHook.PORT_UNREACHABLE, FilterHook.ADDRESS_UNREACHABLE);
        final int udp = datagram();
        assertEquals(0, sockets.bind(udp, any(7)));
        assertEquals(0, sockets.connect(udp, new SocketAddress(PEER, 53)));
        wire.sendIpv4(unreachable(IcmpHeader.PORT_UNREACHABLE), IpProtocol.ICMP);
        wire.sendIpv4(unreachable(IcmpHeader.HOST_UNREACHABLE), IpProtocol.ICMP);
        wire.sendIpv4(unreachable(IcmpHeader.FRAGMENTATION_NEEDED), IpProtocol.ICMP);
        judge.wasAsked(
                "PORT_UNREACHABLE UDP 192.0.2.1:53 > 192.0.2.2:7",
                "ADDRESS_UNREACHABLE UDP 192.0.2.1:53 > 192.0.2.2:7");
        sockets.close(udp);
    }

    /// About a datagram from port 7 to port 53.
    private Pbuf unreachable(int code) {
        final Pbuf p = IcmpQuote.unreachable(wire, code, 7, 53, 0);
        new Ipv4Header()
                .at(p.segment(), p.offset() + IcmpHeader.LENGTH)
                .protocol(IpProtocol.UDP)
                .headerChecksum(0)
                .sealChecksum();
        return IcmpQuote.seal(p, code);
    }

    // ---- connections ----

    private TcpScenario judged(TcpScenario t) {
        t.stack().filter(judge, OF_TCP);
        return t;
    }

    @Test
    void aConnectionIsAskedAboutOnceAndItsEndIsTold() {
        try (TcpScenario t = judged(TcpScenario.listening())) {
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
            judge.wasAsked(ACCEPTING);
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
            t.receives(segment().seq(1).ack(1));
            t.application().accepts();
            judge.wasAsked();
            t.receives(segment().fin().seq(1).ack(1)).sends(segment().seq(1).ack(2));
            judge.wasAsked("CLOSE_WAIT TCP 192.0.2.1:40000 > 192.0.2.2:80");
            t.application().closes().sends(segment().fin().seq(1).ack(2));
            judge.wasAsked();
            t.receives(segment().seq(2).ack(2));
            judge.wasAsked(CLOSED);
            t.stopsListening();
            judge.wasAsked("STOP_LISTENING TCP -:0 > 0.0.0.0:80", "DISSOCIATING TCP -:0 > 0.0.0.0:80");
        }
    }

    @Test
    void aConnectionThatWeCloseFirstIsOverAfterTimeWait() {
        try (TcpScenario t = judged(TcpScenario.established())) {
            t.application().closes().skip();
            t.receives(segment().fin().seq(1).ack(2));
            judge.wasAsked();
            t.after(seconds(300));
            judge.wasAsked(CLOSED);
        }
    }

    @Test
    void aDroppedConnectionIsNotAnswered() {
        try (TcpScenario t = judged(TcpScenario.listening())) {
            judge.says(DROP, FilterHook.ACCEPTING);
            t.receives(segment().syn().seq(0)).sendsNothing().hasDropped("FILTER_ENDPOINT", 1);
            t.connectionsInUse(0);
            judge.wasAsked(ACCEPTING);
            judge.says(FilterVerdict.ACCEPT, FilterHook.ACCEPTING);
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
        }
    }

    @Test
    void aRejectedConnectionFindsThePortClosed() {
        try (TcpScenario t = judged(TcpScenario.listening())) {
            judge.says(REJECT, FilterHook.ACCEPTING);
            t.receives(segment().syn().seq(0)).sends(segment().rst().ack(1));
            t.connectionsInUse(0).hasDropped("FILTER_ENDPOINT", 1);
        }
    }

    @Test
    void aFilterThatThrowsAcceptsNoConnection() {
        try (TcpScenario t = judged(TcpScenario.listening())) {
            judge.looks(event -> {
                throw new IllegalArgumentException("broken");
            });
            t.receives(segment().syn().seq(0)).sendsNothing().hasDropped("FILTER_FAILED", 1);
        }
    }

    @Test
    void onlyASynThatMayOpenAConnectionIsAskedAbout() {
        try (TcpScenario t = judged(TcpScenario.listening())) {
            t.receives(segment().rst().seq(0)).sendsNothing();
            t.receives(segment().seq(0).ack(5)).skip();
            t.receives(segment().syn().fin().seq(0)).sendsNothing();
            judge.wasAsked();
        }
    }

    @Test
    void theAcknowledgmentOfASynCookieIsAskedAbout() {
        try (TcpScenario t = TcpScenario.listening()) {
            for (int port = 1; port <= 8; port++) {
                t.fromPort(port).receives(segment().syn().seq(0)).skip();
            }
            t.fromPort(40_000).receives(segment().syn().seq(0)).learnSynAck().skip();
            judged(t);
            judge.says(REJECT, FilterHook.ACCEPTING);
            t.receives(segment().seq(1).ack(1));
            judge.wasAsked(ACCEPTING);
            t.sends(segment().rst().seq(1)).hasDropped("FILTER_ENDPOINT", 1);
            judge.says(FilterVerdict.ACCEPT, FilterHook.ACCEPTING);
            t.receives(segment().seq(1).ack(1));
            judge.wasAsked(ACCEPTING);
            t.application().accepts().isIn(TcpState.ESTABLISHED);
        }
    }

    @Test
    void aResetOfThePeerIsTold() {
        try (TcpScenario t = judged(TcpScenario.established())) {
            t.receives(segment().rst().seq(1));
            t.application().isTold("failed RESET");
            judge.wasAsked("REMOTE_RESET TCP 192.0.2.1:40000 > 192.0.2.2:80", CLOSED);
        }
        judge.events().clear();
        try (TcpScenario t = judged(TcpScenario.connecting())) {
            t.sends(segment().syn().seq(0));
            t.receives(segment().rst().seq(0).ack(1));
            t.application().isTold("failed REFUSED");
            assertEquals(2, judge.events().size());
            assertTrue(judge.events().getFirst().startsWith("REMOTE_RESET TCP 192.0.2.1:"));
        }
    }

    @Test
    void errorsAboutAConnectionAreTold() {
        try (TcpScenario t = judged(TcpScenario.established())) {
            t.application().writes(100).skip();
            t.receivesUnreachable(IcmpHeader.HOST_UNREACHABLE, 1);
            t.receivesUnreachable(IcmpHeader.PORT_UNREACHABLE, 1);
            t.receivesUnreachable(IcmpHeader.HOST_UNREACHABLE, 5_000);
            judge.wasAsked(
                    "ADDRESS_UNREACHABLE TCP 192.0.2.1:40000 > 192.0.2.2:80",
                    "PORT_UNREACHABLE TCP 192.0.2.1:40000 > 192.0.2.2:80");
            t.application().aborts();
        }
    }

    @Test
    void nothingThatIsOnlyToldCanBeRefused() {
        judge.says(REJECT, FilterHook.CLOSED)
                .says(DROP, FilterHook.DISSOCIATING)
                .says(REJECT, FilterHook.CLOSE_WAIT);
        try (TcpScenario t = judged(TcpScenario.established())) {
            t.receives(segment().fin().seq(1).ack(1)).sends(segment().seq(1).ack(2));
            t.application().closes().sends(segment().fin().seq(1).ack(2));
            t.receives(segment().seq(2).ack(2)).connectionsInUse(0);
            assertEquals(0, t.stack().filters().refused());
        }
    }

    // ---- segments on their way out ----

    private TcpScenario keepsBack(TcpScenario t, FilterVerdict verdict) {
        t.stack().filter(judge.says(verdict, FilterHook.OUTPUT), FilterMask.NONE.with(FilterHook.OUTPUT));
        return t;
    }

    @Test
    void aDroppedSegmentIsALoss() {
        try (TcpScenario t = keepsBack(TcpScenario.established(), DROP)) {
            t.application().writes(500).sendsNothing();
            t.hasDropped("FILTER_OUTPUT", 1);
            t.stack().removeFilter();
            t.after(millis(1_500)).sends(segment().seq(1).ack(1).length(500));
            t.receives(segment().seq(1).ack(501));
        }
    }

    @Test
    void aRejectedSegmentEndsItsConnection() {
        try (TcpScenario t = keepsBack(TcpScenario.established(), REJECT)) {
            t.application().writes(500).sendsNothing();
            t.application().isTold("failed " + TcpError.FILTERED);
            t.connectionsInUse(0).hasDropped("FILTER_OUTPUT", 1);
        }
    }

    @Test
    void aRejectedSynEndsConnectByAnError() {
        isAskedAt(FilterHook.OUTPUT);
        judge.says(REJECT, FilterHook.OUTPUT);
        final int tcp = stream();
        assertEquals(-Errno.EINPROGRESS, sockets.connect(tcp, new SocketAddress(PEER, 80)));
        wire.settle();
        assertEquals(-Errno.EPERM, sockets.send(tcp, MemorySegment.ofArray(new byte[1]), 0, 1));
        assertNull(wire.frames().poll());
        assertEquals(1, wire.stack().drops().of(DropReason.FILTER_OUTPUT));
        sockets.close(tcp);
    }

    @Test
    void aRejectedAnswerToASynLeavesNothingBehind() {
        try (TcpScenario t = keepsBack(TcpScenario.listening(), REJECT)) {
            t.receives(segment().syn().seq(0)).sendsNothing().connectionsInUse(0);
        }
    }

    @Test
    void aResetThatMayNotLeaveEndsItsConnectionAllTheSame() {
        try (TcpScenario t = keepsBack(TcpScenario.established(), REJECT)) {
            t.application().aborts().sendsNothing().connectionsInUse(0);
        }
    }

    @Test
    void segmentsOfOnePacketAreOneEvent() {
        try (TcpScenario t = TcpScenario.established()) {
            t.stack().filter(judge, FilterMask.NONE.with(FilterHook.OUTPUT));
            t.application().writes(3_000).sendsSegments(3, 1, 1_000);
            assertEquals(1, judge.events().size());
            t.receives(segment().seq(1).ack(3_001));
        }
    }
}
