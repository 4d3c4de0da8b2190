package org.weir.base;

import org.jspecify.annotations.Nullable;

/// A hash table of fixed size, linked through its entries: adding and removing allocates nothing. Who looks something
/// up walks the chain from [#first] and compares keys.
///
/// @param <E> what it holds
public final class HashTable<E extends HashEntry<E>> {
    private final Object[] chains;
    private final int mask;
    private int size;

    /// A table whose chains stay short for up to `capacity` entries.
    public HashTable(int capacity) {
        final int length = Integer.highestOneBit(Math.max(capacity, 1) * 2 - 1);
        chains = new Object[length];
        mask = length - 1;
    }

    /// The first entry of the chain for `hash`.
    @SuppressWarnings("unchecked")
    public @Nullable E first(int hash) {
        return (E) chains[hash & mask];
    }

    public void add(E entry, int hash) {
        entry.hash = hash;
        entry.hashNext = first(hash);
        chains[hash & mask] = entry;
        size++;
    }

    /// Removes an entry that is in the table.
    public void remove(E entry) {
        E before = null;
        E at = first(entry.hash);
        while (at != entry) {
            if (at == null) {
                throw new IllegalStateException("the entry is not in the table");
            }
            before = at;
            at = at.hashNext;
        }
        if (before == null) {
            chains[entry.hash & mask] = entry.hashNext;
        } else {
            before.hashNext = entry.hashNext;
        }
        entry.hashNext = null;
        size--;
    }

    public int size() {
        return size;
    }

    /// The number of chains, which [#first] takes the numbers of as hashes: for who looks at every entry.
    public int chains() {
        return chains.length;
    }
}
