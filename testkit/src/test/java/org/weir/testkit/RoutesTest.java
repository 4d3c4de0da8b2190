package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.RouterRig.address;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.ip.Route;
import org.weir.ip.RouteResult;
import org.weir.ip.RouteType;
import org.weir.link.DropReason;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// Which way packets of this host take, and from which address.
class RoutesTest {
    private static final IpPrefix FAR = IpPrefix.parse("203.0.113.0/24");

    private final RouterRig rig = new RouterRig();
    private final Stack stack = rig.stack;
    private @Nullable TcpError failure;

    @AfterEach
    void nothingLeaks() {
        rig.after(seconds(1_000));
        rig.assertNoLeaks();
        rig.close();
    }

    private Route via(String gateway) {
        return stack.via(FAR, IpAddress.parse(gateway));
    }

    private int send(String destination) {
        final int socket = stack.sockets().socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        final SocketAddress to = new SocketAddress(IpAddress.parse(destination), 9);
        final int result = stack.sockets().sendTo(socket, MemorySegment.ofArray(new byte[8]), 0, 8, to);
        rig.settle();
        stack.sockets().close(socket);
        return result;
    }

    private static int sourceOf(byte @Nullable [] packet) {
        assertNotNull(packet, "a packet");
        return RouterRig.header(packet).source();
    }

    private TcpConnection connect() {
        final TcpConnection c =
                stack.tcp().connect(0, IpAddress.parse("203.0.113.5").low(), 80, IpAddress.ANY.low(), 0, new Waiting());
        assertNotNull(c);
        rig.settle();
        return c;
    }

    /// Waits for a connection that is never made.
    private final class Waiting implements TcpHandler {
        @Override
        public void readable(TcpConnection connection) {
            throw new AssertionError("nothing can be read");
        }

        @Override
        public void failed(TcpConnection connection, TcpError error) {
            failure = error;
        }
    }

    @Test
    void anAddressBringsARouteToItsNetworkAndOneToItself() {
        assertEquals(
                "[10.1.0.1/32 dev lo, 10.2.0.1/32 dev lo, 10.3.0.1/32 dev lo,"
                        + " 10.1.0.0/24 dev eth0 src 10.1.0.1, 10.2.0.0/24 dev eth1 src 10.2.0.1,"
                        + " 10.3.0.0/24 dev eth2 src 10.3.0.1, 127.0.0.0/8 dev lo src 127.0.0.1]",
                stack.ipv4().routes().all().toString());
    }

    @Test
    void anAddressThatIsItsWholeNetworkIsReachedByTheLoopbackAlone() {
        stack.addAddress(rig.left.netif, IpPrefix.parse("198.51.100.7/32"));
        final Route route = stack.ipv4().routes().find(address("198.51.100.7"));
        assertNotNull(route);
        assertEquals("lo", route.netif().name());
    }

    @Test
    void anUnboundSocketSendsFromTheAddressThatTheRouteNames() {
        assertSame(RouteResult.DONE, stack.addRoute(via("10.2.0.9")));
        assertEquals(8, send("203.0.113.5"));
        assertEquals(address("10.2.0.1"), sourceOf(rig.right.takes()));
        assertSame(RouteResult.DONE, stack.replaceRoute(via("10.2.0.9").withSource(IpAddress.parse("10.3.0.1"))));
        assertEquals(8, send("203.0.113.5"));
        assertEquals(address("10.3.0.1"), sourceOf(rig.right.takes()));
    }

    @Test
    void withoutARouteSendingFails() {
        assertEquals(-Errno.ENETUNREACH, send("203.0.113.5"));
        stack.addGateway(IpAddress.parse("10.1.0.9"));
        assertEquals(8, send("203.0.113.5"));
        for (final RouteType type : new RouteType[] {RouteType.BLACKHOLE, RouteType.UNREACHABLE, RouteType.PROHIBIT}) {
            stack.replaceRoute(Route.onLink(FAR, rig.left.netif).withType(type));
            assertEquals(-Errno.ENETUNREACH, send("203.0.113.5"), type::toString);
        }
    }

    @Test
    void aSecondGatewayTakesThePlaceOfTheFirst() {
        stack.addGateway(IpAddress.parse("10.1.0.9"));
        stack.addGateway(IpAddress.parse("10.2.0.9"));
        assertEquals(8, send("203.0.113.5"));
        assertNotNull(rig.right.takes());
        assertNull(rig.left.takes());
    }

    @Test
    void aGatewayMustBeANeighbour() {
        stack.addRoute(via("10.1.0.9"));
        final IpAddress behind = IpAddress.parse("203.0.113.5");
        assertThrows(IllegalArgumentException.class, () -> stack.via(FAR, behind));
        assertThrows(IllegalArgumentException.class, () -> stack.addGateway(IpAddress.parse("192.0.2.1")));
    }

    @Test
    void aConnectionTakesTheNewRouteAndKeepsItsAddress() {
        stack.addRoute(via("10.1.0.9"));
        final TcpConnection c = connect();
        assertEquals(address("10.1.0.1"), sourceOf(rig.left.takes()));
        stack.replaceRoute(via("10.2.0.9"));
        rig.after(seconds(2));
        assertEquals(address("10.1.0.1"), sourceOf(rig.right.takes()), "the SYN, again");
        assertNull(rig.left.takes());
        c.abort();
    }

    @Test
    void aConnectionWithoutARouteWaitsForOneAndFailsInTheEnd() {
        stack.addRoute(via("10.1.0.9"));
        final TcpConnection c = connect();
        assertNotNull(rig.left.takes());
        assertSame(RouteResult.DONE, stack.removeRoute(FAR));
        rig.after(seconds(2));
        assertNull(rig.left.takes());
        assertTrue(rig.drops(DropReason.NO_ROUTE) > 0, "what it sent");
        assertSame(TcpError.NETWORK_UNREACHABLE, c.softError());
        stack.addRoute(via("10.2.0.9"));
        rig.after(seconds(3));
        assertNotNull(rig.right.takes(), "a route came back");
        stack.removeRoute(FAR);
        rig.after(seconds(1_000));
        assertSame(TcpError.NETWORK_UNREACHABLE, failure);
    }

    @Test
    @Tag("allocation")
    void lookingUpAllocatesNothing() {
        stack.addRoute(via("10.2.0.9"));
        AllocationGuard.assertAllocatesNothing("a thousand look-ups", 6, () -> {
            for (int i = 0; i < 1_000; i++) {
                assertNotNull(stack.ipv4().routes().find(address0(i)));
            }
        });
    }

    private static int address0(int i) {
        return 0xCB00_7100 + (i & 0xFF);
    }
}
