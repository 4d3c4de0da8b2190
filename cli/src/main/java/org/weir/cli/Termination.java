package org.weir.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/// Lets a command end in its own order and with its own exit status when a signal asks it to.
///
/// The JVM answers SIGINT, SIGTERM and SIGHUP by running its shutdown hooks and exits with 128 + n. The hook made
/// here tells the command, waits until it has cleaned up, and ends the JVM with the command's status instead. It is
/// installed before there is anything to clean up, so that no signal comes in between.
public final class Termination {
    /// Which signal it was.
    public enum Signal {
        /// Ctrl-C: the terminal sends it to every process of the foreground.
        INTERRUPT,
        /// Another one, or unknown.
        TERMINATE
    }

    private final CompletableFuture<Consumer<Signal>> receiver = new CompletableFuture<>();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::runHook, "termination");
    private volatile int status = Failure.GENERAL;

    private Termination() {}

    /// From now on until [#finish], a signal waits for [#onSignal].
    public static Termination install() {
        final Termination made = new Termination();
        Runtime.getRuntime().addShutdownHook(made.hook);
        return made;
    }

    /// Calls `action`, in a thread of its own, when a signal arrives, or has arrived. To be called once.
    public void onSignal(Consumer<Signal> action) {
        receiver.complete(action);
    }

    private void runHook() {
        receiver.join().accept(signal());
        try {
            finished.await();
        } catch (InterruptedException _) {
            return; // Nobody interrupts a hook; if so, the JVM ends as it would without one.
        }
        Runtime.getRuntime().halt(status);
    }

    /// The JVM does not tell which signal it was, but handles each in a thread that bears its name.
    private static Signal signal() {
        for (final Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("SIGINT handler")) {
                return Signal.INTERRUPT;
            }
        }
        return Signal.TERMINATE;
    }

    /// The command has cleaned up; if a signal has arrived, the JVM ends now with `exitStatus`.
    public void finish(int exitStatus) {
        status = exitStatus;
        receiver.complete(_ -> {});
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The hook is running, and ends the JVM.
        }
    }
}
