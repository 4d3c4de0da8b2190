package org.weir.memory;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A stream of octets held in a chain of buffers: the send queue and the receive queue of a connection.
///
/// ```text
///   head                      near            far        tail
///     |[.....page.....][.....page.....][.....page.....][..  ]
/// ```
///
/// Octets are counted by their position in the stream, from 0 when the connection began; [#head] is the oldest that is
/// held. An empty queue holds no page. Two cursors remember where the last reads took place, so that finding the place
/// of new data and of a retransmission both cost nothing while each goes forward.
public final class PageQueue {
    /// A small packet is copied into the tailroom of the page before it, so that it does not keep a page of its
    /// own.
    private static final int COPY_LIMIT_DIVISOR = 4;

    private @Nullable Pbuf first;
    private @Nullable Pbuf last;
    private @Nullable Pbuf near;
    private @Nullable Pbuf far;
    private long head;
    private long tail;
    private long trueSize;

    /// Position of the oldest octet held.
    public long head() {
        return head;
    }

    /// Position behind the newest octet held.
    public long tail() {
        return tail;
    }

    /// Octets held.
    public int length() {
        return (int) (tail - head);
    }

    /// Octets of pool memory held.
    public long trueSize() {
        return trueSize;
    }

    /// The first buffer, borrowed: its payload is what would be read next. Null if the queue is empty.
    public @Nullable Pbuf first() {
        return first;
    }

    // ---- growing ----

    /// Copies up to `length` octets from `source` to the tail. Returns how many the pool had pages for.
    public int write(MemorySegment source, long offset, int length, PbufPool pool) {
        int written = 0;
        while (written < length) {
            final Pbuf page = claim(pool);
            if (page == null) {
                break;
            }
            final int run = Math.min(page.tailroom(), length - written);
            MemorySegment.copy(source, offset + written, page.segment, page.offset + page.length, run);
            commit(run);
            written += run;
        }
        return written;
    }

    /// As [#write] from memory. If `source` throws, what it gave before stays.
    public int write(OctetSource source, int length, PbufPool pool) {
        int written = 0;
        while (written < length) {
            final Pbuf page = claim(pool);
            if (page == null) {
                break;
            }
            final int run = Math.min(page.tailroom(), length - written);
            int given = 0;
            try {
                source.get(written, page.segment, page.offset + page.length, run);
                given = run;
            } finally {
                commit(given);
            }
            written += run;
        }
        return written;
    }

    /// The page whose tailroom takes the next octets, borrowed until the next call on this queue; null if the pool
    /// is dry. The caller writes behind the page's payload and then calls [#commit].
    public @Nullable Pbuf claim(PbufPool pool) {
        if (hasTailroom()) {
            return last;
        }
        final Pbuf fresh = pool.takeSendPage();
        if (fresh != null) {
            link(fresh);
        }
        return fresh;
    }

    /// True if the next octet goes into a page that the queue has already.
    public boolean hasTailroom() {
        final Pbuf page = last;
        return page != null && page.ownsBlock && page.tailroom() > 0;
    }

    /// Adds the `octets` octets that the caller wrote into the claimed page. Without any the page is given back.
    public void commit(int octets) {
        final Pbuf page = last;
        if (page == null || octets < 0 || octets > page.tailroom()) {
            throw new IllegalStateException("commit of " + octets + " octets without a claim of that size");
        }
        page.length += octets;
        page.totalLength = page.length;
        tail += octets;
        if (page.length == 0) {
            removeLast(page);
        }
    }

    /// Appends `packet` (taken). A small packet is copied into the tailroom of the last page and released.
    public void append(Pbuf packet) {
        if (packet.totalLength == 0) {
            packet.release();
            return;
        }
        final Pbuf page = last;
        if (page != null && fitsTail(packet, page)) {
            packet.copyTo(0, page.segment, page.offset + page.length, packet.totalLength);
            commit(packet.totalLength);
            packet.release();
            return;
        }
        Pbuf p = packet;
        while (p != null) {
            final Pbuf rest = p.next;
            p.next = null;
            if (p.length == 0) {
                p.release();
            } else {
                link(p);
                tail += p.length;
            }
            p = rest;
        }
    }

    private static boolean fitsTail(Pbuf packet, Pbuf page) {
        return page.isExclusive()
                && packet.totalLength <= page.tailroom()
                && packet.totalLength <= page.trueSize() / COPY_LIMIT_DIVISOR;
    }

    private void link(Pbuf page) {
        page.queueKey(tail);
        page.totalLength = page.length;
        if (last == null) {
            first = page;
        } else {
            last.next = page;
        }
        last = page;
        trueSize += page.trueSize();
    }

    // ---- reading ----

    /// Copies up to `length` octets from the head to `target` and drops them. Returns how many there were.
    public int read(MemorySegment target, long offset, int length) {
        final int copied = peek(target, offset, length);
        drop(copied);
        return copied;
    }

    /// As [#read], and keeps them.
    public int peek(MemorySegment target, long offset, int length) {
        return first == null ? 0 : first.copyTo(0, target, offset, length);
    }

    /// Chains buffers that refer to octets `position` to `position + length` of the stream behind `packet`, without
    /// a copy. They keep the pages alive after the queue has dropped them.
    ///
    /// @return false if the pool had no handle left; `packet` is then as it was
    public boolean gather(Pbuf packet, long position, int length, PbufPool pool) {
        Pbuf page = find(position);
        Pbuf end = packet.lastBuffer();
        final Pbuf packetEnd = end;
        final int before = packet.totalLength;
        int rest = length;
        long at = position;
        while (rest > 0 && page != null) {
            final int skip = (int) (at - page.queueKey());
            final int run = Math.min(rest, page.length - skip);
            final Pbuf piece = pool.reference(page, page.offset + skip, run);
            if (piece == null) {
                undoGather(packet, packetEnd, before);
                return false;
            }
            packet.chainAfter(end, piece);
            end = piece;
            rest -= run;
            at += run;
            page = page.next;
        }
        assert rest == 0 : "gather past the tail";
        return true;
    }

    private static void undoGather(Pbuf packet, Pbuf packetEnd, int totalLength) {
        final Pbuf pieces = packetEnd.next;
        packetEnd.next = null;
        packet.totalLength = totalLength;
        if (pieces != null) {
            pieces.release();
        }
    }

    /// The buffer that holds the octet at `position`, found from the nearest cursor before it.
    private @Nullable Pbuf find(long position) {
        final boolean isFar = far != null && far.queueKey() <= position;
        Pbuf page = first;
        if (isFar) {
            page = far;
        } else if (near != null && near.queueKey() <= position) {
            page = near;
        }
        while (page != null && page.queueKey() + page.length <= position) {
            page = page.next;
        }
        if (isFar || far == null) {
            far = page;
        } else {
            near = page;
        }
        return page;
    }

    // ---- shrinking ----

    /// Drops `octets` octets from the head and releases the pages that they leave.
    public void drop(int octets) {
        if (octets > length()) {
            throw new IllegalStateException("cannot drop " + octets + " octets of " + length());
        }
        int rest = octets;
        head += octets;
        while (rest > 0 && first != null) {
            final Pbuf page = first;
            if (rest < page.length) {
                page.strip(rest);
                page.queueKey(page.queueKey() + rest);
                return;
            }
            rest -= page.length;
            removeFirst(page);
        }
        if (head == tail) {
            clear();
        }
    }

    private void removeFirst(Pbuf page) {
        final Pbuf second = page.next;
        first = second;
        if (second == null) {
            last = null;
        }
        if (near == page) {
            near = second;
        }
        if (far == page) {
            far = second;
        }
        trueSize -= page.trueSize();
        page.next = null;
        page.release();
    }

    /// Removes the last page, which is empty: no cursor is on it, for no octet is.
    private void removeLast(Pbuf page) {
        if (first == page) {
            removeFirst(page);
            return;
        }
        Pbuf before = first;
        while (before != null && before.next != page) {
            before = before.next;
        }
        if (before != null) {
            before.next = null;
        }
        last = before;
        trueSize -= page.trueSize();
        page.release();
    }

    /// Releases everything and counts on from the tail.
    public void clear() {
        while (first != null) {
            removeFirst(first);
        }
        head = tail;
    }

    /// Releases everything and counts from 0 again.
    public void reset() {
        clear();
        head = 0;
        tail = 0;
    }
}
