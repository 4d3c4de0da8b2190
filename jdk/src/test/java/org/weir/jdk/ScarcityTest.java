package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.runtime.StackCall;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;

/// What channels do when their stack has no more of something, and that all goes on when it has.
@Timeout(60)
final class ScarcityTest {
    private World world = new World(StackConfig.small());

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    private void restart(StackConfig config) throws Exception {
        world.close();
        world = new World(config);
    }

    private int ask(ToIntFunction<Stack> question) {
        final int[] answer = new int[1];
        Objects.requireNonNull(world.stack).call(new StackCall() {
            @Override
            protected void run(Stack stack) {
                answer[0] = question.applyAsInt(stack);
            }
        });
        return answer[0];
    }

    // ---- sockets and connections ----

    @Test
    void aConnectionThatFindsNoSocketWaitsForOne() throws Exception {
        restart(StackConfig.small().withSockets(3));
        final ServerSocketChannel server = world.server();
        final SocketChannel client = world.stream();
        client.connect(server.getLocalAddress());
        final SocketChannel other = world.stream();
        assertEquals(
                "Too many open files",
                assertThrows(SocketException.class, server::accept).getMessage());
        assertTrue(server.isOpen());
        other.close();
        final SocketChannel accepted = world.keep(Objects.requireNonNull(server.accept()));
        client.write(World.octets("x"));
        assertEquals(1, accepted.read(ByteBuffer.allocate(10)));
    }

    @Test
    void connectionsThatRunOutAreAnExceptionAndComeBack() throws Exception {
        restart(StackConfig.small().withTcp(StackConfig.small().tcp().withConnections(2)));
        final World.Pair pair = world.pair();
        final SocketAddress server = world.server().getLocalAddress();
        final SocketChannel client = world.stream();
        assertEquals(
                "No buffer space available",
                assertThrows(SocketException.class, () -> client.connect(server))
                        .getMessage());
        assertFalse(client.isOpen());
        World.reset(pair.near());
        assertThrows(SocketException.class, () -> pair.far().read(ByteBuffer.allocate(1)));
        assertTrue(world.stream().connect(server));
    }

    @Test
    void whatTheServerHasNoConnectionForIsAcceptedOnceItHas() throws Exception {
        restart(StackConfig.small().withTcp(StackConfig.small().tcp().withConnections(3)));
        final World.Pair pair = world.pair();
        final ServerSocketChannel server = world.server();
        final SocketChannel client = world.stream();
        client.connect(server.getLocalAddress());
        client.write(World.octets("x"));
        final World.Task<SocketChannel> accepting = World.virtual(server::accept);
        World.letWait(accepting);
        World.reset(pair.near());
        final SocketChannel accepted = world.keep(accepting.get());
        assertEquals(1, accepted.read(ByteBuffer.allocate(10)));
    }

    // ---- pages ----

    /// Connections whose writers together want more pages than there are.
    private List<World.Pair> crowd() throws Exception {
        restart(StackConfig.small().withPages(64, 16));
        final List<World.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            pairs.add(world.pair());
        }
        return pairs;
    }

    private static byte[] octets(int seed) {
        final byte[] octets = new byte[300_000];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private List<World.Task<Integer>> write(List<World.Pair> pairs) throws Exception {
        final List<World.Task<Integer>> writers = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            final SocketChannel near = pairs.get(i).near();
            final ByteBuffer source = ByteBuffer.wrap(octets(i));
            writers.add(
                    i % 2 == 0 ? World.platform(() -> near.write(source)) : World.virtual(() -> near.write(source)));
        }
        for (final World.Task<Integer> writer : writers) {
            World.letWait(writer);
        }
        while (ask(stack -> stack.pool().pagesForSending()) > 0) {
            Thread.sleep(1);
        }
        return writers;
    }

    private static byte[] read(SocketChannel channel, int length) throws Exception {
        final ByteBuffer target = ByteBuffer.allocate(length);
        while (target.hasRemaining()) {
            assertTrue(channel.read(target) > 0);
        }
        return target.array();
    }

    private void readAll(List<World.Pair> pairs, List<World.Task<Integer>> writers) throws Exception {
        final List<World.Task<byte[]>> readers = new ArrayList<>();
        for (int i = 0; i < writers.size(); i++) {
            final SocketChannel far = pairs.get(i).far();
            readers.add(World.platform(() -> read(far, octets(0).length)));
        }
        for (int i = 0; i < writers.size(); i++) {
            assertArrayEquals(octets(i), readers.get(i).get());
            assertEquals(octets(i).length, writers.get(i).get());
        }
    }

    @Test
    void writersThatFindThePoolDryWaitAndLoseNothing() throws Exception {
        final List<World.Pair> pairs = crowd();
        readAll(pairs, write(pairs));
        for (final World.Pair pair : pairs) {
            pair.near().close();
            pair.far().close();
        }
        while (ask(stack -> stack.pool().inUse()) > 0) {
            Thread.sleep(1);
        }
    }

    @Test
    void aNonBlockingWriterIsNotSelectedWhileThePoolIsDry() throws Exception {
        final List<World.Pair> pairs = crowd();
        final World.Pair idle = pairs.removeLast();
        final List<World.Task<Integer>> writers = write(pairs);
        final SocketChannel writer = World.nonBlocking(idle.near());
        final Selector selector = world.selector();
        final SelectionKey key = writer.register(selector, SelectionKey.OP_WRITE);
        assertEquals(0, selector.selectNow());
        assertEquals(0, writer.write(World.octets("dry")));
        assertEquals(0, selector.selectNow());
        final World.Task<Integer> selecting = World.platform(selector::select);
        World.letWait(selecting);
        readAll(pairs, writers);
        assertEquals(1, selecting.get());
        assertTrue(key.isWritable());
        assertEquals(4, writer.write(World.octets("wet!")));
        assertEquals("wet!", World.text(ByteBuffer.wrap(read(idle.far(), 4)).position(4)));
    }

    // ---- datagrams ----

    /// Takes every block, as packets that nobody gives back.
    private List<Pbuf> takeAllBlocks() {
        final List<Pbuf> taken = new ArrayList<>();
        ask(stack -> {
            for (Pbuf p = stack.pool().take(Headroom.LINK, 1);
                    p != null;
                    p = stack.pool().take(Headroom.LINK, 1)) {
                taken.add(p);
            }
            return taken.size();
        });
        return taken;
    }

    private void release(List<Pbuf> taken) {
        ask(stack -> {
            taken.forEach(Pbuf::release);
            return taken.size();
        });
    }

    @Test
    void aDatagramThatFindsNoBufferWaitsForOne() throws Exception {
        final DatagramChannel receiver = world.datagram();
        final DatagramChannel sender = world.datagram();
        sender.connect(receiver.getLocalAddress());
        final List<Pbuf> taken = takeAllBlocks();
        final World.Task<Integer> sending = World.virtual(() -> sender.write(World.octets("x")));
        World.letWait(sending);
        release(taken);
        assertEquals(1, sending.get());
        assertEquals(sender.getLocalAddress(), receiver.receive(ByteBuffer.allocate(1)));
    }

    @Test
    void aDatagramChannelIsNotSelectedForWritingWhileThereIsNoBuffer() throws Exception {
        final DatagramChannel receiver = world.datagram();
        final DatagramChannel sender = World.nonBlocking(world.datagram());
        final SocketAddress target = receiver.getLocalAddress();
        final Selector selector = world.selector();
        sender.register(selector, SelectionKey.OP_WRITE);
        assertEquals(1, selector.selectNow());
        selector.selectedKeys().clear();
        final List<Pbuf> taken = takeAllBlocks();
        assertEquals(0, sender.send(World.octets("x"), target));
        assertEquals(0, selector.selectNow());
        final World.Task<Integer> selecting = World.platform(selector::select);
        World.letWait(selecting);
        release(taken);
        assertEquals(1, selecting.get());
        assertEquals(1, sender.send(World.octets("x"), target));
    }
}
