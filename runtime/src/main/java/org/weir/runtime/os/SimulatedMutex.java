package org.weir.runtime.os;

import org.jspecify.annotations.Nullable;

/// A mutex of a simulation. Who gives it up hands it to one who waits.
final class SimulatedMutex implements OsMutex {
    private final SimulatedPort port;
    private final String name;
    private final Waiting waiting;
    private @Nullable SimulatedThread holder;

    SimulatedMutex(SimulatedPort port, String name) {
        this.port = port;
        this.name = name;
        this.waiting = new Waiting(this::toString);
    }

    @Override
    public void lock() throws InterruptedException {
        tryLock(Long.MAX_VALUE);
    }

    @Override
    public boolean tryLock(long timeoutNs) throws InterruptedException {
        final SimulatedThread self = port.self();
        if (holder == self) {
            throw new IllegalStateException("mutex '" + name + "' is held by the caller already");
        }
        port.giveWay();
        if (holder == null) {
            holder = self;
            return true;
        }
        return port.await(waiting, timeoutNs);
    }

    @Override
    public void unlock() {
        if (holder != port.self()) {
            throw new IllegalStateException("mutex '" + name + "' is not held by the caller");
        }
        holder = waiting.isEmpty() ? null : port.serve(waiting);
    }

    @Override
    public String toString() {
        final SimulatedThread now = holder;
        return "mutex '" + name + "'" + (now == null ? "" : ", which '" + now.name() + "' holds");
    }
}
