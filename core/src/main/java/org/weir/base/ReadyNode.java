package org.weir.base;

import org.jspecify.annotations.Nullable;

/// The place of one object on one [ReadyList], made together with the object.
///
/// @param <E> the object
public final class ReadyNode<E> {
    final E owner;
    boolean queued;

    @Nullable
    ReadyNode<E> next;

    public ReadyNode(E owner) {
        this.owner = owner;
    }

    /// True while a list holds the object.
    public boolean isQueued() {
        return queued;
    }
}
