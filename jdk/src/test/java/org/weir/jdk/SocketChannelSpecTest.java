package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.jdk.World.Task;

/// `SocketChannel` and `ServerSocketChannel`, as the JDK's own do it and as Weir's do.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class SocketChannelSpecTest {
    private final World world;

    SocketChannelSpecTest(World.Kind kind) {
        world = new World(kind);
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    // ---- states ----

    @Test
    void aNewChannelIsOpenAndBlockingAndNeitherBoundNorConnected() throws Exception {
        final SocketChannel channel = world.stream();
        assertTrue(channel.isOpen());
        assertTrue(channel.isBlocking());
        assertFalse(channel.isConnected());
        assertFalse(channel.isConnectionPending());
        assertNull(channel.getLocalAddress());
        assertNull(channel.getRemoteAddress());
        assertSame(world.provider, channel.provider());
        assertEquals("java.nio.channels.SocketChannel[unconnected]", channel.toString());
    }

    @Test
    void whatNeedsAConnectionIsRefusedBefore() throws Exception {
        final SocketChannel channel = world.stream();
        final ByteBuffer buffer = ByteBuffer.allocate(1);
        assertThrows(NotYetConnectedException.class, () -> channel.read(buffer));
        assertThrows(NotYetConnectedException.class, () -> channel.write(buffer));
        assertThrows(NotYetConnectedException.class, () -> channel.read(new ByteBuffer[] {buffer}));
        assertThrows(NotYetConnectedException.class, () -> channel.write(new ByteBuffer[] {buffer}));
        assertThrows(NotYetConnectedException.class, channel::shutdownInput);
        assertThrows(NotYetConnectedException.class, channel::shutdownOutput);
        assertThrows(NoConnectionPendingException.class, channel::finishConnect);
        assertTrue(channel.isOpen());
    }

    @Test
    void aClosedChannelRefusesAll() throws Exception {
        final SocketChannel channel = world.stream();
        channel.close();
        channel.close();
        final ByteBuffer buffer = ByteBuffer.allocate(1);
        assertThrows(ClosedChannelException.class, () -> channel.read(buffer));
        assertThrows(ClosedChannelException.class, () -> channel.write(buffer));
        assertThrows(ClosedChannelException.class, () -> channel.bind(null));
        assertThrows(ClosedChannelException.class, () -> channel.connect(World.anyPort()));
        assertThrows(ClosedChannelException.class, channel::finishConnect);
        assertThrows(ClosedChannelException.class, channel::shutdownInput);
        assertThrows(ClosedChannelException.class, channel::shutdownOutput);
        assertThrows(ClosedChannelException.class, channel::getLocalAddress);
        assertThrows(ClosedChannelException.class, channel::getRemoteAddress);
        assertThrows(ClosedChannelException.class, () -> channel.configureBlocking(false));
        assertEquals("java.nio.channels.SocketChannel[closed]", channel.toString());
    }

    @Test
    void theTwoEndsOfAConnectionNameEachOther() throws Exception {
        final World.Pair pair = world.pair();
        assertTrue(pair.near().isConnected());
        assertTrue(pair.far().isConnected());
        assertEquals(pair.near().getLocalAddress(), pair.far().getRemoteAddress());
        assertEquals(pair.far().getLocalAddress(), pair.near().getRemoteAddress());
        assertTrue(pair.near().finishConnect());
        assertThrows(
                AlreadyConnectedException.class,
                () -> pair.near().connect(Objects.requireNonNull(pair.near().getRemoteAddress())));
        assertTrue(pair.near().isOpen());
    }

    @Test
    void aConnectedChannelStaysConnectedInItsNamesAfterShutdown() throws Exception {
        final World.Pair pair = world.pair();
        pair.near().shutdownOutput().shutdownInput();
        assertTrue(pair.near().isConnected());
        assertTrue(pair.near().toString().contains("connected ishut oshut"), pair.near()::toString);
    }

    // ---- connecting ----

    @Test
    void whereNobodyListensAConnectionIsRefusedAndTheChannelCloses() throws Exception {
        final InetSocketAddress dead = world.deadPort();
        final SocketChannel channel = world.stream();
        final ConnectException refused = assertThrows(ConnectException.class, () -> channel.connect(dead));
        assertEquals("Connection refused", refused.getMessage());
        assertFalse(channel.isOpen());
    }

    @Test
    void aRefusalOfANonBlockingConnectIsToldByFinishConnect() throws Exception {
        final InetSocketAddress dead = world.deadPort();
        final SocketChannel channel = World.nonBlocking(world.stream());
        final ConnectException refused = assertThrows(ConnectException.class, () -> {
            if (!channel.connect(dead)) {
                while (!channel.finishConnect()) {
                    Thread.sleep(1);
                }
            }
        });
        assertEquals("Connection refused", refused.getMessage());
        assertFalse(channel.isOpen());
    }

    @Test
    void aNonBlockingConnectIsPendingUntilItIsFinished() throws Exception {
        final ServerSocketChannel server = world.server();
        final SocketChannel channel = World.nonBlocking(world.stream());
        final boolean atOnce = channel.connect(server.getLocalAddress());
        if (!atOnce) {
            assertTrue(channel.isConnectionPending());
            assertFalse(channel.isConnected());
            assertThrows(ConnectionPendingException.class, () -> channel.connect(server.getLocalAddress()));
            assertThrows(ConnectionPendingException.class, () -> channel.bind(null));
            assertThrows(NotYetConnectedException.class, () -> channel.read(ByteBuffer.allocate(1)));
            while (!channel.finishConnect()) {
                Thread.sleep(1);
            }
        }
        assertTrue(channel.isConnected());
        assertFalse(channel.isConnectionPending());
        assertNotNull(channel.getLocalAddress());
    }

    @Test
    void addressesOfOtherKindsAreRefusedAndTheChannelStaysOpen() throws Exception {
        final SocketChannel channel = world.stream();
        assertThrows(
                UnresolvedAddressException.class,
                () -> channel.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)));
        assertThrows(
                UnsupportedAddressTypeException.class,
                () -> channel.connect(new InetSocketAddress(World.ipv6Loopback(), 1)));
        assertThrows(
                UnsupportedAddressTypeException.class,
                () -> channel.connect(new SocketAddress() {
                    private static final long serialVersionUID = 1L;
                }));
        assertThrows(
                UnsupportedAddressTypeException.class,
                () -> channel.bind(new InetSocketAddress(World.ipv6Loopback(), 0)));
        assertTrue(channel.isOpen());
    }

    @Test
    void whoConnectsToAnyAddressConnectsToThisHost() throws Exception {
        final ServerSocketChannel server = world.server();
        final int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        final SocketChannel channel = world.stream();
        assertTrue(channel.connect(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), port)));
        assertEquals(server.getLocalAddress(), channel.getRemoteAddress());
    }

    @Test
    void aBoundChannelConnectsFromItsAddress() throws Exception {
        final ServerSocketChannel server = world.server();
        final SocketChannel channel = world.stream();
        channel.bind(World.anyPort());
        final SocketAddress local = channel.getLocalAddress();
        assertThrows(AlreadyBoundException.class, () -> channel.bind(null));
        channel.connect(server.getLocalAddress());
        assertEquals(local, channel.getLocalAddress());
        assertEquals(local, Objects.requireNonNull(server.accept()).getRemoteAddress());
    }

    // ---- listening ----

    @Test
    void aServerListensOnAPortOfItsOwn() throws Exception {
        final ServerSocketChannel server = world.unboundServer();
        assertNull(server.getLocalAddress());
        assertThrows(NotYetBoundException.class, server::accept);
        server.bind(World.anyPort());
        final InetSocketAddress local = (InetSocketAddress) server.getLocalAddress();
        assertTrue(local.getPort() > 0);
        assertThrows(AlreadyBoundException.class, () -> server.bind(World.anyPort()));
        final ServerSocketChannel second = world.unboundServer();
        final BindException taken = assertThrows(BindException.class, () -> second.bind(local));
        assertEquals("Address already in use", taken.getMessage());
        server.close();
        assertThrows(ClosedChannelException.class, server::accept);
        assertThrows(ClosedChannelException.class, server::getLocalAddress);
        second.bind(local);
        assertEquals(local, second.getLocalAddress());
    }

    @Test
    void anAddressOfAnotherHostCannotBeBound() throws Exception {
        final ServerSocketChannel server = world.unboundServer();
        final BindException thrown = assertThrows(
                BindException.class, () -> server.bind(new InetSocketAddress(InetAddress.getByName("203.0.113.9"), 0)));
        assertEquals("Cannot assign requested address", thrown.getMessage());
    }

    @Test
    void aNonBlockingAcceptReturnsNullUntilSomebodyConnects() throws Exception {
        final ServerSocketChannel server = World.nonBlocking(world.server());
        assertNull(server.accept());
        world.stream().connect(server.getLocalAddress());
        SocketChannel accepted = server.accept();
        while (accepted == null) {
            Thread.sleep(1);
            accepted = server.accept();
        }
        assertTrue(accepted.isBlocking());
        accepted.close();
    }

    @Test
    void connectionsAreAcceptedInTheirOrder() throws Exception {
        final ServerSocketChannel server = world.server();
        final SocketChannel[] clients = new SocketChannel[5];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = world.stream();
            clients[i].connect(server.getLocalAddress());
        }
        for (final SocketChannel client : clients) {
            assertEquals(
                    client.getLocalAddress(),
                    world.keep(Objects.requireNonNull(server.accept())).getRemoteAddress());
        }
    }

    // ---- data ----

    @Test
    void octetsArriveInHeapAndDirectAndReadOnlyBuffers() throws Exception {
        final World.Pair pair = world.pair();
        final ByteBuffer[] sources = {
            World.octets("heap, "),
            World.octets("read only, ").asReadOnlyBuffer(),
            ByteBuffer.allocateDirect(7).put(World.octets("direct,")).flip(),
            ByteBuffer.wrap("xx sliced.yy".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 2, 8)
                    .slice(),
        };
        int written = 0;
        for (final ByteBuffer source : sources) {
            written += pair.near().write(source);
            assertFalse(source.hasRemaining());
        }
        final ByteBuffer heap = ByteBuffer.allocate(12).position(1).limit(8);
        final ByteBuffer direct = ByteBuffer.allocateDirect(100);
        while (heap.hasRemaining()) {
            assertTrue(pair.far().read(heap) > 0);
        }
        while (direct.position() < written - 7) {
            assertTrue(pair.far().read(direct) > 0);
        }
        assertEquals("heap, r", World.text(heap).substring(1));
        assertEquals("ead only, direct, sliced.", World.text(direct));
    }

    @Test
    void gatheredOctetsAreScattered() throws Exception {
        final World.Pair pair = world.pair();
        final ByteBuffer empty = ByteBuffer.allocate(0);
        final ByteBuffer direct =
                ByteBuffer.allocateDirect(3).put(World.octets("def")).flip();
        final ByteBuffer[] sources = {World.octets("no"), World.octets("abc"), empty, direct, World.octets("ghi")};
        assertEquals(9, pair.near().write(sources, 1, 4));
        assertEquals(2, sources[0].remaining());
        final ByteBuffer[] targets = {
            ByteBuffer.allocate(1), ByteBuffer.allocateDirect(2), ByteBuffer.allocate(4), ByteBuffer.allocate(100)
        };
        long read = 0;
        while (read < 9) {
            read += pair.far().read(targets);
        }
        assertEquals(9, read);
        assertEquals("a", World.text(targets[0]));
        assertEquals("bc", World.text(targets[1]));
        assertEquals("defg", World.text(targets[2]));
        assertEquals("hi", World.text(targets[3]));
        assertThrows(IndexOutOfBoundsException.class, () -> pair.near().write(sources, 3, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> pair.near().read(targets, -1, 1));
    }

    @Test
    void buffersOfAConfinedArenaServeTheirThread() throws Exception {
        final World.Pair pair = world.pair();
        final World.Pair busy = world.pair();
        final Task<Integer> other = World.platform(() -> {
            int count = 0;
            while (busy.near().isOpen()) {
                busy.near().write(World.octets("busy"));
                count += read(busy.far());
            }
            return count;
        });
        try (Arena arena = Arena.ofConfined()) {
            final ByteBuffer out = arena.allocate(300).asByteBuffer();
            final ByteBuffer in = arena.allocate(300).asByteBuffer();
            for (int i = 0; i < 500; i++) {
                out.clear().position(1).put(1, (byte) i).put(299, (byte) -i);
                final ByteBuffer[] parts = {ByteBuffer.allocate(7), out};
                assertEquals(
                        i % 2 == 0 ? 299 : 306,
                        i % 2 == 0 ? pair.near().write(out) : pair.near().write(parts));
                assertFalse(out.hasRemaining());
                final ByteBuffer[] targets = {
                    ByteBuffer.allocate(i % 2 == 0 ? 0 : 7), in.clear().position(1)
                };
                while (in.hasRemaining()) {
                    assertTrue((i % 4 == 0 ? pair.far().read(in) : pair.far().read(targets)) > 0);
                }
                assertEquals((byte) i, in.get(1));
                assertEquals((byte) -i, in.get(299));
            }
        }
        busy.near().close();
        assertNotNull(other.thread);
    }

    @Test
    void buffersWithoutRoomMoveNothing() throws Exception {
        final World.Pair pair = world.pair();
        assertEquals(0, pair.near().read(ByteBuffer.allocate(0)));
        assertEquals(0, pair.near().write(ByteBuffer.allocate(0)));
        assertEquals(0, pair.near().read(new ByteBuffer[] {ByteBuffer.allocate(0)}));
        assertEquals(0, pair.near().write(new ByteBuffer[] {}));
        assertThrows(
                IllegalArgumentException.class,
                () -> pair.near().read(ByteBuffer.allocate(1).asReadOnlyBuffer()));
        assertThrows(
                IllegalArgumentException.class,
                () -> pair.near().read(new ByteBuffer[] {ByteBuffer.allocate(1).asReadOnlyBuffer()}));
    }

    @Test
    void aBlockingWriteWritesAll() throws Exception {
        final World.Pair pair = world.pair();
        final byte[] sent = new byte[3_000_000];
        new Random(7).nextBytes(sent);
        final Task<Integer> writer = World.platform(() -> pair.near().write(ByteBuffer.wrap(sent)));
        final ByteBuffer received = ByteBuffer.allocateDirect(sent.length);
        while (received.hasRemaining()) {
            assertTrue(pair.far().read(received) > 0);
        }
        assertEquals(sent.length, writer.get());
        final byte[] copy = new byte[sent.length];
        received.flip().get(copy);
        assertArrayEquals(sent, copy);
    }

    @Test
    void aNonBlockingWriteWritesWhatThereIsRoomFor() throws Exception {
        final World.Pair pair = world.pair();
        World.nonBlocking(pair.near());
        World.nonBlocking(pair.far());
        assertEquals(0, pair.near().read(ByteBuffer.allocate(1)));
        final ByteBuffer much = ByteBuffer.allocate(64 << 20);
        long written = 0;
        int idle = 0;
        while (idle < 20) {
            final int count = pair.near().write(much);
            written += count;
            idle = count == 0 ? idle + 1 : 0;
            Thread.sleep(1);
        }
        assertTrue(much.hasRemaining());
        assertEquals(much.position(), written);
        final ByteBuffer sink = ByteBuffer.allocate(1 << 20);
        long read = 0;
        while (read < written) {
            read += Math.max(0, pair.far().read(sink.clear()));
        }
        assertEquals(written, read);
        while (pair.near().write(ByteBuffer.allocate(1)) == 0) {
            Thread.sleep(1);
        }
    }

    // ---- ends ----

    @Test
    void whatWasSentBeforeTheEndIsReadBeforeTheEnd() throws Exception {
        final World.Pair pair = world.pair();
        pair.near().write(World.octets("last words"));
        pair.near().close();
        final ByteBuffer buffer = ByteBuffer.allocate(100);
        while (pair.far().read(buffer) >= 0) {
            assertTrue(buffer.position() <= 10);
        }
        assertEquals("last words", World.text(buffer));
        assertEquals(-1, pair.far().read(buffer));
        assertEquals(-1, pair.far().read(new ByteBuffer[] {buffer}));
        assertEquals(0, pair.far().read(ByteBuffer.allocate(0)));
    }

    @Test
    void aHalfClosedConnectionGoesOnTheOtherWay() throws Exception {
        final World.Pair pair = world.pair();
        pair.near().shutdownOutput();
        pair.near().shutdownOutput();
        assertThrows(ClosedChannelException.class, () -> pair.near().write(World.octets("x")));
        assertEquals(-1, pair.far().read(ByteBuffer.allocate(1)));
        pair.far().write(World.octets("still here"));
        final ByteBuffer buffer = ByteBuffer.allocate(100);
        while (buffer.position() < 10) {
            pair.near().read(buffer);
        }
        assertEquals("still here", World.text(buffer));
    }

    @Test
    void afterShutdownOfInputReadingIsAtTheEnd() throws Exception {
        final World.Pair pair = world.pair();
        pair.far().write(World.octets("unread"));
        pair.near().shutdownInput();
        pair.near().shutdownInput();
        assertEquals(-1, pair.near().read(ByteBuffer.allocate(10)));
        assertEquals(1, pair.near().write(World.octets("x")));
    }

    @Test
    void aResetIsToldToEveryReader() throws Exception {
        final World.Pair pair = world.pair();
        World.reset(pair.near());
        for (int i = 0; i < 3; i++) {
            final SocketException thrown =
                    assertThrows(SocketException.class, () -> pair.far().read(ByteBuffer.allocate(1)));
            assertEquals("Connection reset", thrown.getMessage());
        }
        final IOException broken =
                assertThrows(IOException.class, () -> pair.far().write(World.octets("x")));
        assertEquals("Broken pipe", broken.getMessage());
    }

    @Test
    void aResetIsToldToTheWriterAndThenThePipeIsBroken() throws Exception {
        final World.Pair pair = world.pair();
        World.reset(pair.near());
        Thread.sleep(100);
        final IOException first =
                assertThrows(IOException.class, () -> pair.far().write(World.octets("x")));
        assertEquals("Connection reset by peer", first.getMessage());
        final IOException second =
                assertThrows(IOException.class, () -> pair.far().write(World.octets("x")));
        assertEquals("Broken pipe", second.getMessage());
    }

    // ---- other threads ----

    @Test
    void aBlockedReaderIsWokenByOctets() throws Exception {
        final World.Pair pair = world.pair();
        for (int i = 0; i < 50; i++) {
            final Task<Integer> reader =
                    i % 2 == 0 ? World.virtual(() -> read(pair.far())) : World.platform(() -> read(pair.far()));
            if (i == 0) {
                World.letWait(reader);
            }
            pair.near().write(World.octets("x"));
            assertEquals(1, reader.get());
        }
    }

    private static int read(SocketChannel channel) throws IOException {
        return channel.read(ByteBuffer.allocate(10));
    }

    @Test
    void aReaderIsToldThatItsChannelWasClosed() throws Exception {
        for (int i = 0; i < 2; i++) {
            final World.Pair pair = world.pair();
            final Task<Integer> reader =
                    i == 0 ? World.virtual(() -> read(pair.far())) : World.platform(() -> read(pair.far()));
            World.letWait(reader);
            pair.far().close();
            assertEquals(AsynchronousCloseException.class, reader.failure().getClass());
        }
    }

    @Test
    void anInterruptedReaderClosesItsChannel() throws Exception {
        for (int i = 0; i < 2; i++) {
            final World.Pair pair = world.pair();
            final Task<Boolean> reader = i == 0
                    ? World.virtual(() -> interrupted(pair.far()))
                    : World.platform(() -> interrupted(pair.far()));
            World.letWait(reader);
            reader.thread.interrupt();
            assertTrue(reader.get());
            assertFalse(pair.far().isOpen());
            assertEquals(-1, pair.near().read(ByteBuffer.allocate(1)));
        }
    }

    /// True if reading ends by interruption, which stays set.
    private static boolean interrupted(SocketChannel channel) {
        assertThrows(ClosedByInterruptException.class, () -> read(channel));
        return Thread.currentThread().isInterrupted();
    }

    @Test
    void whoIsInterruptedAlreadyDoesNotBegin() throws Exception {
        final World.Pair pair = world.pair();
        final Task<Boolean> reader = World.virtual(() -> {
            Thread.currentThread().interrupt();
            return interrupted(pair.far());
        });
        assertTrue(reader.get());
        assertFalse(pair.far().isOpen());
    }

    @Test
    void aBlockedWriterIsToldThatItsChannelWasClosed() throws Exception {
        final World.Pair pair = world.pair();
        final Task<Integer> writer = World.platform(() -> {
            final ByteBuffer much = ByteBuffer.allocate(1 << 20);
            while (true) {
                pair.near().write(much.clear());
            }
        });
        Thread.sleep(200);
        World.letWait(writer);
        pair.near().close();
        assertInstanceOf(ClosedChannelException.class, writer.failure());
    }

    @Test
    void shutdownOfInputEndsABlockedRead() throws Exception {
        final World.Pair pair = world.pair();
        final Task<Integer> reader = World.virtual(() -> read(pair.near()));
        World.letWait(reader);
        pair.near().shutdownInput();
        assertEquals(-1, reader.get());
    }

    @Test
    void theEndOfThePeerEndsABlockedRead() throws Exception {
        final World.Pair pair = world.pair();
        final Task<Integer> reader = World.platform(() -> read(pair.near()));
        World.letWait(reader);
        pair.far().close();
        assertEquals(-1, reader.get());
    }

    @Test
    void aBlockedAcceptIsWokenByAConnection() throws Exception {
        final ServerSocketChannel server = world.server();
        final Task<SocketChannel> acceptor = World.virtual(server::accept);
        World.letWait(acceptor);
        final SocketChannel client = world.stream();
        client.connect(server.getLocalAddress());
        assertEquals(client.getLocalAddress(), world.keep(acceptor.get()).getRemoteAddress());
    }

    @Test
    void aBlockedAcceptIsToldOfACloseAndOfAnInterrupt() throws Exception {
        final ServerSocketChannel server = world.server();
        final Task<SocketChannel> acceptor = World.platform(server::accept);
        World.letWait(acceptor);
        server.close();
        assertEquals(AsynchronousCloseException.class, acceptor.failure().getClass());
        final ServerSocketChannel other = world.server();
        final Task<SocketChannel> interrupted = World.virtual(other::accept);
        World.letWait(interrupted);
        interrupted.thread.interrupt();
        assertEquals(ClosedByInterruptException.class, interrupted.failure().getClass());
        assertFalse(other.isOpen());
    }

    @Test
    void oneThreadReadsWhileAnotherWrites() throws Exception {
        final World.Pair pair = world.pair();
        final Task<Integer> reader = World.virtual(() -> read(pair.near()));
        World.letWait(reader);
        assertEquals(1, pair.near().write(World.octets("x")));
        assertEquals(1, read(pair.far()));
        pair.far().write(World.octets("y"));
        assertEquals(1, reader.get());
    }

    @Test
    void familiesThatAreNotThereAreRefused() {
        assertThrows(NullPointerException.class, () -> world.provider.openSocketChannel(nothing()));
        if (world.isWeir()) {
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> world.provider.openSocketChannel(StandardProtocolFamily.INET6));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> world.provider.openServerSocketChannel(StandardProtocolFamily.UNIX));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> world.provider.openDatagramChannel(StandardProtocolFamily.INET6));
        }
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // What the tests of null pass.
    private static <T> T nothing() {
        return null;
    }
}
