package org.weir.testkit;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;
import org.weir.link.DropReason;
import org.weir.link.FaultPlan;
import org.weir.link.Framing;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConfig;
import org.weir.time.TimerWheel;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

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

    /// Takes every page, as frames that nobody gives back.
    private static List<Pbuf> takeAllPages(PbufPool pool) {
        final List<Pbuf> taken = new ArrayList<>();
        for (Pbuf p = pool.takePage(); p != null; p = pool.takePage()) {
            taken.add(p);
        }
        return taken;
    }

    /// Takes every block, as packets that nobody gives back.
    private static List<Pbuf> takeAllBlocks(PbufPool pool) {
        final List<Pbuf> taken = new ArrayList<>();
        for (Pbuf p = pool.take(Headroom.LINK, 1); p != null; p = pool.take(Headroom.LINK, 1)) {
            taken.add(p);
        }
        return taken;
    }

    @Test
    void aStreamIsWritableOnlyWhileThePoolHasAPageForIt() {
        try (SimulatedNetwork network = network(StackConfig.small())) {
            final Sockets client = network.client().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int listener = listen(network, far, 8);
            final int near = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            client.connect(near, far);
            network.run(SECOND);
            final int accepted = network.server().stack().sockets().accept(listener, null);
            final AtomicInteger told = new AtomicInteger();
            client.callback(near, (socket, events) -> told.set(told.get() | events));
            assertEquals(Sockets.POLLOUT, client.ready(near));
            final List<Pbuf> held = takeAllPages(network.client().stack().pool());
            assertEquals(0, client.ready(near));
            assertEquals(-Errno.EAGAIN, client.send(near, BUFFER, 0, 1));
            network.run(SECOND);
            assertEquals(0, told.get());
            held.forEach(Pbuf::release);
            network.run(SECOND);
            assertEquals(Sockets.POLLOUT, told.get());
            assertEquals(Sockets.POLLOUT, client.ready(near));
            assertEquals(1, client.send(near, BUFFER, 0, 1));
            network.run(SECOND);
            client.close(near);
            network.server().stack().sockets().close(accepted);
            network.server().stack().sockets().close(listener);
            network.assertNoLeaks();
        }
    }

    @Test
    void whoLearntFromItsReadinessAloneThatThePoolIsDryIsToldToo() {
        try (SimulatedNetwork network = network(StackConfig.small())) {
            final Sockets client = network.client().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int listener = listen(network, far, 8);
            final int near = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            client.connect(near, far);
            network.run(SECOND);
            final AtomicInteger told = new AtomicInteger();
            client.callback(near, (socket, events) -> told.set(told.get() | events));
            final List<Pbuf> held = takeAllPages(network.client().stack().pool());
            assertEquals(0, client.ready(near));
            held.forEach(Pbuf::release);
            network.run(SECOND);
            assertEquals(Sockets.POLLOUT, told.get());
            client.close(near);
            network.server().stack().sockets().close(listener);
            network.run(SECOND);
            network.assertNoLeaks();
        }
    }

    @Test
    void aDryPoolLeavesAStreamTheRoomInItsLastPage() {
        try (SimulatedNetwork network = network(StackConfig.small())) {
            final Sockets client = network.client().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int listener = listen(network, far, 8);
            final int near = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            client.connect(near, far);
            network.run(SECOND);
            assertEquals(100, client.send(near, BUFFER, 0, 100));
            final List<Pbuf> held = takeAllPages(network.client().stack().pool());
            assertEquals(Sockets.POLLOUT, client.ready(near));
            assertEquals(1_948, client.send(near, BUFFER, 0, 4_096));
            assertEquals(0, client.ready(near));
            held.forEach(Pbuf::release);
            network.run(SECOND);
            client.close(near);
            network.server().stack().sockets().close(listener);
            network.run(SECOND);
            network.assertNoLeaks();
        }
    }

    @Test
    void aDatagramSocketThatFoundNoBufferIsWritableAgainWhenThereIsOne() {
        try (SimulatedNetwork network = network(StackConfig.small())) {
            final Stack stack = network.client().stack();
            final Sockets client = stack.sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            network.run(SECOND);
            final int near = client.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            final int closed = client.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            final AtomicInteger told = new AtomicInteger();
            client.callback(near, (socket, events) -> told.set(told.get() | events));
            assertEquals(Sockets.POLLOUT, client.ready(near));
            final List<Pbuf> pages = takeAllPages(stack.pool());
            final List<Pbuf> blocks = takeAllBlocks(stack.pool());
            assertEquals(-Errno.EAGAIN, client.sendTo(near, BUFFER, 0, 1, far));
            assertEquals(-Errno.EAGAIN, client.sendTo(closed, BUFFER, 0, 1, far));
            client.close(closed);
            assertEquals(0, client.ready(near));
            network.run(SECOND);
            assertEquals(0, told.get());
            final long waitsNs = stack.nextDeadlineNs() - stack.nowNs();
            assertTrue(waitsNs > 0 && waitsNs <= SECOND / 1_000, "neither spins nor sleeps for long");
            blocks.forEach(Pbuf::release);
            network.run(SECOND);
            assertEquals(Sockets.POLLOUT, told.get());
            assertEquals(Sockets.POLLOUT, client.ready(near));
            pages.forEach(Pbuf::release);
            assertEquals(1, client.sendTo(near, BUFFER, 0, 1, far));
            network.run(3_600 * SECOND);
            assertEquals(TimerWheel.NEVER, stack.nextDeadlineNs(), "nobody waits any more");
            client.close(near);
            network.assertNoLeaks();
        }
    }

    @Test
    void aLargeDatagramWaitsForPagesAndASmallOneDoesNot() {
        try (SimulatedNetwork network = network(StackConfig.small())) {
            final Sockets client = network.client().stack().sockets();
            final SocketAddress far = new SocketAddress(network.server().address(), 7);
            final int large = client.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            final int small = client.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            final AtomicInteger told = new AtomicInteger();
            client.callback(large, (socket, events) -> told.set(told.get() | events));
            network.run(SECOND);
            final List<Pbuf> held = takeAllPages(network.client().stack().pool());
            assertEquals(-Errno.EAGAIN, client.sendTo(large, BUFFER, 0, 1_000, far));
            assertEquals(1, client.sendTo(small, BUFFER, 0, 1, far));
            network.run(SECOND);
            assertEquals(0, told.get());
            held.forEach(Pbuf::release);
            network.run(SECOND);
            assertEquals(Sockets.POLLOUT, told.get());
            client.close(large);
            client.close(small);
            network.assertNoLeaks();
        }
    }

    /// A host on `end` of a cable, whose frames are packets.
    private static Stack host(PairLink end, String address) {
        final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), 0);
        stack.addAddress(stack.addInterface("pair", end), IpPrefix.parse(address));
        return stack;
    }

    @Test
    void aDatagramSocketThatFoundItsLinkFullIsWritableAgainWhenItHasRoom() {
        final LinkCapabilities packets = new LinkCapabilities(Framing.IP, 0, 1_500, false, 0, false, 1);
        final PairLink end = new PairLink(packets, 4);
        final PairLink otherEnd = new PairLink(packets, 4);
        end.connectTo(otherEnd);
        try (Stack stack = host(end, "10.0.0.1/24");
                Stack other = host(otherEnd, "10.0.0.2/24")) {
            final Sockets sockets = stack.sockets();
            final int near = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            sockets.connect(near, new SocketAddress(IpAddress.parse("10.0.0.2"), 7));
            final AtomicInteger told = new AtomicInteger();
            sockets.callback(near, (socket, events) -> told.set(told.get() | events));
            for (int i = 0; i < 4; i++) {
                assertEquals(1, sockets.send(near, BUFFER, 0, 1));
            }
            assertEquals(-Errno.EAGAIN, sockets.send(near, BUFFER, 0, 1));
            assertEquals(0, sockets.ready(near));
            stack.poll(SECOND);
            assertEquals(0, told.get());
            other.poll(SECOND);
            stack.poll(SECOND);
            assertEquals(Sockets.POLLOUT, told.get() & Sockets.POLLOUT);
            assertEquals(Sockets.POLLOUT, sockets.ready(near) & Sockets.POLLOUT);
        }
    }

    @Test
    void aSocketThatSendsToAGroupWaitsForTheLinkThatItHasChosen() {
        final LinkCapabilities packets = new LinkCapabilities(Framing.IP, 0, 1_500, false, 0, false, 1);
        final PairLink end = new PairLink(packets, 1);
        final PairLink otherEnd = new PairLink(packets, 1);
        end.connectTo(otherEnd);
        try (Stack stack = host(end, "10.0.0.1/24");
                Stack other = host(otherEnd, "10.0.0.2/24")) {
            final PairLink free = new PairLink(packets, 4);
            free.connectTo(new PairLink(packets, 4));
            stack.addAddress(stack.addInterface("free", free), IpPrefix.parse("10.1.0.1/24"));
            stack.addGateway(IpAddress.parse("10.1.0.2"));
            final Sockets sockets = stack.sockets();
            final int near = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            final int pair = requireNonNull(stack.ipv4().interfaceNamed("pair")).index();
            assertEquals(0, sockets.setOption(near, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_IF, pair));
            final SocketAddress group = new SocketAddress(IpAddress.parse("239.1.1.1"), 7);
            final AtomicInteger told = new AtomicInteger();
            sockets.callback(near, (socket, events) -> told.set(told.get() | events));
            assertEquals(1, sockets.sendTo(near, BUFFER, 0, 1, group));
            assertEquals(-Errno.EAGAIN, sockets.sendTo(near, BUFFER, 0, 1, group));
            stack.poll(SECOND);
            assertEquals(0, told.get() & Sockets.POLLOUT);
            other.poll(SECOND);
            stack.poll(SECOND);
            assertEquals(Sockets.POLLOUT, told.get() & Sockets.POLLOUT);
        }
    }

    /// Who calls a stack lets its clock move; the loop that sleeps until the deadline must come to it.
    @Test
    void theTimeToTryAFullLinkAgainDoesNotMoveWithTheClock() {
        final LinkCapabilities packets = new LinkCapabilities(Framing.IP, 0, 1_500, false, 0, false, 1);
        final PairLink end = new PairLink(packets, 1);
        final PairLink otherEnd = new PairLink(packets, 1);
        end.connectTo(otherEnd);
        try (Stack stack = host(end, "10.0.0.1/24");
                Stack other = host(otherEnd, "10.0.0.2/24")) {
            final Sockets sockets = stack.sockets();
            for (int i = 0; i < 2; i++) {
                final int near = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
                final SocketAddress far = new SocketAddress(IpAddress.parse("10.0.0.2"), 7);
                assertEquals(-Errno.EINPROGRESS, sockets.connect(near, far));
            }
            stack.poll(SECOND);
            final long deadlineNs = stack.nextDeadlineNs();
            assertTrue(deadlineNs > SECOND, "a full link is not work");
            stack.ipv4().resources().clock().advanceTo(SECOND + 500_000);
            assertEquals(deadlineNs, stack.nextDeadlineNs());
            stack.ipv4().resources().clock().advanceTo(SECOND + 2_000_000);
            assertEquals(SECOND + 2_000_000, stack.nextDeadlineNs(), "it is due");
            stack.poll(SECOND + 2_000_000);
            assertEquals(SECOND + 3_000_000, stack.nextDeadlineNs(), "and then again");
            other.poll(SECOND);
            stack.poll(SECOND + 3_000_000);
            assertTrue(stack.nextDeadlineNs() > SECOND + 10_000_000, "nobody waits for the link any more");
        }
    }

    @Test
    void datagramsThatNobodyReadsLeaveHeadersToOthers() {
        try (Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), 0)) {
            final Sockets sockets = stack.sockets();
            final SocketAddress far = new SocketAddress(IpAddress.parse("127.0.0.1"), 7);
            final int reader = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            sockets.bind(reader, far);
            final int writer = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            final int blocks = stack.pool().blocks().total();
            for (int i = 0; i < 2 * blocks; i++) {
                assertEquals(1, sockets.sendTo(writer, BUFFER, 0, 1, far), "datagram " + i);
                stack.poll(i);
            }
            assertEquals(blocks / 4, stack.pool().blocks().free());
            int read = 0;
            while (sockets.receive(reader, BUFFER, 0, 10, 0) == 1) {
                read++;
            }
            assertEquals(2L * blocks, read + stack.drops().of(DropReason.UDP_QUEUE_FULL));
            assertEquals(0, stack.pool().inUse());
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
