package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;

class RangeTreeTest {
    /// Relative numbers lie across the wrap.
    private static final int BASE = -500;

    private final RangePool<SentRange> pool = new RangePool<>(1_000, 0, SentRange::new, new SplitMix64(3));
    private final RangeTree<SentRange> tree = new RangeTree<>();

    private SentRange add(int start, int end) {
        final SentRange range = pool.take();
        if (range == null) {
            throw new AssertionError("the pool is dry");
        }
        range.begin(BASE + start, BASE + end, 0);
        tree.add(range);
        return range;
    }

    @Test
    void anEmptyTreeFindsNothing() {
        assertNull(tree.floor(0));
        assertNull(tree.higher(0));
        assertNull(tree.first());
        assertTrue(tree.isEmpty());
    }

    @Test
    void itFindsWhatASortedMapFinds() {
        final Random random = new Random(11);
        final TreeMap<Integer, SentRange> model = new TreeMap<>();
        for (int step = 0; step < 20_000; step++) {
            final int at = random.nextInt(1_000);
            final SentRange here = model.get(at);
            if (here == null && model.size() < 900) {
                model.put(at, add(at, at + 1));
            } else if (here != null) {
                tree.remove(here);
                pool.give(here);
                model.remove(at);
            }
            final int probe = random.nextInt(1_000);
            assertSame(value(model.floorEntry(probe)), tree.floor(BASE + probe));
            assertSame(value(model.higherEntry(probe)), tree.higher(BASE + probe));
            assertSame(value(model.firstEntry()), tree.first());
            assertEquals(model.size(), tree.size());
        }
    }

    private static @Nullable SentRange value(Map.@Nullable Entry<Integer, SentRange> entry) {
        return entry == null ? null : entry.getValue();
    }

    @Test
    void rangesThatComeInOrderDoNotMakeItDeep() {
        for (int i = 0; i < 1_000; i++) {
            add(i, i + 1);
        }
        assertTrue(depth(tree.floor(BASE)) < 1_000);
        int deepest = 0;
        for (int i = 0; i < 1_000; i++) {
            deepest = Math.max(deepest, depth(tree.floor(BASE + i)));
        }
        assertTrue(deepest < 60, "a subtree of depth " + deepest);
    }

    private static int depth(@Nullable SentRange at) {
        return at == null ? 0 : 1 + Math.max(depth(at.left), depth(at.right));
    }

    @Test
    void removingWhatIsNotThereIsAnError() {
        final SentRange range = add(1, 2);
        tree.remove(range);
        assertThrows(IllegalStateException.class, () -> tree.remove(range));
    }

    @Test
    void aDryPoolGivesNull() {
        final RangePool<SentRange> one = new RangePool<>(1, 0, SentRange::new, new SplitMix64(1));
        final SentRange only = one.take();
        assertNull(one.take());
        if (only != null) {
            one.give(only);
        }
        assertSame(only, one.take());
    }
}
