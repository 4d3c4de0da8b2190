package org.weir.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AgeListTest {
    private final AgeList<String> list = new AgeList<>();
    private final AgeList.Place<String> a = new AgeList.Place<>("a");
    private final AgeList.Place<String> b = new AgeList.Place<>("b");
    private final AgeList.Place<String> c = new AgeList.Place<>("c");

    @Test
    void theOldestIsTheOneThatWasAddedFirst() {
        assertNull(list.oldest());
        list.add(a);
        list.add(b);
        assertEquals("a", list.oldest());
        list.remove(a);
        list.add(a);
        assertEquals("b", list.oldest());
        assertEquals(2, list.size());
    }

    @Test
    void oneMayBeSpared() {
        assertNull(list.oldestBut("a"));
        list.add(a);
        assertNull(list.oldestBut("a"));
        list.add(b);
        assertEquals("b", list.oldestBut("a"));
        assertEquals("a", list.oldestBut("b"));
    }

    @Test
    void oneIsTakenOutOfTheMiddle() {
        list.add(a);
        list.add(b);
        list.add(c);
        list.remove(b);
        list.remove(c);
        assertEquals("a", list.oldest());
        list.add(b);
        list.remove(a);
        assertEquals("b", list.oldest());
    }

    @Test
    void itIsAListInOrder() {
        final long seed = 7;
        final Random random = new Random(seed);
        final List<AgeList.Place<String>> model = new ArrayList<>();
        final List<AgeList.Place<String>> free = new ArrayList<>(List.of(a, b, c));
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            if (!free.isEmpty() && (model.isEmpty() || random.nextBoolean())) {
                final AgeList.Place<String> place = free.remove(random.nextInt(free.size()));
                list.add(place);
                model.add(place);
                names.add(place == a ? "a" : place == b ? "b" : "c");
            } else {
                final int at = random.nextInt(model.size());
                list.remove(model.get(at));
                free.add(model.remove(at));
                names.remove(at);
            }
            assertEquals(names.isEmpty() ? null : names.getFirst(), list.oldest(), "step " + i + ", seed " + seed);
            assertEquals(names.size(), list.size());
        }
    }
}
