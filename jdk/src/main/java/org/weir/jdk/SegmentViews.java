package org.weir.jdk;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Byte buffers over the memory that packets lie in, so that octets go to and from direct buffers without a new view
/// for each. A stack has few such pieces: its pool, and what its links receive into. Used by the stack's owner only.
final class SegmentViews {
    private static final int KEPT = 4;

    private final @Nullable MemorySegment[] segments = new @Nullable MemorySegment[KEPT];
    private final @Nullable ByteBuffer[] views = new @Nullable ByteBuffer[KEPT];
    private int oldest;

    /// Copies from a packet into `target`, whose position stays.
    void get(MemorySegment packet, long offset, ByteBuffer target, int at, int length) {
        if (packet.byteSize() > Integer.MAX_VALUE) {
            target.put(at, packet.asSlice(offset, length).asByteBuffer(), 0, length);
        } else {
            target.put(at, of(packet), (int) offset, length);
        }
    }

    /// Copies from `source`, whose position stays, into a packet.
    void put(ByteBuffer source, int at, MemorySegment packet, long offset, int length) {
        if (packet.byteSize() > Integer.MAX_VALUE) {
            packet.asSlice(offset, length).asByteBuffer().put(0, source, at, length);
        } else {
            of(packet).put((int) offset, source, at, length);
        }
    }

    private ByteBuffer of(MemorySegment packet) {
        for (int i = 0; i < KEPT; i++) {
            final ByteBuffer view = views[i];
            if (view != null && packet.equals(segments[i])) {
                return view;
            }
        }
        final ByteBuffer view = packet.asByteBuffer();
        segments[oldest] = packet;
        views[oldest] = view;
        oldest = (oldest + 1) % KEPT;
        return view;
    }
}
