package org.weir.runtime;

/// What a loop does once there is nothing to do: a choice between latency and processor time.
public enum IdleStrategy {
    /// Asks again at once, for ever. A frame is seen within the time of one poll, and one processor is always busy.
    SPIN(Long.MAX_VALUE),
    /// Asks again for 50 us after the last work and then sleeps; others on the same processor may run in between. A
    /// conversation stays awake, an idle host costs nothing, and where the processor is short it sleeps at once.
    BALANCED(50_000),
    /// Sleeps at once. The least processor time; each frame after a pause costs a wake-up of the thread.
    SLEEP(0);

    private final long spinNs;

    IdleStrategy(long spinNs) {
        this.spinNs = spinNs;
    }

    /// How long after the last work the loop goes on asking, in nanoseconds.
    public long spinNs() {
        return spinNs;
    }
}
