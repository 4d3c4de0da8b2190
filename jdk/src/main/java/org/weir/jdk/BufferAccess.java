package org.weir.jdk;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;

/// Whether other threads may touch a buffer. Asking costs an allocation; the answer for the last buffer is remembered.
final class BufferAccess {
    /// Anybody but the caller: it is not started.
    private static final Thread SOMEBODY = Thread.ofPlatform().unstarted(() -> {});

    private WeakReference<ByteBuffer> shared = new WeakReference<>(ByteBuffer.allocate(0));

    boolean isShared(ByteBuffer buffer) {
        if (!buffer.isDirect() || shared.refersTo(buffer)) {
            return true;
        }
        if (!MemorySegment.ofBuffer(buffer).isAccessibleBy(SOMEBODY)) {
            return false;
        }
        shared = new WeakReference<>(buffer);
        return true;
    }
}
