package org.weir.time;

/// The time of the current poll. Set once per poll by the stack, read by every layer, so that a packet is handled at
/// one instant.
public final class StackClock {
    /// One microsecond in nanoseconds.
    public static final long MICROSECOND = 1_000L;
    /// One millisecond in nanoseconds.
    public static final long MILLISECOND = 1_000_000L;
    /// One second in nanoseconds.
    public static final long SECOND = 1_000_000_000L;

    private long nowNs;

    /// Starts at `nowNs`.
    public StackClock(long nowNs) {
        this.nowNs = nowNs;
    }

    public long nowNs() {
        return nowNs;
    }

    /// Sets the time, which must not run backwards; a smaller value is ignored.
    public void advanceTo(long timeNs) {
        if (timeNs - nowNs > 0) {
            nowNs = timeNs;
        }
    }
}
