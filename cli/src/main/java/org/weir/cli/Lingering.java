package org.weir.cli;

import org.weir.preload.PreloadServer;
import org.weir.runtime.Polled;

/// Ends a host some time after its last program has gone.
final class Lingering implements Polled {
    private final PreloadServer door;
    private final long lingerNs;
    private final Runnable end;
    private long usedNs;

    Lingering(PreloadServer door, long lingerNs, long nowNs, Runnable end) {
        this.door = door;
        this.lingerNs = lingerNs;
        this.end = end;
        this.usedNs = nowNs;
    }

    @Override
    public int poll(long nowNs) {
        final int work = door.poll(nowNs);
        if (!door.isUnused()) {
            usedNs = nowNs;
        } else if (nowNs - usedNs >= lingerNs) {
            end.run();
        }
        return work;
    }

    @Override
    public long nextDeadlineNs() {
        final long deadlineNs = door.nextDeadlineNs();
        return door.isUnused() ? Math.min(deadlineNs, usedNs + lingerNs) : deadlineNs;
    }

    @Override
    public void release() {
        door.release();
    }
}
