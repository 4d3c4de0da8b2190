package org.weir.jdk;

import java.nio.channels.SelectionKey;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The selected keys: the user removes some, the selector adds some without allocating. Each knows where it stands.
final class SelectedKeys extends AbstractSet<SelectionKey> {
    private @Nullable WeirSelectionKey[] keys = new @Nullable WeirSelectionKey[64];
    private int size;

    /// By the selector; `add` is refused, as by the superclass. The key is not in the set.
    void select(WeirSelectionKey key) {
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, size * 2);
        }
        key.selectedIndex = size;
        keys[size++] = key;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean contains(Object key) {
        return key instanceof WeirSelectionKey k
                && k.selectedIndex >= 0
                && k.selectedIndex < size
                && keys[k.selectedIndex] == k;
    }

    @Override
    public boolean remove(Object key) {
        if (!(key instanceof WeirSelectionKey k) || !contains(k)) {
            return false;
        }
        final WeirSelectionKey last = Objects.requireNonNull(keys[--size]);
        keys[k.selectedIndex] = last;
        last.selectedIndex = k.selectedIndex;
        k.selectedIndex = -1;
        keys[size] = null;
        return true;
    }

    @Override
    public void clear() {
        for (int i = 0; i < size; i++) {
            Objects.requireNonNull(keys[i]).selectedIndex = -1;
        }
        Arrays.fill(keys, 0, size, null);
        size = 0;
    }

    /// From the last to the first, so that what a removal moves has been passed.
    @Override
    public Iterator<SelectionKey> iterator() {
        return new Iterator<>() {
            private int at = size;
            private boolean removable;

            @Override
            public boolean hasNext() {
                return at > 0;
            }

            @Override
            public SelectionKey next() {
                if (at <= 0) {
                    throw new NoSuchElementException();
                }
                removable = true;
                return Objects.requireNonNull(keys[--at]);
            }

            @Override
            public void remove() {
                if (!removable) {
                    throw new IllegalStateException();
                }
                removable = false;
                SelectedKeys.this.remove(Objects.requireNonNull(keys[at]));
            }
        };
    }
}
