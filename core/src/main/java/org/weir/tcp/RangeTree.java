package org.weir.tcp;

import org.jspecify.annotations.Nullable;

/// Ranges of sequence numbers that do not overlap, in order: a treap (Seidel and Aragon 1996). The priorities are
/// secret, so that a peer cannot choose its segments such that the tree becomes a list.
///
/// All ranges lie within half of the sequence space.
final class RangeTree<R extends Range<R>> {
    private @Nullable R root;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return root == null;
    }

    // ---- finding ----

    @Nullable
    R first() {
        R at = root;
        while (at != null && at.left != null) {
            at = at.left;
        }
        return at;
    }

    /// The last range that starts at `sequence` or before; null if all start after it.
    @Nullable
    R floor(int sequence) {
        R best = null;
        R at = root;
        while (at != null) {
            if (SequenceNumber.beforeOrAt(at.start, sequence)) {
                best = at;
                at = at.right;
            } else {
                at = at.left;
            }
        }
        return best;
    }

    /// The first range that starts after `sequence`; null if there is none.
    @Nullable
    R higher(int sequence) {
        R best = null;
        R at = root;
        while (at != null) {
            if (SequenceNumber.after(at.start, sequence)) {
                best = at;
                at = at.left;
            } else {
                at = at.right;
            }
        }
        return best;
    }

    // ---- changing ----

    /// Adds `range`, which overlaps none that is here.
    void add(R range) {
        range.left = null;
        range.right = null;
        root = add(root, range);
        size++;
    }

    private R add(@Nullable R at, R range) {
        if (at == null) {
            return range;
        }
        if (SequenceNumber.before(range.start, at.start)) {
            final R below = add(at.left, range);
            at.left = below;
            return below.priority > at.priority ? rotateRight(at, below) : at;
        }
        final R below = add(at.right, range);
        at.right = below;
        return below.priority > at.priority ? rotateLeft(at, below) : at;
    }

    private R rotateRight(R at, R below) {
        at.left = below.right;
        below.right = at;
        return below;
    }

    private R rotateLeft(R at, R below) {
        at.right = below.left;
        below.left = at;
        return below;
    }

    /// Removes `range`, which is here.
    void remove(R range) {
        R above = null;
        R at = root;
        while (at != null && at != range) {
            above = at;
            at = SequenceNumber.before(range.start, at.start) ? at.left : at.right;
        }
        if (at == null) {
            throw new IllegalStateException("a range to be removed is not in its tree");
        }
        final R rest = join(range.left, range.right);
        if (above == null) {
            root = rest;
        } else if (above.left == range) {
            above.left = rest;
        } else {
            above.right = rest;
        }
        range.left = null;
        range.right = null;
        size--;
    }

    /// All of `low` lies before all of `high`.
    private @Nullable R join(@Nullable R low, @Nullable R high) {
        if (low == null) {
            return high;
        }
        if (high == null) {
            return low;
        }
        if (low.priority > high.priority) {
            low.right = join(low.right, high);
            return low;
        }
        high.left = join(low, high.left);
        return high;
    }
}
