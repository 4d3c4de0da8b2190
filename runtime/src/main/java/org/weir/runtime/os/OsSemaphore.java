package org.weir.runtime.os;

/// A counter of permits. Who waits is not served in any order that can be relied on.
public interface OsSemaphore {
    /// Takes a permit, waiting until there is one.
    void acquire() throws InterruptedException;

    /// As [#acquire], but waits for at most `timeoutNs`.
    ///
    /// @return false if there was none in that time
    boolean tryAcquire(long timeoutNs) throws InterruptedException;

    /// Gives a permit; any thread may, also one that has taken none. Does not wait.
    void release();
}
