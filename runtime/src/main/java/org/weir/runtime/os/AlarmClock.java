package org.weir.runtime.os;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.weir.time.Timer;
import org.weir.time.TimerWheel;

/// The timers of a [ThreadPort]: a wheel, and a thread that runs what is due. Arming and expiry allocate nothing.
///
/// Actions run under the lock, so that a timer that was cancelled is not running either; hence they must not wait.
final class AlarmClock implements Runnable {
    private static final int BUDGET = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock. Times count from the origin: those of the system may be negative, which a wheel does not
    // know.
    private final long originNs = System.nanoTime();
    private final TimerWheel wheel = new TimerWheel(0);
    private long wakesAtNs = TimerWheel.NEVER;
    private boolean ended;

    private long nowNs() {
        return System.nanoTime() - originNs;
    }

    OsTimer timer(Runnable action) {
        return new Alarm(action);
    }

    @Override
    public void run() {
        lock.lock();
        try {
            while (!ended) {
                wheel.expire(nowNs(), BUDGET);
                wakesAtNs = wheel.nextDeadlineNs();
                final long waitNs = wakesAtNs - nowNs();
                if (wakesAtNs == TimerWheel.NEVER) {
                    changed.awaitUninterruptibly();
                } else if (waitNs > 0) {
                    awaitNs(waitNs);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings({"WaitNotInLoop", "InterruptedExceptionSwallowed"}) // The caller loops; nobody interrupts it.
    private void awaitNs(long waitNs) {
        try {
            changed.await(waitNs, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            wakesAtNs = TimerWheel.NEVER;
        }
    }

    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Alarm extends Timer implements OsTimer {
        private final Runnable action;

        Alarm(Runnable action) {
            this.action = action;
        }

        @Override
        public void arm(long delayNs) {
            lock.lock();
            try {
                final long nowNs = nowNs();
                final long dueNs =
                        delayNs > Long.MAX_VALUE - 1 - nowNs ? Long.MAX_VALUE - 1 : nowNs + Math.max(0, delayNs);
                wheel.arm(this, dueNs);
                if (dueNs < wakesAtNs) {
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void cancel() {
            lock.lock();
            try {
                wheel.disarm(this);
            } finally {
                lock.unlock();
            }
        }

        @Override
        @SuppressWarnings("ThreadGroupUsage")
        protected void expired(long nowNs) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                // As an exception of any thread, but the other timers go on.
                final Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }
}
