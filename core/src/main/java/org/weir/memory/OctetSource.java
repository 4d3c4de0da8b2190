package org.weir.memory;

import java.lang.foreign.MemorySegment;

/// Where octets to send come from, when they do not lie in one piece of memory: it is asked to copy them piece by
/// piece.
public interface OctetSource {
    /// Copies octets `from` to `from + length`, counted from the first one of the call that asks, to `offset` of
    /// `target`.
    void get(int from, MemorySegment target, long offset, int length);
}
