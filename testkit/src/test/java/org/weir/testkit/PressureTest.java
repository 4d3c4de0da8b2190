package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.weir.link.DropReason;
import org.weir.link.FaultPlan;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConfig;

/// What happens when a fixed resource is used up: drops are counted, nothing throws, and it recovers.
class PressureTest {
    private static final long SECOND = 1_000_000_000L;
    private static final MemorySegment BUFFER = MemorySegment.ofArray(new byte[64 * 1024]);

    private static SimulatedNetwork network(StackConfig config) {
        return new SimulatedNetwork(SimulatedNetwork.Plan.perfect().withConfig(config));
    }

    private static int listen(SimulatedNetwork network, SocketAddress far, int backlog) {
        final Sockets server = network.server().stack().sockets();
        final int listener = server.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        server.bind(listener, far);
        server.listen(listener, backlog);
        return listener;
    }

    @Test
    void readersThatDoNotReadCannotStopTheLink() {
        try (SimulatedNetwork network = network(StackConfig.small().withPages(64, 16))) {
            final Sockets client = network.client().stack().sockets();
            final Sockets server = network.server().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int listener = listen(network, far, 8);
            final int[] near = new int[4];
            final int[] accepted = new int[4];
            for (int i = 0; i < near.length; i++) {
                near[i] = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
                client.connect(near[i], far);
                network.run(SECOND);
                accepted[i] = server.accept(listener, null);
            }
            final int[] sent = new int[4];
            for (int round = 0; round < 100; round++) {
                for (int i = 0; i < near.length; i++) {
                    sent[i] += Math.max(0, client.send(near[i], BUFFER, 0, 4_096));
                }
                network.run(SECOND / 10);
            }
            assertTrue(network.server().stack().drops().of(DropReason.TCP_PAYLOAD_REFUSED) > 0);
            drain(network, accepted, sent);
            for (int i = 0; i < near.length; i++) {
                client.close(near[i]);
                server.close(accepted[i]);
            }
            server.close(listener);
            network.assertNoLeaks();
        }
    }

    /// Every octet that was taken arrives once the readers read.
    private static void drain(SimulatedNetwork network, int[] accepted, int[] sent) {
        final Sockets server = network.server().stack().sockets();
        final int[] received = new int[accepted.length];
        for (int round = 0; round < 3_000; round++) {
            for (int i = 0; i < accepted.length; i++) {
                received[i] += Math.max(0, server.receive(accepted[i], BUFFER, 0, 64 * 1024, 0));
            }
            network.run(SECOND / 10);
        }
        for (int i = 0; i < accepted.length; i++) {
            assertEquals(sent[i], received[i], "connection " + i);
        }
    }

    @Test
    void aWriterThatFoundThePoolDryIsToldWhenPagesAreBack() {
        try (SimulatedNetwork network = network(StackConfig.small().withPages(32, 8))) {
            final EchoTransfer transfer = new EchoTransfer(network).start(1_000_000);
            assertTrue(network.runUntil(transfer::isDone, 3_600 * SECOND), transfer::toString);
            assertEquals(1_000_000, transfer.verified());
            assertTrue(network.client().stack().pool().pages().failures() > 0, "the pool was dry");
            network.assertNoLeaks();
        }
    }

    @Test
    void connectionsBeyondTheLimitAreDroppedAndComeInLater() {
        final TcpConfig two = StackConfig.small().tcp().withConnections(2).withMaximumSegmentLifetime(0);
        try (SimulatedNetwork network = network(StackConfig.small().withTcp(two))) {
            final Sockets client = network.client().stack().sockets();
            final Sockets server = network.server().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int listener = listen(network, far, 8);
            for (int i = 0; i < 50; i++) {
                final int near = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
                client.connect(near, far);
                network.run(SECOND);
                final int accepted = server.accept(listener, null);
                assertTrue(accepted >= 0, "visit " + i);
                client.close(near);
                server.close(accepted);
                network.run(SECOND);
            }
            server.close(listener);
            network.assertNoLeaks();
        }
    }

    @Test
    void timeWaitGivesWayToNewConnections() {
        final TcpConfig four = StackConfig.small().tcp().withConnections(4);
        try (SimulatedNetwork network = network(StackConfig.small().withTcp(four))) {
            final Sockets client = network.client().stack().sockets();
            final Sockets server = network.server().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int listener = listen(network, far, 8);
            for (int i = 0; i < 20; i++) {
                final int near = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
                client.connect(near, far);
                network.run(SECOND / 10);
                final int accepted = server.accept(listener, null);
                assertTrue(accepted >= 0, "visit " + i);
                client.close(near);
                network.run(SECOND / 10);
                server.close(accepted);
                network.run(SECOND / 10);
            }
            assertEquals(4, network.client().stack().tcp().connectionsInUse(), "all in TIME-WAIT");
            server.close(listener);
            network.assertNoLeaks();
        }
    }

    @Test
    void anIdleConnectionHoldsNoPage() {
        try (SimulatedNetwork network = network(StackConfig.small())) {
            final Sockets client = network.client().stack().sockets();
            final Sockets server = network.server().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int listener = listen(network, far, 8);
            final int near = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            client.connect(near, far);
            network.run(SECOND);
            final int accepted = server.accept(listener, null);
            client.send(near, BUFFER, 0, 10_000);
            network.run(SECOND);
            assertEquals(10_000, server.receive(accepted, BUFFER, 0, 20_000, 0));
            network.run(SECOND);
            assertEquals(0, network.client().stack().pool().inUse());
            assertEquals(0, network.server().stack().pool().inUse());
            client.close(near);
            server.close(accepted);
            server.close(listener);
            network.assertNoLeaks();
        }
    }

    @Test
    void aFloodOfSynsFromManyPortsIsBoundedByTheBacklog() {
        try (TcpScenario t = TcpScenario.listening()) {
            for (int i = 0; i < 10_000; i++) {
                t.fromPort(1_024 + i).receives(SegmentSpec.segment().syn().seq(0));
            }
            t.skip().connectionsInUse(8).hasDropped("TCP_SYN_COOKIE_SENT", 9_992);
        }
    }

    @Test
    void aSlowLinkSharesItselfAmongTransfers() {
        final FaultPlan slow = FaultPlan.none().withRate(20_000_000, 60).withDelay(5_000_000);
        final SimulatedNetwork.Plan plan = SimulatedNetwork.Plan.perfect().withFaults(slow);
        try (SimulatedNetwork network = new SimulatedNetwork(plan)) {
            final EchoTransfer transfer = new EchoTransfer(network).start(4_000_000);
            final long began = network.nowNs();
            assertTrue(network.runUntil(transfer::isDone, 600 * SECOND));
            final double share = 4_000_000 * 8.0 / (network.nowNs() - began) / 0.020;
            assertTrue(share > 0.7, "the link was used to " + share);
            network.assertNoLeaks();
        }
    }

    @Test
    void aTimeWaitThatHasEndedIsNotGivenUpForAnother() {
        final TcpConfig four = StackConfig.small().tcp().withConnections(4);
        try (SimulatedNetwork network = network(StackConfig.small().withTcp(four))) {
            final Sockets client = network.client().stack().sockets();
            final Sockets server = network.server().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int listener = listen(network, far, 8);
            final int first = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            client.connect(first, far);
            network.run(SECOND);
            final int firstAccepted = server.accept(listener, null);
            client.close(first);
            network.run(SECOND);
            server.close(firstAccepted);
            network.run(100 * SECOND);
            final int[] near = new int[5];
            for (int i = 0; i < 4; i++) {
                near[i] = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
                assertEquals(-Errno.EINPROGRESS, client.connect(near[i], far));
                network.run(SECOND);
                assertTrue(server.accept(listener, null) >= 0);
            }
            near[4] = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            assertEquals(-Errno.ENOBUFS, client.connect(near[4], far));
            for (int i = 0; i < 4; i++) {
                assertEquals(1, client.send(near[i], BUFFER, 0, 1), "connection " + i + " lives");
            }
        }
    }
}
