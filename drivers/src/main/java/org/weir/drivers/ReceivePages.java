package org.weir.drivers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

/// The empty pages that the next frame is read into, and the `iovec` array that names them to the kernel.
///
/// ```text
/// pages             0    1    2    3       first = 2: the last frame took two
///                   -    -  [..] [..]
/// iovec     0  1    2    3    4    5
///              .  header [..] [..] one octet
/// ```
///
/// A frame takes pages from the front and the rest stays, so a small frame costs one page and nothing is moved.
/// The last octet is there to be hit by a frame that is longer than the pages: the kernel cuts such a frame
/// without a word. Where the longest frame is shorter than a page and there is no header, one page is read into by
/// the cheaper `read(2)`, and its own last octet is that one.
final class ReceivePages implements ReceiveMemory {
    private final PbufPool pool;
    private final @Nullable Pbuf[] pages;
    private final MemorySegment header;
    private final MemorySegment iovecs;
    private final int pageSize;
    private final boolean isOnePage;
    /// Pages from here on are held.
    private int first;

    /// Room for frames of `capacity` octets behind `header`, which may be empty. `arena` gives the little memory
    /// that is needed for ever; the pages come from `pool`.
    ReceivePages(Arena arena, PbufPool pool, MemorySegment header, int capacity) {
        this.pool = pool;
        this.header = header;
        pageSize = pool.pageSize();
        final int count = Math.min(Math.ceilDiv(capacity, pageSize), Iovec.UIO_MAXIOV - 2);
        pages = new Pbuf[count];
        isOnePage = capacity < pageSize && header.byteSize() == 0;
        first = count;
        iovecs = arena.allocate((long) Iovec.SIZE * (count + 2), Long.BYTES);
        Iovec.write(iovecs, count + 1, arena.allocate(1).address(), 1);
    }

    @Override
    public long read(int fd) {
        refill();
        final Pbuf page = isOnePage ? pages[0] : null;
        return page == null
                ? Libc.readv(fd, iovecs(), iovecCount())
                : Libc.read(fd, page.segment().address() + page.offset(), pageSize);
    }

    /// Takes pages until there is room for the longest frame, or the pool is dry.
    void refill() {
        while (first > 0) {
            final Pbuf page = pool.takePage();
            if (page == null) {
                break;
            }
            pages[--first] = page;
            Iovec.write(iovecs, first + 1, page.segment().address() + page.offset(), pageSize);
        }
        Iovec.write(iovecs, first, header.address(), header.byteSize());
    }

    /// The `iovec` array to read with.
    long iovecs() {
        return iovecs.address() + (long) first * Iovec.SIZE;
    }

    /// Entries of [#iovecs].
    int iovecCount() {
        return pages.length - first + 2;
    }

    /// Octets of frame that there is room for now.
    int room() {
        final int octets = (pages.length - first) * pageSize;
        return isOnePage ? Math.max(0, octets - 1) : octets;
    }

    /// True if no page is missing.
    boolean isFull() {
        return first == 0;
    }

    @Override
    public @Nullable DropReason refusal(int length) {
        if (length <= room()) {
            return null;
        }
        return isFull() ? DropReason.FRAME_TOO_LONG : DropReason.NO_BUFFER;
    }

    /// As [ReceiveMemory#take]; at most [#room].
    @Override
    public Pbuf take(int length) {
        final Pbuf head = next(Math.min(length, pageSize));
        Pbuf last = head;
        int rest = length - head.length();
        while (rest > 0) {
            final Pbuf page = next(Math.min(rest, pageSize));
            head.chainAfter(last, page);
            last = page;
            rest -= page.length();
        }
        return head;
    }

    private Pbuf next(int length) {
        final Pbuf page = pages[first];
        if (page == null) {
            throw new IllegalStateException("a frame longer than its pages");
        }
        pages[first++] = null;
        page.resize(length);
        return page;
    }

    @Override
    public void release() {
        while (first < pages.length) {
            next(0).release();
        }
    }
}
