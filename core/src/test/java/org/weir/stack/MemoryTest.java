package org.weir.stack;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;
import org.weir.tcp.TcpConfig;

/// The plan against the real heap.
class MemoryTest {
    private static final int MANY = 100_000;
    /// One part in so many: object headers have 12 octets or 8.
    private static final int TOLERANCE = 10;

    private static long usedHeap() {
        System.gc();
        final Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static long heapOf(StackConfig config) {
        final long before = usedHeap();
        final Stack stack = Stack.create(config, new SplitMix64(1), 1);
        final long heap = usedHeap() - before;
        stack.close();
        return heap;
    }

    private static void holdsWhatIsPlanned(StackConfig config) {
        heapOf(StackConfig.small());
        final long planned = config.plan().heapBytes();
        final long held = heapOf(config);
        final String figures = "planned " + planned + ", held " + held;
        assertTrue(Math.abs(held - planned) <= planned / TOLERANCE, figures);
    }

    @Test
    void aStackOfManyConnectionsTakesWhatItsPlanSays() {
        final TcpConfig tcp = TcpConfig.defaults().withConnections(MANY);
        holdsWhatIsPlanned(StackConfig.defaults().withTcp(tcp));
    }

    @Test
    void aStackOfManyPagesTakesWhatItsPlanSays() {
        holdsWhatIsPlanned(StackConfig.defaults().withPages(MANY, 256));
    }

    @Test
    void aMillionConnectionsFitAGibibyte() {
        final TcpConfig tcp = TcpConfig.defaults().withConnections(1_000_000);
        final var plan = StackConfig.defaults().withTcp(tcp).plan();
        assertTrue(plan.heapBytes() + plan.arenaBytes() < 1 << 30, plan::toString);
    }
}
