package org.weir.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class HashTableTest {
    private static final class Entry extends HashEntry<Entry> {}

    private static boolean finds(HashTable<Entry> table, Entry entry, int hash) {
        for (Entry e = table.first(hash); e != null; e = e.hashNext()) {
            if (e == entry) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aTableHoldsWhatASetWould() {
        Property.holds(500, random -> {
            HashTable<Entry> table = new HashTable<>(1 + random.nextInt(40));
            int variety = 1 + random.nextInt(100);
            Entry[] entries = new Entry[60];
            int[] hashes = new int[entries.length];
            for (int i = 0; i < entries.length; i++) {
                entries[i] = new Entry();
                hashes[i] = random.nextInt(variety) * 0x9E37_79B9;
            }
            Set<Integer> model = new HashSet<>();
            for (int step = 0; step < 200; step++) {
                int i = random.nextInt(entries.length);
                if (model.add(i)) {
                    table.add(entries[i], hashes[i]);
                    assertEquals(hashes[i], entries[i].hash());
                } else {
                    model.remove(i);
                    table.remove(entries[i]);
                    assertNull(entries[i].hashNext());
                }
                assertEquals(model.size(), table.size());
                for (int k = 0; k < entries.length; k++) {
                    assertEquals(model.contains(k), finds(table, entries[k], hashes[k]));
                }
            }
        });
    }

    @Test
    void whatIsNotInTheTableIsNotRemoved() {
        HashTable<Entry> table = new HashTable<>(4);
        Entry entry = new Entry();
        table.add(entry, 3);
        table.remove(entry);
        assertEquals(
                "the entry is not in the table",
                assertThrows(IllegalStateException.class, () -> table.remove(entry))
                        .getMessage());
        assertEquals(0, table.size());
    }

    @Test
    void aTableHasAChainForEachEntryOfItsCapacity() {
        for (int capacity = 1; capacity < 300; capacity++) {
            HashTable<Entry> table = new HashTable<>(capacity);
            for (int i = 0; i < capacity; i++) {
                table.add(new Entry(), i);
            }
            for (int i = 0; i < capacity; i++) {
                Entry only = table.first(i);
                assertTrue(only != null && only.hashNext() == null, capacity + " entries, number " + i);
            }
        }
    }

    @Test
    void aTableHasNoMoreChainsThanTheNextPowerOfTwo() {
        for (int capacity = 1; capacity < 300; capacity++) {
            HashTable<Entry> table = new HashTable<>(capacity);
            Entry entry = new Entry();
            table.add(entry, 0);
            int chains = Integer.highestOneBit(capacity) == capacity ? capacity : 2 * Integer.highestOneBit(capacity);
            assertTrue(finds(table, entry, chains), capacity + " entries");
        }
    }

    @Test
    void aTableForNothingStillWorks() {
        HashTable<Entry> table = new HashTable<>(0);
        Entry entry = new Entry();
        table.add(entry, -1);
        assertTrue(finds(table, entry, -1));
    }
}
