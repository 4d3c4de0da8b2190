package org.weir.runtime;

import org.jspecify.annotations.Nullable;

/// A stack was called that runs no more: it was closed, or an exception of a handler has ended it, which is the cause.
public final class StackEndedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    StackEndedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
