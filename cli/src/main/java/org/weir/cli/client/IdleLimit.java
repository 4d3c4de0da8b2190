package org.weir.cli.client;

import java.io.IOException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Closes a stream on which nothing has happened for some time.
final class IdleLimit implements AutoCloseable {
    private final long limitNs;
    private final StackStream stream;
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("idle-limit").factory());
    private volatile long latestNs = System.nanoTime();
    private volatile boolean over;

    /// @param seconds 0 for no limit
    IdleLimit(int seconds, StackStream stream) {
        this.limitNs = TimeUnit.SECONDS.toNanos(seconds);
        this.stream = stream;
        if (seconds > 0) {
            clock.schedule(this::look, limitNs, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        final long leftNs = latestNs + limitNs - System.nanoTime();
        if (leftNs > 0) {
            clock.schedule(this::look, leftNs, TimeUnit.NANOSECONDS);
            return;
        }
        over = true;
        try {
            stream.close();
        } catch (IOException _) {
            // It is closed for us.
        }
    }

    /// Something has happened.
    void postpone() {
        latestNs = System.nanoTime();
    }

    /// True if it has closed the stream.
    boolean isOver() {
        return over;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
