package org.weir.memory;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A packet buffer, after lwIP's pbuf: a pre-allocated handle on a run of octets.
///
/// ```text
///   floor        offset              offset + length       ceiling
///     |  headroom  |       payload        |     tailroom      |
/// ```
///
/// A packet is one buffer or a chain of them through [#next]. `totalLength` is kept on the first buffer of a packet
/// only. Packets wait in queues through [#nextPacket]. References are counted: a new buffer has one, [#retain] adds
/// one, [#release] gives one back, and the last one returns the handle (and its memory, if it is the pool's) to the
/// pool.
///
/// Not thread-safe: a buffer belongs to the owner of its pool.
public final class Pbuf {
    /// Whose the memory is.
    public enum Kind {
        /// A page of the stack's page pool: received frames and queued socket data.
        POOL,
        /// A small block of the stack's own, for headers and short packets.
        RAM,
        /// Memory of somebody else that never changes and never goes away: a mapped file, a constant page.
        ROM,
        /// A part of another buffer, which it keeps alive.
        REF,
        /// Memory of somebody else, who is told when it is no longer needed.
        CUSTOM
    }

    final PbufPool home;
    /// The block that belongs to this handle, or null if it refers to foreign memory.
    final boolean ownsBlock;

    private final long blockFloor;
    private final long blockCeiling;

    Kind kind;
    MemorySegment segment;
    long floor;
    long ceiling;
    long offset;
    int length;
    int totalLength;
    int references;
    /// A send queue took this page: it counts against what send queues may take.
    boolean countedAsSend;

    @Nullable
    Pbuf next;

    @Nullable
    Pbuf nextPacket;

    @Nullable
    Pbuf referent;

    @Nullable
    PbufRelease onRelease;

    @Nullable
    Throwable takenAt;

    private long queueKey;
    private ChecksumState checksumState = ChecksumState.UNKNOWN;
    private long transportOffset;
    private int checksumOffset;
    private int segmentSize;
    private int typeOfService;

    Pbuf(PbufPool home, Kind kind, boolean ownsBlock, long blockFloor, int blockSize) {
        this.home = home;
        this.kind = kind;
        this.ownsBlock = ownsBlock;
        this.blockFloor = blockFloor;
        this.blockCeiling = blockFloor + blockSize;
        this.segment = home.memory();
    }

    /// Makes the handle a fresh, empty buffer with `headroom` octets in front, holding one reference.
    void reset(int headroom) {
        segment = home.memory();
        floor = blockFloor;
        ceiling = blockCeiling;
        offset = blockFloor + headroom;
        begin(0);
    }

    /// Makes the handle a view of `octets` octets at `at` of memory that is not its own, holding one reference.
    void view(MemorySegment memory, long at, int octets) {
        segment = memory;
        floor = at;
        ceiling = at + octets;
        offset = at;
        begin(octets);
    }

    private void begin(int octets) {
        length = octets;
        totalLength = octets;
        references = 1;
        checksumState = ChecksumState.UNKNOWN;
        segmentSize = 0;
        typeOfService = 0;
        transportOffset = 0;
        checksumOffset = 0;
        queueKey = 0;
    }

    public Kind kind() {
        return kind;
    }

    /// The memory that [#offset] counts in.
    public MemorySegment segment() {
        return segment;
    }

    /// Where the payload of this buffer starts in [#segment].
    public long offset() {
        return offset;
    }

    /// Octets in this buffer alone.
    public int length() {
        return length;
    }

    /// Octets in the packet that starts with this buffer. Kept on a packet's first buffer only.
    public int totalLength() {
        return totalLength;
    }

    public int headroom() {
        return (int) (offset - floor);
    }

    public int tailroom() {
        return (int) (ceiling - offset - length);
    }

    /// Octets of memory that this buffer keeps from others: of the pool, or lent by a link.
    public int trueSize() {
        return (int) (kind == Kind.CUSTOM ? ceiling - floor : blockCeiling - blockFloor);
    }

    /// The next buffer of the same packet.
    public @Nullable Pbuf next() {
        return next;
    }

    /// The next packet of the queue that holds this one. Belongs to that queue.
    public @Nullable Pbuf nextPacket() {
        return nextPacket;
    }

    public void nextPacket(@Nullable Pbuf packet) {
        nextPacket = packet;
    }

    /// A number kept by whichever queue holds the buffer: a stream position, a sequence number, the time it is due.
    public long queueKey() {
        return queueKey;
    }

    public void queueKey(long key) {
        queueKey = key;
    }

    /// True if a write into this buffer's memory would be seen by nobody else.
    public boolean isExclusive() {
        return ownsBlock && references == 1;
    }

    // ---- offload ----

    public ChecksumState checksumState() {
        return checksumState;
    }

    public void checksumState(ChecksumState state) {
        checksumState = state;
    }

    /// Declares the checksum [ChecksumState#PARTIAL]: it covers the packet from `transportOffset` (in [#segment])
    /// to the end and its field is `checksumOffset` octets further on.
    public void partialChecksum(long atTransport, int fieldOffset) {
        checksumState = ChecksumState.PARTIAL;
        transportOffset = atTransport;
        checksumOffset = fieldOffset;
    }

    /// Where the transport header starts in [#segment]. Valid while the checksum is [ChecksumState#PARTIAL].
    public long transportOffset() {
        return transportOffset;
    }

    /// The checksum field, counted from [#transportOffset].
    public int checksumOffset() {
        return checksumOffset;
    }

    /// Payload octets per segment if the packet is to be cut by (or was put together by) the link; 0 if it is one
    /// segment.
    public int segmentSize() {
        return segmentSize;
    }

    public void segmentSize(int octets) {
        segmentSize = octets;
    }

    /// DSCP and ECN that the network layer is to write into its header.
    public int typeOfService() {
        return typeOfService;
    }

    public void typeOfService(int tos) {
        typeOfService = tos;
    }

    // ---- payload ----

    /// Takes `octets` of headroom for a header.
    ///
    /// @return where that header starts in [#segment]
    public long prepend(int octets) {
        if (octets > headroom()) {
            throw new IllegalStateException(
                    "a header of " + octets + " octets does not fit the headroom of " + headroom());
        }
        offset -= octets;
        length += octets;
        totalLength += octets;
        return offset;
    }

    /// Drops the first `octets` octets of this buffer, usually a header that has been read. They stay in memory, so
    /// [#prepend] brings them back.
    public void strip(int octets) {
        if (octets > length) {
            throw new IllegalStateException("cannot strip " + octets + " octets off a buffer of " + length);
        }
        offset += octets;
        length -= octets;
        totalLength -= octets;
    }

    /// Adds `octets` octets behind the payload of a packet's only buffer. Their content is the caller's to write.
    ///
    /// @return where they start in [#segment]
    public long extend(int octets) {
        if (octets > tailroom() || next != null) {
            throw new IllegalStateException(octets + " octets do not fit the tailroom of " + tailroom());
        }
        final long at = offset + length;
        length += octets;
        totalLength += octets;
        return at;
    }

    /// Sets the length of this buffer and of the packet that consists of it alone.
    public void resize(int octets) {
        if (octets > ceiling - offset || next != null) {
            throw new IllegalStateException(octets + " octets do not fit a buffer with room for " + (ceiling - offset));
        }
        length = octets;
        totalLength = octets;
    }

    /// Cuts the packet to its first `octets` octets and releases the buffers behind them. No effect if it is not
    /// longer.
    public void trimTo(int octets) {
        if (octets >= totalLength) {
            return;
        }
        totalLength = octets;
        Pbuf last = this;
        int rest = octets;
        while (rest > last.length && last.next != null) {
            rest -= last.length;
            last = last.next;
        }
        last.length = Math.min(rest, last.length);
        final Pbuf tail = last.next;
        last.next = null;
        if (tail != null) {
            tail.release();
        }
    }

    /// Drops the first `octets` octets of the packet, releasing each buffer that becomes empty except the last.
    ///
    /// @return the packet's new first buffer; the caller owns it in place of this one
    public Pbuf trimFront(int octets) {
        Pbuf first = this;
        int rest = octets;
        final int total = totalLength;
        while (rest >= first.length && first.next != null) {
            rest -= first.length;
            final Pbuf second = first.next;
            first.next = null;
            first.handOver(second);
            first.release();
            first = second;
        }
        final int cut = Math.min(rest, first.length);
        first.offset += cut;
        first.length -= cut;
        first.totalLength = Math.max(0, total - octets);
        return first;
    }

    private void handOver(Pbuf second) {
        second.checksumState = checksumState;
        second.segmentSize = segmentSize;
        second.queueKey = queueKey;
    }

    /// Appends `tail` (taken) to this packet.
    public void chain(Pbuf tail) {
        lastBuffer().next = tail;
        totalLength += tail.totalLength;
    }

    /// Appends `piece` (taken) behind `last`, the last buffer of this packet: as [#chain], without the walk.
    public void chainAfter(Pbuf last, Pbuf piece) {
        last.next = piece;
        totalLength += piece.totalLength;
    }

    /// The last buffer of this packet.
    public Pbuf lastBuffer() {
        Pbuf last = this;
        while (last.next != null) {
            last = last.next;
        }
        return last;
    }

    /// The number of buffers in this packet.
    public int chainLength() {
        int count = 0;
        for (Pbuf p = this; p != null; p = p.next) {
            count++;
        }
        return count;
    }

    /// Copies octets `from` to `from + octets` of the packet to `target`. Returns how many there were to copy.
    public int copyTo(int from, MemorySegment target, long at, int octets) {
        int skip = from;
        int copied = 0;
        for (Pbuf p = this; p != null && copied < octets; p = p.next) {
            if (skip >= p.length) {
                skip -= p.length;
                continue;
            }
            final int run = Math.min(p.length - skip, octets - copied);
            MemorySegment.copy(p.segment, p.offset + skip, target, at + copied, run);
            copied += run;
            skip = 0;
        }
        return copied;
    }

    /// As [#copyTo] with memory, from the first octet of the packet on.
    public int copyTo(OctetTarget target, int octets) {
        int copied = 0;
        for (Pbuf p = this; p != null && copied < octets; p = p.next) {
            final int run = Math.min(p.length, octets - copied);
            target.put(copied, p.segment, p.offset, run);
            copied += run;
        }
        return copied;
    }

    // ---- ownership ----

    /// Adds a reference to this buffer (not to the rest of its chain). Returns this buffer.
    public Pbuf retain() {
        if (references <= 0) {
            throw new IllegalStateException("a released buffer was retained");
        }
        references++;
        return this;
    }

    /// Gives back one reference to this buffer; if it was the last, the buffer goes to its pool and one reference
    /// to the next buffer of the chain is given back in turn.
    public void release() {
        Pbuf p = this;
        while (p != null) {
            if (p.references <= 0) {
                throw new IllegalStateException("a buffer was released twice");
            }
            if (--p.references > 0) {
                return;
            }
            final Pbuf rest = p.next;
            p.next = null;
            p.nextPacket = null;
            p.home.giveBack(p);
            p = rest;
        }
    }

    @Override
    public String toString() {
        return kind + "[" + length + " of " + totalLength + " octets, " + references + " references]";
    }
}
