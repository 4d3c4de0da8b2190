package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.weir.link.PacketSink;
import org.weir.memory.Pbuf;

@Tag("allocation")
class TapAllocationTest {
    private static final int CALLS = 100_000;

    private int received;

    @KernelTest
    void sendingReceivingAndWaitingAllocateNothing() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options())) {
                final Pbuf request = host.arpRequest();
                assertEquals(0, Allocations.onceWarm(exchange(host, request)));
                request.release();
            }
        });
    }

    @KernelTest
    void withoutOffloadNothingIsAllocatedEither() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options().withoutOffload())) {
                final Pbuf request = host.arpRequest();
                assertEquals(0, Allocations.onceWarm(exchange(host, request)));
                request.release();
            }
        });
    }

    /// Sends `request` again and again; the kernel answers each time.
    private Runnable exchange(TapHost host, Pbuf request) {
        final PacketSink count = frame -> {
            received++;
            frame.release();
        };
        return () -> {
            received = 0;
            for (int i = 0; i < CALLS; i++) {
                host.send(request.retain());
                host.waiter.await(1_000_000);
                host.link.receive(count, 16, 0);
            }
            assertTrue(received > CALLS / 10 * 9, "too few frames came back");
        };
    }
}
