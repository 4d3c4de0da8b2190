package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.runtime.SharedStack;
import org.weir.runtime.StackEndedException;
import org.weir.stack.StackConfig;

/// What channels do when their stack ends, and that each stack has channels of its own.
@Timeout(60)
final class StackEndTest {
    private final World world = new World(World.Kind.WEIR);

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    private SharedStack stack() {
        return Objects.requireNonNull(world.stack);
    }

    @Test
    void whoWaitsIsToldOfTheEnd() throws Exception {
        final World.Pair pair = world.pair();
        final ServerSocketChannel server = world.server();
        final Selector selector = world.selector();
        final World.Pair watched = world.pair();
        World.nonBlocking(watched.far()).register(selector, SelectionKey.OP_READ);
        final World.Task<Integer> reader = World.virtual(() -> pair.far().read(ByteBuffer.allocate(1)));
        final World.Task<SocketChannel> acceptor = World.platform(server::accept);
        final World.Task<Integer> selecting = World.virtual(selector::select);
        World.letWait(reader);
        World.letWait(acceptor);
        World.letWait(selecting);
        stack().close();
        assertInstanceOf(
                StackEndedException.class,
                assertInstanceOf(SocketException.class, reader.failure()).getCause());
        assertInstanceOf(SocketException.class, acceptor.failure());
        assertInstanceOf(SocketException.class, selecting.failure());
    }

    @Test
    void callsAfterTheEndFailAsThoseOfABrokenNetwork() throws Exception {
        final World.Pair pair = world.pair();
        stack().close();
        final SocketException thrown =
                assertThrows(SocketException.class, () -> pair.near().write(World.octets("x")));
        assertEquals("The network stack has ended", thrown.getMessage());
        assertThrows(SocketException.class, () -> world.provider.openSocketChannel());
        assertTrue(pair.near().isOpen());
        pair.near().close();
        assertFalse(pair.near().isOpen());
    }

    @Test
    void eachStackHasAPortSpaceOfItsOwn() throws Exception {
        final SharedStack other = World.start(StackConfig.small());
        try {
            final SelectorProvider second = new WeirSelectorProvider(other);
            final ServerSocketChannel here = world.server();
            try (ServerSocketChannel there = second.openServerSocketChannel()) {
                there.bind(here.getLocalAddress());
                assertEquals(here.getLocalAddress(), there.getLocalAddress());
            }
        } finally {
            other.close();
        }
    }

    @Test
    void aClosedChannelHoldsNoSocket() throws Exception {
        // Fewer sockets than channels that are opened here, one after the other.
        for (int i = 0; i < 200; i++) {
            world.provider.openSocketChannel().close();
            world.provider.openServerSocketChannel().bind(World.anyPort()).close();
            world.provider.openDatagramChannel().bind(World.anyPort()).close();
        }
    }

    @Test
    void socketsThatRunOutAreAnExceptionAndComeBack() throws Exception {
        final SharedStack small = World.start(StackConfig.small());
        try {
            final SelectorProvider provider = new WeirSelectorProvider(small);
            final List<SocketChannel> channels = new ArrayList<>();
            for (int i = 0; i < StackConfig.small().sockets(); i++) {
                channels.add(provider.openSocketChannel());
            }
            assertEquals(
                    "Too many open files",
                    assertThrows(SocketException.class, provider::openSocketChannel)
                            .getMessage());
            channels.get(7).close();
            assertTrue(provider.openSocketChannel().isOpen());
        } finally {
            small.close();
        }
    }

    @Test
    void theProviderOfTheWholeMachineIsOneStack() throws Exception {
        final SelectorProvider one = new WeirSelectorProvider();
        final SelectorProvider two = new WeirSelectorProvider();
        try (ServerSocketChannel server = one.openServerSocketChannel();
                SocketChannel client = two.openSocketChannel()) {
            server.bind(World.anyPort());
            assertTrue(client.connect(server.getLocalAddress()));
        }
    }
}
