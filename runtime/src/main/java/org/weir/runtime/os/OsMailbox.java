package org.weir.runtime.os;

import org.jspecify.annotations.Nullable;

/// A bounded queue of messages from any threads to any threads: what was put in first comes out first.
public interface OsMailbox<T> {
    /// Puts `message` in, waiting until there is room.
    void put(T message) throws InterruptedException;

    /// As [#put], but waits for at most `timeoutNs`.
    ///
    /// @return false if there was no room in that time
    boolean offer(T message, long timeoutNs) throws InterruptedException;

    /// As [#put] if there is room. Does not wait.
    ///
    /// @return false if there was none
    boolean offer(T message);

    /// Takes the oldest message, waiting until there is one.
    T take() throws InterruptedException;

    /// As [#take], but waits for at most `timeoutNs`. Null if there was none in that time.
    @Nullable
    T poll(long timeoutNs) throws InterruptedException;
}
