package org.weir.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.base.SplitMix64;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.time.Timer;

/// A thread that waits for a stack polls it, and sleeps and wakes in place of the loop. A wake-up that is lost hangs.
// In a thread of its own: what waits in a call cannot be interrupted.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HelpingTest {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long SOON_NS = 200_000;

    private final ParkingWaiter waiter = new ParkingWaiter();
    private final SharedStack shared = start(IdleStrategy.BALANCED);

    private SharedStack start(IdleStrategy idle) {
        final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
        return SharedStack.start(stack, waiter, idle, "stack");
    }

    @AfterEach
    void closes() {
        shared.close();
    }

    /// Lets a timer of `stack` expire soon.
    private static void arm(SharedStack stack, Timer timer) {
        stack.call(new StackCall() {
            @Override
            protected void run(Stack owned) {
                owned.ipv4().resources().timers().arm(timer, System.nanoTime() + SOON_NS);
            }
        });
    }

    /// Waits for a timer again and again until the calling thread itself has run one, which only a helper does.
    private void becomeHelper() {
        final AtomicReference<Thread> runner = new AtomicReference<>();
        while (runner.get() != Thread.currentThread()) {
            runner.set(null);
            arm(shared, Timer.calling(nowNs -> {
                runner.set(Thread.currentThread());
                shared.wakeHelper();
            }));
            while (runner.get() == null) {
                waiter.wake(); // A loop that sleeps is not disturbed.
                shared.helpUntil(() -> runner.get() != null, NEVER);
            }
        }
    }

    /// One that helps until `done` is set and somebody wakes it.
    private Thread helper(CountDownLatch helps, AtomicBoolean done) {
        return Thread.ofPlatform().start(() -> {
            becomeHelper();
            helps.countDown();
            while (!done.get() && shared.isRunning()) {
                shared.helpUntil(done::get, NEVER);
            }
        });
    }

    @Test
    void aThreadThatWaitsPollsTheStack() {
        becomeHelper();
    }

    @Test
    void aHelperIsWokenByWhatAnotherThreadDoes() throws InterruptedException {
        final AtomicInteger turn = new AtomicInteger();
        final Thread helper = Thread.ofPlatform().start(() -> {
            becomeHelper();
            for (int i = 1; i < 20_000; i += 2) {
                final int mine = i;
                while (turn.get() != mine) {
                    shared.helpUntil(() -> turn.get() == mine, NEVER);
                }
                turn.set(mine + 1);
            }
        });
        for (int i = 0; i < 20_000; i += 2) {
            while (turn.get() != i) {
                Thread.onSpinWait();
            }
            turn.set(i + 1);
            shared.wakeHelper();
        }
        helper.join();
        assertEquals(20_000, turn.get());
    }

    @Test
    void aDeadlineOfACallIsNotSleptThroughByAHelper() throws InterruptedException {
        final CountDownLatch helps = new CountDownLatch(1);
        final AtomicBoolean done = new AtomicBoolean();
        final Thread helper = helper(helps, done);
        helps.await();
        for (int i = 0; i < 1_000; i++) {
            final CountDownLatch expired = new CountDownLatch(1);
            arm(shared, Timer.calling(nowNs -> expired.countDown()));
            assertTrue(expired.await(10, TimeUnit.SECONDS), "round " + i);
        }
        done.set(true);
        shared.wakeHelper();
        helper.join();
    }

    @Test
    void aHelperStopsAtItsDeadline() {
        final long deadlineNs = System.nanoTime() + 20_000_000;
        becomeHelper();
        while (deadlineNs - System.nanoTime() > 0) {
            waiter.wake();
            shared.helpUntil(() -> false, deadlineNs);
        }
    }

    @Test
    void theLoopGoesOnWhenAHelperStaysAway() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            becomeHelper();
            final AtomicReference<Thread> runner = new AtomicReference<>();
            final CountDownLatch expired = new CountDownLatch(1);
            arm(shared, Timer.calling(nowNs -> {
                runner.set(Thread.currentThread());
                expired.countDown();
            }));
            assertTrue(expired.await(10, TimeUnit.SECONDS), "round " + i);
            assertEquals("stack", Objects.requireNonNull(runner.get()).getName());
        }
    }

    /// Long enough for the loop to rest.
    @Test
    void theLoopGoesOnAfterALongHelp() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            becomeHelper();
            shared.helpUntil(() -> false, System.nanoTime() + 3_000_000);
            final CountDownLatch expired = new CountDownLatch(1);
            arm(shared, Timer.calling(nowNs -> expired.countDown()));
            assertTrue(expired.await(10, TimeUnit.SECONDS), "round " + i);
        }
    }

    @Test
    void theEndOfTheStackEndsHelping() throws InterruptedException {
        final CountDownLatch helps = new CountDownLatch(1);
        final Thread helper = helper(helps, new AtomicBoolean());
        helps.await();
        shared.close();
        helper.join();
        assertFalse(shared.isRunning());
    }

    @Test
    void aHandlerThatFailsInAHelperEndsTheStack() throws InterruptedException {
        final AtomicReference<Thread> runner = new AtomicReference<>();
        final IllegalStateException failure = new IllegalStateException("as told");
        final Thread helper = Thread.ofPlatform().start(() -> {
            while (shared.isRunning()) {
                becomeHelper();
                failInThisThread(failure, runner);
            }
        });
        helper.join();
        final StackEndedException ended = assertThrows(StackEndedException.class, () -> {
            while (true) {
                arm(shared, Timer.calling(nowNs -> {}));
            }
        });
        assertSame(failure, ended.getCause());
        assertSame(helper, runner.get());
    }

    private void failInThisThread(RuntimeException failure, AtomicReference<Thread> runner) {
        final Thread helper = Thread.currentThread();
        final AtomicBoolean over = new AtomicBoolean();
        arm(shared, Timer.calling(nowNs -> {
            over.set(true);
            if (Thread.currentThread() == helper) {
                runner.set(helper);
                throw failure;
            }
        }));
        while (!over.get()) {
            shared.helpUntil(over::get, NEVER);
        }
        while (runner.get() == helper && shared.isRunning()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aVirtualThreadDoesNotPoll() throws InterruptedException {
        final AtomicReference<Thread> runner = new AtomicReference<>();
        final Thread virtual = Thread.ofVirtual().start(() -> {
            arm(shared, Timer.calling(nowNs -> runner.set(Thread.currentThread())));
            while (runner.get() == null) {
                waiter.wake();
                shared.helpUntil(() -> runner.get() != null, NEVER);
            }
        });
        virtual.join();
        assertNotEquals(virtual, runner.get());
    }

    @Test
    void aLoopThatSpinsForEverIsNotHelped() {
        final AtomicInteger asked = new AtomicInteger();
        try (SharedStack spinning = start(IdleStrategy.SPIN)) {
            spinning.helpUntil(() -> asked.incrementAndGet() > 1_000, NEVER);
        }
        assertEquals(0, asked.get());
    }

    @Test
    void aHandlerThatAsksToHelpIsNotTakenForAnotherOwner() {
        final AtomicInteger asked = new AtomicInteger();
        shared.call(new StackCall() {
            @Override
            protected void run(Stack stack) {
                shared.helpUntil(() -> asked.incrementAndGet() > 1_000, NEVER);
            }
        });
        assertEquals(0, asked.get());
    }
}
