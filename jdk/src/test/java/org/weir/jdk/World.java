package org.weir.jdk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weir.base.SplitMix64;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;

/// Where a test of the specification runs: the JDK's provider on the kernel's loopback, which says what is right, or
/// Weir's on that of a stack of its own. Closes all that was opened here.
final class World {
    enum Kind {
        JDK,
        WEIR
    }

    private static final long PATIENCE_SECONDS = 20;

    final Kind kind;
    final SelectorProvider provider;
    final @Nullable SharedStack stack;
    private final List<AutoCloseable> opened = new ArrayList<>();

    World(Kind kind) {
        this(kind, StackConfig.defaults());
    }

    /// A stack of Weir's with these resources.
    World(StackConfig config) {
        this(Kind.WEIR, config);
    }

    private World(Kind kind, StackConfig config) {
        this.kind = kind;
        this.stack = kind == Kind.WEIR ? start(config) : null;
        this.provider = stack == null ? SelectorProvider.provider() : new WeirSelectorProvider(stack);
    }

    static SharedStack start(StackConfig config) {
        final Stack stack = Stack.create(config, new SplitMix64(System.nanoTime()), System.nanoTime());
        return SharedStack.start(stack, new ParkingWaiter(), IdleStrategy.BALANCED, "stack");
    }

    boolean isWeir() {
        return kind == Kind.WEIR;
    }

    <T extends AutoCloseable> T keep(T resource) {
        opened.add(resource);
        return resource;
    }

    /// A free port of 127.0.0.1.
    static InetSocketAddress anyPort() {
        return new InetSocketAddress(loopback(), 0);
    }

    static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static InetAddress ipv6Loopback() throws IOException {
        final byte[] octets = new byte[16];
        octets[15] = 1;
        return InetAddress.getByAddress(octets);
    }

    SocketChannel stream() throws IOException {
        return keep(provider.openSocketChannel(StandardProtocolFamily.INET));
    }

    ServerSocketChannel unboundServer() throws IOException {
        return keep(provider.openServerSocketChannel(StandardProtocolFamily.INET));
    }

    ServerSocketChannel server() throws IOException {
        return unboundServer().bind(anyPort());
    }

    DatagramChannel unboundDatagram() throws IOException {
        return keep(provider.openDatagramChannel(StandardProtocolFamily.INET));
    }

    DatagramChannel datagram() throws IOException {
        return unboundDatagram().bind(anyPort());
    }

    Selector selector() throws IOException {
        return keep(provider.openSelector());
    }

    /// Two ends of a connection, both in blocking mode.
    Pair pair() throws IOException {
        try (ServerSocketChannel server = provider.openServerSocketChannel(StandardProtocolFamily.INET)) {
            server.bind(anyPort());
            final SocketChannel client = stream();
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.connect(server.getLocalAddress());
            return new Pair(client, keep(Objects.requireNonNull(server.accept())));
        }
    }

    /// @param near the one that has connected
    record Pair(SocketChannel near, SocketChannel far) {}

    /// A port of 127.0.0.1 where nobody listens.
    InetSocketAddress deadPort() throws IOException {
        try (ServerSocketChannel server = provider.openServerSocketChannel(StandardProtocolFamily.INET)) {
            return (InetSocketAddress) server.bind(anyPort()).getLocalAddress();
        }
    }

    /// An address that never answers: as many have connected to it as may wait until they are accepted.
    SocketAddress silentAddress() throws Exception {
        final SocketAddress address = unboundServer().bind(anyPort(), 1).getLocalAddress();
        for (int i = 0; i < 10; i++) {
            final SocketChannel caller = nonBlocking(stream());
            boolean answered = caller.connect(address);
            for (int look = 0; look < 20 && !answered; look++) {
                Thread.sleep(10);
                answered = caller.finishConnect();
            }
            if (!answered) {
                return address;
            }
        }
        throw new AssertionError("a backlog of one takes ten connections");
    }

    static <C extends SelectableChannel> C nonBlocking(C channel) throws IOException {
        channel.configureBlocking(false);
        return channel;
    }

    static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String text(ByteBuffer read) {
        final ByteBuffer flipped = read.duplicate().flip();
        return StandardCharsets.US_ASCII.decode(flipped).toString();
    }

    /// Makes the receiving end's system send a reset: it ends with octets that nobody has read.
    static void reset(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    // ---- other threads ----

    /// Something that another thread does.
    static final class Task<T> {
        final Thread thread;
        private final CompletableFuture<T> result = new CompletableFuture<>();

        private Task(Callable<T> work, boolean virtual) {
            final Runnable body = () -> {
                try {
                    result.complete(work.call());
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            };
            thread = virtual
                    ? Thread.ofVirtual().start(body)
                    : Thread.ofPlatform().daemon().start(body);
        }

        T get() throws Exception {
            return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        Throwable failure() throws Exception {
            try {
                throw new AssertionError("no exception, but " + get());
            } catch (ExecutionException e) {
                return Objects.requireNonNull(e.getCause());
            }
        }

        boolean isDone() {
            return result.isDone();
        }
    }

    static <T> Task<T> platform(Callable<T> work) {
        return new Task<>(work, false);
    }

    static <T> Task<T> virtual(Callable<T> work) {
        return new Task<>(work, true);
    }

    /// Lets `task` come to where it waits.
    static void letWait(Task<?> task) throws InterruptedException {
        Thread.sleep(60);
        if (task.isDone()) {
            throw new AssertionError("it does not wait");
        }
    }

    void close() throws Exception {
        for (final AutoCloseable each : opened.reversed()) {
            each.close();
        }
        if (stack != null) {
            stack.close();
        }
    }
}
