package org.weir.runtime.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SimulatedPortTest extends OsPortContract {
    private final SimulatedPort simulation = (SimulatedPort) os;

    SimulatedPortTest() {
        super(SimulatedPort.firstComeFirstServed());
    }

    @Override
    void run(OsBody body) {
        simulation.run(body);
    }

    @Test
    void timeJumpsAndIsExact() {
        run(() -> {
            final long beganNs = os.nowNs();
            os.sleep(3_600_000 * MILLISECOND + 1);
            assertEquals(3_600_000 * MILLISECOND + 1, os.nowNs() - beganNs);
            assertFalse(os.semaphore("s", 0).tryAcquire(17));
            assertEquals(3_600_000 * MILLISECOND + 18, os.nowNs() - beganNs);
        });
    }

    /// What three threads that share a mutex and a mailbox do, in the order in which they do it.
    private static List<String> eventsOf(SimulatedPort port) {
        final List<String> events = new ArrayList<>();
        port.run(() -> {
            final OsMutex mutex = port.mutex("m");
            final OsMailbox<String> mailbox = port.mailbox("b", 2);
            final List<OsThread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                final String name = "t" + i;
                threads.add(port.start(name, () -> {
                    for (int n = 0; n < 10; n++) {
                        mutex.lock();
                        events.add(name + " at " + port.nowNs());
                        port.sleep(10);
                        mutex.unlock();
                        mailbox.put(name);
                    }
                }));
            }
            for (int n = 0; n < 30; n++) {
                events.add("got " + mailbox.take());
            }
            for (final OsThread thread : threads) {
                thread.join(FOREVER);
            }
        });
        return events;
    }

    @Test
    void aRunIsRepeatedExactlyByItsSeedAndSeedsDiffer() {
        final Set<List<String>> runs = new HashSet<>();
        for (long seed = 0; seed < 10; seed++) {
            final List<String> events = eventsOf(SimulatedPort.seeded(seed));
            assertEquals(events, eventsOf(SimulatedPort.seeded(seed)), "seed " + seed);
            assertEquals(60, events.size());
            runs.add(events);
        }
        assertTrue(runs.size() > 5, runs.size() + " different runs");
        assertEquals(eventsOf(SimulatedPort.firstComeFirstServed()), eventsOf(SimulatedPort.firstComeFirstServed()));
    }

    @Test
    void aRaceIsFoundBySomeSeed() {
        final Set<Integer> results = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            final SimulatedPort port = SimulatedPort.seeded(seed);
            final int[] count = new int[1];
            port.run(() -> {
                final OsThread other = port.start("other", () -> addCarelessly(port, count));
                addCarelessly(port, count);
                other.join(FOREVER);
            });
            results.add(count[0]);
        }
        assertTrue(results.contains(1), results.toString());
        assertTrue(results.contains(2), results.toString());
    }

    private static void addCarelessly(SimulatedPort port, int[] count) {
        final int before = count[0];
        port.giveWay();
        count[0] = before + 1;
    }

    @Test
    void aDeadlockSaysWhoWaitsForWhat() {
        final OsMutex left = os.mutex("left");
        final OsMutex right = os.mutex("right");
        final DeadlockException thrown = assertThrows(
                DeadlockException.class,
                () -> run(() -> {
                    os.start("reader", () -> os.mailbox("letters", 1).take());
                    os.start("a", () -> {
                        right.lock();
                        left.lock();
                    });
                    left.lock();
                    os.sleep(1);
                    right.lock();
                }));
        assertEquals(
                "nothing will happen any more at 1000001 ns: 'main' waits for mutex 'right', which 'a' holds; "
                        + "'reader' waits for a message in mailbox 'letters'; "
                        + "'a' waits for mutex 'left', which 'main' holds",
                thrown.getMessage());
    }

    @Test
    void theLimitOfTimeEndsARun() {
        final OsTimer[] timer = new OsTimer[1];
        timer[0] = os.timer("tick", () -> timer[0].arm(MILLISECOND));
        timer[0].arm(MILLISECOND);
        final DeadlockException thrown = assertThrows(
                DeadlockException.class,
                () -> simulation.run(() -> os.semaphore("s", 0).acquire(), 10 * MILLISECOND));
        assertEquals(
                "the limit of time is reached at 11000000 ns: 'main' waits for semaphore 's'", thrown.getMessage());
    }

    @Test
    void anExceptionOfAnyThreadEndsTheRun() {
        final IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> run(() -> {
                    os.start("fails", () -> {
                        throw new java.io.IOException("on purpose");
                    });
                    os.sleep(FOREVER);
                }));
        assertEquals("on purpose", Objects.requireNonNull(thrown.getCause()).getMessage());
    }

    @Test
    void threadsThatWaitWhenMainEndsGoOnInTheNextRun() {
        final List<Long> times = new ArrayList<>();
        run(() -> os.start("ticks", () -> {
            while (true) {
                os.sleep(MILLISECOND);
                times.add(os.nowNs());
            }
        }));
        assertEquals(0, times.size());
        run(() -> os.sleep(10 * MILLISECOND + 1));
        assertEquals(10, times.size());
    }

    @Test
    void closingEndsThreadsThatWaitAndRunsTheirFinally() {
        final boolean[] left = new boolean[1];
        run(() -> {
            os.start("waits", () -> {
                try {
                    os.sleep(FOREVER);
                } finally {
                    left[0] = true;
                }
            });
            os.sleep(1);
        });
        assertFalse(left[0]);
        os.close();
        assertTrue(left[0]);
    }

    @Test
    void anInterruptTakesNothingFromWhoWasServedBefore() {
        run(() -> {
            final OsSemaphore semaphore = os.semaphore("s", 0);
            final boolean[] got = new boolean[1];
            final OsThread thread = os.start("worker", () -> {
                semaphore.acquire();
                got[0] = true;
                os.sleep(FOREVER);
            });
            os.sleep(1);
            semaphore.release();
            thread.interrupt();
            assertTrue(thread.join(FOREVER));
            assertTrue(got[0]);
        });
    }

    @Test
    void threadsOfOthersMustNotWait() {
        assertThrows(IllegalStateException.class, () -> os.semaphore("s", 0).acquire());
        assertThrows(IllegalStateException.class, () -> os.sleep(1));
        assertNotEquals(0, os.nowNs());
    }
}
