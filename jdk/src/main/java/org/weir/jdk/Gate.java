package org.weir.jdk;

import java.net.SocketTimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.weir.runtime.SharedStack;

/// Where one thread at a time waits until something may have become possible. Whoever waits closes the gate, tries,
/// and waits only if that failed: what opens the gate in between is not lost. It may open for nothing.
///
/// At a gate of a stack, who waits helps to poll it, if nobody else does.
final class Gate implements BooleanSupplier {
    /// A deadline that is never reached.
    static final long NEVER = Long.MAX_VALUE;

    private final @Nullable SharedStack stack;
    private volatile boolean isOpen;
    private volatile @Nullable Thread waiting;
    /// True if the one that waits polls, and is woken by the stack.
    private volatile boolean helps;

    /// @param stack what opens it, mostly; null if no stack does
    Gate(@Nullable SharedStack stack) {
        this.stack = stack;
    }

    void close() {
        isOpen = false;
    }

    /// Lets the waiting thread go, or the next one. By any thread; does not wait.
    void open() {
        isOpen = true;
        final Thread thread = waiting;
        if (stack == null || !helps) {
            LockSupport.unpark(thread);
        } else if (thread != Thread.currentThread()) {
            stack.wakeHelper();
        }
    }

    /// True if who waits here need not wait any more.
    @Override
    public boolean getAsBoolean() {
        return isOpen || Thread.currentThread().isInterrupted();
    }

    /// Waits until the gate is open, the thread is interrupted, or `System.nanoTime()` reaches `deadlineNs`.
    void await(long deadlineNs) {
        final Thread current = Thread.currentThread();
        waiting = current;
        if (stack != null) {
            helps = true;
            stack.helpUntil(this, deadlineNs);
            helps = false;
        }
        while (!getAsBoolean()) {
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
