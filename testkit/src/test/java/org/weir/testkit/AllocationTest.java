package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.link.FaultPlan;
import org.weir.stack.SelfExercise;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.wire.IpAddress;

/// After start-up the stack's thread allocates nothing, whatever the packets do. Run a second time in the interpreter.
@Tag("allocation")
class AllocationTest {
    private static final boolean INTERPRETED = Boolean.getBoolean("weir.interpreter");
    private static final long HOUR = 3_600_000_000_000L;

    /// The interpreter allocates what the code says, so one round must do.
    private static final int ROUNDS = INTERPRETED ? 1 : 6;

    private static void transfersAllocateNothing(SimulatedNetwork.Plan plan, long octets) {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(plan)) {
            final Transfers transfers = new Transfers(network, new EchoTransfer(network));
            transfers.octets = octets / 10;
            transfers.run();
            transfers.octets = octets;
            AllocationGuard.assertAllocatesNothing(octets + " octets each way", ROUNDS, transfers);
            network.assertNoLeaks();
        }
    }

    /// A transfer each time it runs.
    private static final class Transfers implements Runnable {
        private final SimulatedNetwork network;
        private final EchoTransfer transfer;
        private long octets;

        private Transfers(SimulatedNetwork network, EchoTransfer transfer) {
            this.network = network;
            this.transfer = transfer;
        }

        @Override
        public void run() {
            transfer.start(octets);
            final long endNs = network.nowNs() + HOUR;
            while (!transfer.isDone() && network.nowNs() < endNs) {
                network.step();
            }
            if (transfer.verified() != octets) {
                throw new AssertionError(transfer);
            }
        }
    }

    @Test
    void aMillionPacketsAllocateNothing() {
        final long octets = INTERPRETED ? 2_000_000L : 750_000_000L;
        transfersAllocateNothing(SimulatedNetwork.Plan.perfect(), octets);
    }

    @Test
    void lossAndReorderingAllocateNothing() {
        final FaultPlan faults = FaultPlan.none()
                .withLoss(0.02)
                .withDuplication(0.01)
                .withReordering(0.02, 500_000)
                .withCorruption(0.005)
                .withDelay(100_000);
        final long octets = INTERPRETED ? 500_000L : 20_000_000L;
        transfersAllocateNothing(SimulatedNetwork.Plan.perfect().withFaults(faults), octets);
    }

    @Test
    void connectionsAndDatagramsAllocateNothing() {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            final Visits visits = new Visits(network);
            visits.count = 300;
            visits.run();
            visits.count = INTERPRETED ? 500 : 20_000;
            AllocationGuard.assertAllocatesNothing(visits.count + " connections and datagrams", ROUNDS, visits);
            assertEquals(0, (visits.answered - 300) % visits.count);
            network.server().stack().sockets().close(visits.listener);
            network.server().stack().sockets().close(visits.datagrams);
            network.assertNoLeaks();
        }
    }

    @Test
    void groupsAllocateNothing() {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            final Gathering gathering = new Gathering(network);
            gathering.count = 300;
            gathering.run();
            gathering.count = INTERPRETED ? 300 : 10_000;
            AllocationGuard.assertAllocatesNothing(gathering.count + " memberships", ROUNDS, gathering);
            network.assertNoLeaks();
        }
    }

    /// Again and again a socket on each host joins a group; one sends, both hear it, both leave.
    private static final class Gathering implements Runnable {
        private static final int ETH0 = 2;
        private static final IpAddress GROUP = IpAddress.parse("239.1.1.1");
        private static final IpAddress ELSEWHERE = IpAddress.parse("198.51.100.7");

        private final SimulatedNetwork network;
        private final Sockets here;
        private final Sockets there;
        private final SocketAddress to = new SocketAddress(GROUP, 7);
        private final MemorySegment buffer = Arena.ofAuto().allocate(64);
        private int count;

        private Gathering(SimulatedNetwork network) {
            this.network = network;
            here = network.client().stack().sockets();
            there = network.server().stack().sockets();
        }

        @Override
        public void run() {
            for (int i = 0; i < count; i++) {
                gather();
            }
        }

        private void gather() {
            final int near = member(here);
            final int far = member(there);
            here.sendTo(near, buffer, 0, 10, to);
            while (there.receive(far, buffer, 0, 64, 0) != 10) {
                network.step();
            }
            if (here.receive(near, buffer, 0, 64, 0) != 10) {
                throw new AssertionError("the sender has not heard itself");
            }
            here.close(near);
            there.close(far);
            network.run(600_000_000L);
        }

        private int member(Sockets sockets) {
            final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            sockets.bind(socket, to);
            sockets.groups().join(socket, GROUP, ETH0);
            sockets.groups().blockSource(socket, GROUP, ETH0, ELSEWHERE);
            return socket;
        }
    }

    /// A visit opens a connection, sends an octet, closes, and sends a datagram.
    private static final class Visits implements Runnable {
        private final SimulatedNetwork network;
        private final Sockets client;
        private final Sockets server;
        private final SocketAddress far;
        private final MemorySegment buffer = Arena.ofAuto().allocate(64);
        private final int listener;
        private final int datagrams;
        private int count;
        private int answered;

        private Visits(SimulatedNetwork network) {
            this.network = network;
            client = network.client().stack().sockets();
            server = network.server().stack().sockets();
            far = new SocketAddress(network.server().address(), 7);
            listener = server.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            server.bind(listener, far);
            server.listen(listener, 4);
            datagrams = server.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            server.bind(datagrams, far);
        }

        @Override
        public void run() {
            for (int i = 0; i < count; i++) {
                visit();
            }
        }

        private void visit() {
            final int socket = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            client.connect(socket, far);
            int accepted = -1;
            while (accepted < 0) {
                network.step();
                accepted = server.accept(listener, null);
            }
            client.send(socket, buffer, 0, 1);
            while (server.receive(accepted, buffer, 0, 64, 0) != 1) {
                network.step();
            }
            server.close(accepted);
            while (client.receive(socket, buffer, 0, 64, 0) != 0) {
                network.step();
            }
            client.close(socket);
            sendDatagram();
        }

        private void sendDatagram() {
            final int socket = client.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            client.sendTo(socket, buffer, 0, 10, far);
            while (server.receive(datagrams, buffer, 0, 64, 0) != 10) {
                network.step();
            }
            client.close(socket);
            answered++;
        }
    }
}
