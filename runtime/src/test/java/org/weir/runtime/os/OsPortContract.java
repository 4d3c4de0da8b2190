package org.weir.runtime.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every port of the emulation layer has to do; one subclass for each.
@Timeout(60)
abstract class OsPortContract {
    static final long MILLISECOND = 1_000_000;
    static final long FOREVER = Long.MAX_VALUE;

    final OsPort os;

    OsPortContract(OsPort os) {
        this.os = os;
    }

    /// Runs `body` in a thread of the port.
    abstract void run(OsBody body) throws Exception;

    @AfterEach
    void closes() {
        os.close();
    }

    // ---- threads and time ----

    @Test
    void aThreadRunsAndItsEndCanBeAwaited() throws Exception {
        run(() -> {
            final int[] written = new int[1];
            final OsThread thread = os.start("worker", () -> written[0] = 7);
            assertTrue(thread.join(FOREVER));
            assertFalse(thread.isAlive());
            assertEquals(7, written[0]);
            assertEquals("worker", thread.name());
        });
    }

    @Test
    void awaitingTheEndOfAThreadMayTimeOut() throws Exception {
        run(() -> {
            final OsSemaphore mayEnd = os.semaphore("may end", 0);
            final OsThread thread = os.start("worker", mayEnd::acquire);
            final long beganNs = os.nowNs();
            assertFalse(thread.join(5 * MILLISECOND));
            assertTrue(os.nowNs() - beganNs >= 5 * MILLISECOND);
            assertTrue(thread.isAlive());
            mayEnd.release();
            assertTrue(thread.join(FOREVER));
        });
    }

    @Test
    void sleepLetsAtLeastThatTimePass() throws Exception {
        run(() -> {
            final long beganNs = os.nowNs();
            os.sleep(3 * MILLISECOND);
            assertTrue(os.nowNs() - beganNs >= 3 * MILLISECOND);
        });
    }

    @Test
    void anInterruptEndsAWait() throws Exception {
        run(() -> {
            final AtomicBoolean interrupted = new AtomicBoolean();
            final OsSemaphore never = os.semaphore("never", 0);
            final OsThread thread = os.start("worker", () -> {
                try {
                    never.acquire();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                }
            });
            os.sleep(MILLISECOND);
            thread.interrupt();
            assertTrue(thread.join(FOREVER));
            assertTrue(interrupted.get());
            never.release();
            assertTrue(never.tryAcquire(0));
        });
    }

    @Test
    void anInterruptBeforeAWaitEndsIt() throws Exception {
        run(() -> {
            final OsSemaphore mayWait = os.semaphore("may wait", 0);
            final AtomicBoolean went = new AtomicBoolean();
            final OsThread thread = os.start("worker", () -> {
                os.sleep(FOREVER);
                went.set(true);
            });
            thread.interrupt();
            assertTrue(thread.join(FOREVER));
            assertFalse(went.get());
            assertFalse(mayWait.tryAcquire(0));
        });
    }

    // ---- semaphores ----

    @Test
    void aSemaphoreGivesAsManyPermitsAsItHas() throws Exception {
        run(() -> {
            final OsSemaphore semaphore = os.semaphore("s", 2);
            semaphore.acquire();
            assertTrue(semaphore.tryAcquire(0));
            assertFalse(semaphore.tryAcquire(0));
            assertFalse(semaphore.tryAcquire(-1));
            semaphore.release();
            assertTrue(semaphore.tryAcquire(FOREVER));
        });
    }

    @Test
    void aSemaphoreThatIsNotReleasedTimesOut() throws Exception {
        run(() -> {
            final OsSemaphore semaphore = os.semaphore("s", 0);
            final long beganNs = os.nowNs();
            assertFalse(semaphore.tryAcquire(4 * MILLISECOND));
            assertTrue(os.nowNs() - beganNs >= 4 * MILLISECOND);
            semaphore.release();
            assertTrue(semaphore.tryAcquire(0));
        });
    }

    @Test
    void aReleaseWakesOneOfThoseThatWait() throws Exception {
        run(() -> {
            final OsSemaphore semaphore = os.semaphore("s", 0);
            final AtomicInteger through = new AtomicInteger();
            final List<OsThread> threads = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                threads.add(os.start("waits " + i, () -> {
                    semaphore.acquire();
                    through.incrementAndGet();
                }));
            }
            os.sleep(2 * MILLISECOND);
            assertEquals(0, through.get());
            semaphore.release();
            while (through.get() == 0) {
                os.sleep(MILLISECOND);
            }
            os.sleep(2 * MILLISECOND);
            assertEquals(1, through.get());
            for (int i = 0; i < 9; i++) {
                semaphore.release();
            }
            for (final OsThread thread : threads) {
                assertTrue(thread.join(FOREVER));
            }
            assertEquals(10, through.get());
        });
    }

    // ---- mutexes ----

    @Test
    void aMutexLetsOneThreadInAtATime() throws Exception {
        run(() -> {
            final OsMutex mutex = os.mutex("m");
            final int[] count = new int[1];
            final List<OsThread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(os.start("adds " + i, () -> {
                    for (int n = 0; n < 500; n++) {
                        mutex.lock();
                        final int before = count[0];
                        if (n % 100 == 0) {
                            os.sleep(1_000);
                        }
                        count[0] = before + 1;
                        mutex.unlock();
                    }
                }));
            }
            for (final OsThread thread : threads) {
                assertTrue(thread.join(FOREVER));
            }
            assertEquals(2_000, count[0]);
        });
    }

    @Test
    void aMutexThatIsHeldTimesOut() throws Exception {
        run(() -> {
            final OsMutex mutex = os.mutex("m");
            mutex.lock();
            final AtomicBoolean got = new AtomicBoolean(true);
            final OsThread other = os.start("other", () -> got.set(mutex.tryLock(2 * MILLISECOND)));
            assertTrue(other.join(FOREVER));
            assertFalse(got.get());
            mutex.unlock();
            assertTrue(mutex.tryLock(0));
            mutex.unlock();
        });
    }

    @Test
    void aMutexIsNeitherTakenTwiceNorGivenUpByOthers() throws Exception {
        run(() -> {
            final OsMutex mutex = os.mutex("m");
            assertThrows(IllegalStateException.class, mutex::unlock);
            mutex.lock();
            assertThrows(IllegalStateException.class, mutex::lock);
            assertThrows(IllegalStateException.class, () -> mutex.tryLock(FOREVER));
            final AtomicBoolean refused = new AtomicBoolean();
            final OsThread other = os.start("other", () -> {
                assertThrows(IllegalStateException.class, mutex::unlock);
                refused.set(true);
            });
            assertTrue(other.join(FOREVER));
            assertTrue(refused.get());
            mutex.unlock();
        });
    }

    // ---- mailboxes ----

    @Test
    void aMailboxKeepsTheOrderAndItsBound() throws Exception {
        run(() -> {
            final OsMailbox<String> mailbox = os.mailbox("b", 2);
            assertTrue(mailbox.offer("first"));
            mailbox.put("second");
            assertFalse(mailbox.offer("third"));
            assertFalse(mailbox.offer("third", 0));
            assertFalse(mailbox.offer("third", MILLISECOND));
            assertEquals("first", mailbox.take());
            assertTrue(mailbox.offer("third", FOREVER));
            assertEquals("second", mailbox.poll(0));
            assertEquals("third", mailbox.poll(FOREVER));
            assertNull(mailbox.poll(0));
        });
    }

    @Test
    void anEmptyMailboxTimesOut() throws Exception {
        run(() -> {
            final OsMailbox<String> mailbox = os.mailbox("b", 2);
            final long beganNs = os.nowNs();
            assertNull(mailbox.poll(3 * MILLISECOND));
            assertTrue(os.nowNs() - beganNs >= 3 * MILLISECOND);
        });
    }

    @Test
    void everyMessageOfManyThreadsArrivesOnce() throws Exception {
        run(() -> {
            final OsMailbox<Integer> mailbox = os.mailbox("b", 3);
            final AtomicLong sum = new AtomicLong();
            final List<OsThread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(os.start("puts " + i, () -> {
                    for (int n = 1; n <= 1_000; n++) {
                        mailbox.put(n);
                    }
                }));
                threads.add(os.start("takes " + i, () -> {
                    for (int n = 1; n <= 1_000; n++) {
                        sum.addAndGet(mailbox.take());
                    }
                }));
            }
            for (final OsThread thread : threads) {
                assertTrue(thread.join(FOREVER));
            }
            assertEquals(4 * 500_500, sum.get());
            assertNull(mailbox.poll(0));
        });
    }

    // ---- timers ----

    @Test
    void aTimerExpiresOnceAndNotBeforeItsTime() throws Exception {
        run(() -> {
            final OsMailbox<Long> expiries = os.mailbox("expiries", 8);
            final OsTimer timer = os.timer("t", () -> expiries.offer(os.nowNs()));
            final long beganNs = os.nowNs();
            timer.arm(4 * MILLISECOND);
            assertTrue(expiries.take() - beganNs >= 4 * MILLISECOND);
            assertNull(expiries.poll(10 * MILLISECOND));
            timer.arm(0);
            expiries.take();
        });
    }

    @Test
    void aTimerThatIsArmedAgainForgetsItsFirstTime() throws Exception {
        run(() -> {
            final OsMailbox<Long> expiries = os.mailbox("expiries", 8);
            final OsTimer timer = os.timer("t", () -> expiries.offer(os.nowNs()));
            timer.arm(FOREVER);
            final long beganNs = os.nowNs();
            timer.arm(2 * MILLISECOND);
            final long tookNs = expiries.take() - beganNs;
            assertTrue(tookNs >= 2 * MILLISECOND && tookNs < 20_000 * MILLISECOND, tookNs + " ns");
        });
    }

    @Test
    void aCancelledTimerDoesNotExpire() throws Exception {
        run(() -> {
            final AtomicInteger expiries = new AtomicInteger();
            final OsTimer timer = os.timer("t", expiries::incrementAndGet);
            timer.arm(5 * MILLISECOND);
            timer.cancel();
            timer.cancel();
            os.sleep(10 * MILLISECOND);
            assertEquals(0, expiries.get());
        });
    }

    @Test
    void aTimersActionMayArmItAndWakeThreads() throws Exception {
        run(() -> {
            final OsSemaphore ticks = os.semaphore("ticks", 0);
            final OsTimer[] timer = new OsTimer[1];
            timer[0] = os.timer("t", () -> {
                ticks.release();
                timer[0].arm(MILLISECOND);
            });
            timer[0].arm(MILLISECOND);
            for (int i = 0; i < 5; i++) {
                ticks.acquire();
            }
            timer[0].cancel();
        });
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> os.semaphore("s", -1));
        assertThrows(IllegalArgumentException.class, () -> os.mailbox("b", 0));
    }
}
