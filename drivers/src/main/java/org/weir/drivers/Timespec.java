package org.weir.drivers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// `struct timespec`, linux/time_types.h.
///
/// ```text
/// 0        8        16
/// | tv_sec | tv_nsec |
/// ```
final class Timespec {
    static final int SIZE = 16;

    private static final int TV_SEC = 0;
    private static final int TV_NSEC = 8;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Timespec() {}

    static void write(MemorySegment timespec, long nanos) {
        timespec.set(ValueLayout.JAVA_LONG, TV_SEC, nanos / NANOS_PER_SECOND);
        timespec.set(ValueLayout.JAVA_LONG, TV_NSEC, nanos % NANOS_PER_SECOND);
    }
}
