package org.weir.base;

import org.jspecify.annotations.Nullable;

/// Objects that have something to do: first in first out, each at most once, linked through a field of their own that
/// the subclass names. The last one's link is to itself, so that no flag is needed to tell who is on the list.
///
/// Who works the list off takes [#size] objects and no more: what is added meanwhile is for the next time.
///
/// @param <E> the objects
public abstract class ReadyList<E> {
    private @Nullable E first;
    private @Nullable E last;
    private int size;

    /// Reads the link of `entry` for this list: null where the entry is on no list.
    protected abstract @Nullable E next(E entry);

    /// Sets the link of `entry` for this list.
    protected abstract void next(E entry, @Nullable E next);

    public final boolean isEmpty() {
        return first == null;
    }

    public final int size() {
        return size;
    }

    /// True while the list holds `entry`.
    public final boolean holds(E entry) {
        return next(entry) != null;
    }

    /// Adds `entry` at the end, unless it is on the list already.
    public final void add(E entry) {
        if (holds(entry)) {
            return;
        }
        next(entry, entry);
        if (last == null) {
            first = entry;
        } else {
            next(last, entry);
        }
        last = entry;
        size++;
    }

    /// Takes the oldest object off the list.
    public final E remove() {
        final E entry = first;
        if (entry == null) {
            throw new IllegalStateException("the list is empty");
        }
        if (entry == last) {
            first = null;
            last = null;
        } else {
            first = next(entry);
        }
        next(entry, null);
        size--;
        return entry;
    }
}
