package org.weir.runtime.os;

/// A lock that one thread holds at a time, and no thread twice.
public interface OsMutex {
    /// Takes the lock, waiting until it is free.
    ///
    /// @throws IllegalStateException if the caller holds it: it would wait for itself
    void lock() throws InterruptedException;

    /// As [#lock], but waits for at most `timeoutNs`.
    ///
    /// @return false if it was not free in that time
    /// @throws IllegalStateException if the caller holds it
    boolean tryLock(long timeoutNs) throws InterruptedException;

    /// Gives the lock up. Does not wait.
    ///
    /// @throws IllegalStateException if the caller does not hold it
    void unlock();
}
