package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.weir.cli.WeirProcess.Result;

/// A `weir up` in a process of its own, on a TAP of this thread's network namespace, and commands that ask it.
final class RunningHost implements AutoCloseable {
    /// The kernel's end.
    static final String KERNEL = "10.10.10.1";
    static final String WEIR = "10.10.10.2";
    static final String MAC = "02:00:00:00:00:02";
    private static final int LIMIT_S = 60;

    private final WeirProcess process;
    private final Path directory;
    private final String ready;

    private RunningHost(Path directory, WeirProcess process) throws Exception {
        this.directory = directory;
        this.process = process;
        ready = process.line();
        assertTrue(ready.startsWith("ready weir0 "), ready);
        OwnNetwork.configure("weir0", KERNEL + "/24");
    }

    /// Starts a host with `options` besides its device, address and control socket.
    static RunningHost up(String... options) throws Exception {
        final Path directory = Files.createTempDirectory("weir-manage");
        final List<String> words = new ArrayList<>(List.of(
                "up", "--tap", "weir0", "--ip", WEIR + "/24", "--mac", MAC, "--socket", "" + socketIn(directory)));
        words.addAll(List.of(options));
        return new RunningHost(directory, WeirProcess.start(words.toArray(String[]::new)));
    }

    private static Path socketIn(Path directory) {
        return directory.resolve("control");
    }

    /// Its control socket.
    Path socket() {
        return socketIn(directory);
    }

    WeirProcess process() {
        return process;
    }

    /// Starts a command that asks this host, as `ss` or `tftp get`.
    WeirProcess start(String command, String... arguments) throws Exception {
        final List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
        words.addAll(List.of("--socket", socket().toString()));
        words.addAll(List.of(arguments));
        return WeirProcess.start(words.toArray(String[]::new));
    }

    /// What a command that asks this host prints, which must go well.
    String ask(String command, String... arguments) throws Exception {
        return result(command, arguments).hasStatus(0).output();
    }

    Result result(String command, String... arguments) throws Exception {
        try (WeirProcess asking = start(command, arguments)) {
            return asking.result(LIMIT_S);
        }
    }

    /// The same with `--json`: an array of objects.
    List<JsonObject> rows(String command, String... arguments) throws Exception {
        final List<String> words = new ArrayList<>(List.of(arguments));
        words.add("--json");
        final JsonArray array = JsonParser.parseString(ask(command, words.toArray(String[]::new)))
                .getAsJsonArray();
        return StreamSupport.stream(array.spliterator(), false)
                .map(row -> row.getAsJsonObject())
                .toList();
    }

    /// Ends it as a user would.
    Result stop() throws Exception {
        process.signal("TERM");
        return process.result(LIMIT_S).hasStatus(0);
    }

    @Override
    public void close() {
        process.close();
    }
}
