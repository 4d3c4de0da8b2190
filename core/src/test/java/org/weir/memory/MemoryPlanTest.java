package org.weir.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    private final MemoryPlan plan =
            new MemoryPlan().arena("pages", 3, 2_048).heap("handles", 5, 112).arena("blocks", 1 << 24, 1 << 16);

    @Test
    void aPlanAddsUpWhatIsOnTheHeapAndWhatIsNot() {
        assertEquals(3 * 2_048 + (1L << 40), plan.arenaBytes());
        assertEquals(560, plan.heapBytes());
        assertEquals(0, new MemoryPlan().arenaBytes());
    }

    @Test
    void aPlanListsItsPoolsInOrder() {
        assertEquals(
                List.of(
                        new MemoryPlan.Entry("pages", 3, 2_048, true),
                        new MemoryPlan.Entry("handles", 5, 112, false),
                        new MemoryPlan.Entry("blocks", 1 << 24, 1 << 16, true)),
                plan.entries());
        assertEquals(1L << 40, plan.entries().get(2).bytes());
        assertThrows(UnsupportedOperationException.class, () -> plan.entries().clear());
    }

    @Test
    void aPlanPrintsALineForEachPoolAndATotal() {
        MemoryPlan small = new MemoryPlan().arena("pages", 512, 2_048).heap("handles", 64, 112);
        assertEquals("""
            pool                             count     octets          KiB  where
            pages                              512       2048       1024.0  arena
            handles                             64        112          7.0  heap
            total                                                   1031.0  arena 1024.0, heap 7.0
            """, small.toString().replace(System.lineSeparator(), "\n"));
    }
}
