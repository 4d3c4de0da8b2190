package org.weir.runtime.sequential;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.base.SplitMix64;
import org.weir.link.FaultInjector;
import org.weir.link.FaultPlan;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.runtime.SimulatedStack;
import org.weir.runtime.StackCall;
import org.weir.runtime.os.DeadlockException;
import org.weir.runtime.os.OsThread;
import org.weir.runtime.os.SimulatedPort;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// Programs that wait, on two hosts, over a cable that loses, repeats, reorders and delays, in virtual time.
@Timeout(60)
final class LossyNetworkTest {
    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final int PORT = 7;
    private static final IpAddress SERVER = IpAddress.parse("192.0.2.2");

    /// Two hosts in a simulation.
    private static final class Network implements AutoCloseable {
        private final SimulatedPort os;
        private final SimulatedStack nearStack;
        private final SimulatedStack farStack;
        private final SequentialStack near;
        private final SequentialStack far;

        Network(long seed, FaultPlan faults) {
            os = SimulatedPort.seeded(seed);
            final PairLink left = new PairLink(LinkCapabilities.plainEthernet(0x02_00_00_00_00_01L, 1_500), 256);
            final PairLink right = new PairLink(LinkCapabilities.plainEthernet(0x02_00_00_00_00_02L, 1_500), 256);
            left.connectTo(right);
            nearStack = host(new FaultInjector(left, faults, FaultPlan.none(), seed), "192.0.2.1/24", seed + 1);
            farStack = host(new FaultInjector(right, faults, FaultPlan.none(), seed + 2), "192.0.2.2/24", seed + 3);
            near = new SequentialStack(nearStack, os);
            far = new SequentialStack(farStack, os);
        }

        private SimulatedStack host(FaultInjector link, String address, long seed) {
            final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(seed), os.nowNs());
            stack.addAddress(stack.addInterface("eth0", link), IpPrefix.parse(address));
            return SimulatedStack.on(os, stack);
        }

        /// An echo server that serves each connection by a thread.
        void serveEcho() {
            os.start("server", () -> {
                final NetConnection listener = far.open(NetType.TCP);
                listener.bind(IpAddress.ANY, PORT);
                listener.listen(8);
                while (true) {
                    final NetConnection c = listener.accept();
                    os.start("serves", () -> echo(c));
                }
            });
        }

        private static void echo(NetConnection connection) throws Exception {
            try (NetConnection c = connection) {
                for (NetBuffer b = c.receive(); b != null; b = c.receive()) {
                    c.send(b);
                }
            }
        }

        void assertNoLeaks() {
            final StackCall nothingHeld = new StackCall() {
                @Override
                protected void run(Stack stack) {
                    stack.pool().assertNoLeaks();
                    assertEquals(0, stack.tcp().connectionsInUse());
                }
            };
            nearStack.call(nothingHeld);
            farStack.call(nothingHeld);
        }

        @Override
        public void close() {
            os.close();
            nearStack.close();
            farStack.close();
        }
    }

    private static FaultPlan bad() {
        return FaultPlan.none()
                .withLoss(0.05)
                .withDuplication(0.02)
                .withReordering(0.05, 3 * MILLISECOND)
                .withDelay(10 * MILLISECOND);
    }

    /// What came back of `octets`, and what happened when.
    private static byte[] echoed(Network network, byte[] octets, List<String> events) throws Exception {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (NetConnection c = network.near.open(NetType.TCP)) {
            c.connect(SERVER, PORT);
            events.add("connected at " + network.os.nowNs());
            final OsThread writer = network.os.start("writer", () -> {
                c.write(octets);
                c.shutdownOutput();
            });
            for (NetBuffer b = c.receive(); b != null; b = c.receive()) {
                events.add(b.length() + " octets at " + network.os.nowNs());
                all.writeBytes(b.toArray());
                b.close();
            }
            assertTrue(writer.join(SECOND));
        }
        return all.toByteArray();
    }

    private static List<String> eventsOf(long seed) {
        final List<String> events = new ArrayList<>();
        try (Network network = new Network(seed, bad())) {
            network.serveEcho();
            network.os.run(() -> {
                final byte[] octets = new byte[100_000];
                final SplitMix64 random = new SplitMix64(seed);
                for (int i = 0; i < octets.length; i++) {
                    octets[i] = (byte) random.next();
                }
                assertArrayEquals(octets, echoed(network, octets, events), "seed " + seed);
                network.os.sleep(200 * SECOND);
                network.assertNoLeaks();
            });
        }
        return events;
    }

    @Test
    void everythingArrivesOverALossyNetworkAndTheSameSeedGivesTheSameRun() {
        for (long seed = 1; seed <= 5; seed++) {
            assertEquals(eventsOf(seed), eventsOf(seed), "seed " + seed);
        }
        assertNotEquals(eventsOf(1), eventsOf(2));
    }

    @Test
    void aTimeOutIsExactInVirtualTime() {
        try (Network network = new Network(1, FaultPlan.none().withDelay(30 * MILLISECOND))) {
            network.serveEcho();
            network.os.run(() -> {
                try (NetConnection c = network.near.open(NetType.TCP)) {
                    c.connect(SERVER, PORT);
                    c.timeoutNs(59 * MILLISECOND);
                    c.write(new byte[1]);
                    final long beganNs = network.os.nowNs();
                    assertThrows(NetTimeoutException.class, c::receive);
                    assertEquals(59 * MILLISECOND, network.os.nowNs() - beganNs);
                    try (NetBuffer b = Objects.requireNonNull(c.receive())) {
                        assertEquals(1, b.length());
                        assertTrue(network.os.nowNs() - beganNs < 65 * MILLISECOND);
                    }
                }
            });
        }
    }

    @Test
    void aConnectToAHostThatIsGoneTimesOutAndIsClosed() {
        try (Network network = new Network(1, FaultPlan.none().withLoss(1))) {
            network.os.run(() -> {
                try (NetConnection c = network.near.open(NetType.TCP)) {
                    c.timeoutNs(100 * MILLISECOND);
                    assertThrows(NetTimeoutException.class, () -> c.connect(SERVER, PORT));
                    assertNotEquals(0, c.error());
                }
            });
        }
    }

    @Test
    void aReceiveThatNobodyWillAnswerIsADeadlock() {
        try (Network network = new Network(1, FaultPlan.none())) {
            network.serveEcho();
            final DeadlockException thrown = assertThrows(
                    DeadlockException.class,
                    () -> network.os.run(() -> {
                        final NetConnection c = network.near.open(NetType.TCP);
                        c.connect(SERVER, PORT);
                        c.receive();
                    }));
            assertTrue(
                    Objects.requireNonNull(thrown.getMessage())
                            .contains("'main' waits for semaphore 'input of a connection'"),
                    thrown.getMessage());
        }
    }
}
