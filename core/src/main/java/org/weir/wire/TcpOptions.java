package org.weir.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// TCP options, RFC 9293 section 3.2, RFC 7323, RFC 2018: parsed once per segment into fields that are reused.
///
/// Options with an impossible length end the parse: what stood before them counts, what stands behind them does not.
public final class TcpOptions extends Flyweight {
    public static final int MAXIMUM_SEGMENT_SIZE_LENGTH = 4;
    public static final int WINDOW_SCALE_LENGTH = 4;
    public static final int SACK_PERMITTED_LENGTH = 4;
    /// With the two no-operations that align it, RFC 7323 appendix A.
    public static final int TIMESTAMPS_LENGTH = 12;
    /// The largest shift that counts, RFC 7323 section 2.3.
    public static final int MAX_WINDOW_SCALE = 14;

    /// The most SACK blocks that fit beside no other option, RFC 2018 section 3.
    public static final int SACK_BLOCKS = 4;
    /// The most that fit beside timestamps.
    public static final int SACK_BLOCKS_WITH_TIMESTAMPS = 3;

    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int MAXIMUM_SEGMENT_SIZE = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;
    private static final int ABSENT = -1;
    private static final int SACK_BLOCK_LENGTH = 8;

    private int maximumSegmentSize;
    private int windowScale;
    private boolean sackPermitted;
    private boolean hasTimestamps;
    private int timestampValue;
    private int timestampEcho;
    private int sackBlocks;
    private int sackField;
    private boolean wellFormed;

    /// Reads the `length` octets of options at `offset`.
    public TcpOptions parse(MemorySegment segment, long offset, int length) {
        moveTo(segment, offset);
        clear();
        if (length == TIMESTAMPS_LENGTH && isAlignedTimestamps()) {
            readTimestamps(2);
            return this;
        }
        int at = 0;
        while (at < length) {
            final int kind = u8(at);
            if (kind == END) {
                return this;
            }
            if (kind == NO_OPERATION) {
                at++;
                continue;
            }
            final int size = at + 1 < length ? u8(at + 1) : 0;
            if (size < 2 || at + size > length) {
                wellFormed = false;
                return this;
            }
            read(kind, at, size);
            at += size;
        }
        return this;
    }

    private void clear() {
        maximumSegmentSize = ABSENT;
        windowScale = ABSENT;
        sackPermitted = false;
        hasTimestamps = false;
        sackBlocks = 0;
        wellFormed = true;
    }

    /// The layout of RFC 7323 appendix A that nearly every segment has.
    private boolean isAlignedTimestamps() {
        return u32(0) == (NO_OPERATION << 24 | NO_OPERATION << 16 | TIMESTAMPS << 8 | 10);
    }

    private void read(int kind, int at, int size) {
        switch (kind) {
            case MAXIMUM_SEGMENT_SIZE -> {
                if (size == 4) {
                    maximumSegmentSize = u16(at + 2);
                }
            }
            case WINDOW_SCALE -> {
                if (size == 3) {
                    windowScale = Math.min(u8(at + 2), MAX_WINDOW_SCALE);
                }
            }
            case SACK_PERMITTED -> sackPermitted |= size == 2;
            case SACK -> {
                if ((size - 2) % SACK_BLOCK_LENGTH == 0) {
                    sackBlocks = (size - 2) / SACK_BLOCK_LENGTH;
                    sackField = at + 2;
                }
            }
            case TIMESTAMPS -> {
                if (size == 10) {
                    readTimestamps(at);
                }
            }
            default -> {
                // An option that we do not know is skipped, RFC 9293 MUST-6.
            }
        }
    }

    private void readTimestamps(int at) {
        hasTimestamps = true;
        final long both = u64(at + 2);
        timestampValue = (int) (both >>> 32);
        timestampEcho = (int) both;
    }

    public boolean hasMaximumSegmentSize() {
        return maximumSegmentSize != ABSENT;
    }

    public int maximumSegmentSize() {
        return maximumSegmentSize;
    }

    public boolean hasWindowScale() {
        return windowScale != ABSENT;
    }

    /// The shift count, at most 14.
    public int windowScale() {
        return windowScale;
    }

    public boolean sackPermitted() {
        return sackPermitted;
    }

    public boolean hasTimestamps() {
        return hasTimestamps;
    }

    /// TSval.
    public int timestampValue() {
        return timestampValue;
    }

    /// TSecr.
    public int timestampEcho() {
        return timestampEcho;
    }

    /// The number of SACK blocks.
    public int sackBlocks() {
        return sackBlocks;
    }

    /// The first sequence number of block `index`.
    public int sackLeft(int index) {
        return u32(sackField + index * SACK_BLOCK_LENGTH);
    }

    /// The sequence number behind the last of block `index`.
    public int sackRight(int index) {
        return u32(sackField + index * SACK_BLOCK_LENGTH + 4);
    }

    /// False if an option's length was impossible.
    public boolean isWellFormed() {
        return wellFormed;
    }

    // ---- writing: each returns where the next option goes ----

    public static long writeMaximumSegmentSize(MemorySegment segment, long at, int octets) {
        segment.set(ValueLayout.JAVA_BYTE, at, (byte) MAXIMUM_SEGMENT_SIZE);
        segment.set(ValueLayout.JAVA_BYTE, at + 1, (byte) 4);
        segment.set(ValueLayout.JAVA_BYTE, at + 2, (byte) (octets >>> 8));
        segment.set(ValueLayout.JAVA_BYTE, at + 3, (byte) octets);
        return at + MAXIMUM_SEGMENT_SIZE_LENGTH;
    }

    /// Writes a no-operation and the shift count.
    public static long writeWindowScale(MemorySegment segment, long at, int shift) {
        segment.set(ValueLayout.JAVA_BYTE, at, (byte) NO_OPERATION);
        segment.set(ValueLayout.JAVA_BYTE, at + 1, (byte) WINDOW_SCALE);
        segment.set(ValueLayout.JAVA_BYTE, at + 2, (byte) 3);
        segment.set(ValueLayout.JAVA_BYTE, at + 3, (byte) shift);
        return at + WINDOW_SCALE_LENGTH;
    }

    /// Writes two no-operations and the timestamps.
    public long writeTimestamps(MemorySegment segment, long at, int value, int echo) {
        moveTo(segment, at);
        u32(0, NO_OPERATION << 24 | NO_OPERATION << 16 | TIMESTAMPS << 8 | 10);
        u64(4, (long) value << 32 | echo & 0xFFFF_FFFFL);
        return at + TIMESTAMPS_LENGTH;
    }

    /// Writes two no-operations and SACK-Permitted.
    public long writeSackPermitted(MemorySegment segment, long at) {
        moveTo(segment, at);
        u32(0, NO_OPERATION << 24 | NO_OPERATION << 16 | SACK_PERMITTED << 8 | 2);
        return at + SACK_PERMITTED_LENGTH;
    }

    /// Octets of a SACK option with `blocks` blocks and the two no-operations that align it.
    public static int sackLength(int blocks) {
        return 4 + blocks * SACK_BLOCK_LENGTH;
    }

    /// The blocks of the largest SACK option that takes `octets` octets with the no-operations that align it.
    public static int sackBlocksIn(int octets) {
        return Math.max(0, (octets - 4) / SACK_BLOCK_LENGTH);
    }

    /// Begins a SACK option of `blocks` blocks, which follow by [#writeSackBlock].
    public long beginSack(MemorySegment segment, long at, int blocks) {
        moveTo(segment, at);
        u32(0, NO_OPERATION << 24 | NO_OPERATION << 16 | SACK << 8 | 2 + blocks * SACK_BLOCK_LENGTH);
        return at + 4;
    }

    /// Writes one block: the first number and the one behind the last.
    public long writeSackBlock(MemorySegment segment, long at, int left, int right) {
        moveTo(segment, at);
        u32(0, left);
        u32(4, right);
        return at + SACK_BLOCK_LENGTH;
    }
}
