package org.weir.runtime.sequential;

import org.jspecify.annotations.Nullable;
import org.weir.runtime.StackAccess;
import org.weir.runtime.StackCall;
import org.weir.runtime.StackEndedException;
import org.weir.stack.Errno;
import org.weir.stack.Stack;

/// A call of the stack that succeeds, fails, or has to be made again when a gate is signalled.
abstract class Attempt extends StackCall {
    private final @Nullable Gate gate;
    private int errno;
    boolean isDone;
    /// Octets that were taken so far.
    int octets;

    /// `gate` is signalled when it is worth trying again; null if that never is.
    Attempt(@Nullable Gate gate) {
        this.gate = gate;
    }

    /// Tries. Sets `isDone`, or says why it failed, or neither.
    ///
    /// @return 0, or one of [Errno]
    protected abstract int attempt(Stack stack);

    @Override
    protected final void run(Stack stack) {
        errno = attempt(stack);
        if (errno == 0 && !isDone && gate != null) {
            gate.expectSignal();
        }
    }

    /// Tries once, as the owner of `stack`. `what` it is, for the message.
    void call(StackAccess stack, String what) throws NetException {
        isDone = false;
        try {
            stack.call(this);
        } catch (StackEndedException e) {
            throw new NetException(what + ": " + e.getMessage(), Errno.ECONNABORTED, e);
        }
        if (errno != 0) {
            throw new NetException(what, errno);
        }
    }
}
