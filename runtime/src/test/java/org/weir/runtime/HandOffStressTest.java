package org.weir.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.base.SplitMix64;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.time.Timer;

/// Hand-overs between threads, again and again, where nobody comes to the rescue: a wake-up that is lost once hangs.
// In a thread of its own: what waits for a call cannot be interrupted.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HandOffStressTest {
    private final ParkingWaiter waiter = new ParkingWaiter();
    private final SharedStack shared = SharedStack.start(
            Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime()),
            waiter,
            IdleStrategy.SLEEP,
            "stack");

    @AfterEach
    void closes() {
        shared.close();
    }

    private static final class Count extends StackCall {
        private int count;

        @Override
        protected void run(Stack stack) {
            count += 1 + Math.min(0, stack.sockets().open());
        }
    }

    private static void runAll(List<Runnable> bodies, boolean isVirtual) throws InterruptedException {
        final List<Thread> threads = new ArrayList<>();
        for (final Runnable body : bodies) {
            threads.add(
                    isVirtual
                            ? Thread.ofVirtual().start(body)
                            : Thread.ofPlatform().start(body));
        }
        for (final Thread thread : threads) {
            thread.join();
        }
    }

    /// One thread calls while the loop, which it woke, falls asleep again.
    @Test
    void aCallMeetsALoopThatFallsAsleep() {
        final Count count = new Count();
        final SplitMix64 random = new SplitMix64(1);
        for (int i = 0; i < 100_000; i++) {
            waiter.wake();
            pause(random.nextInt(400));
            shared.call(count);
        }
        assertEquals(100_000, count.count);
    }

    private static void pause(int spins) {
        for (int i = 0; i < spins; i++) {
            Thread.onSpinWait();
        }
    }

    /// Two threads, so that each is the only one who can run what the other has queued.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoCallersHandTheLockToEachOther(boolean isVirtual) throws InterruptedException {
        final Count count = new Count();
        final List<Runnable> bodies = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            final StackCall call = new StackCall() {
                @Override
                protected void run(Stack stack) {
                    count.run(stack);
                }
            };
            bodies.add(() -> {
                for (int n = 0; n < 100_000; n++) {
                    shared.call(call);
                }
            });
        }
        runAll(bodies, isVirtual);
        shared.call(count);
        assertEquals(200_001, count.count);
    }

    /// The call is long enough for the caller of another one to be parked when it ends.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aParkedCallerIsWoken(boolean isVirtual) throws InterruptedException {
        final Count count = new Count();
        final List<Runnable> bodies = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            final StackCall call = new StackCall() {
                @Override
                protected void run(Stack stack) {
                    pause(2_000);
                    count.run(stack);
                }
            };
            bodies.add(() -> {
                for (int n = 0; n < 2_000; n++) {
                    shared.call(call);
                }
            });
        }
        runAll(bodies, isVirtual);
        shared.call(count);
        assertEquals(8_001, count.count);
    }

    /// A deadline that a call brings forward while the loop decides how long to sleep.
    @Test
    void aDeadlineOfACallIsNotSleptThrough() throws InterruptedException {
        for (int i = 0; i < 2_000; i++) {
            final CountDownLatch expired = new CountDownLatch(1);
            final Timer timer = Timer.calling(nowNs -> expired.countDown());
            waiter.wake();
            shared.call(new StackCall() {
                @Override
                protected void run(Stack stack) {
                    stack.ipv4().resources().timers().arm(timer, System.nanoTime() + 200_000);
                }
            });
            assertTrue(expired.await(10, TimeUnit.SECONDS), "round " + i);
        }
    }

    /// Calls that are queued when the stack ends are refused, not forgotten.
    @Test
    void theEndMeetsCalls() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            final SharedStack brief = SharedStack.start(
                    Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime()),
                    new ParkingWaiter(),
                    IdleStrategy.SLEEP,
                    "brief");
            final List<Runnable> bodies = new ArrayList<>();
            for (int n = 0; n < 3; n++) {
                bodies.add(() -> callUntilRefused(brief));
            }
            bodies.add(brief::close);
            runAll(bodies, false);
        }
    }

    private static void callUntilRefused(SharedStack brief) {
        final Count count = new Count();
        try {
            while (true) {
                brief.call(count);
            }
        } catch (StackEndedException e) {
            assertEquals("the stack was closed", e.getMessage());
        }
    }
}
