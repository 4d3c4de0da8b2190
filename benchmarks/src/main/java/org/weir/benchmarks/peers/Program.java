package org.weir.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A program that was started by a benchmark, and what it says: a line that begins with `ready` once it serves, or a
/// last line that is its result or its complaint.
///
/// The kernel ends it as soon as the thread that started it ends (prctl(2), PR_SET_PDEATHSIG), so that none survives
/// this program, however it ends.
final class Program implements AutoCloseable {
    private static final List<String> BOUND_TO_PARENT = List.of("setpriv", "--pdeathsig", "KILL", "--");
    private static final String READY = "ready";
    private static final long READY_LIMIT_S = 30;
    /// Longer than any bounded load takes.
    private static final long END_LIMIT_S = 200;

    private final Process process;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private final CompletableFuture<String> lastLine = new CompletableFuture<>();

    /// Starts `words`, a program and its arguments, in the namespaces of the calling thread.
    static Program start(List<String> words) throws IOException {
        final List<String> all = new ArrayList<>(BOUND_TO_PARENT);
        all.addAll(words);
        return new Program(new ProcessBuilder(all).redirectErrorStream(true).start());
    }

    private Program(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().name("output of " + process.pid()).start(this::read);
    }

    /// A pipe that nobody reads would stop the program.
    private void read() {
        String last = "it said nothing";
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(READY)) {
                    ready.complete(true);
                }
                last = line;
            }
        } catch (IOException | UncheckedIOException _) {
            // It was ended.
        }
        lastLine.complete(last);
        ready.complete(false);
    }

    long pid() {
        return process.pid();
    }

    /// Waits until the program serves.
    ///
    /// @throws IOException if it ends first, or takes too long
    void awaitReady() throws IOException, InterruptedException {
        if (!get(ready, READY_LIMIT_S)) {
            throw new IOException(get(lastLine, READY_LIMIT_S));
        }
    }

    /// Waits until the program has ended and returns the last line that it said.
    ///
    /// @throws IOException if it failed, with that line
    String awaitEnd() throws IOException, InterruptedException {
        final String said = get(lastLine, END_LIMIT_S);
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
        return said;
    }

    private <T> T get(CompletableFuture<T> future, long limitS) throws IOException, InterruptedException {
        try {
            return future.get(limitS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (TimeoutException _) {
            close();
            throw new IOException("no answer for " + limitS + " s");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
