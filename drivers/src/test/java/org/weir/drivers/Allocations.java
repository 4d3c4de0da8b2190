package org.weir.drivers;

import java.lang.management.ManagementFactory;

/// Counts what the calling thread allocates.
final class Allocations {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int RUNS = 8;

    private Allocations() {}

    /// Octets that `action` allocates on the Java heap.
    static long during(Runnable action) {
        final long thread = Thread.currentThread().threadId();
        THREADS.getThreadAllocatedBytes(thread);
        final long before = THREADS.getThreadAllocatedBytes(thread);
        action.run();
        return THREADS.getThreadAllocatedBytes(thread) - before;
    }

    /// Octets that `action` allocates once warm: the least of a few runs. While the JVM links and compiles what is
    /// run, it allocates a little in the thread that asked for it; what the code itself allocates shows in every
    /// run.
    static long onceWarm(Runnable action) {
        during(action);
        long least = during(action);
        for (int run = 2; run < RUNS && least != 0; run++) {
            least = Math.min(least, during(action));
        }
        return least;
    }
}
