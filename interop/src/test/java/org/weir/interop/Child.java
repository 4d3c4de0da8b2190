package org.weir.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Processes that tests start.
final class Child {
    private static final long LIMIT_S = 120;

    private Child() {}

    /// Runs a command in `directory`. Returns what it printed; fails if its status is not 0 or it takes two
    /// minutes.
    static String run(ProcessBuilder command, Path directory) throws IOException, InterruptedException {
        final Path out = directory.resolve("child.out");
        final Process process = command.directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        process.getOutputStream().close();
        final boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        final String printed = Files.readString(out);
        assertTrue(ended, () -> "still running: " + printed);
        assertEquals(0, process.exitValue(), printed);
        return printed;
    }

    /// The program `java` that runs this test.
    static String java() {
        return ProcessHandle.current().info().command().orElseThrow();
    }

    /// The directories and jars that this test is run with.
    static List<String> classPath() {
        final String paths = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
        return List.of(paths.split(File.pathSeparator, -1)).stream()
                .map(path -> Path.of(path).toAbsolutePath().toString())
                .toList();
    }
}
