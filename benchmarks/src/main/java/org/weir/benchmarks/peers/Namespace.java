package org.weir.benchmarks.peers;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.weir.drivers.NetworkNamespace;

/// A network namespace, with one thread that lives in it and starts programs there. It goes with its last program.
final class Namespace implements AutoCloseable {
    private final ExecutorService inside = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("namespace").factory());

    private Namespace() {}

    /// @throws IOException if that is not permitted; the message says what to do
    static Namespace create() throws IOException, InterruptedException {
        final Namespace made = new Namespace();
        try {
            made.call(() -> {
                NetworkNamespace.enterNew();
                return true;
            });
        } catch (IOException | InterruptedException | RuntimeException e) {
            made.close();
            throw e;
        }
        return made;
    }

    /// Runs `task` in the namespace and waits for it.
    <T> T call(Callable<T> task) throws IOException, InterruptedException {
        try {
            return inside.submit(task).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// Starts a program.
    Program start(List<String> words) throws IOException, InterruptedException {
        return call(() -> Program.start(words));
    }

    /// Runs a program to its end.
    ///
    /// @throws IOException if it fails; the message is what it said
    void run(String... words) throws IOException, InterruptedException {
        try (Program program = start(List.of(words))) {
            program.awaitEnd();
        }
    }

    /// Ends the thread, and with it the programs.
    @Override
    public void close() {
        inside.shutdownNow();
    }
}
