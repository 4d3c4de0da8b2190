package org.weir.base;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Objects made once, for users that need one for a while. Last in first out: what was given back last is still in the
/// cache. A pool that is dry says so by null and counts.
///
/// @param <E> the objects
public final class ObjectPool<E> {
    private final Object[] free;
    private int available;
    private long refusals;

    public ObjectPool(int count, Supplier<E> maker) {
        free = new Object[count];
        for (int i = 0; i < count; i++) {
            give(maker.get());
        }
    }

    /// Objects that are free.
    public int available() {
        return available;
    }

    /// How often none was.
    public long refusals() {
        return refusals;
    }

    /// Gives a free object to the caller, as the last user left it; null if there is none.
    @SuppressWarnings("unchecked")
    public @Nullable E take() {
        if (available == 0) {
            refusals++;
            return null;
        }
        return (E) free[--available];
    }

    /// Takes `object` back.
    public void give(E object) {
        free[available++] = object;
    }
}
