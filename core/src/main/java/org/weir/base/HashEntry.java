package org.weir.base;

import org.jspecify.annotations.Nullable;

/// Something that can be in a [HashTable]: the link to the next of its chain is its own field.
///
/// @param <E> the subclass
public abstract class HashEntry<E extends HashEntry<E>> {
    @Nullable
    E hashNext;

    int hash;

    /// The next entry whose hash falls into the same chain.
    public final @Nullable E hashNext() {
        return hashNext;
    }

    /// The hash that it was added under.
    public final int hash() {
        return hash;
    }
}
