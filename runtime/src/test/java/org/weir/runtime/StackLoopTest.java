package org.weir.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.base.SplitMix64;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.testkit.AllocationGuard;
import org.weir.time.Timer;
import org.weir.time.TimerWheel;

@Timeout(30)
final class StackLoopTest {
    private static final long MILLISECOND = 1_000_000;

    private final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());

    @AfterEach
    void closes() {
        stack.close();
    }

    /// Waits as often as it is asked to, without waiting, and then calls back.
    private static final class CountingWaiter implements Waiter {
        private long waits;
        private long longestNs;
        private long lastOfAll = Long.MAX_VALUE;
        private Runnable callback = () -> {};

        void after(long count, Runnable action) {
            lastOfAll = waits + count;
            callback = action;
        }

        @Override
        public void await(long timeoutNs) {
            longestNs = Math.max(longestNs, timeoutNs);
            if (++waits == lastOfAll) {
                callback.run();
            }
        }

        @Override
        public void wake() {
            // The loop under test is awake whenever this is called.
        }
    }

    @ParameterizedTest
    @EnumSource
    void runsATaskInItsOwnThreadAndStops(IdleStrategy idle) throws Exception {
        final StackLoop loop = new StackLoop(stack, new ParkingWaiter(), idle);
        final Thread thread = Thread.ofPlatform().start(loop);
        final CompletableFuture<Thread> runner = new CompletableFuture<>();
        loop.execute(() -> runner.complete(Thread.currentThread()));
        assertSame(thread, runner.get(10, TimeUnit.SECONDS));
        loop.stop();
        thread.join();
        assertFalse(thread.isAlive());
    }

    @Test
    void aStopBeforeTheStartIsNotLost() {
        final StackLoop loop = new StackLoop(stack, new ParkingWaiter(), IdleStrategy.SLEEP);
        loop.stop();
        loop.run();
        assertEquals(0, stack.poll(System.nanoTime()));
    }

    @Test
    void refusesTasksAfterTheEnd() {
        final StackLoop loop = new StackLoop(stack, new ParkingWaiter(), IdleStrategy.SLEEP);
        loop.stop();
        loop.run();
        assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
    }

    @Test
    void runsTasksThatWereAcceptedBeforeTheStop() {
        final AtomicInteger ran = new AtomicInteger();
        final StackLoop loop = new StackLoop(stack, new ParkingWaiter(), IdleStrategy.SLEEP);
        loop.execute(ran::incrementAndGet);
        loop.stop();
        loop.run();
        assertEquals(1, ran.get());
    }

    @Test
    void waitsForNoLongerThanUntilTheNextTimer() throws Exception {
        final CompletableFuture<Thread> expired = new CompletableFuture<>();
        final Timer timer = Timer.calling(_ -> expired.complete(Thread.currentThread()));
        final TimerWheel timers = stack.ipv4().resources().timers();
        final StackLoop loop = new StackLoop(stack, new ParkingWaiter(), IdleStrategy.SLEEP);
        loop.execute(() -> timers.arm(timer, System.nanoTime() + 20 * MILLISECOND));
        final Thread thread = Thread.ofPlatform().start(loop);
        assertSame(thread, expired.get(10, TimeUnit.SECONDS));
        loop.stop();
        thread.join();
    }

    @Test
    void waitsWithoutLimitWhenNothingIsDue() {
        final CountingWaiter waiter = new CountingWaiter();
        final StackLoop loop = new StackLoop(stack, waiter, IdleStrategy.SLEEP);
        waiter.after(3, loop::stop);
        loop.run();
        assertEquals(3, waiter.waits);
        assertEquals(Long.MAX_VALUE, waiter.longestNs);
    }

    @Test
    void spinsBeforeItWaits() {
        final CountingWaiter waiter = new CountingWaiter();
        final StackLoop loop = new StackLoop(stack, waiter, IdleStrategy.BALANCED);
        waiter.after(1, loop::stop);
        final long beganNs = System.nanoTime();
        loop.run();
        assertTrue(System.nanoTime() - beganNs >= IdleStrategy.BALANCED.spinNs());
    }

    @Test
    void anExceptionOfATaskEndsTheLoopAndReleasesTheStack() throws Exception {
        final StackLoop loop = new StackLoop(stack, new ParkingWaiter(), IdleStrategy.SLEEP);
        loop.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        final CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        final Thread thread = Thread.ofPlatform()
                .uncaughtExceptionHandler((_, e) -> thrown.complete(e))
                .start(loop);
        thread.join();
        assertEquals("on purpose", thrown.get(10, TimeUnit.SECONDS).getMessage());
        assertNotSame(thread, Thread.currentThread());
        assertEquals(0, stack.poll(System.nanoTime()));
    }

    @Test
    @Tag("allocation")
    void anIterationAllocatesNothing() {
        final CountingWaiter waiter = new CountingWaiter();
        final StackLoop[] loops = new StackLoop[10];
        final Runnable[] stops = new Runnable[loops.length];
        for (int i = 0; i < loops.length; i++) {
            loops[i] = new StackLoop(stack, waiter, IdleStrategy.SLEEP);
            stops[i] = loops[i]::stop;
        }
        final AtomicInteger next = new AtomicInteger();
        AllocationGuard.assertAllocatesNothing("10,000 iterations", loops.length, () -> {
            final int i = next.getAndIncrement();
            waiter.after(10_000, stops[i]);
            loops[i].run();
        });
    }
}
