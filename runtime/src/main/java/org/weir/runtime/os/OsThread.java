package org.weir.runtime.os;

/// A thread that was started.
public interface OsThread {
    String name();

    /// False once its body has ended.
    boolean isAlive();

    /// Waits until its body has ended, for at most `timeoutNs`. What it wrote is then seen by the caller.
    ///
    /// @return false if it has not
    boolean join(long timeoutNs) throws InterruptedException;

    /// Lets the thread's present wait, or else its next one, throw `InterruptedException`. Does not wait.
    void interrupt();
}
