package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.stack.ErrorReport;
import org.weir.stack.SelfExercise;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;

/// Errors that are reported, kept and read allocate nothing. Run a second time in the interpreter.
class ErrorAllocationTest {
    private static final int ERRORS = 100;
    private static final long WAIT_NS = 100_000_000;

    @Test
    @Tag("allocation")
    void errorsAllocateNothing() {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            final Sockets sockets = network.client().stack().sockets();
            final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            assertEquals(0, sockets.setOption(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_RECVERR, 1));
            final SocketAddress closed = new SocketAddress(network.server().address(), 9);
            final MemorySegment buffer = MemorySegment.ofArray(new byte[100]);
            final ErrorReport report = new ErrorReport();
            final Runnable round = () -> {
                for (int i = 0; i < ERRORS; i++) {
                    sockets.sendTo(socket, buffer, 0, 100, closed);
                    network.run(WAIT_NS);
                    if (sockets.receiveError(socket, report, buffer, 0, 100) != 100) {
                        throw new AssertionError("no error, or not about all that was sent");
                    }
                }
            };
            round.run();
            AllocationGuard.assertAllocatesNothing(ERRORS + " errors", 6, round);
            sockets.close(socket);
            network.assertNoLeaks();
        }
    }
}
