package org.weir.drivers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.memory.PbufRelease;

/// A few buffers that hold the longest frame in one piece, for a device that hands over 64 KiB at once: the kernel
/// fills one piece faster than 33 pages, and reads no list of them for each small frame.
///
/// A long frame goes up where it lies and another buffer takes its place; a short one is copied into pages, so that
/// it does not keep a buffer from others. When users hold all buffers but the one that is read into, long frames are
/// copied too. That is slower, and nothing else.
final class ReceiveBuffers implements ReceiveMemory, PbufRelease {
    /// Buffers of one device: those of a burst, and as many again for users that are behind.
    static final int COUNT = 16;
    /// A frame of at least this many octets is worth a buffer.
    static final int WORTH_A_BUFFER = 16 * 1024;

    private static final int CACHE_LINE = 64;

    private final PbufPool pool;
    private final MemorySegment memory;
    private final MemorySegment iovecs;
    private final int capacity;
    private final long[] free = new long[COUNT];
    private int freeCount;
    /// Where the next frame goes.
    private long current;

    /// Buffers for frames of `capacity` octets behind `header`. Short frames go into pages of `pool`. `arena` gives
    /// the list for the kernel; the buffers themselves stay as long as a frame lies in them.
    ReceiveBuffers(Arena arena, PbufPool pool, MemorySegment header, int capacity) {
        this.pool = pool;
        this.capacity = capacity;
        final long stride = (capacity + CACHE_LINE) / CACHE_LINE * CACHE_LINE;
        memory = Arena.ofAuto().allocate(stride * COUNT, CACHE_LINE);
        iovecs = arena.allocate(2L * Iovec.SIZE, Long.BYTES);
        Iovec.write(iovecs, 0, header.address(), header.byteSize());
        for (int i = COUNT - 1; i > 0; i--) {
            free[freeCount++] = i * stride;
        }
        readInto(0);
    }

    /// There is an octet more than the longest frame has, to be hit by a longer one.
    private void readInto(long buffer) {
        current = buffer;
        Iovec.write(iovecs, 1, memory.address() + buffer, capacity + 1L);
    }

    /// Where the next frame is read to, for tests.
    MemorySegment current() {
        return memory.asSlice(current, capacity + 1L);
    }

    @Override
    public long read(int fd) {
        return Libc.readv(fd, iovecs.address(), 2);
    }

    @Override
    public @Nullable DropReason refusal(int length) {
        return length > capacity ? DropReason.FRAME_TOO_LONG : null;
    }

    @Override
    public @Nullable Pbuf take(int length) {
        final Pbuf frame =
                length >= WORTH_A_BUFFER && freeCount > 0 ? pool.custom(memory, current, length, this) : null;
        if (frame == null) {
            return copy(length);
        }
        readInto(free[--freeCount]);
        return frame;
    }

    private @Nullable Pbuf copy(int length) {
        Pbuf head = null;
        Pbuf last = null;
        for (int done = 0; done < length; ) {
            final Pbuf page = pool.takePage();
            if (page == null) {
                return dropped(head);
            }
            final int run = Math.min(page.tailroom(), length - done);
            MemorySegment.copy(memory, current + done, page.segment(), page.extend(run), run);
            done += run;
            if (head == null || last == null) {
                head = page;
            } else {
                head.chainAfter(last, page);
            }
            last = page;
        }
        return head;
    }

    private static @Nullable Pbuf dropped(@Nullable Pbuf head) {
        if (head != null) {
            head.release();
        }
        return null;
    }

    @Override
    public void released(Pbuf frame) {
        free[freeCount++] = frame.offset() - frame.headroom();
    }

    @Override
    public void release() {
        // Nothing is held but memory.
    }
}
