package org.weir.tcp;

import org.jspecify.annotations.Nullable;

/// A range of sequence numbers that can be in a [RangeTree]: the links of the tree are its own fields.
///
/// @param <R> the subclass
abstract class Range<R extends Range<R>> {
    /// The first number. Fixed while the range is in a tree, unless it moves without passing another range.
    int start;
    /// The number behind the last one.
    int end;

    @Nullable
    R left;

    @Nullable
    R right;

    /// Random, larger than that of all ranges below it in the tree.
    int priority;

    final int length() {
        return SequenceNumber.distance(start, end);
    }
}
