package org.weir.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class ReadyListTest {
    @Test
    void objectsLeaveInTheOrderInWhichTheyCameEachOnce() {
        Property.holds(500, random -> {
            List<ReadyNode<Integer>> nodes = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                nodes.add(new ReadyNode<>(i));
            }
            ReadyList<Integer> list = new ReadyList<>();
            LinkedHashSet<Integer> model = new LinkedHashSet<>();
            for (int step = 0; step < 100; step++) {
                if (random.nextInt(5) < 3) {
                    int i = random.nextInt(10);
                    list.add(nodes.get(i));
                    model.add(i);
                } else if (!model.isEmpty()) {
                    assertEquals(model.removeFirst(), list.remove());
                }
                assertEquals(model.size(), list.size());
                assertEquals(model.isEmpty(), list.isEmpty());
                for (int i = 0; i < 10; i++) {
                    assertEquals(model.contains(i), nodes.get(i).isQueued());
                }
            }
        });
    }

    @Test
    void anObjectMayBeAddedAgainOnceItWasTaken() {
        ReadyList<String> list = new ReadyList<>();
        ReadyNode<String> node = new ReadyNode<>("a");
        list.add(node);
        assertEquals("a", list.remove());
        assertFalse(node.isQueued());
        list.add(node);
        assertTrue(node.isQueued());
        assertEquals(1, list.size());
    }

    @Test
    void nothingIsTakenFromAnEmptyList() {
        assertEquals(
                "the list is empty",
                assertThrows(IllegalStateException.class, new ReadyList<String>()::remove)
                        .getMessage());
    }
}
