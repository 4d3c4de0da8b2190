package org.weir.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Stack;

/// Something that a thread does to a [SharedStack]. An object can be used again and again, so that a call allocates
/// nothing, but by one thread at a time: arguments and results are fields of the subclass, written before
/// [SharedStack#call] and read after it.
public abstract class StackCall {
    private static final int SPINS = 100;
    /// Nobody waits for it.
    private static final int DONE = 0;
    /// The caller waits and looks again and again.
    private static final int AWAITED = 1;
    /// The caller waits and has to be woken.
    private static final int PARKED = 2;

    private final AtomicInteger state = new AtomicInteger(DONE);
    // Handed over with the state.
    private @Nullable Thread caller;
    private @Nullable Throwable failure;

    /// Does it, as the owner of `stack`, in the thread that called or in another one. Must not wait for anything.
    protected abstract void run(Stack stack);

    void begin() {
        failure = null;
        caller = Thread.currentThread();
        state.set(AWAITED);
    }

    boolean isDone() {
        return state.get() == DONE;
    }

    /// By the thread that owns the stack now, instead of the caller.
    void runFor(Stack stack) {
        try {
            run(stack);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        end();
    }

    /// The stack has ended before the call.
    void refuse(StackEndedException why) {
        failure = why;
        end();
    }

    private void end() {
        final Thread waiting = caller; // The caller may use the object again as soon as it is done.
        if (state.getAndSet(DONE) == PARKED) {
            LockSupport.unpark(waiting);
        }
    }

    /// Waits until another thread has done it. An interrupt stays set and does not end the wait, which is short.
    void await() {
        for (int i = 0; i < SPINS && !isDone(); i++) {
            Thread.onSpinWait();
        }
        boolean interrupted = false;
        state.compareAndSet(AWAITED, PARKED);
        while (!isDone()) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        final Throwable thrown = failure;
        failure = null;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
