package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.stack.SelfExercise;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;

/// Datagrams in fragments allocate nothing. Run a second time in the interpreter.
class FragmentAllocationTest {
    @Test
    @Tag("allocation")
    void fragmentsAllocateNothing() {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            final Sender sender = new Sender(network);
            sender.run();
            AllocationGuard.assertAllocatesNothing(Sender.DATAGRAMS + " datagrams", 6, sender);
            sender.close();
            network.assertNoLeaks();
        }
    }

    /// Sends the longest datagrams, each in 45 fragments, and reads them.
    private static final class Sender implements Runnable {
        private static final int DATAGRAMS = 100;
        private static final int OCTETS = 65_507;

        private final SimulatedNetwork network;
        private final Sockets from;
        private final Sockets to;
        private final int sender;
        private final int receiver;
        private final SocketAddress far;
        private final MemorySegment buffer = MemorySegment.ofArray(new byte[OCTETS]);

        private Sender(SimulatedNetwork network) {
            this.network = network;
            from = network.client().stack().sockets();
            to = network.server().stack().sockets();
            far = new SocketAddress(network.server().address(), 7);
            sender = from.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            receiver = to.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            assertEquals(0, to.bind(receiver, far));
        }

        @Override
        public void run() {
            for (int i = 0; i < DATAGRAMS; i++) {
                check(from.sendTo(sender, buffer, 0, OCTETS, far));
                int received = to.receive(receiver, buffer, 0, OCTETS, 0);
                while (received < 0) {
                    network.step();
                    received = to.receive(receiver, buffer, 0, OCTETS, 0);
                }
                check(received);
            }
        }

        private static void check(int octets) {
            if (octets != OCTETS) {
                throw new AssertionError(octets + " octets");
            }
        }

        private void close() {
            from.close(sender);
            to.close(receiver);
        }
    }
}
