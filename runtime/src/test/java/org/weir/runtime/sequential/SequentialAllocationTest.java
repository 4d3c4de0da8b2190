package org.weir.runtime.sequential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.base.SplitMix64;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.runtime.StackCall;
import org.weir.runtime.os.ThreadPort;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.testkit.AllocationGuard;
import org.weir.wire.IpAddress;

@Timeout(60)
final class SequentialAllocationTest {
    private static final IpAddress HERE = IpAddress.parse("127.0.0.1");
    private static final int ROUNDS = 20;

    private final ThreadPort os = ThreadPort.platform();
    private final SharedStack stack = SharedStack.start(
            Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime()),
            new ParkingWaiter(),
            IdleStrategy.SLEEP,
            "stack");
    private final SequentialStack net = new SequentialStack(stack, os);
    /// Lets what was sent arrive, so that nobody has to wait for it.
    private final StackCall arrives = new StackCall() {
        @Override
        protected void run(Stack owned) {
            for (int i = 0; i < 4; i++) {
                owned.poll(System.nanoTime());
            }
        }
    };
    private final MemorySegment octets = MemorySegment.ofArray(new byte[3_000]);

    @AfterEach
    void closes() {
        stack.close();
        os.close();
    }

    /// A body that may throw.
    private interface Body {
        void run() throws Exception;
    }

    private static void assertAllocatesNothing(String what, Body body) {
        AllocationGuard.assertAllocatesNothing(what, ROUNDS, () -> {
            try {
                for (int i = 0; i < 200; i++) {
                    body.run();
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void aStreamAllocatesNothing() throws Exception {
        try (NetConnection listener = net.open(NetType.TCP);
                NetConnection client = net.open(NetType.TCP);
                NetBuffer buffer = net.buffer()) {
            listener.bind(IpAddress.ANY, 7);
            listener.listen(1);
            client.connect(HERE, 7);
            try (NetConnection server = listener.accept()) {
                assertAllocatesNothing("200 times there and back", () -> {
                    client.write(octets, 0, 3_000);
                    stack.call(arrives);
                    server.receive(buffer);
                    server.send(buffer);
                    stack.call(arrives);
                    client.receive(buffer);
                    assertEquals(3_000, buffer.length());
                });
            }
        }
    }

    @Test
    void datagramsAllocateNothing() throws Exception {
        try (NetConnection server = net.open(NetType.UDP);
                NetConnection client = net.open(NetType.UDP);
                NetBuffer ping = net.allocate(100);
                NetBuffer pong = net.buffer()) {
            server.bind(HERE, 7);
            client.connect(HERE, 7);
            server.connect(HERE, client.localPort());
            assertAllocatesNothing("200 datagrams there and back", () -> {
                client.send(ping);
                stack.call(arrives);
                server.receive(pong);
                server.send(pong);
                stack.call(arrives);
                client.receive(ping);
                assertEquals(100, ping.length());
            });
        }
    }
}
