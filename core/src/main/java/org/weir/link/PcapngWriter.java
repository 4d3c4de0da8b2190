package org.weir.link;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.weir.memory.Pbuf;

/// Writes frames as a pcapng file (draft-ietf-opsawg-pcapng): one section, its interfaces, an enhanced packet
/// block each.
///
/// ```text
/// section header | interface description | packet | packet | ...
/// ```
///
/// Blocks are in the machine's byte order, which the format permits. They gather in a buffer that is handed to the sink
/// when it is full, at [#flush] and at the end.
public final class PcapngWriter {
    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int LINKTYPE_ETHERNET = 1;
    private static final int LINKTYPE_RAW = 101;
    private static final int OPTION_TSRESOL = 9;
    private static final int OPTION_EPB_FLAGS = 2;
    private static final int NANOSECONDS = 9;
    private static final int PACKET_OVERHEAD = 44;
    private static final int INTERFACE_LENGTH = 32;

    private final MemorySegment buffer;
    private final CaptureSink sink;
    private final long epochOffsetNs;
    private int used;
    private int interfaces;

    /// Which way a frame went; the values are those of the format's `epb_flags`.
    public enum Direction {
        INBOUND(1),
        OUTBOUND(2);

        private final int flags;

        Direction(int flags) {
            this.flags = flags;
        }
    }

    /// Begins a file with one interface, number 0.
    ///
    /// @param buffer the caller's, at least 128 KiB, for as long as this writer is used
    /// @param epochOffsetNs what is added to the stack's time to give nanoseconds since 1970
    public PcapngWriter(MemorySegment buffer, CaptureSink sink, Framing framing, long epochOffsetNs) {
        this.buffer = buffer;
        this.sink = sink;
        this.epochOffsetNs = epochOffsetNs;
        writeSectionHeader();
        addInterface(framing);
        flush();
    }

    /// Describes another interface. Returns its number for [#write], from 1 on.
    public int addInterface(Framing framing) {
        if (used + INTERFACE_LENGTH > buffer.byteSize()) {
            flush();
        }
        writeInterface(framing);
        return interfaces++;
    }

    private void writeSectionHeader() {
        u32(SECTION_HEADER);
        u32(28);
        u32(BYTE_ORDER_MAGIC);
        u16(1);
        u16(0);
        u32(-1);
        u32(-1);
        u32(28);
    }

    private void writeInterface(Framing framing) {
        u32(INTERFACE_DESCRIPTION);
        u32(INTERFACE_LENGTH);
        u16(framing == Framing.ETHERNET ? LINKTYPE_ETHERNET : LINKTYPE_RAW);
        u16(0);
        u32(0);
        u16(OPTION_TSRESOL);
        u16(1);
        u32(NANOSECONDS);
        u32(0);
        u32(INTERFACE_LENGTH);
    }

    /// Appends `frame` (borrowed), seen at `nowNs` on the first interface.
    public void write(Pbuf frame, Direction direction, long nowNs) {
        write(0, frame, direction, nowNs);
    }

    /// Appends `frame` (borrowed), seen at `nowNs` on the interface with this number.
    public void write(int number, Pbuf frame, Direction direction, long nowNs) {
        final int length = frame.totalLength();
        final int padded = length + 3 & ~3;
        final int block = PACKET_OVERHEAD + padded;
        if (used + block > buffer.byteSize()) {
            flush();
        }
        if (block > buffer.byteSize()) {
            return;
        }
        final long timestamp = nowNs + epochOffsetNs;
        u32(ENHANCED_PACKET);
        u32(block);
        u32(number);
        u32((int) (timestamp >>> 32));
        u32((int) timestamp);
        u32(length);
        u32(length);
        used += frame.copyTo(0, buffer, used, length);
        while ((used & 3) != 0) {
            buffer.set(ValueLayout.JAVA_BYTE, used++, (byte) 0);
        }
        u16(OPTION_EPB_FLAGS);
        u16(4);
        u32(direction.flags);
        u32(0);
        u32(block);
    }

    /// Hands everything written so far to the sink.
    public void flush() {
        if (used > 0) {
            sink.write(buffer, 0, used);
            used = 0;
        }
    }

    private void u16(int value) {
        buffer.set(ValueLayout.JAVA_SHORT_UNALIGNED, used, (short) value);
        used += 2;
    }

    private void u32(int value) {
        buffer.set(ValueLayout.JAVA_INT_UNALIGNED, used, value);
        used += 4;
    }
}
