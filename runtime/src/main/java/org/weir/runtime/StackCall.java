package org.weir.runtime;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Stack;

/// Something that a thread does to a [SharedStack]. An object can be used again and again, so that a call allocates
/// nothing, but by one thread at a time: arguments and results are fields of the subclass, written before
/// [SharedStack#call] and read after it.
public abstract class StackCall {
    private static final int SPINS = 100;

    /// Who waits for the call; null once it is done.
    private volatile @Nullable Thread caller;

    private @Nullable Throwable failure;

    /// Does it, as the owner of `stack`, in the thread that called or in another one. Must not wait for anything.
    protected abstract void run(Stack stack);

    void begin() {
        failure = null;
        caller = Thread.currentThread();
    }

    boolean isDone() {
        return caller == null;
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
        final Thread waiting = caller;
        caller = null;
        LockSupport.unpark(waiting);
    }

    /// Waits until another thread has done it. An interrupt stays set and does not end the wait, which is short.
    void await() {
        for (int i = 0; i < SPINS && !isDone(); i++) {
            Thread.onSpinWait();
        }
        boolean interrupted = false;
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
