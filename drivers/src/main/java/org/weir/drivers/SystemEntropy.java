package org.weir.drivers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.weir.base.Entropy;

/// Secure random bits of the kernel, by `getrandom(2)`, fetched 256 octets at a time and forgotten as they are
/// handed out. Allocates nothing after it was made. For one thread.
public final class SystemEntropy implements Entropy {
    /// The most that the kernel gives at once, whatever happens.
    private static final int SIZE = 256;

    private final MemorySegment bits = Arena.ofAuto().allocate(SIZE, Long.BYTES);
    private int used = SIZE;

    /// @throws IllegalStateException if the kernel has no random bits to give
    public SystemEntropy() {
        Libc.exercise();
        refill();
    }

    @Override
    public long next() {
        if (used == SIZE) {
            refill();
        }
        final long value = bits.get(ValueLayout.JAVA_LONG, used);
        bits.set(ValueLayout.JAVA_LONG, used, 0);
        used += Long.BYTES;
        return value;
    }

    private void refill() {
        if (Libc.getrandom(bits.address(), SIZE) != SIZE) {
            throw new IllegalStateException("the kernel gives no random bits: getrandom(2) failed");
        }
        used = 0;
    }
}
