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
///
/// The thread that holds the stack copies, whoever that is. A buffer that only its own thread may touch (over memory of
/// a confined arena) is therefore copied once more, through an array.
final class Octets implements OctetSource, OctetTarget {
    private final SegmentViews views;
    private final boolean receives;
    /// What a single heap buffer or an array of the user's is copied by.
    private byte @Nullable [] array;

    private int arrayStart;
    private @Nullable ByteBuffer single;
    private ByteBuffer @Nullable [] many;
    private int first;
    private int end;
    private int length;
    /// True if `array` is a copy of buffers that other threads may not touch.
    private boolean staged;

    private final BufferAccess access = new BufferAccess();

    private Octets(SegmentViews views, boolean receives) {
        this.views = views;
        this.receives = receives;
    }

    /// For what goes to the user's buffers.
    static Octets toReceive(StackSocket socket) {
        return new Octets(socket.host().views(), true);
    }

    /// For what comes from the user's buffers.
    static Octets toSend(StackSocket socket) {
        return new Octets(socket.host().views(), false);
    }

    static void checkWritable(ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    // ---- which ----

    void use(byte[] octets, int from, int count) {
        array = octets;
        arrayStart = from;
        length = count;
    }

    void use(ByteBuffer buffer) {
        if (receives) {
            checkWritable(buffer);
        }
        single = buffer;
        length = buffer.remaining();
        if (buffer.hasArray()) {
            array = buffer.array();
            arrayStart = buffer.arrayOffset() + buffer.position();
        } else if (!access.isShared(buffer)) {
            stage();
        }
    }

    /// `count` of `buffers` from `from`, as many octets as an int counts.
    void use(ByteBuffer[] buffers, int from, int count) {
        long total = 0;
        for (int i = from; i < from + count; i++) {
            if (receives) {
                checkWritable(buffers[i]);
            }
            total += buffers[i].remaining();
        }
        many = buffers;
        first = from;
        end = from + count;
        length = (int) Math.min(total, Integer.MAX_VALUE);
        for (int i = from; i < end; i++) {
            if (!access.isShared(buffers[i])) {
                stage();
                return;
            }
        }
    }

    private void stage() {
        final byte[] copy = new byte[length];
        array = copy;
        arrayStart = 0;
        staged = true;
        if (!receives) {
            int at = 0;
            for (int i = 0; i < count() && at < length; i++) {
                final ByteBuffer buffer = buffer(i);
                final int part = Math.min(length - at, buffer.remaining());
                buffer.get(buffer.position(), copy, at, part);
                at += part;
            }
        }
    }

    private int count() {
        return many == null ? 1 : end - first;
    }

    private ByteBuffer buffer(int index) {
        return many == null ? Objects.requireNonNull(single) : many[first + index];
    }

    /// Octets that the buffers have left.
    int length() {
        return length;
    }

    /// Moves the positions past `count` octets that were transferred.
    void advance(int count) {
        if (staged && receives) {
            unstage(count);
        }
        length -= count;
        arrayStart += count;
        if (single != null) {
            single.position(single.position() + count);
        } else if (many != null) {
            advance(many, count);
        }
    }

    /// Copies what was received to where the user wants it.
    private void unstage(int received) {
        final byte[] copy = Objects.requireNonNull(array);
        int done = 0;
        for (int i = 0; i < count() && done < received; i++) {
            final ByteBuffer buffer = buffer(i);
            final int part = Math.min(received - done, buffer.remaining());
            buffer.put(buffer.position(), copy, arrayStart + done, part);
            done += part;
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
        staged = false;
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
