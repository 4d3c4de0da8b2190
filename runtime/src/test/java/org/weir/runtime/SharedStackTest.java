package org.weir.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.base.SplitMix64;
import org.weir.link.DropCounters;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.LoopbackLink;
import org.weir.link.PacketSink;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.time.Timer;
import org.weir.wire.IpAddress;

@Timeout(60)
final class SharedStackTest {
    private static final SocketAddress SERVER = new SocketAddress(IpAddress.parse("127.0.0.1"), 7);

    private final SharedStack shared = start(IdleStrategy.SLEEP);

    private static SharedStack start(IdleStrategy idle) {
        final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
        return SharedStack.start(stack, new ParkingWaiter(), idle, "stack");
    }

    @AfterEach
    void closes() {
        shared.close();
    }

    /// A call that any test can make up.
    private static final class Anything extends StackCall {
        private final Consumer<Stack> body;

        Anything(Consumer<Stack> body) {
            this.body = body;
        }

        @Override
        protected void run(Stack stack) {
            body.accept(stack);
        }
    }

    private void call(Consumer<Stack> body) {
        shared.call(new Anything(body));
    }

    @ParameterizedTest
    @EnumSource
    void callsOfManyThreadsRunOneAtATimeAndNoneIsLost(IdleStrategy idle) throws Exception {
        try (SharedStack busy = start(idle)) {
            final int[] count = new int[1];
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                final Runnable caller = () -> {
                    final Anything increment = new Anything(stack -> {
                        stack.sockets().open();
                        count[0]++;
                    });
                    for (int n = 0; n < 20_000; n++) {
                        busy.call(increment);
                    }
                };
                threads.add(
                        i % 2 == 0
                                ? Thread.ofPlatform().start(caller)
                                : Thread.ofVirtual().start(caller));
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            busy.call(new Anything(stack -> assertEquals(160_000, count[0])));
        }
    }

    @Test
    void aCallOnAnIdleStackRunsInTheThreadThatCalls() {
        final AtomicReference<Thread> runner = new AtomicReference<>();
        for (int i = 0; i < 1_000 && runner.get() != Thread.currentThread(); i++) {
            call(stack -> runner.set(Thread.currentThread()));
        }
        assertSame(Thread.currentThread(), runner.get());
    }

    @Test
    void anExceptionOfACallIsThrownWhereItWasCalledAndTheStackGoesOn() {
        for (int i = 0; i < 1_000; i++) {
            assertThrows(
                    ArithmeticException.class,
                    () -> call(stack -> {
                        throw new ArithmeticException("of the call");
                    }));
        }
        call(stack -> assertEquals(0, stack.sockets().open()));
    }

    @Test
    void anExceptionOfACallThatAnotherThreadRunsIsThrownWhereItWasCalled() throws Exception {
        final CountDownLatch held = new CountDownLatch(1);
        final CountDownLatch mayGo = new CountDownLatch(1);
        final Thread holder = Thread.ofPlatform()
                .start(() -> call(stack -> {
                    held.countDown();
                    awaitQuietly(mayGo);
                }));
        held.await();
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        final AtomicReference<Thread> runner = new AtomicReference<>();
        final Thread caller = Thread.ofVirtual().start(() -> {
            try {
                call(stack -> {
                    runner.set(Thread.currentThread());
                    throw new ArithmeticException("of the call");
                });
            } catch (ArithmeticException e) {
                thrown.set(e);
            }
        });
        while (caller.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        mayGo.countDown();
        caller.join();
        holder.join();
        assertEquals("of the call", Objects.requireNonNull(thrown.get()).getMessage());
        assertTrue(runner.get() != caller);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anInterruptStaysSetAndEndsNoCall() {
        Thread.currentThread().interrupt();
        final AtomicInteger runs = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            call(stack -> runs.incrementAndGet());
        }
        assertTrue(Thread.interrupted());
        assertEquals(1_000, runs.get());
    }

    @Test
    void aCallbackMayCallTheStack() throws Exception {
        final CountDownLatch accepted = new CountDownLatch(1);
        final int[] client = new int[1];
        call(stack -> {
            final Sockets sockets = stack.sockets();
            final int listener = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            assertEquals(0, sockets.bind(listener, SERVER));
            assertEquals(0, sockets.listen(listener, 8));
            sockets.callback(
                    listener,
                    (descriptor, events) -> call(inner -> {
                        if (inner.sockets().accept(descriptor, null) >= 0) {
                            accepted.countDown();
                        }
                    }));
            client[0] = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        });
        call(stack -> stack.sockets().connect(client[0], SERVER));
        assertTrue(accepted.await(10, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20})
    void aDeadlineThatACallBringsForwardWakesTheLoop(int milliseconds) throws Exception {
        final CountDownLatch expired = new CountDownLatch(1);
        final Timer timer = Timer.calling(nowNs -> expired.countDown());
        Thread.sleep(50);
        call(stack -> stack.ipv4().resources().timers().arm(timer, System.nanoTime() + milliseconds * 1_000_000L));
        assertTrue(expired.await(10, TimeUnit.SECONDS));
    }

    /// A link that stops the loop just before it falls asleep, after it has looked for calls.
    private static final class FallingAsleep implements Link {
        private final LoopbackLink inner = new LoopbackLink();
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch mayGo = new CountDownLatch(1);
        private volatile boolean armed;

        @Override
        public LinkCapabilities capabilities() {
            return inner.capabilities();
        }

        @Override
        public void attach(PbufPool pool, DropCounters drops) {
            inner.attach(pool, drops);
        }

        @Override
        public int receive(PacketSink sink, int budget, long nowNs) {
            return inner.receive(sink, budget, nowNs);
        }

        @Override
        public int room() {
            return inner.room();
        }

        @Override
        public void send(Pbuf frame, long nowNs) {
            inner.send(frame, nowNs);
        }

        @Override
        public void flush(long nowNs) {
            inner.flush(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            if (armed && "stack".equals(Thread.currentThread().getName())) {
                armed = false;
                asked.countDown();
                awaitQuietly(mayGo);
            }
            return inner.nextDeadlineNs();
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    @Test
    void aCallThatIsQueuedWhileTheLoopFallsAsleepIsRun() throws Exception {
        final FallingAsleep link = new FallingAsleep();
        final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
        stack.addInterface("test", link);
        final CountDownLatch asleep = new CountDownLatch(1);
        final ParkingWaiter parking = new ParkingWaiter();
        final Waiter waiter = new Waiter() {
            @Override
            public void await(long timeoutNs) {
                asleep.countDown();
                parking.await(timeoutNs);
            }

            @Override
            public void wake() {
                parking.wake();
            }
        };
        try (SharedStack dozing = SharedStack.start(stack, waiter, IdleStrategy.SLEEP, "stack")) {
            assertTrue(asleep.await(10, TimeUnit.SECONDS));
            link.armed = true;
            waiter.wake(); // Whatever it waits for: the loop looks again, and is stopped before it waits again.
            assertTrue(link.asked.await(10, TimeUnit.SECONDS));
            final CountDownLatch ran = new CountDownLatch(1);
            final Thread caller = Thread.ofPlatform().start(() -> dozing.call(new Anything(inner -> ran.countDown())));
            while (caller.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
            link.mayGo.countDown();
            final boolean isRun = ran.await(5, TimeUnit.SECONDS);
            waiter.wake();
            caller.join();
            assertTrue(isRun, "the call was forgotten until somebody woke the loop");
        }
    }

    @Test
    void aCallFindsTheStacksClockAtThePresent() throws Exception {
        Thread.sleep(20);
        final long beforeNs = System.nanoTime();
        call(stack -> assertTrue(stack.nowNs() - beforeNs >= 0, "late by " + (beforeNs - stack.nowNs()) + " ns"));
    }

    @Test
    void afterItsEndAStackRefusesCalls() {
        assertTrue(shared.isRunning());
        shared.close();
        shared.close();
        assertFalse(shared.isRunning());
        final StackEndedException thrown = assertThrows(
                StackEndedException.class, () -> call(stack -> stack.sockets().open()));
        assertEquals("the stack was closed", thrown.getMessage());
    }

    @Test
    void callsThatWaitWhenTheStackEndsAreRefused() throws Exception {
        final CountDownLatch held = new CountDownLatch(1);
        final CountDownLatch mayGo = new CountDownLatch(1);
        final AtomicInteger ran = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();
        final Thread holder = Thread.ofPlatform()
                .start(() -> call(stack -> {
                    held.countDown();
                    awaitQuietly(mayGo);
                }));
        held.await();
        final List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                try {
                    call(stack -> ran.incrementAndGet());
                } catch (StackEndedException e) {
                    refused.incrementAndGet();
                }
            }));
        }
        final Thread closer = Thread.ofPlatform().start(shared::close);
        mayGo.countDown();
        closer.join();
        holder.join();
        for (final Thread caller : callers) {
            caller.join();
        }
        assertEquals(50, ran.get() + refused.get());
    }

    @Test
    void aHandlerThatThrowsEndsTheStackAndIsTheCause() throws Exception {
        final Timer timer = Timer.calling(nowNs -> {
            throw new ArithmeticException("of the handler");
        });
        call(stack -> stack.ipv4().resources().timers().arm(timer, System.nanoTime() + 1_000_000L));
        while (shared.isRunning()) {
            Thread.sleep(1);
        }
        final StackEndedException thrown = assertThrows(
                StackEndedException.class, () -> call(stack -> stack.sockets().open()));
        assertEquals("of the handler", Objects.requireNonNull(thrown.getCause()).getMessage());
    }

    @Test
    void whoWaitsForAStackIsToldOfItsEnd() throws Exception {
        final CountDownLatch told = new CountDownLatch(1);
        call(stack -> shared.atEnd(told::countDown));
        assertEquals(1, told.getCount());
        shared.close();
        assertTrue(told.await(10, TimeUnit.SECONDS));
    }
}
