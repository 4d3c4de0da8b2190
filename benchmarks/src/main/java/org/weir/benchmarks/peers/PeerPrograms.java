package org.weir.benchmarks.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The programs of `benchmarks/peers`, compiled when they are first asked for and whenever a source is newer.
final class PeerPrograms {
    private static final int STATUS_OF_MISSING = 3;

    private final Path script;
    private final Path directory;
    private final Map<String, Path> made = new HashMap<>();

    PeerPrograms(Path project) {
        script = project.resolve("benchmarks/peers/build.sh");
        directory = project.resolve("benchmarks/target/peers");
    }

    /// The program's file.
    ///
    /// @throws MissingException if something that it is made of is not installed
    /// @throws IOException if it does not compile
    Path file(String name) throws IOException, InterruptedException, MissingException {
        final Path known = made.get(name);
        if (known != null) {
            return known;
        }
        build(name);
        final Path file = directory.resolve(name);
        made.put(name, file);
        return file;
    }

    private void build(String name) throws IOException, InterruptedException, MissingException {
        final Process build = new ProcessBuilder(List.of("sh", script.toString(), name, directory.toString()))
                .redirectErrorStream(true)
                .start();
        final String said = new String(build.getInputStream().readAllBytes(), UTF_8).strip();
        final int status = build.waitFor();
        if (status == STATUS_OF_MISSING) {
            throw new MissingException(said);
        }
        if (status != 0) {
            throw new IOException("cannot compile " + name + ": " + said);
        }
    }
}
