package org.weir.runtime.os;

/// A simulation in which nothing will happen any more, or not within its limit of time, although its main thread has
/// not ended. The message names each thread and what it waits for.
public final class DeadlockException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    DeadlockException(String message) {
        super(message);
    }
}
