package org.weir.time;

import org.jspecify.annotations.Nullable;

/// A one-shot timer, made once and armed as often as needed. Where there are many, what waits is itself the timer; else
/// [#calling] makes one.
public abstract class Timer {
    /// What happens when a timer expires. It may arm the timer again.
    @FunctionalInterface
    public interface Action {
        void expired(long nowNs);
    }

    long deadlineNs;
    int slot = TimerWheel.DISARMED;

    @Nullable
    Timer previous;

    @Nullable
    Timer next;

    /// A timer that calls `action`.
    public static Timer calling(Action action) {
        return new Timer() {
            @Override
            protected void expired(long nowNs) {
                action.expired(nowNs);
            }
        };
    }

    /// The deadline has come. It may arm the timer again.
    protected abstract void expired(long nowNs);

    public final boolean isArmed() {
        return slot != TimerWheel.DISARMED;
    }

    /// When it expires. Valid while it is armed.
    public final long deadlineNs() {
        return deadlineNs;
    }
}
