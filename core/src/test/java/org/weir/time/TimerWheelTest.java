package org.weir.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class TimerWheelTest {
    private static final long TICK = 1L << 16;
    private static final long DAY = 86_400 * StackClock.SECOND;

    private final List<String> log = new ArrayList<>();

    private Timer timer(String name) {
        return Timer.calling(nowNs -> log.add(name + "@" + nowNs));
    }

    @Test
    void anEmptyWheelNeverNeedsToBeCalled() {
        TimerWheel wheel = new TimerWheel(5);
        assertEquals(TimerWheel.NEVER, wheel.nextDeadlineNs());
        assertEquals(0, wheel.expire(1L << 60, 10));
        assertEquals(0, wheel.armed());
    }

    @Test
    void aTimerExpiresAtItsNanosecondAndNotBefore() {
        for (long deadline : new long[] {1, 999, TICK - 1, TICK, TICK + 1, 64 * TICK, 64 * TICK + 7, 40 * DAY}) {
            TimerWheel wheel = new TimerWheel(0);
            log.clear();
            wheel.arm(timer("t"), deadline);
            assertEquals(0, wheel.expire(deadline - 1, 10));
            assertEquals(1, wheel.expire(deadline, 10));
            assertEquals(List.of("t@" + deadline), log);
        }
    }

    @Test
    void aTimerForThePastExpiresAtOnce() {
        TimerWheel wheel = new TimerWheel(DAY);
        Timer t = timer("t");
        wheel.arm(t, 3);
        assertTrue(wheel.nextDeadlineNs() <= DAY);
        assertEquals(1, wheel.expire(DAY, 1));
    }

    @Test
    void theNextDeadlineIsExactWithinTheNearestSlots() {
        for (long start : new long[] {0, 64 * 1_000 * TICK, -64 * 1_000 * TICK}) {
            TimerWheel wheel = new TimerWheel(start);
            wheel.arm(timer("a"), start + 40 * TICK + 5);
            wheel.arm(timer("b"), start + 40 * TICK + 3);
            wheel.arm(timer("c"), start + 41 * TICK);
            assertEquals(start + 40 * TICK + 3, wheel.nextDeadlineNs());
            wheel.expire(start + 40 * TICK, 9);
            assertEquals(start + 40 * TICK + 3, wheel.nextDeadlineNs());
            wheel.expire(start + 40 * TICK + 4, 9);
            assertEquals(start + 40 * TICK + 5, wheel.nextDeadlineNs());
        }
    }

    @Test
    void theNextDeadlineIsEarlyByLessThanASlotOfItsLevel() {
        for (int level = 1; level < 6; level++) {
            long slot = TICK << 6 * level;
            long deadline = 3 * slot + slot / 2;
            TimerWheel wheel = new TimerWheel(0);
            wheel.arm(timer("t"), deadline);
            assertEquals(3 * slot, wheel.nextDeadlineNs());
        }
    }

    @Test
    void aHundredDaysTakeAHandfulOfWakeUps() {
        TimerWheel wheel = new TimerWheel(-7);
        wheel.arm(timer("t"), 100 * DAY);
        int calls = 0;
        while (wheel.armed() > 0) {
            wheel.expire(wheel.nextDeadlineNs(), 10);
            calls++;
        }
        assertEquals(List.of("t@" + 100 * DAY), log);
        assertTrue(calls <= 10, calls + " wake-ups");
    }

    @Test
    void aTimerArmedAgainExpiresOnceAtItsNewTime() {
        TimerWheel wheel = new TimerWheel(0);
        Timer t = timer("t");
        wheel.arm(t, 10);
        wheel.arm(t, 5 * DAY);
        assertEquals(1, wheel.armed());
        assertEquals(5 * DAY, t.deadlineNs());
        assertEquals(0, wheel.expire(5 * DAY - 1, 10));
        assertEquals(1, wheel.expire(5 * DAY, 10));
        assertFalse(t.isArmed());
    }

    @Test
    void aDisarmedTimerDoesNotExpire() {
        TimerWheel wheel = new TimerWheel(0);
        Timer t = timer("t");
        wheel.disarm(t);
        wheel.arm(t, 10);
        assertTrue(t.isArmed());
        wheel.disarm(t);
        wheel.disarm(t);
        assertFalse(t.isArmed());
        assertEquals(0, wheel.armed());
        assertEquals(TimerWheel.NEVER, wheel.nextDeadlineNs());
        assertEquals(0, wheel.expire(DAY, 10));
    }

    @Test
    void armNoLaterMovesADeadlineForwardOnly() {
        TimerWheel wheel = new TimerWheel(0);
        Timer t = timer("t");
        wheel.armNoLater(t, 500);
        wheel.armNoLater(t, 600);
        assertEquals(500, t.deadlineNs());
        wheel.armNoLater(t, 400);
        assertEquals(400, t.deadlineNs());
        assertEquals(1, wheel.armed());
    }

    @Test
    void theBudgetBoundsWhatOneCallRuns() {
        TimerWheel wheel = new TimerWheel(0);
        for (int i = 0; i < 10; i++) {
            wheel.arm(timer("t"), 100 * i * TICK);
        }
        assertEquals(0, wheel.expire(DAY, 0));
        assertEquals(4, wheel.expire(DAY, 4));
        assertTrue(wheel.nextDeadlineNs() <= DAY, "what is left is due");
        assertEquals(6, wheel.expire(DAY, 100));
    }

    @Test
    void anActionThatAlwaysArmsItsTimerAgainIsBoundedByTheBudget() {
        TimerWheel wheel = new TimerWheel(0);
        Timer[] self = new Timer[1];
        self[0] = Timer.calling(nowNs -> wheel.arm(self[0], nowNs));
        wheel.arm(self[0], 5);
        assertEquals(25, wheel.expire(10, 25));
        assertEquals(1, wheel.armed());
    }

    @Test
    void anActionMayDisarmATimerThatIsDueWithIt() {
        TimerWheel wheel = new TimerWheel(0);
        List<Timer> timers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            timers.add(Timer.calling(nowNs -> {
                log.add("t");
                timers.forEach(wheel::disarm);
            }));
        }
        timers.forEach(t -> wheel.arm(t, 7));
        assertEquals(1, wheel.expire(7, 10));
        assertEquals(0, wheel.armed());
    }

    @Test
    void anActionSeesItsTimerDisarmed() {
        TimerWheel wheel = new TimerWheel(0);
        Timer[] self = new Timer[1];
        self[0] = Timer.calling(nowNs -> log.add("armed " + self[0].isArmed() + ", " + wheel.armed()));
        wheel.arm(self[0], 7);
        wheel.expire(7, 10);
        assertEquals(List.of("armed false, 0"), log);
    }

    @Test
    void timeThatStandsStillOrRunsBackExpiresNothingEarly() {
        TimerWheel wheel = new TimerWheel(0);
        wheel.expire(10 * DAY, 5);
        wheel.arm(timer("t"), 10 * DAY + 5);
        assertEquals(0, wheel.expire(10 * DAY, 5));
        assertEquals(0, wheel.expire(9 * DAY, 5));
        assertEquals(1, wheel.expire(10 * DAY + 5, 5));
    }

    @Test
    void anyUseOfTheWheelExpiresWhatASortedListWould() {
        Property.holds(4_000, random -> new Run(random).run());
    }

    /// The wheel beside a plain list of timers and deadlines.
    private static final class Run {
        private static final int TIMERS = 30;
        private static final long UNARMED = Long.MIN_VALUE;

        private final Random random;
        private final Timer[] timers = new Timer[TIMERS];
        private final long[] deadlines = new long[TIMERS];
        private final TimerWheel wheel;
        private long nowNs;
        private int ran;

        Run(Random random) {
            this.random = random;
            long magnitude = Property.anyMagnitude(random, 60);
            nowNs = random.nextBoolean() ? magnitude : -magnitude;
            wheel = new TimerWheel(nowNs);
            for (int i = 0; i < TIMERS; i++) {
                int index = i;
                timers[i] = Timer.calling(now -> expired(index, now));
                deadlines[i] = UNARMED;
            }
        }

        void run() {
            for (int i = 0; i < 60; i++) {
                step();
                check();
            }
            finish();
        }

        /// From less than a microsecond to more than a hundred days.
        private long horizon() {
            return Property.anyMagnitude(random, 54);
        }

        private void step() {
            int index = random.nextInt(TIMERS);
            switch (random.nextInt(6)) {
                case 0, 1 -> arm(index, nowNs + horizon() - (random.nextInt(8) == 0 ? horizon() : 0));
                case 2 -> {
                    long deadline = nowNs + horizon();
                    wheel.armNoLater(timers[index], deadline);
                    if (deadlines[index] == UNARMED || deadline < deadlines[index]) {
                        deadlines[index] = deadline;
                    }
                }
                case 3 -> disarm(index);
                case 4 -> expire(nowNs + horizon());
                default -> expire(Math.max(nowNs, earliest() == Long.MAX_VALUE ? nowNs : wheel.nextDeadlineNs()));
            }
        }

        private void arm(int index, long deadline) {
            wheel.arm(timers[index], deadline);
            deadlines[index] = deadline;
        }

        private void disarm(int index) {
            wheel.disarm(timers[index]);
            deadlines[index] = UNARMED;
        }

        private void expired(int index, long now) {
            assertEquals(nowNs, now);
            assertTrue(deadlines[index] != UNARMED, "an unarmed timer expired");
            assertTrue(deadlines[index] <= nowNs, () -> "early by " + (deadlines[index] - nowNs));
            deadlines[index] = UNARMED;
            ran++;
            int other = random.nextInt(TIMERS);
            switch (random.nextInt(6)) {
                case 0 -> arm(index, nowNs + 1 + horizon());
                case 1 -> arm(other, nowNs + 1 + horizon());
                case 2 -> disarm(other);
                default -> {
                    // The action leaves the wheel alone.
                }
            }
        }

        private void expire(long toNs) {
            nowNs = toNs;
            int budget = random.nextInt(4) == 0 ? random.nextInt(4) : 1_000;
            ran = 0;
            int expired = wheel.expire(nowNs, budget);
            assertEquals(ran, expired);
            assertTrue(expired <= budget);
            if (expired < budget) {
                assertTrue(earliest() > nowNs, () -> "late by " + (nowNs - earliest()));
                assertTrue(wheel.nextDeadlineNs() > nowNs, "wants to be called again although nothing is due");
            }
        }

        private long earliest() {
            long earliest = Long.MAX_VALUE;
            for (long deadline : deadlines) {
                earliest = deadline == UNARMED ? earliest : Math.min(earliest, deadline);
            }
            return earliest;
        }

        private void check() {
            int armed = 0;
            for (int i = 0; i < TIMERS; i++) {
                boolean expected = deadlines[i] != UNARMED;
                assertEquals(expected, timers[i].isArmed());
                if (expected) {
                    armed++;
                    assertEquals(deadlines[i], timers[i].deadlineNs());
                }
            }
            assertEquals(armed, wheel.armed());
            long earliest = earliest();
            assertTrue(wheel.nextDeadlineNs() <= earliest, "the next deadline is late");
            assertEquals(earliest == Long.MAX_VALUE, wheel.nextDeadlineNs() == TimerWheel.NEVER);
        }

        /// Called at its own deadlines only, the wheel expires every timer at its very nanosecond.
        private void finish() {
            while (earliest() <= nowNs) {
                wheel.expire(nowNs, 1_000);
            }
            for (int calls = 0; wheel.armed() > 0; calls++) {
                long exact = earliest();
                nowNs = wheel.nextDeadlineNs();
                ran = 0;
                wheel.expire(nowNs, 1_000);
                assertTrue(ran == 0 || nowNs == exact, "not at its nanosecond");
                assertTrue(ran > 0 || earliest() > nowNs, "late");
                if (calls > 200) {
                    // Some actions arm timers again, without end.
                    disarm(random.nextInt(TIMERS));
                }
                assertTrue(calls < 10_000, "too many wake-ups");
            }
        }
    }
}
