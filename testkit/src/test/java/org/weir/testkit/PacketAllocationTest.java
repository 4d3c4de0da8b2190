package org.weir.testkit;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.packet.PacketEndpoint;
import org.weir.packet.PacketResult;
import org.weir.stack.SelfExercise;

/// Packet endpoints allocate nothing. Run a second time in the interpreter.
class PacketAllocationTest {
    private static final int EXPERIMENTAL = 0x88B5;

    @Test
    @Tag("allocation")
    void framesThereAndBackAllocateNothing() {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            final Exchange exchange = new Exchange(network);
            exchange.run();
            AllocationGuard.assertAllocatesNothing(Exchange.FRAMES + " frames there and back", 6, exchange);
            exchange.near.close();
            exchange.watcher.close();
            exchange.far.close();
            network.assertNoLeaks();
        }
    }

    /// The client sends a frame, the server another one back, and a third endpoint sees both.
    private static final class Exchange implements Runnable {
        private static final int FRAMES = 500;

        private final SimulatedNetwork network;
        private final PacketEndpoint near;
        private final PacketEndpoint watcher;
        private final PacketEndpoint far;
        private final MemorySegment memory = MemorySegment.ofArray(new byte[100]);

        private Exchange(SimulatedNetwork network) {
            this.network = network;
            near = open(network.client(), EXPERIMENTAL);
            watcher = open(network.client(), 0);
            watcher.outgoing(true);
            far = open(network.server(), EXPERIMENTAL);
        }

        private static PacketEndpoint open(SimulatedHost host, int type) {
            return requireNonNull(host.stack().packets().open(type, host.netif()));
        }

        @Override
        public void run() {
            for (int i = 0; i < FRAMES; i++) {
                passes(near, network.client(), far, network.server());
                passes(far, network.server(), near, network.client());
                while (watcher.peek() != null) {
                    watcher.drop();
                }
            }
        }

        private void passes(PacketEndpoint from, SimulatedHost source, PacketEndpoint to, SimulatedHost target) {
            final long destination = target.netif().hardwareAddress();
            assertSame(PacketResult.DONE, from.sendTo(memory, 0, 100, destination, EXPERIMENTAL));
            while (to.peek() == null) {
                network.step();
            }
            assertEquals(source.netif().hardwareAddress(), to.senderOf(requireNonNull(to.peek())));
            to.drop();
        }
    }
}
