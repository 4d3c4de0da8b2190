package org.weir.testkit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// Measures what the calling thread allocates on the Java heap, to the octet, by the JVM's own per-thread count.
public final class AllocationGuard {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /// What asking costs, found out by asking twice.
    private static final long COST_OF_ASKING = costOfAsking();

    private AllocationGuard() {}

    private static long costOfAsking() {
        long cost = Long.MAX_VALUE;
        for (int i = 0; i < 100; i++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            cost = Math.min(cost, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return cost;
    }

    /// Octets that `work` allocates in this thread.
    public static long allocatedBy(Runnable work) {
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before - COST_OF_ASKING;
    }

    /// Runs `work` and throws an `AssertionError` if this thread allocated anything.
    public static void assertAllocatesNothing(String what, Runnable work) {
        final long octets = allocatedBy(work);
        if (octets != 0) {
            throw new AssertionError(what + " allocated " + octets + " octets");
        }
    }
}
