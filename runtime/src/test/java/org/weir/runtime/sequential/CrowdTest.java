package org.weir.runtime.sequential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.base.SplitMix64;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.runtime.os.OsThread;
import org.weir.runtime.os.ThreadPort;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;

@Timeout(120)
final class CrowdTest {
    private static final IpAddress HERE = IpAddress.parse("127.0.0.1");
    private static final long SECOND = 1_000_000_000L;
    private static final int PORT = 7;
    private static final int CLIENTS = 5_000;
    private static final int ROUNDS = 3;

    private final ThreadPort os = ThreadPort.virtual();
    private final AtomicInteger served = new AtomicInteger();
    private final CountDownLatch finished = new CountDownLatch(CLIENTS);
    private final CountDownLatch connected = new CountDownLatch(CLIENTS);

    private void serve(NetConnection connection) throws Exception {
        try (NetConnection c = connection;
                NetBuffer buffer = new NetBuffer(c.net.access())) {
            while (c.receive(buffer)) {
                c.send(buffer);
                served.incrementAndGet();
            }
        }
        finished.countDown();
    }

    private void ask(SequentialStack net, int number) throws Exception {
        try (NetConnection c = net.open(NetType.TCP);
                NetBuffer buffer = net.buffer()) {
            c.timeoutNs(60 * SECOND);
            c.connect(HERE, PORT);
            connected.countDown();
            assertTrue(connected.await(60, TimeUnit.SECONDS));
            for (int round = 0; round < ROUNDS; round++) {
                final byte[] question = {(byte) number, (byte) (number >> 8), (byte) round};
                c.write(question);
                assertTrue(c.receive(buffer));
                final byte[] answer = buffer.toArray();
                assertEquals(3, answer.length);
                assertEquals(number & 0xFFFF, answer[0] & 0xFF | (answer[1] & 0xFF) << 8);
            }
        }
    }

    @Test
    void tenThousandVirtualThreadsTalkAtOnce() throws Exception {
        final StackConfig config = StackConfig.defaults();
        final Stack stack = Stack.create(
                config.withTcp(config.tcp().toBuilder().connections(20_000).build()),
                new SplitMix64(1),
                System.nanoTime());
        try (SharedStack shared = SharedStack.start(stack, new ParkingWaiter(), IdleStrategy.SLEEP, "stack")) {
            final SequentialStack net = new SequentialStack(shared, os);
            final NetConnection listener = net.open(NetType.TCP);
            listener.bind(IpAddress.ANY, PORT);
            listener.listen(CLIENTS);
            os.start("acceptor", () -> {
                for (int i = 0; i < CLIENTS; i++) {
                    final NetConnection c = listener.accept();
                    os.start("serves", () -> serve(c));
                }
            });
            final AtomicInteger answered = new AtomicInteger();
            final List<OsThread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                final int number = i;
                clients.add(os.start("asks", () -> {
                    ask(net, number);
                    answered.incrementAndGet();
                }));
            }
            for (final OsThread client : clients) {
                assertTrue(client.join(60 * SECOND));
            }
            assertTrue(finished.await(60, TimeUnit.SECONDS));
            assertEquals(CLIENTS, answered.get());
            assertEquals(CLIENTS * ROUNDS, served.get());
        }
        os.close();
    }
}
