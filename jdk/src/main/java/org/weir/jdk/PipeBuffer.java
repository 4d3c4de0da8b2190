package org.weir.jdk;

import java.nio.ByteBuffer;

/// The octets in a pipe: a ring of fixed size between one writer and one reader, guarded by itself.
final class PipeBuffer {
    static final int CAPACITY = 1 << 16;

    private final byte[] ring = new byte[CAPACITY];
    private int first;
    private int count;
    private boolean sourceClosed;
    private boolean sinkClosed;

    /// Moves what fits into `target`. Returns how many octets; -1 if none will ever come.
    synchronized int read(ByteBuffer target) {
        if (count == 0) {
            return sinkClosed ? -1 : 0;
        }
        final int moved = Math.min(count, target.remaining());
        final int straight = Math.min(moved, CAPACITY - first);
        target.put(ring, first, straight).put(ring, 0, moved - straight);
        first = (first + moved) % CAPACITY;
        count -= moved;
        return moved;
    }

    /// Moves what there is room for out of `source`. Returns how many octets; -1 if nobody will ever read them.
    synchronized int write(ByteBuffer source) {
        if (sourceClosed) {
            return -1;
        }
        final int moved = Math.min(CAPACITY - count, source.remaining());
        final int at = (first + count) % CAPACITY;
        final int straight = Math.min(moved, CAPACITY - at);
        source.get(ring, at, straight).get(ring, 0, moved - straight);
        count += moved;
        return moved;
    }

    synchronized void closeSource() {
        sourceClosed = true;
    }

    synchronized void closeSink() {
        sinkClosed = true;
    }

    synchronized boolean isReadable() {
        return !sourceClosed && (count > 0 || sinkClosed);
    }

    /// A pipe that nobody reads is writable: writing says so.
    synchronized boolean isWritable() {
        return !sinkClosed && (count < CAPACITY || sourceClosed);
    }
}
