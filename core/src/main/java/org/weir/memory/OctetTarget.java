package org.weir.memory;

import java.lang.foreign.MemorySegment;

/// Where received octets go, when that is not one piece of memory: it is told of them piece by piece.
public interface OctetTarget {
    /// Copies `length` octets at `offset` of `source` (borrowed): octets `at` to `at + length`, counted from the
    /// first one of the call that tells.
    void put(int at, MemorySegment source, long offset, int length);
}
