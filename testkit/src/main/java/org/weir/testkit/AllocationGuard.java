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

    /// Runs `work` until a round of it allocates nothing, and throws an `AssertionError` if none of `rounds` does.
    /// What allocates for each packet, connection or timer does so in every round; what the JVM charges a thread
    /// once, when it compiles a method or gives up a compilation (seen here: 16 to 4,000 octets), does not. The
    /// interpreter needs one round.
    public static void assertAllocatesNothing(String what, int rounds, Runnable work) {
        final StringBuilder octets = new StringBuilder();
        for (int i = 0; i < rounds; i++) {
            final long allocated = allocatedBy(work);
            if (allocated == 0) {
                return;
            }
            octets.append(' ').append(allocated);
        }
        throw new AssertionError(what + " allocated in every round:" + octets + " octets");
    }
}
