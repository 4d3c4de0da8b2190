package org.weir.benchmarks;

/// What every owner of a thread needs at its end.
final class Threads {
    private Threads() {}

    /// Waits until `thread` has ended, whatever interrupts; at once if it was never started.
    static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
