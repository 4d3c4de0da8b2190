package org.weir.jdk;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;

/// A channel whose operations may wait, as its parts see it.
interface BlockingChannel extends Watchable, Channel {
    /// What a thread does on a channel and may wait for.
    @FunctionalInterface
    interface Operation {
        /// Tries it, again and again until `deadlineNs` if `blocking`. Returns true if it is done.
        boolean perform(boolean blocking, long deadlineNs) throws IOException;
    }

    boolean isBlocking();

    /// The JDK's `begin`, which a channel may call on itself alone.
    void beginWait();

    /// The JDK's `end`.
    void endWait(boolean completed) throws AsynchronousCloseException;

    default void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    /// Performs `operation` so that, if it waits, an interrupt closes the channel and a close ends it.
    default boolean perform(Operation operation, boolean blocking, long deadlineNs) throws IOException {
        boolean completed = false;
        try {
            if (blocking) {
                beginWait();
            }
            ensureOpen();
            completed = operation.perform(blocking, deadlineNs);
        } finally {
            if (blocking) {
                endWait(completed);
            }
        }
        return completed;
    }
}
