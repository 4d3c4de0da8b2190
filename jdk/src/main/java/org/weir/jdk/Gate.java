package org.weir.jdk;

import java.net.SocketTimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Where one thread at a time waits until something may have become possible. Whoever waits closes the gate, tries,
/// and waits only if that failed: what opens the gate in between is not lost. It may open for nothing.
final class Gate {
    /// A deadline that is never reached.
    static final long NEVER = Long.MAX_VALUE;

    private volatile boolean isOpen;
    private volatile @Nullable Thread waiting;

    boolean isOpen() {
        return isOpen;
    }

    void close() {
        isOpen = false;
    }

    /// Lets the waiting thread go, or the next one. By any thread; does not wait.
    void open() {
        isOpen = true;
        LockSupport.unpark(waiting);
    }

    /// Waits until the gate is open, the thread is interrupted, or `System.nanoTime()` reaches `deadlineNs`.
    void await(long deadlineNs) {
        final Thread current = Thread.currentThread();
        waiting = current;
        while (!isOpen && !current.isInterrupted()) {
            if (deadlineNs == NEVER) {
                LockSupport.park(this);
                continue;
            }
            final long leftNs = deadlineNs - System.nanoTime();
            if (leftNs <= 0) {
                break;
            }
            LockSupport.parkNanos(this, leftNs);
        }
        waiting = null;
        if (current.isInterrupted()) {
            // Who interrupts closes the channel: that is about to be seen.
            Thread.onSpinWait();
        }
    }

    /// As [#await(long)], for somebody who has tried once more since `deadlineNs` if it is over.
    ///
    /// @throws SocketTimeoutException `timedOut`, if it is over
    void await(long deadlineNs, String timedOut) throws SocketTimeoutException {
        if (deadlineNs != NEVER && deadlineNs - System.nanoTime() <= 0) {
            throw new SocketTimeoutException(timedOut);
        }
        await(deadlineNs);
    }

    /// The deadline that is `nanoseconds` away; 0 for [#NEVER].
    static long after(long nanoseconds) {
        return nanoseconds == 0 ? NEVER : System.nanoTime() + nanoseconds;
    }
}
