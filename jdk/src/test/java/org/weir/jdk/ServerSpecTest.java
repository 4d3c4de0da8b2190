package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.jdk.World.Task;

/// The rarer sentences on `ServerSocketChannel`, as the JDK's own provider does it and as Weir's does.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class ServerSpecTest {
    private final World world;

    ServerSpecTest(World.Kind kind) {
        world = new World(kind);
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    /// An address that no channel knows.
    private static final class OtherAddress extends SocketAddress {
        private static final long serialVersionUID = 1;
    }

    @Test
    void addressesThatAreNoneAreRefused() throws Exception {
        final ServerSocketChannel server = world.unboundServer();
        assertThrows(UnsupportedAddressTypeException.class, () -> server.bind(new OtherAddress()));
        assertThrows(
                UnresolvedAddressException.class,
                () -> server.bind(InetSocketAddress.createUnresolved("nobody.invalid", 0)));
        assertTrue(server.isOpen());
        assertSame(server, server.bind(null));
        final InetSocketAddress local = (InetSocketAddress) Objects.requireNonNull(server.getLocalAddress());
        assertTrue(local.getPort() > 0);
        assertTrue(local.getAddress().isAnyLocalAddress());
    }

    @Test
    void anyBacklogIsTaken() throws Exception {
        for (final int backlog : new int[] {-1, 0, 1}) {
            final ServerSocketChannel server = world.unboundServer().bind(World.anyPort(), backlog);
            final SocketChannel client = world.stream();
            assertTrue(client.connect(server.getLocalAddress()));
            assertNotNull(world.keep(server.accept()));
        }
    }

    @Test
    void aClosedServerIsNeitherBoundNorHasOptions() throws Exception {
        final ServerSocketChannel server = world.unboundServer();
        final Set<?> options = server.supportedOptions();
        server.close();
        server.close();
        assertThrows(ClosedChannelException.class, () -> server.bind(World.anyPort()));
        assertThrows(ClosedChannelException.class, () -> server.bind(null));
        assertThrows(ClosedChannelException.class, () -> server.setOption(StandardSocketOptions.SO_REUSEADDR, true));
        assertThrows(ClosedChannelException.class, () -> server.getOption(StandardSocketOptions.SO_RCVBUF));
        assertThrows(ClosedChannelException.class, () -> server.configureBlocking(false));
        assertEquals(options, server.supportedOptions());
    }

    @Test
    void onlyItsOwnOptionsAreTaken() throws Exception {
        final ServerSocketChannel server = world.unboundServer();
        assertThrows(NullPointerException.class, () -> server.setOption(null, null));
        assertThrows(NullPointerException.class, () -> server.getOption(null));
        assertThrows(
                UnsupportedOperationException.class, () -> server.setOption(StandardSocketOptions.TCP_NODELAY, true));
        assertThrows(
                UnsupportedOperationException.class, () -> server.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
        assertThrows(IllegalArgumentException.class, () -> server.setOption(StandardSocketOptions.SO_RCVBUF, -1));
        assertSame(server, server.setOption(StandardSocketOptions.SO_REUSEADDR, false));
        assertFalse(server.getOption(StandardSocketOptions.SO_REUSEADDR));
        assertTrue(server.supportedOptions().contains(StandardSocketOptions.SO_RCVBUF));
    }

    @Test
    void anUnboundServerDoesNotAcceptInEitherMode() throws Exception {
        final ServerSocketChannel server = world.unboundServer();
        assertThrows(NotYetBoundException.class, server::accept);
        World.nonBlocking(server);
        assertThrows(NotYetBoundException.class, server::accept);
        assertEquals(SelectionKey.OP_ACCEPT, server.validOps());
        assertTrue(server.isOpen());
    }

    @Test
    void aServerIsBoundOnceAlsoByItsSocket() throws Exception {
        final ServerSocketChannel server = world.unboundServer();
        assertSame(server.socket(), server.socket());
        assertSame(server, server.socket().getChannel());
        server.socket().bind(World.anyPort());
        assertThrows(AlreadyBoundException.class, () -> server.bind(World.anyPort()));
        assertEquals(
                server.socket().getLocalPort(),
                ((InetSocketAddress) Objects.requireNonNull(server.getLocalAddress())).getPort());
    }

    @Test
    void whoIsInterruptedAlreadyDoesNotAcceptWhatWaits() throws Exception {
        final ServerSocketChannel server = world.server();
        final SocketChannel client = world.stream();
        client.connect(server.getLocalAddress());
        final Task<Boolean> acceptor = World.platform(() -> {
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, server::accept);
            return Thread.interrupted();
        });
        assertTrue(acceptor.get());
        assertFalse(server.isOpen());
    }

    @Test
    void twoThreadsThatAcceptGetAConnectionEach() throws Exception {
        final ServerSocketChannel server = world.server();
        final Task<SocketChannel> first = World.platform(server::accept);
        final Task<SocketChannel> second = World.virtual(server::accept);
        World.letWait(first);
        World.letWait(second);
        final SocketChannel one = world.stream();
        final SocketChannel other = world.stream();
        one.connect(server.getLocalAddress());
        other.connect(server.getLocalAddress());
        assertEquals(
                Set.of(one.getLocalAddress(), other.getLocalAddress()),
                Set.of(
                        world.keep(first.get()).getRemoteAddress(),
                        world.keep(second.get()).getRemoteAddress()));
    }

    @Test
    void closingTellsEachThreadThatAccepts() throws Exception {
        final ServerSocketChannel server = world.server();
        final Task<SocketChannel> first = World.platform(server::accept);
        final Task<SocketChannel> second = World.platform(server::accept);
        World.letWait(first);
        World.letWait(second);
        server.close();
        assertTrue(first.failure() instanceof ClosedChannelException);
        assertTrue(second.failure() instanceof ClosedChannelException);
    }

    @Test
    void anAcceptedChannelIsOfTheSameProvider() throws Exception {
        final ServerSocketChannel server = world.server();
        final SocketChannel client = world.stream();
        client.connect(server.getLocalAddress());
        final SocketChannel accepted = world.keep(Objects.requireNonNull(server.accept()));
        assertSame(world.provider, accepted.provider());
        assertTrue(accepted.isConnected());
        assertTrue(accepted.isBlocking());
        assertEquals(server.getLocalAddress(), accepted.getLocalAddress());
        server.close();
        assertTrue(accepted.isOpen());
    }
}
