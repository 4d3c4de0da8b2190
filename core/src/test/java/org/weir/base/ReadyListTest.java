package org.weir.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class ReadyListTest {
    private static final class Entry {
        final int name;

        @Nullable
        Entry next;

        Entry(int name) {
            this.name = name;
        }
    }

    private static final class Entries extends ReadyList<Entry> {
        @Override
        protected @Nullable Entry next(Entry entry) {
            return entry.next;
        }

        @Override
        protected void next(Entry entry, @Nullable Entry next) {
            entry.next = next;
        }
    }

    @Test
    void objectsLeaveInTheOrderInWhichTheyCameEachOnce() {
        Property.holds(500, random -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                entries.add(new Entry(i));
            }
            Entries list = new Entries();
            LinkedHashSet<Integer> model = new LinkedHashSet<>();
            for (int step = 0; step < 100; step++) {
                if (random.nextInt(5) < 3) {
                    int i = random.nextInt(10);
                    list.add(entries.get(i));
                    model.add(i);
                } else if (!model.isEmpty()) {
                    assertEquals(model.removeFirst(), list.remove().name);
                }
                assertEquals(model.size(), list.size());
                assertEquals(model.isEmpty(), list.isEmpty());
                for (int i = 0; i < 10; i++) {
                    assertEquals(model.contains(i), list.holds(entries.get(i)));
                }
            }
        });
    }

    @Test
    void anObjectMayBeAddedAgainOnceItWasTaken() {
        Entries list = new Entries();
        Entry entry = new Entry(1);
        list.add(entry);
        assertSame(entry, list.remove());
        assertFalse(list.holds(entry));
        list.add(entry);
        assertTrue(list.holds(entry));
        assertEquals(1, list.size());
    }

    @Test
    void nothingIsTakenFromAnEmptyList() {
        assertEquals(
                "the list is empty",
                assertThrows(IllegalStateException.class, new Entries()::remove).getMessage());
    }
}
