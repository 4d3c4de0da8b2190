package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.jdk.World.Task;
import org.weir.runtime.SharedStack;
import org.weir.runtime.StackCall;
import org.weir.stack.Stack;

/// What meets in the stack in an order that chance rarely brings: another thread holds the stack until all have called.
@Timeout(60)
final class HeldStackTest {
    private final World world = new World(World.Kind.WEIR);

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    /// Holds the stack until `release` is counted down.
    private Task<Boolean> hold(CountDownLatch release) throws InterruptedException {
        final SharedStack shared = Objects.requireNonNull(world.stack);
        final CountDownLatch held = new CountDownLatch(1);
        final Task<Boolean> holder = World.platform(() -> {
            shared.call(new StackCall() {
                @Override
                protected void run(Stack stack) {
                    held.countDown();
                    awaitQuietly(release);
                }
            });
            return true;
        });
        held.await();
        return holder;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aConnectionThatWasAcceptedWhenTheInterruptCameIsClosed() throws Exception {
        final ServerSocketChannel server = world.server();
        final SocketChannel client = world.stream();
        client.connect(server.getLocalAddress());
        final CountDownLatch release = new CountDownLatch(1);
        final Task<Boolean> holder = hold(release);
        final Task<SocketChannel> acceptor = World.platform(server::accept);
        World.letWait(acceptor);
        final Task<Boolean> interrupter = World.platform(() -> {
            acceptor.thread.interrupt();
            return true;
        });
        World.letWait(interrupter);
        release.countDown();
        assertTrue(holder.get());
        assertEquals(ClosedByInterruptException.class, acceptor.failure().getClass());
        assertFalse(server.isOpen());
        assertEquals(-1, client.read(ByteBuffer.allocate(1)), "the connection has ended");
    }

    /// The reset comes after the connection, and before anybody asks for its name.
    @Test
    void aConnectionThatIsResetAtOnceHasTheNameThatItHad() throws Exception {
        int connected = 0;
        for (int i = 0; i < 200; i++) {
            final ServerSocketChannel server = world.server();
            final Task<Boolean> resetter = World.platform(() -> {
                World.reset(server.accept());
                return true;
            });
            final SocketChannel client = world.stream();
            try {
                client.connect(server.getLocalAddress());
                final InetSocketAddress local = (InetSocketAddress) client.getLocalAddress();
                assertEquals(World.loopback(), local.getAddress());
                assertNotEquals(0, local.getPort());
                connected++;
            } catch (IOException e) {
                assertEquals("Connection reset", e.getMessage());
            }
            assertTrue(resetter.get());
            client.close();
            server.close();
        }
        assertTrue(connected > 0);
    }
}
