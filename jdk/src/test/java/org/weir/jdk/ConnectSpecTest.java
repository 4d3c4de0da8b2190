package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.jdk.World.Task;

/// Connecting to where nobody answers, as the JDK's own channels do it and as Weir's do.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class ConnectSpecTest {
    private final World world;

    ConnectSpecTest(World.Kind kind) {
        world = new World(kind);
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    /// `work` on a platform thread for 0, on a virtual one for 1.
    private static <T> Task<T> on(int thread, Callable<T> work) {
        return thread == 0 ? World.platform(work) : World.virtual(work);
    }

    @Test
    void aSocketGivesUpConnectingAfterItsTimeoutAndIsClosed() throws Exception {
        final SocketAddress silent = world.silentAddress();
        final SocketChannel channel = world.stream();
        final Socket socket = channel.socket();
        final SocketTimeoutException thrown =
                assertThrows(SocketTimeoutException.class, () -> socket.connect(silent, 100));
        assertEquals("Connect timed out", thrown.getMessage());
        assertTrue(socket.isClosed());
        assertFalse(channel.isOpen());
        assertFalse(channel.isConnectionPending());
    }

    @Test
    void aSocketOfANonBlockingChannelDoesNotConnect() throws Exception {
        final SocketChannel channel = World.nonBlocking(world.stream());
        final SocketAddress server = world.server().getLocalAddress();
        assertThrows(IllegalBlockingModeException.class, () -> channel.socket().connect(server, 100));
        assertTrue(channel.isOpen());
    }

    @Test
    void whoConnectsIsToldThatTheChannelWasClosed() throws Exception {
        final SocketAddress silent = world.silentAddress();
        for (int i = 0; i < 2; i++) {
            final SocketChannel channel = world.stream();
            final Task<Boolean> connecting = on(i, () -> channel.connect(silent));
            World.letWait(connecting);
            assertTrue(channel.isConnectionPending());
            channel.close();
            assertEquals(AsynchronousCloseException.class, connecting.failure().getClass());
            assertFalse(channel.isConnectionPending());
        }
    }

    @Test
    void whoFinishesAConnectIsToldThatTheChannelWasClosed() throws Exception {
        final SocketAddress silent = world.silentAddress();
        for (int i = 0; i < 2; i++) {
            final SocketChannel channel = World.nonBlocking(world.stream());
            assertFalse(channel.connect(silent));
            channel.configureBlocking(true);
            final Task<Boolean> finishing = on(i, channel::finishConnect);
            World.letWait(finishing);
            channel.close();
            assertEquals(AsynchronousCloseException.class, finishing.failure().getClass());
        }
    }

    @Test
    void anInterruptDuringAConnectClosesTheChannel() throws Exception {
        final SocketAddress silent = world.silentAddress();
        for (int i = 0; i < 2; i++) {
            final SocketChannel channel = world.stream();
            final Task<Boolean> connecting = on(i, () -> {
                assertThrows(ClosedByInterruptException.class, () -> channel.connect(silent));
                return Thread.interrupted();
            });
            World.letWait(connecting);
            connecting.thread.interrupt();
            assertTrue(connecting.get(), "the thread stays interrupted");
            assertFalse(channel.isOpen());
        }
    }

    @Test
    void whoIsInterruptedAlreadyDoesNotConnect() throws Exception {
        final SocketAddress server = world.server().getLocalAddress();
        for (int i = 0; i < 2; i++) {
            final SocketChannel channel = world.stream();
            final Task<Boolean> connecting = on(i, () -> {
                Thread.currentThread().interrupt();
                assertThrows(ClosedByInterruptException.class, () -> channel.connect(server));
                return Thread.interrupted();
            });
            assertTrue(connecting.get());
            assertFalse(channel.isOpen());
        }
    }

    @Test
    void aConnectThatHasFailedLeavesNothingToConnectAgain() throws Exception {
        final SocketAddress server = world.server().getLocalAddress();
        final SocketAddress silent = world.silentAddress();
        final SocketChannel channel = world.stream();
        assertThrows(SocketTimeoutException.class, () -> channel.socket().connect(silent, 50));
        assertThrows(ClosedChannelException.class, () -> channel.connect(server));
        assertThrows(ClosedChannelException.class, channel::finishConnect);
    }

    @Test
    void anotherThreadThatReadsOrWritesWaitsForTheConnect() throws Exception {
        final SocketAddress silent = world.silentAddress();
        final SocketChannel channel = world.stream();
        final Task<Boolean> connecting = World.virtual(() -> channel.connect(silent));
        World.letWait(connecting);
        final Task<Integer> writing = World.virtual(() -> channel.write(World.octets("x")));
        World.letWait(writing);
        channel.close();
        assertEquals(AsynchronousCloseException.class, connecting.failure().getClass());
        assertEquals(ClosedChannelException.class, writing.failure().getClass());
    }
}
