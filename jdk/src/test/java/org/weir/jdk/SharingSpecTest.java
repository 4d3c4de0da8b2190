package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.jdk.World.Task;

/// Several threads at one channel or selector, which wait for each other as the specification says: as the JDK's own
/// channels do it and as Weir's do.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class SharingSpecTest {
    private final World world;

    SharingSpecTest(World.Kind kind) {
        world = new World(kind);
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    private static String read(SocketChannel channel, int length) throws IOException {
        final ByteBuffer target = ByteBuffer.allocate(length);
        while (target.hasRemaining()) {
            assertTrue(channel.read(target) > 0);
        }
        return World.text(target);
    }

    private static Task<String> reader(SocketChannel channel) {
        return World.virtual(() -> read(channel, 1));
    }

    @Test
    void aSecondReaderWaitsForTheFirst() throws Exception {
        final World.Pair pair = world.pair();
        final Task<String> first = reader(pair.far());
        World.letWait(first);
        final Task<String> second = reader(pair.far());
        World.letWait(second);
        pair.near().write(World.octets("a"));
        assertEquals("a", first.get());
        World.letWait(second);
        pair.near().write(World.octets("b"));
        assertEquals("b", second.get());
    }

    @Test
    void allReadersAreToldOfTheClose() throws Exception {
        final World.Pair pair = world.pair();
        final Task<String> first = reader(pair.far());
        World.letWait(first);
        final Task<String> second = reader(pair.far());
        World.letWait(second);
        pair.far().close();
        assertEquals(AsynchronousCloseException.class, first.failure().getClass());
        assertEquals(ClosedChannelException.class, second.failure().getClass());
    }

    @Test
    void twoWritersDoNotMixTheirOctets() throws Exception {
        final World.Pair pair = world.pair();
        final int length = 3_000_000;
        final Task<Integer> a = World.platform(() -> pair.near().write(filled('a', length)));
        assertEquals("a", read(pair.far(), 1));
        final Task<Integer> b = World.platform(() -> pair.near().write(filled('b', length)));
        final String rest = read(pair.far(), 2 * length - 1);
        assertEquals(length, a.get());
        assertEquals(length, b.get());
        assertEquals(length - 1, rest.indexOf('b'));
        assertEquals(length - 2, rest.lastIndexOf('a'));
    }

    private static ByteBuffer filled(char octet, int length) {
        return World.octets(String.valueOf(octet).repeat(length));
    }

    @Test
    void anInterruptedWriterClosesItsChannel() throws Exception {
        for (int i = 0; i < 2; i++) {
            final World.Pair pair = world.pair();
            final Task<Boolean> writer = task(i, () -> {
                assertThrows(ClosedByInterruptException.class, () -> {
                    while (pair.near().write(ByteBuffer.allocate(1 << 20)) > 0) {
                        assertTrue(pair.near().isOpen());
                    }
                });
                return Thread.interrupted();
            });
            World.letWait(writer);
            writer.thread.interrupt();
            assertTrue(writer.get());
            assertFalse(pair.near().isOpen());
        }
    }

    private static <T> Task<T> task(int kind, Callable<T> work) {
        return kind == 0 ? World.platform(work) : World.virtual(work);
    }

    // ---- modes and names ----

    /// What another thread is waiting for.
    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    /// Changing the mode of `channel` waits until `waiting`, which `release` ends.
    private static void assertModeWaits(SelectableChannel channel, Task<?> waiting, Step release) throws Exception {
        World.letWait(waiting);
        final Task<SelectableChannel> changing = World.virtual(() -> channel.configureBlocking(false));
        World.letWait(changing);
        assertTrue(channel.isBlocking());
        release.run();
        waiting.get();
        changing.get();
        assertFalse(channel.isBlocking());
    }

    @Test
    void theModeChangesWhenNobodyWaits() throws Exception {
        final World.Pair pair = world.pair();
        assertModeWaits(pair.far(), reader(pair.far()), () -> pair.near().write(World.octets("x")));
        final ServerSocketChannel server = world.server();
        final SocketChannel client = world.stream();
        assertModeWaits(
                server,
                World.virtual(() -> world.keep(Objects.requireNonNull(server.accept()))),
                () -> client.connect(server.getLocalAddress()));
        final DatagramChannel receiver = world.datagram();
        final DatagramChannel sender = world.datagram();
        assertModeWaits(
                receiver,
                World.virtual(() -> receiver.receive(ByteBuffer.allocate(1))),
                () -> sender.send(World.octets("x"), receiver.getLocalAddress()));
    }

    @Test
    void anAcceptedChannelBlocksWhateverItsServerDoes() throws Exception {
        final ServerSocketChannel server = World.nonBlocking(world.server());
        final SocketChannel client = world.stream();
        client.connect(server.getLocalAddress());
        SocketChannel accepted = server.accept();
        while (accepted == null) {
            Thread.sleep(1);
            accepted = server.accept();
        }
        world.keep(accepted);
        assertTrue(accepted.isBlocking());
        assertEquals(client.getLocalAddress(), accepted.getRemoteAddress());
        assertFalse(server.isBlocking());
    }

    @Test
    void connectingADatagramChannelWaitsForItsReceiver() throws Exception {
        final DatagramChannel receiver = world.datagram();
        final DatagramChannel sender = world.datagram();
        final Task<SocketAddress> receiving = World.virtual(() -> receiver.receive(ByteBuffer.allocate(1)));
        World.letWait(receiving);
        final Task<DatagramChannel> connecting = World.virtual(() -> receiver.connect(sender.getLocalAddress()));
        World.letWait(connecting);
        assertFalse(receiver.isConnected());
        sender.send(World.octets("x"), receiver.getLocalAddress());
        assertEquals(sender.getLocalAddress(), receiving.get());
        connecting.get();
        assertTrue(receiver.isConnected());
    }

    @Test
    void aDatagramChannelThatConnectsIsBound() throws Exception {
        final DatagramChannel channel = world.unboundDatagram();
        channel.connect(world.datagram().getLocalAddress());
        final InetSocketAddress connected = (InetSocketAddress) channel.getLocalAddress();
        assertEquals(World.loopback(), connected.getAddress());
        assertNotEquals(0, connected.getPort());
        channel.disconnect();
        final InetSocketAddress disconnected = (InetSocketAddress) channel.getLocalAddress();
        assertTrue(disconnected.getAddress().isAnyLocalAddress());
        assertEquals(connected.getPort(), disconnected.getPort());
    }

    @Test
    void aClosedChannelIsNotConnected() throws Exception {
        final World.Pair pair = world.pair();
        pair.near().close();
        assertFalse(pair.near().isConnected());
        final DatagramChannel datagrams = world.datagram();
        datagrams.connect(world.datagram().getLocalAddress());
        datagrams.close();
        assertFalse(datagrams.isConnected());
    }

    @Test
    void bindingToNullChoosesAFreePort() throws Exception {
        final SocketChannel stream = world.stream().bind(null);
        assertNotEquals(0, ((InetSocketAddress) stream.getLocalAddress()).getPort());
        assertTrue(((InetSocketAddress) stream.getLocalAddress()).getAddress().isAnyLocalAddress());
        final ServerSocketChannel server = world.unboundServer().bind(null);
        assertNotEquals(0, ((InetSocketAddress) server.getLocalAddress()).getPort());
        final DatagramChannel datagrams = world.unboundDatagram().bind(null);
        assertNotEquals(0, ((InetSocketAddress) datagrams.getLocalAddress()).getPort());
    }

    @Test
    void datagramsUseTheBufferFromItsPositionToItsLimit() throws Exception {
        final DatagramChannel receiver = world.datagram();
        final DatagramChannel sender = world.datagram();
        final ByteBuffer sent = World.octets("-middle-").position(1).limit(7);
        assertEquals(6, sender.send(sent, receiver.getLocalAddress()));
        assertEquals(7, sent.position());
        final ByteBuffer target = World.octets("........").position(2).limit(6);
        receiver.receive(target);
        assertEquals(6, target.position());
        assertEquals("..midd..", World.text(target.clear().position(8)));
    }

    // ---- selectors ----

    @Test
    void whoIsInterruptedAlreadySelectsWithoutWaiting() throws Exception {
        final Selector selector = world.selector();
        for (int i = 0; i < 2; i++) {
            final Task<Boolean> selecting = task(i, () -> {
                Thread.currentThread().interrupt();
                assertEquals(0, selector.select());
                return Thread.interrupted();
            });
            assertTrue(selecting.get());
        }
        assertTrue(selector.isOpen());
    }

    @Test
    void aSecondSelectionWaitsForTheFirst() throws Exception {
        final Selector selector = world.selector();
        final Task<Integer> first = World.virtual(selector::select);
        World.letWait(first);
        final Task<Integer> second = World.virtual(selector::select);
        World.letWait(second);
        selector.wakeup();
        assertEquals(0, first.get());
        World.letWait(second);
        selector.wakeup();
        assertEquals(0, second.get());
    }

    @Test
    void whatIsCancelledDuringASelectionIsForgottenAfterIt() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = world.pair();
        // Not the other end of the same connection: to close that would end the selection, perhaps too early.
        final World.Pair other = world.pair();
        final SelectionKey cancelled = World.nonBlocking(pair.near()).register(selector, SelectionKey.OP_READ);
        final SelectionKey closed = World.nonBlocking(other.near()).register(selector, SelectionKey.OP_READ);
        final Task<Integer> selecting = World.platform(selector::select);
        World.letWait(selecting);
        cancelled.cancel();
        other.near().close();
        assertFalse(cancelled.isValid());
        assertFalse(closed.isValid());
        selector.wakeup();
        assertEquals(0, selecting.get());
        assertEquals(Set.of(), selector.keys());
        assertFalse(pair.near().isRegistered());
        assertTrue(pair.near().isOpen());
    }

    @Test
    void interestThatAnotherThreadTakesCountsFromTheNextSelectionOn() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = world.pair();
        final SelectionKey key = World.nonBlocking(pair.near()).register(selector, 0);
        pair.far().write(World.octets("x"));
        final Task<Integer> selecting = World.platform(selector::select);
        World.letWait(selecting);
        key.interestOps(SelectionKey.OP_READ);
        selector.wakeup();
        final int now = selecting.get();
        assertEquals(1, now + selector.select(now == 0 ? 5_000 : 1));
        assertTrue(key.isReadable());
    }
}
