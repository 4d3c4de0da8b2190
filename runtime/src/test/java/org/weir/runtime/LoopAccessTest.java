package org.weir.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.base.SplitMix64;
import org.weir.runtime.bsd.BlockingSockets;
import org.weir.runtime.os.ThreadPort;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;

/// Calls to the stack of a loop, from the loop's thread and from others.
@Timeout(30)
final class LoopAccessTest {
    private final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
    private final StackLoop loop = new StackLoop(stack, new ParkingWaiter(), IdleStrategy.SLEEP);
    private final LoopAccess access = new LoopAccess(loop, stack);
    private final Thread thread;

    LoopAccessTest() {
        stack.release();
        thread = Thread.ofPlatform().daemon().start(loop);
    }

    @AfterEach
    void closes() throws InterruptedException {
        loop.stop();
        thread.join();
        stack.close();
    }

    private static final class WhoRunsMe extends StackCall {
        private @Nullable Thread runner;

        @Override
        protected void run(Stack stack) {
            runner = Thread.currentThread();
        }
    }

    @Test
    void aCallRunsInTheLoopsThreadAndHasRunWhenItReturns() {
        final WhoRunsMe call = new WhoRunsMe();
        for (int i = 0; i < 1_000; i++) {
            call.runner = null;
            access.call(call);
            assertSame(thread, call.runner);
        }
    }

    @Test
    void whatACallThrowsIsThrownToItsCaller() {
        final StackCall failing = new StackCall() {
            @Override
            protected void run(Stack stack) {
                throw new IllegalArgumentException("on purpose");
            }
        };
        assertEquals(
                "on purpose",
                assertThrows(IllegalArgumentException.class, () -> access.call(failing))
                        .getMessage());
        access.call(new WhoRunsMe());
    }

    @Test
    void aCallByTheLoopsThreadRunsAtOnce() throws Exception {
        final CompletableFuture<@Nullable Thread> inner = new CompletableFuture<>();
        loop.execute(() -> {
            final WhoRunsMe call = new WhoRunsMe();
            access.call(call);
            inner.complete(call.runner);
        });
        assertSame(thread, inner.get(10, TimeUnit.SECONDS));
    }

    @Test
    void blockingSocketsWorkOnItUntilItsEnd() throws Exception {
        final BlockingSockets sockets = new BlockingSockets(access, ThreadPort.platform());
        final int listener = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(0, sockets.bind(listener, new SocketAddress(IpAddress.parse("127.0.0.1"), 7)));
        assertEquals(0, sockets.listen(listener, 4));
        final int client = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(0, sockets.connect(client, new SocketAddress(IpAddress.parse("127.0.0.1"), 7)));
        assertTrue(sockets.accept(listener, null) >= 0);
        final CompletableFuture<Integer> waiting = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                waiting.complete(sockets.accept(listener, null));
            } catch (StackEndedException e) {
                waiting.completeExceptionally(e);
            }
        });
        loop.stop();
        thread.join();
        access.end();
        final ExecutionException e = assertThrows(ExecutionException.class, () -> waiting.get(10, TimeUnit.SECONDS));
        assertTrue(e.getCause() instanceof StackEndedException, e::toString);
        assertThrows(StackEndedException.class, () -> sockets.close(client));
    }
}
