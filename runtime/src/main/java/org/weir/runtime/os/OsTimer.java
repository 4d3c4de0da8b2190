package org.weir.runtime.os;

/// A one-shot timer, made once and armed as often as needed, by any thread and by its own action.
public interface OsTimer {
    /// Lets the action be called once, `delayNs` from now and not before, whether or not the timer was armed. Does
    /// not wait.
    void arm(long delayNs);

    /// Disarms the timer. When it returns, the action is not called any more and not being called, unless it is the
    /// action that cancels.
    void cancel();
}
