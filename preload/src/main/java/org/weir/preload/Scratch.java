package org.weir.preload;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory for whoever serves a socket, during that call.
final class Scratch implements AutoCloseable {
    /// The longest datagram with the header of `protocol.h` in front of it, rounded up.
    static final int SIZE = 66 * 1_024;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(SIZE, Long.BYTES);

    MemorySegment memory() {
        return memory;
    }

    @Override
    public void close() {
        arena.close();
    }
}
