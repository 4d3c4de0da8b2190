package org.weir.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A waiter for stacks whose links are all in memory: no frame arrives unless a thread of this JVM brings it, and that
/// thread calls [#wake].
public final class ParkingWaiter implements Waiter {
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile @Nullable Thread owner;

    @Override
    public void await(long timeoutNs) {
        final Thread caller = Thread.currentThread();
        if (owner != caller) {
            owner = caller;
        }
        if (timeoutNs > 0 && !woken.get()) {
            LockSupport.parkNanos(this, timeoutNs);
        }
        woken.set(false);
    }

    @Override
    public void wake() {
        woken.set(true);
        LockSupport.unpark(owner);
    }
}
