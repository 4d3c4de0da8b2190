package org.weir.testkit.torture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What one end sends: each octet follows from its position in the stream and a key, so that a lost, repeated or
/// displaced one shows.
///
/// @param key another for each stream
record Pattern(long key) {
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    byte at(long position) {
        return (byte) ((position * SPREAD + key) >>> 57);
    }

    void fill(MemorySegment target, long offset, long position, int length) {
        for (int i = 0; i < length; i++) {
            target.set(ValueLayout.JAVA_BYTE, offset + i, at(position + i));
        }
    }

    /// @throws AssertionError if an octet is another
    void check(MemorySegment source, long offset, long position, int length) {
        for (int i = 0; i < length; i++) {
            final byte octet = source.get(ValueLayout.JAVA_BYTE, offset + i);
            if (octet != at(position + i)) {
                throw new AssertionError(
                        "octet " + (position + i) + " came as " + octet + " in place of " + at(position + i));
            }
        }
    }
}
