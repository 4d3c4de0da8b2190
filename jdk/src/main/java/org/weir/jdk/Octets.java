package org.weir.jdk;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.memory.OctetSource;
import org.weir.memory.OctetTarget;

/// The user's buffers as the stack sees them: an array, a buffer, or several buffers in a row. One object serves all
/// transfers of one direction of a channel; between them it holds no buffer.
///
/// Positions stay where they are until [#advance].
final class Octets implements OctetSource, OctetTarget {
    private final SegmentViews views;
    /// What a single heap buffer or an array of the user's is copied by.
    private byte @Nullable [] array;

    private int arrayStart;
    private @Nullable ByteBuffer single;
    private ByteBuffer @Nullable [] many;
    private int first;
    private int end;
    private int length;

    Octets(SegmentViews views) {
        this.views = views;
    }

    // ---- which ----

    void use(byte[] octets, int from, int count) {
        array = octets;
        arrayStart = from;
        length = count;
    }

    void use(ByteBuffer buffer) {
        single = buffer;
        length = buffer.remaining();
        if (buffer.hasArray()) {
            array = buffer.array();
            arrayStart = buffer.arrayOffset() + buffer.position();
        }
    }

    /// `count` of `buffers` from `from`, as many octets as an int counts.
    void use(ByteBuffer[] buffers, int from, int count) {
        long total = 0;
        for (int i = from; i < from + count; i++) {
            total += buffers[i].remaining();
        }
        many = buffers;
        first = from;
        end = from + count;
        length = (int) Math.min(total, Integer.MAX_VALUE);
    }

    /// Octets that the buffers have left.
    int length() {
        return length;
    }

    /// Moves the positions past `count` octets that were transferred.
    void advance(int count) {
        length -= count;
        arrayStart += count;
        if (single != null) {
            single.position(single.position() + count);
        } else if (many != null) {
            advance(many, count);
        }
    }

    private void advance(ByteBuffer[] buffers, int count) {
        int left = count;
        for (int i = first; i < end && left > 0; i++) {
            final int part = Math.min(left, buffers[i].remaining());
            buffers[i].position(buffers[i].position() + part);
            left -= part;
        }
    }

    /// Holds none of the user's buffers any more.
    void clear() {
        array = null;
        single = null;
        many = null;
        length = 0;
    }

    // ---- copying, by the stack's owner ----

    @Override
    public void get(int from, MemorySegment target, long offset, int count) {
        if (array != null) {
            MemorySegment.copy(array, arrayStart + from, target, ValueLayout.JAVA_BYTE, offset, count);
        } else if (single != null) {
            views.put(single, single.position() + from, target, offset, count);
        } else {
            each(from, target, offset, count, false);
        }
    }

    @Override
    public void put(int at, MemorySegment source, long offset, int count) {
        if (array != null) {
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, array, arrayStart + at, count);
        } else if (single != null) {
            views.get(source, offset, single, single.position() + at, count);
        } else {
            each(at, source, offset, count, true);
        }
    }

    private void each(int from, MemorySegment packet, long offset, int count, boolean received) {
        final ByteBuffer[] buffers = Objects.requireNonNull(many);
        int skip = from;
        int done = 0;
        for (int i = first; done < count; i++) {
            final ByteBuffer buffer = buffers[i];
            final int remaining = buffer.remaining();
            final int part = Math.min(remaining - skip, count - done);
            if (part > 0) {
                copy(buffer, buffer.position() + skip, packet, offset + done, part, received);
                done += part;
            }
            skip = Math.max(0, skip - remaining);
        }
    }

    private void copy(ByteBuffer buffer, int at, MemorySegment packet, long offset, int count, boolean received) {
        if (buffer.hasArray()) {
            final int index = buffer.arrayOffset() + at;
            if (received) {
                MemorySegment.copy(packet, ValueLayout.JAVA_BYTE, offset, buffer.array(), index, count);
            } else {
                MemorySegment.copy(buffer.array(), index, packet, ValueLayout.JAVA_BYTE, offset, count);
            }
        } else if (received) {
            views.get(packet, offset, buffer, at, count);
        } else {
            views.put(buffer, at, packet, offset, count);
        }
    }
}
