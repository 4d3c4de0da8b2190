package org.weir.testkit;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawResult;
import org.weir.stack.SelfExercise;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpProtocol;

/// Raw endpoints allocate nothing. Run a second time in the interpreter.
class RawAllocationTest {
    @Test
    @Tag("allocation")
    void requestsAndRepliesAllocateNothing() {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            final Pinger pinger = new Pinger(network);
            pinger.run();
            AllocationGuard.assertAllocatesNothing(Pinger.REQUESTS + " requests", 6, pinger);
            pinger.echo.close();
            pinger.watcher.close();
            network.assertNoLeaks();
        }
    }

    /// Asks the server for echoes, one after the other, while a raw endpoint looks on.
    private static final class Pinger implements Runnable {
        private static final int REQUESTS = 500;

        private final SimulatedNetwork network;
        private final RawEndpoint echo;
        private final RawEndpoint watcher;
        private final int server;
        private final MemorySegment message = MemorySegment.ofArray(new byte[64]);

        private Pinger(SimulatedNetwork network) {
            this.network = network;
            this.server = network.server().address().ipv4();
            this.echo = requireNonNull(network.client().stack().raw().openEcho());
            this.watcher = requireNonNull(network.client().stack().raw().open(IpProtocol.ICMP));
            new IcmpHeader().at(message, 0).type(IcmpHeader.ECHO);
        }

        @Override
        public void run() {
            for (int i = 0; i < REQUESTS; i++) {
                assertSame(RawResult.DONE, echo.sendTo(message, 0, 64, server));
                while (echo.peek() == null) {
                    network.step();
                }
                echo.drop();
                watcher.drop();
            }
        }
    }
}
