package org.weir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The `weir` command in a process of its own, on the class path of these tests: what the launcher runs.
final class WeirProcess implements AutoCloseable {
    private static final long END_LIMIT_S = 10;

    private final Process process;
    private final Path error;
    private final BufferedReader output;

    private WeirProcess(List<String> words) throws IOException {
        error = Files.createTempFile("weir", ".err");
        process = new ProcessBuilder(words).redirectError(error.toFile()).start();
        output = process.inputReader(UTF_8);
    }

    /// What a process that has ended leaves.
    record Result(int status, String output, String error) {
        Result hasStatus(int expected) {
            assertEquals(expected, status, this::toString);
            return this;
        }
    }

    static WeirProcess start(String... arguments) throws IOException {
        final List<String> words = words();
        words.addAll(List.of(arguments));
        return new WeirProcess(words);
    }

    /// What the launcher runs, without arguments.
    static List<String> words() {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-XX:+UseSerialGC");
        words.add("-ea");
        words.add("--enable-native-access=ALL-UNNAMED");
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add(Main.class.getName());
        return words;
    }

    /// Runs a shell's `script` in a new network namespace, with nothing in it.
    static Result namespace(int limitSeconds, String script) throws Exception {
        try (WeirProcess shell = new WeirProcess(List.of("unshare", "--net", "sh", "-c", script))) {
            return shell.result(limitSeconds);
        }
    }

    /// Runs `weir lab`, with `options`, around a shell's `script`.
    static Result lab(int limitSeconds, String script, String... options) throws Exception {
        final List<String> arguments = new ArrayList<>();
        arguments.add("lab");
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--", "sh", "-c", script));
        try (WeirProcess weir = start(arguments.toArray(String[]::new))) {
            return weir.result(limitSeconds);
        }
    }

    Process process() {
        return process;
    }

    /// The next line of its output.
    String line() throws IOException {
        final String line = output.readLine();
        return line == null ? "" : line;
    }

    /// Waits until it has written `text` to its standard error.
    void awaitError(String text) throws Exception {
        while (!Files.readString(error).contains(text)) {
            assertTrue(process.isAlive(), () -> "ended before it said '" + text + "'");
            Thread.sleep(10);
        }
    }

    /// Waits for its end.
    Result result(int limitSeconds) throws Exception {
        final Thread killer = Thread.ofPlatform().daemon().start(() -> killAfter(limitSeconds));
        final StringBuilder text = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            text.append(line).append('\n');
        }
        assertTrue(process.waitFor(END_LIMIT_S, TimeUnit.SECONDS), "ended its output and did not end");
        killer.interrupt();
        return new Result(process.exitValue(), text.toString(), Files.readString(error));
    }

    private void killAfter(int seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                close();
            }
        } catch (InterruptedException _) {
            // It ended in time.
        }
    }

    /// Sends a signal by its name.
    void signal(String name) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                        .start()
                        .waitFor());
    }

    /// Ends it and all that it started, if that is still there.
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
