package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.ip.Route;
import org.weir.ip.RouteResult;
import org.weir.packet.PacketEndpoint;
import org.weir.raw.RawEndpoint;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// What a stack shows of itself, a part at a time.
final class VisitTest {
    private static final IpAddress LOCALHOST = IpAddress.parse("127.0.0.1");
    private static final int CONNECTIONS = 700;

    private final Stack stack = Stack.create(
            StackConfig.defaults()
                    .withTcp(StackConfig.defaults().tcp().withConnections(4_000))
                    .withRoutes(2_000),
            new SplitMix64(1),
            0);

    @AfterEach
    void closes() {
        stack.close();
    }

    private static final class Idle implements TcpHandler {
        @Override
        public void readable(TcpConnection connection) {}

        @Override
        public void failed(TcpConnection connection, TcpError error) {}
    }

    private static <T> T present(@Nullable T any) {
        return Objects.requireNonNull(any);
    }

    @Test
    void connectionsAreVisitedOnceEachInParts() {
        final TcpListener listener = present(stack.tcp().bind(0, LOCALHOST.low(), 7));
        listener.listen(CONNECTIONS, _ -> {});
        for (int i = 0; i < CONNECTIONS; i++) {
            present(stack.tcp().connect(0, LOCALHOST.low(), 7, IpAddress.ANY.low(), 0, new Idle()));
        }
        for (int i = 0; i < 1_000; i++) {
            stack.poll(i * 1_000_000L);
        }
        final Set<TcpConnection> seen = new HashSet<>();
        int parts = 0;
        int visits = 0;
        for (int part = 0; part >= 0; parts++) {
            final List<TcpConnection> found = new ArrayList<>();
            part = stack.tcp().visitConnections(part, found::add);
            visits += found.size();
            seen.addAll(found);
        }
        assertEquals(2 * CONNECTIONS, seen.size(), "both ends of each");
        assertEquals(visits, seen.size());
        assertTrue(parts > 4, "4000 connections are not one part");
        final List<TcpListener> listeners = new ArrayList<>();
        stack.tcp().visitListeners(listeners::add);
        assertEquals(List.of(listener), listeners);
        assertEquals(CONNECTIONS, listener.backlog());
    }

    @Test
    void routesAreVisitedOnceEachInParts() {
        final Netif loopback = stack.ipv4().interfaces().getFirst();
        for (int i = 0; i < 1_500; i++) {
            final IpPrefix network = new IpPrefix(IpAddress.ofIpv4(0x0B000000 + (i << 8)), 24);
            assertEquals(RouteResult.DONE, stack.addRoute(Route.onLink(network, loopback)));
        }
        final List<Route> seen = new ArrayList<>();
        int parts = 0;
        for (int part = 0; part >= 0; parts++) {
            part = stack.ipv4().routes().visit(part, seen::add);
        }
        assertEquals(new HashSet<>(stack.ipv4().routes().all()), new HashSet<>(seen));
        assertEquals(stack.ipv4().routes().size(), seen.size());
        assertTrue(parts >= 4, "2000 routes are not one part");
    }

    @Test
    void endpointsAreVisitedWhileTheyAreOpen() {
        final UdpEndpoint udp = present(stack.udp().open());
        present(stack.udp().open()).close();
        final RawEndpoint raw = present(stack.raw().openEcho());
        final PacketEndpoint packets = present(stack.packets().open(0, null));
        final List<Object> seen = new ArrayList<>();
        stack.udp().visitEndpoints(seen::add);
        stack.raw().visitEndpoints(seen::add);
        stack.packets().visitEndpoints(seen::add);
        assertEquals(List.of(udp, raw, packets), seen);
        assertEquals(0, udp.queuedOctets() + raw.queuedOctets() + packets.queuedOctets() + packets.dropped());
    }
}
