package org.weir.base;

import org.jspecify.annotations.Nullable;

/// Objects by age, oldest first, from which any is taken out at once: doubly linked, through a [Place] that each object
/// has for each such list it may be on.
///
/// @param <E> the objects
public final class AgeList<E> {
    private @Nullable Place<E> oldest;
    private @Nullable Place<E> newest;
    private int size;

    /// Where an object stands on a list.
    ///
    /// @param <E> the object
    public static final class Place<E> {
        private final E entry;
        private @Nullable Place<E> older;
        private @Nullable Place<E> newer;

        public Place(E entry) {
            this.entry = entry;
        }
    }

    public int size() {
        return size;
    }

    /// The object that was added first; null if there is none.
    public @Nullable E oldest() {
        return oldest == null ? null : oldest.entry;
    }

    /// As above, but not `spared`.
    public @Nullable E oldestBut(E spared) {
        final Place<E> place = oldest != null && oldest.entry == spared ? oldest.newer : oldest;
        return place == null ? null : place.entry;
    }

    /// Adds the object of `place`, which is on no list, as the newest.
    public void add(Place<E> place) {
        place.older = newest;
        if (newest == null) {
            oldest = place;
        } else {
            newest.newer = place;
        }
        newest = place;
        size++;
    }

    /// Takes the object of `place` off this list, which it is on.
    public void remove(Place<E> place) {
        if (place.older == null) {
            oldest = place.newer;
        } else {
            place.older.newer = place.newer;
        }
        if (place.newer == null) {
            newest = place.older;
        } else {
            place.newer.older = place.older;
        }
        place.older = null;
        place.newer = null;
        size--;
    }
}
