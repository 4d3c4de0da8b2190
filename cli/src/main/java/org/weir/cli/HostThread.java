package org.weir.cli;

import org.jspecify.annotations.Nullable;

/// Runs a host while another thread does something else.
final class HostThread {
    private final Host host;
    private final Thread thread;
    private volatile @Nullable Throwable failure;
    private volatile Runnable onFailure = () -> {};

    private HostThread(Host host) {
        this.host = host;
        this.thread = Thread.ofPlatform().name("weir").daemon().unstarted(this::run);
    }

    /// Gives `host` to a new thread.
    static HostThread start(Host host) {
        final HostThread made = new HostThread(host);
        host.release();
        made.thread.start();
        return made;
    }

    private void run() {
        try {
            host.run();
        } catch (RuntimeException | Error e) {
            failure = e;
            onFailure.run();
        }
    }

    /// Calls `action` if the host fails, or has failed.
    void onFailure(Runnable action) {
        onFailure = action;
        if (failure != null) {
            action.run();
        }
    }

    /// Ends the host and waits for that.
    ///
    /// @throws Failure if the host has failed before
    void stop() throws Failure, InterruptedException {
        host.stop();
        thread.join();
        final Throwable cause = failure;
        if (cause != null) {
            final Failure told = new Failure("the host failed: " + cause);
            told.initCause(cause);
            throw told;
        }
    }
}
