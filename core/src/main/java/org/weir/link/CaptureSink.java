package org.weir.link;

import java.lang.foreign.MemorySegment;

/// Takes the octets of a capture file, in order.
@FunctionalInterface
public interface CaptureSink {
    /// Writes `length` octets at `offset` of `memory` (borrowed).
    void write(MemorySegment memory, long offset, long length);
}
