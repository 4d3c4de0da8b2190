package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LinkWaiterTest {
    private static final long LONG_NS = 30_000_000_000L;
    private static final long MILLI_NS = 1_000_000L;

    @Test
    void withoutAReasonItWaitsForAsLongAsItWasTold() throws Exception {
        try (LinkWaiter waiter = LinkWaiter.on()) {
            final long start = System.nanoTime();
            assertFalse(waiter.await(20 * MILLI_NS));
            assertTrue(System.nanoTime() - start >= 20 * MILLI_NS);
            assertFalse(waiter.await(0));
            assertFalse(waiter.await(-1));
        }
    }

    @Test
    void aWakeBeforeTheWaitEndsItAtOnceAndOnlyOnce() throws Exception {
        try (LinkWaiter waiter = LinkWaiter.on()) {
            waiter.wake();
            waiter.wake();
            assertTrue(waiter.await(LONG_NS));
            assertFalse(waiter.await(MILLI_NS));
        }
    }

    @Test
    void aWakeDuringTheWaitEndsIt() throws Exception {
        try (LinkWaiter waiter = LinkWaiter.on()) {
            final Thread waker = Thread.ofPlatform().start(() -> {
                LockSupport.parkNanos(50 * MILLI_NS);
                waiter.wake();
            });
            assertTrue(waiter.await(LONG_NS));
            waker.join();
            assertFalse(waiter.await(MILLI_NS));
        }
    }

    /// Each thread hands over a token and wakes the owner, who sleeps for longer than the test may take unless it
    /// is woken.
    @Test
    void noWakeIsLostBetweenManyThreads() throws Exception {
        final int threads = 3;
        final int tokens = 20_000;
        final AtomicInteger queued = new AtomicInteger();
        try (LinkWaiter waiter = LinkWaiter.on()) {
            final Thread[] wakers = new Thread[threads];
            for (int i = 0; i < threads; i++) {
                wakers[i] = Thread.ofVirtual().start(() -> {
                    for (int n = 0; n < tokens; n++) {
                        queued.getAndIncrement();
                        waiter.wake();
                        if (n % 64 == 0) {
                            LockSupport.parkNanos(1);
                        }
                    }
                });
            }
            int taken = 0;
            while (taken < threads * tokens) {
                final int now = queued.getAndSet(0);
                taken += now;
                if (now == 0) {
                    waiter.await(2 * LONG_NS);
                }
            }
            assertEquals(threads * tokens, taken);
            for (final Thread waker : wakers) {
                waker.join();
            }
        }
    }

    @Test
    void afterTheEndAWakeIsIgnoredAndAWaitRefused() throws Exception {
        final LinkWaiter waiter = LinkWaiter.on();
        waiter.close();
        waiter.close();
        waiter.wake();
        assertThrows(IllegalStateException.class, () -> waiter.await(0));
    }

    @Test
    void aFileThatFailsIsReportedAndNoLongerKeepsTheOwnerAwake() throws Exception {
        final int notOpen = Integer.MAX_VALUE;
        try (LinkWaiter waiter = LinkWaiter.on(notOpen)) {
            assertFalse(waiter.hasFailed());
            assertTrue(waiter.await(LONG_NS));
            assertTrue(waiter.hasFailed());
            assertFalse(waiter.await(MILLI_NS));
        }
    }

    @Test
    @Tag("allocation")
    void waitingAndWakingAllocateNothing() throws Exception {
        try (LinkWaiter waiter = LinkWaiter.on()) {
            final Runnable calls = () -> {
                for (int i = 0; i < 100_000; i++) {
                    waiter.wake();
                    waiter.await(LONG_NS);
                    waiter.await(0);
                }
            };
            assertEquals(0, Allocations.onceWarm(calls));
        }
    }

    @Test
    @Tag("allocation")
    void wakingAnOwnerWhoSleepsAllocatesNothing() throws Exception {
        try (LinkWaiter waiter = LinkWaiter.on()) {
            final AtomicInteger waits = new AtomicInteger();
            final Thread owner = Thread.ofPlatform().start(() -> {
                while (waits.get() >= 0) {
                    waiter.await(LONG_NS);
                    waits.incrementAndGet();
                }
            });
            final Runnable calls = () -> {
                for (int i = 0; i < 100_000; i++) {
                    waiter.wake();
                    Thread.onSpinWait();
                }
            };
            assertEquals(0, Allocations.onceWarm(calls));
            assertTrue(waits.get() > 0);
            waits.set(Integer.MIN_VALUE);
            waiter.wake();
            owner.join();
        }
    }
}
