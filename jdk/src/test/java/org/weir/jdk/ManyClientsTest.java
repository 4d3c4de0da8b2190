package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.runtime.SharedStack;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConfig;

/// Ten thousand conversations at once on one stack, of virtual threads that block and with a selector.
@Timeout(300)
final class ManyClientsTest {
    private static final int CLIENTS = 10_000;
    private static final int MESSAGES = 4;
    private static final int LONGEST = 2_000;
    private static final int BACKLOG = 4_096;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicInteger finished = new AtomicInteger();
    /// Opens once all are connected, so that they talk at the same time.
    private final CountDownLatch connected = new CountDownLatch(CLIENTS);

    private static StackConfig config() {
        final StackConfig base = StackConfig.defaults();
        final TcpConfig tcp = base.tcp().toBuilder()
                .connections(2 * CLIENTS + 1_000)
                .buffers(8 * 1_024, 8 * 1_024)
                .maximumBuffers(8 * 1_024, 8 * 1_024)
                .build();
        return new StackConfig(
                65_536,
                base.pageSize(),
                1_024,
                65_536,
                65_536,
                base.neighbors(),
                base.routes(),
                base.udpEndpoints(),
                base.udpQueue(),
                base.rawEndpoints(),
                base.memberships(),
                base.reassemblies(),
                2 * CLIENTS + 100,
                base.receiveBudget(),
                false,
                tcp);
    }

    private void run(boolean withSelector) throws Exception {
        final SharedStack stack = World.start(config());
        final ServerSocketChannel server = new WeirSelectorProvider(stack).openServerSocketChannel();
        try {
            final WeirSelectorProvider provider = (WeirSelectorProvider) server.provider();
            server.bind(World.anyPort(), BACKLOG);
            final Thread echo = withSelector
                    ? Thread.ofPlatform().start(() -> select(server))
                    : Thread.ofVirtual().start(() -> accept(server));
            final SocketAddress address = server.getLocalAddress();
            final List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                final int seed = i;
                clients.add(Thread.ofVirtual().start(() -> guarded(() -> converse(provider, address, seed))));
            }
            for (final Thread client : clients) {
                client.join();
            }
            server.close();
            echo.join(10_000);
        } finally {
            stack.close();
        }
        final Throwable thrown = failure.get();
        if (thrown != null) {
            throw new AssertionError(finished + " of " + CLIENTS + " finished", thrown);
        }
        assertEquals(CLIENTS, finished.get());
    }

    @Test
    void virtualThreadsThatBlockLoseNoOctet() throws Exception {
        run(false);
    }

    @Test
    void aSelectorThatServesThemLosesNoOctet() throws Exception {
        run(true);
    }

    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private void guarded(Work work) {
        try {
            work.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    // ---- clients ----

    private void converse(WeirSelectorProvider provider, SocketAddress server, int seed) throws Exception {
        final SplittableRandom random = new SplittableRandom(seed);
        try (SocketChannel channel = provider.openSocketChannel()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(server);
            connected.countDown();
            if (!connected.await(120, TimeUnit.SECONDS)) {
                throw new AssertionError(connected.getCount() + " are not connected");
            }
            for (int i = 0; i < MESSAGES; i++) {
                final byte[] message = new byte[1 + random.nextInt(LONGEST)];
                random.nextBytes(message);
                channel.write(ByteBuffer.wrap(message));
                final ByteBuffer answer = ByteBuffer.allocate(message.length);
                while (answer.hasRemaining()) {
                    if (channel.read(answer) < 0) {
                        throw new AssertionError("the end after " + answer.position() + " octets");
                    }
                }
                assertEquals(ByteBuffer.wrap(message), answer.flip(), () -> "seed " + seed);
            }
            channel.shutdownOutput();
            assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
        }
        finished.incrementAndGet();
    }

    // ---- servers ----

    private void accept(ServerSocketChannel server) {
        try {
            while (true) {
                final SocketChannel accepted = server.accept();
                Thread.ofVirtual().start(() -> guarded(() -> echo(Objects.requireNonNull(accepted))));
            }
        } catch (IOException e) {
            assert !server.isOpen() : e;
        }
    }

    private static void echo(SocketChannel channel) throws IOException {
        try (channel) {
            final ByteBuffer buffer = ByteBuffer.allocate(LONGEST);
            while (channel.read(buffer.clear()) >= 0) {
                channel.write(buffer.flip());
            }
        }
    }

    private void select(ServerSocketChannel server) {
        try (Selector selector = server.provider().openSelector()) {
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            while (server.isOpen()) {
                selector.select(key -> guarded(() -> serve(selector, key)), 100);
            }
        } catch (IOException e) {
            assert !server.isOpen() : e;
        }
    }

    private static void serve(Selector selector, SelectionKey key) throws IOException {
        if (key.channel() instanceof ServerSocketChannel server) {
            for (SocketChannel c = server.accept(); c != null; c = server.accept()) {
                c.configureBlocking(false);
                c.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(LONGEST));
            }
            return;
        }
        final SocketChannel channel = (SocketChannel) key.channel();
        final ByteBuffer buffer = (ByteBuffer) key.attachment();
        if (channel.read(buffer) < 0 && buffer.position() == 0) {
            channel.close();
            return;
        }
        channel.write(buffer.flip());
        buffer.compact();
        key.interestOps(buffer.position() > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }
}
