package org.weir.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A view of a header: it owns no bytes, `at` of the subclass moves it. This class owns the byte order of the network.
///
/// Accessors do not check that the header lies within the packet: the layer that received it has asked `fits` before.
/// The memory's own bounds hold in any case.
public abstract class Flyweight {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private MemorySegment segment = MemorySegment.NULL;
    private long offset;

    /// Moves the view.
    protected final void moveTo(MemorySegment memory, long at) {
        segment = memory;
        offset = at;
    }

    /// The memory that the view is on.
    public final MemorySegment segment() {
        return segment;
    }

    /// Where the header starts in [#segment].
    public final long offset() {
        return offset;
    }

    protected final int u8(int field) {
        return segment.get(ValueLayout.JAVA_BYTE, offset + field) & 0xFF;
    }

    protected final void u8(int field, int value) {
        segment.set(ValueLayout.JAVA_BYTE, offset + field, (byte) value);
    }

    protected final int u16(int field) {
        return segment.get(SHORT, offset + field) & 0xFFFF;
    }

    protected final void u16(int field, int value) {
        segment.set(SHORT, offset + field, (short) value);
    }

    protected final int u32(int field) {
        return segment.get(INT, offset + field);
    }

    protected final void u32(int field, int value) {
        segment.set(INT, offset + field, value);
    }

    /// Six octets as the low 48 bits: a MAC address.
    protected final long u48(int field) {
        return (long) u16(field) << 32 | u32(field + 2) & 0xFFFF_FFFFL;
    }

    protected final void u48(int field, long value) {
        u16(field, (int) (value >>> 32));
        u32(field + 2, (int) value);
    }

    protected final long u64(int field) {
        return segment.get(LONG, offset + field);
    }

    protected final void u64(int field, long value) {
        segment.set(LONG, offset + field, value);
    }
}
