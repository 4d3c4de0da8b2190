package org.weir.memory;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// All packet buffers of a stack: handles made at start-up over one piece of memory, three stacks of free handles.
///
/// A pool that runs dry returns null and counts; it never throws and never grows. Its pages are shared so that nobody
/// can stop the rest:
///
/// ```text
///   | links only | send at least | either | receive at least |
///   |  reserve   |   a quarter   |  half  |    a quarter     |
/// ```
///
/// Links may take every page, so acknowledgments come in when sockets hold all the others. Of what is above the
/// reserve, send queues leave a quarter to received data and the other way round, or two hosts that echo to each other
/// could each wait for the other's memory for ever.
public final class PbufPool {
    private static final int DIRECTION_SHARE = 4;

    private final MemorySegment memory;
    private final FreeHandles pages;
    private final FreeHandles blocks;
    private final FreeHandles handles;
    private final int pageSize;
    private final int blockSize;
    private final int reserve;
    private final boolean traceLeaks;
    private final Pbuf[] all;
    private int sendPages;

    /// The counts and sizes of a pool.
    ///
    /// @param pages pages for received frames and socket data
    /// @param pageSize octets in a page
    /// @param blocks small blocks for headers
    /// @param blockSize octets in a block
    /// @param handles handles for memory that is not the pool's
    /// @param reserve pages that only links may take
    /// @param traceLeaks remember where each buffer was taken (slow, allocates: for debugging)
    public record Layout(
            int pages, int pageSize, int blocks, int blockSize, int handles, int reserve, boolean traceLeaks) {
        /// Octets of memory that a pool of this layout needs.
        public long bytes() {
            return (long) pages * pageSize + (long) blocks * blockSize;
        }
    }

    /// Makes a pool over the `layout.bytes()` octets of `memory` that start at `base`.
    public PbufPool(MemorySegment memory, long base, Layout layout) {
        this.memory = memory;
        this.pageSize = layout.pageSize();
        this.blockSize = layout.blockSize();
        this.reserve = layout.reserve();
        this.traceLeaks = layout.traceLeaks();
        this.all = new Pbuf[layout.pages() + layout.blocks() + layout.handles()];
        this.pages = new FreeHandles("pages");
        this.blocks = new FreeHandles("blocks");
        this.handles = new FreeHandles("handles");
        long at = base;
        int index = 0;
        for (int i = 0; i < layout.pages(); i++, at += pageSize) {
            all[index++] = pages.add(new Pbuf(this, Pbuf.Kind.POOL, true, at, pageSize));
        }
        for (int i = 0; i < layout.blocks(); i++, at += blockSize) {
            all[index++] = blocks.add(new Pbuf(this, Pbuf.Kind.RAM, true, at, blockSize));
        }
        for (int i = 0; i < layout.handles(); i++) {
            all[index++] = handles.add(new Pbuf(this, Pbuf.Kind.REF, false, 0, 0));
        }
    }

    MemorySegment memory() {
        return memory;
    }

    public int pageSize() {
        return pageSize;
    }

    /// Pages that only links may take.
    public int reserve() {
        return reserve;
    }

    public FreeHandles pages() {
        return pages;
    }

    public FreeHandles blocks() {
        return blocks;
    }

    public FreeHandles handles() {
        return handles;
    }

    /// Pages that send queues may take now.
    public int pagesForSending() {
        return Math.min(pages.free() - reserve, (pages.total() - reserve) - share() - sendPages);
    }

    /// True while received data may be kept for its reader.
    public boolean hasPagesForReceiving() {
        return pages.free() > reserve + Math.max(0, share() - sendPages);
    }

    /// True while received packets may keep blocks for their reader: a quarter of them is left for headers.
    public boolean hasBlocksForReceiving() {
        return blocks.free() >= blocks.total() / DIRECTION_SHARE;
    }

    /// What each direction leaves to the other.
    private int share() {
        return (pages.total() - reserve) / DIRECTION_SHARE;
    }

    /// An empty page for a received frame, given to the caller; null if there is none.
    public @Nullable Pbuf takePage() {
        return fresh(pages, 0);
    }

    /// An empty page for a send queue, given to the caller; null if it would take what is kept for others.
    @Nullable
    Pbuf takeSendPage() {
        if (pagesForSending() <= 0) {
            pages.countFailure();
            return null;
        }
        final Pbuf p = fresh(pages, 0);
        if (p != null) {
            p.countedAsSend = true;
            sendPages++;
        }
        return p;
    }

    /// A packet of pages for a send queue with room for `length` octets of payload, or for fewer if it would take
    /// what is kept for others; the octets are the caller's to write. Null if there is no page.
    public @Nullable Pbuf takeForSending(int length) {
        Pbuf packet = null;
        Pbuf end = null;
        for (int rest = length; rest > 0; rest -= pageSize) {
            final Pbuf page = takeSendPage();
            if (page == null) {
                break;
            }
            page.resize(Math.min(rest, pageSize));
            if (packet == null || end == null) {
                packet = page;
            } else {
                packet.chainAfter(end, page);
            }
            end = page;
        }
        return packet;
    }

    /// A contiguous buffer of `length` octets behind the headroom of `layer`, given to the caller: a block if that
    /// is large enough, else a page. Null if there is none, or if a page is too small.
    public @Nullable Pbuf take(Headroom layer, int length) {
        final int needed = layer.octets() + length;
        if (needed > pageSize) {
            return null;
        }
        final Pbuf p = fresh(needed <= blockSize ? blocks : pages, layer.octets());
        if (p != null) {
            p.resize(length);
        }
        return p;
    }

    private @Nullable Pbuf fresh(FreeHandles from, int headroom) {
        final Pbuf p = from.pop();
        if (p == null) {
            return null;
        }
        p.reset(headroom);
        trace(p);
        return p;
    }

    /// A buffer that refers to `length` octets at `offset` of `target`'s memory and keeps `target` alive, given to
    /// the caller; null if there is no handle. `target` is borrowed.
    public @Nullable Pbuf reference(Pbuf target, long offset, int length) {
        final Pbuf p = foreign(Pbuf.Kind.REF, target.segment, offset, length);
        if (p != null) {
            p.referent = target.retain();
        }
        return p;
    }

    /// Moves the first `octets` octets of the chain behind `source` to the end of `target`, which is one buffer.
    /// What lies on both sides of the cut is shared.
    ///
    /// @return false if no handle was left; some octets have been moved
    public boolean move(Pbuf source, Pbuf target, int octets) {
        Pbuf end = target;
        int rest = octets;
        while (rest > 0) {
            final Pbuf piece = source.next;
            if (piece == null) {
                throw new IllegalArgumentException(octets + " octets are more than there are");
            }
            final Pbuf moved = piece.length <= rest ? piece : share(piece, rest);
            if (moved == null) {
                return false;
            }
            if (moved == piece) {
                source.next = piece.next;
                piece.next = null;
            } else {
                piece.offset += rest;
                piece.length -= rest;
            }
            end.next = moved;
            end = moved;
            rest -= moved.length;
        }
        source.totalLength -= octets;
        target.totalLength += octets;
        return true;
    }

    /// The first `octets` octets of `piece` (borrowed), kept alive by whatever keeps `piece` alive.
    private @Nullable Pbuf share(Pbuf piece, int octets) {
        final Pbuf referent = piece.referent;
        return reference(referent == null ? piece : referent, piece.offset, octets);
    }

    /// A buffer that refers to memory that stays unchanged as long as the stack lives, given to the caller; null if
    /// there is no handle.
    public @Nullable Pbuf rom(MemorySegment memory, long offset, int length) {
        return foreign(Pbuf.Kind.ROM, memory, offset, length);
    }

    /// A buffer that refers to memory of the caller's until `onRelease` is called, given to the caller; null if
    /// there is no handle.
    public @Nullable Pbuf custom(MemorySegment memory, long offset, int length, PbufRelease onRelease) {
        final Pbuf p = foreign(Pbuf.Kind.CUSTOM, memory, offset, length);
        if (p != null) {
            p.onRelease = onRelease;
        }
        return p;
    }

    private @Nullable Pbuf foreign(Pbuf.Kind kind, MemorySegment segment, long offset, int length) {
        final Pbuf p = handles.pop();
        if (p == null) {
            return null;
        }
        p.kind = kind;
        p.view(segment, offset, length);
        trace(p);
        return p;
    }

    /// A copy of `packet` (borrowed) in pages of this pool, given to the caller, with the same offload state; null
    /// if there are too few pages. The one place where a link's crossing from one stack's memory to another's costs
    /// a copy.
    public @Nullable Pbuf copy(Pbuf packet) {
        final Pbuf first = takePage();
        if (first == null) {
            return null;
        }
        Pbuf page = first;
        for (Pbuf piece = packet; piece != null; piece = piece.next) {
            int done = 0;
            while (done < piece.length) {
                if (page.tailroom() == 0) {
                    final Pbuf fresh = takePage();
                    if (fresh == null) {
                        first.release();
                        return null;
                    }
                    page.next = fresh;
                    page = fresh;
                }
                final int run = Math.min(page.tailroom(), piece.length - done);
                MemorySegment.copy(piece.segment, piece.offset + done, memory, page.offset + page.length, run);
                page.length += run;
                done += run;
            }
        }
        first.totalLength = packet.totalLength;
        first.segmentSize(packet.segmentSize());
        first.checksumState(packet.checksumState());
        if (packet.checksumState() == ChecksumState.PARTIAL) {
            first.partialChecksum(first.offset + packet.transportOffset() - packet.offset, packet.checksumOffset());
        }
        return first;
    }

    /// A packet that holds a copy of `length` octets behind the headroom of `layer`, given to the caller: one
    /// buffer if it fits one, else a chain of pages. Null if there are too few.
    public @Nullable Pbuf copyOf(Headroom layer, MemorySegment source, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.byteSize());
        final Pbuf first = takeChain(layer, length);
        int done = 0;
        for (Pbuf p = first; p != null; p = p.next) {
            MemorySegment.copy(source, offset + done, memory, p.offset, p.length);
            done += p.length;
        }
        return first;
    }

    /// As above, of what `source` has. Nothing is held if that throws.
    public @Nullable Pbuf copyOf(Headroom layer, OctetSource source, int length) {
        final Pbuf first = takeChain(layer, length);
        int done = 0;
        boolean whole = false;
        try {
            for (Pbuf p = first; p != null; p = p.next) {
                source.get(done, memory, p.offset, p.length);
                done += p.length;
            }
            whole = true;
        } finally {
            if (!whole && first != null) {
                first.release();
            }
        }
        return first;
    }

    /// True if [#copyOf] would find buffers for `length` octets now.
    public boolean hasRoomFor(Headroom layer, int length) {
        final int needed = layer.octets() + length;
        return needed <= blockSize ? blocks.free() > 0 : pages.free() >= Math.ceilDiv(needed, pageSize);
    }

    private @Nullable Pbuf takeChain(Headroom layer, int length) {
        final Pbuf first = take(layer, Math.min(length, pageSize - layer.octets()));
        return first == null ? null : lengthen(first, length);
    }

    /// Takes `first` and gives it with as many pages behind it as `length` octets need; null if there are too few.
    private @Nullable Pbuf lengthen(Pbuf first, int length) {
        Pbuf last = first;
        for (int done = first.length; done < length; done += last.length) {
            final Pbuf page = takePage();
            if (page == null) {
                first.release();
                return null;
            }
            page.resize(Math.min(pageSize, length - done));
            first.chainAfter(last, page);
            last = page;
        }
        return first;
    }

    /// A packet that holds a copy of `octets` octets of `packet` (borrowed) from `from` on, given to the caller;
    /// null if there are too few pages.
    public @Nullable Pbuf copyOf(Pbuf packet, int from, int octets) {
        Pbuf first = takePage();
        if (first != null) {
            first.resize(Math.min(pageSize, octets));
            first = lengthen(first, octets);
        }
        int done = from;
        for (Pbuf p = first; p != null; p = p.next) {
            done += packet.copyTo(done, memory, p.offset, p.length);
        }
        return first;
    }

    private void trace(Pbuf p) {
        if (traceLeaks) {
            p.takenAt = new Throwable("taken here");
        }
    }

    void giveBack(Pbuf p) {
        p.takenAt = null;
        if (p.ownsBlock) {
            if (p.countedAsSend) {
                p.countedAsSend = false;
                sendPages--;
            }
            (p.kind == Pbuf.Kind.POOL ? pages : blocks).push(p);
            return;
        }
        final Pbuf referent = p.referent;
        final PbufRelease onRelease = p.onRelease;
        p.referent = null;
        p.onRelease = null;
        if (onRelease != null) {
            onRelease.released(p);
        }
        p.segment = memory;
        handles.push(p);
        if (referent != null) {
            referent.release();
        }
    }

    /// Buffers that somebody holds.
    public int inUse() {
        return pages.inUse() + blocks.inUse() + handles.inUse();
    }

    /// Throws an `AssertionError` that describes every buffer still held, with the place where it was taken if the
    /// pool traces leaks.
    public void assertNoLeaks() {
        if (inUse() == 0) {
            return;
        }
        final AssertionError error = new AssertionError(inUse() + " buffers leaked: " + pages.inUse() + " pages, "
                + blocks.inUse() + " blocks, " + handles.inUse() + " handles");
        for (final Pbuf p : all) {
            if (p.references > 0 && p.takenAt != null) {
                error.addSuppressed(new AssertionError(p.toString(), p.takenAt));
            }
        }
        throw error;
    }
}
