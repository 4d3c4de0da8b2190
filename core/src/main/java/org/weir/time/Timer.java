package org.weir.time;

import org.jspecify.annotations.Nullable;

/// A one-shot timer, made once and armed as often as needed.
public final class Timer {
    /// What happens when a timer expires. It may arm the timer again.
    @FunctionalInterface
    public interface Action {
        void expired(long nowNs);
    }

    final Action action;
    long deadlineNs;
    int slot = TimerWheel.DISARMED;

    @Nullable
    Timer previous;

    @Nullable
    Timer next;

    public Timer(Action action) {
        this.action = action;
    }

    public boolean isArmed() {
        return slot != TimerWheel.DISARMED;
    }

    /// When it expires. Valid while it is armed.
    public long deadlineNs() {
        return deadlineNs;
    }
}
