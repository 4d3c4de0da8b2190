package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.jdk.World.Task;

/// `Selector` and `SelectionKey`, as the JDK's own do it and as Weir's do.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class SelectorSpecTest {
    private static final int READ = SelectionKey.OP_READ;
    private static final int WRITE = SelectionKey.OP_WRITE;

    private final World world;

    SelectorSpecTest(World.Kind kind) {
        world = new World(kind);
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    private World.Pair nonBlockingPair() throws Exception {
        final World.Pair pair = world.pair();
        World.nonBlocking(pair.near());
        World.nonBlocking(pair.far());
        return pair;
    }

    // ---- registration ----

    @Test
    void aKeyKnowsItsChannelAndSelectorAndAttachment() throws Exception {
        final Selector selector = world.selector();
        final SocketChannel channel = World.nonBlocking(world.stream());
        assertFalse(channel.isRegistered());
        assertNull(channel.keyFor(selector));
        final SelectionKey key = channel.register(selector, READ, "mine");
        assertSame(channel, key.channel());
        assertSame(selector, key.selector());
        assertEquals("mine", key.attachment());
        assertEquals(READ, key.interestOps());
        assertEquals(0, key.readyOps());
        assertTrue(key.isValid());
        assertTrue(channel.isRegistered());
        assertSame(key, channel.keyFor(selector));
        assertEquals(Set.of(key), selector.keys());
        assertSame(world.provider, selector.provider());
    }

    @Test
    void aSecondRegistrationChangesTheFirst() throws Exception {
        final Selector selector = world.selector();
        final SocketChannel channel = World.nonBlocking(world.stream());
        final SelectionKey key = channel.register(selector, READ, "one");
        assertSame(key, channel.register(selector, WRITE));
        assertEquals(WRITE, key.interestOps());
        assertNull(key.attachment());
        assertNotSame(key, channel.register(world.selector(), READ));
    }

    @Test
    void onlyNonBlockingChannelsMayBeRegisteredAndTheyStayNonBlocking() throws Exception {
        final Selector selector = world.selector();
        final SocketChannel channel = world.stream();
        assertThrows(IllegalBlockingModeException.class, () -> channel.register(selector, READ));
        channel.configureBlocking(false);
        final SelectionKey key = channel.register(selector, READ);
        assertThrows(IllegalBlockingModeException.class, () -> channel.configureBlocking(true));
        key.cancel();
        channel.configureBlocking(true);
        assertTrue(channel.isBlocking());
    }

    @Test
    void operationsThatAChannelDoesNotHaveAreRefused() throws Exception {
        final Selector selector = world.selector();
        final ServerSocketChannel server = World.nonBlocking(world.server());
        final SocketChannel channel = World.nonBlocking(world.stream());
        assertThrows(IllegalArgumentException.class, () -> server.register(selector, READ));
        assertThrows(IllegalArgumentException.class, () -> channel.register(selector, SelectionKey.OP_ACCEPT));
        final SelectionKey key = channel.register(selector, 0);
        assertThrows(IllegalArgumentException.class, () -> key.interestOps(SelectionKey.OP_ACCEPT));
        assertThrows(IllegalArgumentException.class, () -> key.interestOpsOr(SelectionKey.OP_ACCEPT));
        assertEquals(0, key.interestOpsOr(READ | WRITE));
        assertEquals(READ | WRITE, key.interestOpsAnd(~WRITE));
        assertEquals(READ, key.interestOps());
        assertEquals(SelectionKey.OP_ACCEPT, server.validOps());
        assertEquals(READ | WRITE | SelectionKey.OP_CONNECT, channel.validOps());
    }

    @Test
    void channelsOfAnotherProviderAreRefused() throws Exception {
        final World other = new World(world.isWeir() ? World.Kind.JDK : World.Kind.WEIR);
        try {
            final SocketChannel foreign = World.nonBlocking(other.stream());
            assertThrows(IllegalSelectorException.class, () -> foreign.register(world.selector(), READ));
        } finally {
            other.close();
        }
    }

    @Test
    void aClosedSelectorRefusesAll() throws Exception {
        final Selector selector = world.selector();
        final SocketChannel channel = World.nonBlocking(world.stream());
        final SelectionKey key = channel.register(selector, READ);
        selector.close();
        selector.close();
        assertFalse(selector.isOpen());
        assertFalse(key.isValid());
        assertFalse(channel.isRegistered());
        assertTrue(channel.isOpen());
        assertThrows(ClosedSelectorException.class, selector::keys);
        assertThrows(ClosedSelectorException.class, selector::selectedKeys);
        assertThrows(ClosedSelectorException.class, selector::select);
        assertThrows(ClosedSelectorException.class, selector::selectNow);
        assertThrows(ClosedSelectorException.class, () -> selector.select(k -> {}));
        assertThrows(ClosedSelectorException.class, () -> channel.register(selector, READ));
        assertSame(selector, selector.wakeup());
    }

    // ---- keys ----

    @Test
    void aCancelledKeyIsForgottenByTheNextSelection() throws Exception {
        final Selector selector = world.selector();
        final SocketChannel channel = World.nonBlocking(world.stream());
        final SelectionKey key = channel.register(selector, READ);
        key.cancel();
        key.cancel();
        assertFalse(key.isValid());
        assertThrows(CancelledKeyException.class, key::interestOps);
        assertThrows(CancelledKeyException.class, () -> key.interestOps(READ));
        assertThrows(CancelledKeyException.class, key::readyOps);
        assertThrows(CancelledKeyException.class, key::isReadable);
        assertThrows(CancelledKeyException.class, () -> channel.register(selector, READ));
        assertEquals(Set.of(key), selector.keys());
        assertEquals(0, selector.selectNow());
        assertEquals(Set.of(), selector.keys());
        assertFalse(channel.isRegistered());
        assertTrue(channel.register(selector, READ).isValid());
    }

    @Test
    void aClosedChannelIsForgottenByTheNextSelection() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        final SelectionKey key = pair.near().register(selector, WRITE);
        assertEquals(1, selector.select());
        pair.near().close();
        assertFalse(key.isValid());
        assertThrows(ClosedChannelException.class, () -> pair.near().register(selector, READ));
        assertEquals(0, selector.selectNow());
        assertEquals(Set.of(), selector.keys());
        assertEquals(Set.of(), selector.selectedKeys());
    }

    @Test
    void theSetsOfKeysMayNotBeAddedTo() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        final SelectionKey key = pair.near().register(selector, WRITE);
        assertThrows(UnsupportedOperationException.class, () -> selector.keys().remove(key));
        assertThrows(UnsupportedOperationException.class, () -> selector.keys().clear());
        assertThrows(
                UnsupportedOperationException.class,
                () -> selector.selectedKeys().add(key));
        assertThrows(
                UnsupportedOperationException.class,
                () -> selector.selectedKeys().addAll(Set.of(key)));
        assertEquals(1, selector.select());
        assertTrue(selector.selectedKeys().contains(key));
        assertTrue(selector.selectedKeys().remove(key));
        assertFalse(selector.selectedKeys().remove(key));
        assertEquals(1, selector.select());
        selector.selectedKeys().clear();
        assertEquals(Set.of(), selector.selectedKeys());
    }

    @Test
    void iteratorsRemoveSelectedKeys() throws Exception {
        final Selector selector = world.selector();
        final List<SelectionKey> keys = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            keys.add(nonBlockingPair().near().register(selector, WRITE));
        }
        assertEquals(5, selector.select());
        final Iterator<SelectionKey> each = selector.selectedKeys().iterator();
        assertThrows(IllegalStateException.class, each::remove);
        int seen = 0;
        while (each.hasNext()) {
            final SelectionKey key = each.next();
            if (key == keys.get(1) || key == keys.get(4)) {
                each.remove();
            }
            seen++;
        }
        assertEquals(5, seen);
        assertEquals(Set.of(keys.get(0), keys.get(2), keys.get(3)), selector.selectedKeys());
    }

    // ---- selection ----

    @Test
    void anEmptySelectorSelectsNothing() throws Exception {
        final Selector selector = world.selector();
        assertEquals(0, selector.selectNow());
        final long start = System.nanoTime();
        assertEquals(0, selector.select(50));
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(49));
        assertThrows(IllegalArgumentException.class, () -> selector.select(-1));
    }

    @Test
    void whatIsReadyStaysReadyUntilItIsDealtWith() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        final SelectionKey key = pair.far().register(selector, READ);
        assertEquals(0, selector.selectNow());
        pair.near().write(World.octets("ab"));
        assertEquals(1, selector.select());
        assertTrue(key.isReadable());
        assertEquals(0, selector.select());
        assertEquals(0, selector.selectNow());
        selector.selectedKeys().clear();
        assertEquals(1, selector.select());
        selector.selectedKeys().clear();
        assertEquals(1, pair.far().read(ByteBuffer.allocate(1)));
        assertEquals(1, selector.select());
        selector.selectedKeys().clear();
        assertEquals(1, pair.far().read(ByteBuffer.allocate(1)));
        assertEquals(0, selector.selectNow());
        pair.near().write(World.octets("c"));
        assertEquals(1, selector.select());
    }

    @Test
    void readyOperationsAddUpWhileTheKeyIsSelected() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        final SelectionKey key = pair.far().register(selector, READ | WRITE);
        assertEquals(1, selector.select());
        assertEquals(WRITE, key.readyOps());
        pair.near().write(World.octets("x"));
        while (selector.select() == 0) {
            Thread.sleep(1);
        }
        assertEquals(READ | WRITE, key.readyOps());
        pair.far().read(ByteBuffer.allocate(9));
        assertEquals(0, selector.select());
        assertEquals(READ | WRITE, key.readyOps());
        selector.selectedKeys().clear();
        assertEquals(1, selector.select());
        assertEquals(WRITE, key.readyOps());
    }

    @Test
    void whatIsNotOfInterestIsNotSelected() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        final SelectionKey key = pair.far().register(selector, 0);
        pair.near().write(World.octets("x"));
        assertEquals(0, selector.select(50));
        key.interestOps(READ);
        assertEquals(1, selector.select());
        selector.selectedKeys().clear();
        key.interestOps(0);
        assertEquals(0, selector.selectNow());
        key.interestOpsOr(READ);
        assertEquals(1, selector.selectNow());
    }

    @Test
    void aFullBufferIsNotWritableUntilThePeerReads() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        pair.near().register(selector, WRITE);
        final ByteBuffer much = ByteBuffer.allocate(1 << 16);
        long written = 0;
        for (int idle = 0; idle < 20; ) {
            final int count = pair.near().write(much.clear());
            written += count;
            idle = count == 0 ? idle + 1 : 0;
            Thread.sleep(1);
        }
        assertEquals(0, selector.selectNow());
        final Task<Integer> waiting = World.virtual(selector::select);
        World.letWait(waiting);
        long read = 0;
        while (read < written) {
            read += Math.max(0, pair.far().read(much.clear()));
        }
        assertEquals(1, waiting.get());
    }

    @Test
    void theEndOfAStreamIsReadable() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        final SelectionKey key = pair.far().register(selector, READ);
        pair.near().close();
        assertEquals(1, selector.select());
        assertTrue(key.isReadable());
        assertEquals(-1, pair.far().read(ByteBuffer.allocate(1)));
        selector.selectedKeys().clear();
        assertEquals(1, selector.select());
    }

    @Test
    void aConnectionBecomesConnectableAndAcceptable() throws Exception {
        final Selector selector = world.selector();
        final ServerSocketChannel server = World.nonBlocking(world.server());
        final SelectionKey accept = server.register(selector, SelectionKey.OP_ACCEPT);
        assertEquals(0, selector.selectNow());
        final SocketChannel client = World.nonBlocking(world.stream());
        final boolean atOnce = client.connect(server.getLocalAddress());
        final SelectionKey connect = client.register(selector, atOnce ? WRITE : SelectionKey.OP_CONNECT);
        while (selector.selectedKeys().size() < 2) {
            selector.select();
        }
        assertTrue(accept.isAcceptable());
        assertTrue(atOnce || connect.isConnectable());
        assertTrue(client.finishConnect());
        assertEquals(
                client.getLocalAddress(),
                world.keep(Objects.requireNonNull(server.accept())).getRemoteAddress());
        selector.selectedKeys().clear();
        assertEquals(atOnce ? 1 : 0, selector.selectNow());
        connect.interestOps(READ | WRITE);
        assertEquals(1, selector.select());
        assertTrue(connect.isWritable());
        assertFalse(connect.isReadable());
    }

    @Test
    void octetsThatCameBeforeAConnectionWasFinishedAreSelectedAfterIt() throws Exception {
        final Selector selector = world.selector();
        final ServerSocketChannel server = world.server();
        final SocketChannel client = World.nonBlocking(world.stream());
        client.connect(server.getLocalAddress());
        client.register(selector, READ);
        final SocketChannel accepted = world.keep(Objects.requireNonNull(server.accept()));
        accepted.write(World.octets("x"));
        Thread.sleep(50);
        if (client.isConnectionPending()) {
            assertEquals(0, selector.selectNow());
            assertTrue(client.finishConnect());
        }
        assertEquals(1, selector.select(5_000));
        assertEquals(1, client.read(ByteBuffer.allocate(10)));
    }

    @Test
    void aRefusedConnectionIsConnectable() throws Exception {
        final Selector selector = world.selector();
        final SocketChannel client = World.nonBlocking(world.stream());
        boolean refused = false;
        try {
            client.connect(world.deadPort());
            final SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
            assertEquals(1, selector.select());
            assertTrue(key.isConnectable());
            client.finishConnect();
        } catch (ConnectException e) {
            refused = true;
        }
        assertTrue(refused);
        assertFalse(client.isOpen());
    }

    @Test
    void manyReadyChannelsAreAllSelected() throws Exception {
        final Selector selector = world.selector();
        final List<World.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            final World.Pair pair = nonBlockingPair();
            pairs.add(pair);
            pair.far().register(selector, READ, i);
        }
        for (int round = 0; round < 100; round++) {
            final World.Pair chosen = pairs.get(round % 6);
            chosen.near().write(World.octets("x"));
            assertEquals(1, selector.select());
            final SelectionKey key = selector.selectedKeys().iterator().next();
            assertEquals(round % 6, key.attachment());
            assertEquals(1, ((SocketChannel) key.channel()).read(ByteBuffer.allocate(10)));
            selector.selectedKeys().clear();
        }
        assertEquals(0, selector.selectNow());
    }

    // ---- actions ----

    @Test
    void anActionIsGivenTheReadyKeysAndSelectsNone() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        final SelectionKey key = pair.far().register(selector, READ);
        final List<SelectionKey> given = new ArrayList<>();
        assertEquals(0, selector.selectNow(given::add));
        assertEquals(0, selector.select(given::add, 20));
        pair.near().write(World.octets("x"));
        assertEquals(1, selector.select(given::add));
        assertEquals(List.of(key), given);
        assertTrue(key.isReadable());
        assertEquals(Set.of(), selector.selectedKeys());
        assertEquals(1, selector.select(given::add, 1_000));
        assertThrows(
                ArithmeticException.class,
                () -> selector.select(k -> {
                    throw new ArithmeticException();
                }));
        assertEquals(1, selector.selectNow(k -> k.cancel()));
        assertEquals(0, selector.selectNow(given::add));
        assertEquals(2, given.size());
        assertThrows(IllegalArgumentException.class, () -> selector.select(given::add, -1));
    }

    @Test
    void anActionMayNotSelect() throws Exception {
        final Selector selector = world.selector();
        nonBlockingPair().near().register(selector, WRITE);
        assertThrows(
                IllegalStateException.class,
                () -> selector.select(key -> {
                    try {
                        selector.selectNow();
                    } catch (java.io.IOException e) {
                        throw new AssertionError(e);
                    }
                }));
    }

    // ---- other threads ----

    @Test
    void aWakeUpEndsTheSelectionThatIsOrTheNext() throws Exception {
        final Selector selector = world.selector();
        selector.wakeup().wakeup();
        assertEquals(0, selector.select());
        final Task<Integer> waiting = World.platform(selector::select);
        World.letWait(waiting);
        selector.wakeup();
        assertEquals(0, waiting.get());
        selector.wakeup();
        selector.selectNow();
        final long start = System.nanoTime();
        selector.select(50);
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(49));
    }

    /// Octets in between keep the thread that selects at work for the stack, if it is one of Weir's.
    @Test
    void eachWakeUpEndsASelection() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        pair.far().register(selector, READ);
        final Semaphore ended = new Semaphore(0);
        final ByteBuffer one = ByteBuffer.allocate(1);
        final Task<Integer> selecting = World.platform(() -> {
            int selections = 0;
            for (; selections < 1_200; selections++) {
                if (selector.select(key -> {}) > 0) {
                    pair.far().read(one.clear());
                }
                ended.release();
            }
            return selections;
        });
        for (int i = 0; i < 1_200; i++) {
            if (i % 4 == 0) {
                pair.near().write(World.octets("x"));
            } else {
                selector.wakeup();
            }
            assertTrue(ended.tryAcquire(20, TimeUnit.SECONDS), "selection " + i);
        }
        assertEquals(1_200, selecting.get());
    }

    @Test
    void anInterruptEndsASelectionAndStaysSet() throws Exception {
        final Selector selector = world.selector();
        final Task<Boolean> waiting = World.virtual(() -> {
            assertEquals(0, selector.select());
            return Thread.currentThread().isInterrupted();
        });
        World.letWait(waiting);
        waiting.thread.interrupt();
        assertTrue(waiting.get());
        assertTrue(selector.isOpen());
    }

    @Test
    void closingASelectorEndsItsSelection() throws Exception {
        final Selector selector = world.selector();
        final Task<Integer> waiting = World.platform(selector::select);
        World.letWait(waiting);
        selector.close();
        assertEquals(0, waiting.get());
        assertThrows(ClosedSelectorException.class, selector::select);
    }

    @Test
    void aSelectionIsWokenByOctets() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        pair.far().register(selector, READ);
        for (int i = 0; i < 100; i++) {
            final Task<Integer> waiting =
                    i % 2 == 0 ? World.virtual(selector::select) : World.platform(selector::select);
            if (i < 2) {
                World.letWait(waiting);
            }
            pair.near().write(World.octets("x"));
            assertEquals(1, waiting.get());
            selector.selectedKeys().clear();
            assertEquals(1, pair.far().read(ByteBuffer.allocate(10)));
        }
    }

    @Test
    void aChannelMayBeRegisteredWhileAnotherThreadSelects() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        final Task<Integer> waiting = World.virtual(selector::select);
        World.letWait(waiting);
        final SelectionKey key = pair.far().register(selector, READ);
        selector.wakeup();
        assertEquals(0, waiting.get());
        pair.near().write(World.octets("x"));
        assertEquals(1, selector.select());
        assertEquals(Set.of(key), selector.selectedKeys());
    }

    @Test
    void oneChannelMayHaveKeysOfSeveralSelectors() throws Exception {
        final Selector first = world.selector();
        final Selector second = world.selector();
        final World.Pair pair = nonBlockingPair();
        pair.far().register(first, READ);
        pair.far().register(second, READ).cancel();
        assertEquals(0, second.selectNow());
        pair.far().register(second, READ);
        pair.near().write(World.octets("x"));
        assertEquals(1, first.select());
        assertEquals(1, second.select());
    }

    @Test
    void pipesAndSocketsAreSelectedTogether() throws Exception {
        final Selector selector = world.selector();
        final World.Pair pair = nonBlockingPair();
        final Pipe pipe = world.provider.openPipe();
        world.keep(pipe.source());
        world.keep(pipe.sink());
        World.nonBlocking(pipe.source());
        pair.far().register(selector, READ);
        final SelectionKey key = pipe.source().register(selector, READ);
        assertEquals(0, selector.selectNow());
        pipe.sink().write(World.octets("x"));
        assertEquals(1, selector.select());
        assertTrue(key.isReadable());
        pair.near().write(World.octets("x"));
        while (selector.selectedKeys().size() < 2) {
            selector.select();
        }
    }

    @Test
    void theProviderHasNoInheritedChannel() throws Exception {
        assertNull(world.provider.inheritedChannel());
        assertThrows(
                UnsupportedOperationException.class,
                () -> SelectorProvider.provider().openDatagramChannel(StandardProtocolFamily.UNIX));
    }
}
