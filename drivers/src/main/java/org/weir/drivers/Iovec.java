package org.weir.drivers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An array of `struct iovec`, linux/uio.h.
///
/// ```text
/// 0          8         16
/// | iov_base | iov_len | ...
/// ```
final class Iovec {
    static final int SIZE = 16;

    /// The most entries that one call takes, linux/uio.h.
    static final int UIO_MAXIOV = 1024;

    private static final int IOV_BASE = 0;
    private static final int IOV_LEN = 8;

    private Iovec() {}

    static void write(MemorySegment array, int index, long base, long length) {
        final long at = (long) index * SIZE;
        array.set(ValueLayout.JAVA_LONG, at + IOV_BASE, base);
        array.set(ValueLayout.JAVA_LONG, at + IOV_LEN, length);
    }
}
