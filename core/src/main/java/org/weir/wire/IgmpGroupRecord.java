package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// Group record of a version 3 membership report, RFC 3376 section 4.2.
public final class IgmpGroupRecord extends Flyweight {
    /// Octets before the sources.
    public static final int LENGTH = 8;

    /// The filter of the interface as it is, in answer to a query.
    public static final int MODE_IS_INCLUDE = 1;

    public static final int MODE_IS_EXCLUDE = 2;
    /// The mode of the filter has changed.
    public static final int CHANGE_TO_INCLUDE_MODE = 3;

    public static final int CHANGE_TO_EXCLUDE_MODE = 4;
    /// The mode is the same, but these sources are let in or shut out.
    public static final int ALLOW_NEW_SOURCES = 5;

    public static final int BLOCK_OLD_SOURCES = 6;

    private static final int TYPE = 0;
    private static final int AUXILIARY_LENGTH = 1;
    private static final int SOURCES = 2;
    private static final int GROUP = 4;

    public IgmpGroupRecord at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    public static boolean fits(int length) {
        return length >= LENGTH;
    }

    /// Octets of the record with its sources and what follows these.
    public int recordLength() {
        return LENGTH + (sources() + u8(AUXILIARY_LENGTH)) * Integer.BYTES;
    }

    public int type() {
        return u8(TYPE);
    }

    public int group() {
        return u32(GROUP);
    }

    public int sources() {
        return u16(SOURCES);
    }

    public int source(int index) {
        return u32(LENGTH + index * Integer.BYTES);
    }

    /// Writes all but the sources; there are no auxiliary data.
    public void write(int type, int group, int sources) {
        u32(TYPE, type << 24 | sources);
        u32(GROUP, group);
    }

    public IgmpGroupRecord source(int index, int address) {
        u32(LENGTH + index * Integer.BYTES, address);
        return this;
    }
}
