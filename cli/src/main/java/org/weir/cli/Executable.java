package org.weir.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Finds commands as a shell does.
final class Executable {
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private Executable() {}

    /// The file that `command` names, in the directories of `PATH` unless it has a slash.
    ///
    /// @throws Failure with a shell's status, 127 if there is none and 126 if it is not executable
    static Path find(String command) throws Failure {
        if (command.isEmpty() || command.indexOf('\0') >= 0) {
            throw new Failure(Failure.NOT_FOUND, "'" + command + "': command not found");
        }
        if (command.indexOf('/') >= 0) {
            return checked(command, Path.of(command));
        }
        final Path found = search(command);
        if (found == null) {
            throw new Failure(Failure.NOT_FOUND, command + ": command not found");
        }
        return checked(command, found);
    }

    /// True if `command` is on the `PATH`.
    static boolean exists(String command) {
        final Path found = search(command);
        return found != null && isRunnable(found);
    }

    /// The first that can be run, else the first that is there; null if there is none.
    private static @Nullable Path search(String command) {
        final String variable = System.getenv("PATH");
        final String path = variable == null ? DEFAULT_PATH : variable;
        Path first = null;
        int from = 0;
        while (from <= path.length()) {
            final int colon = path.indexOf(':', from);
            final int to = colon < 0 ? path.length() : colon;
            final Path file = in(path.substring(from, to), command);
            if (file != null && isRunnable(file)) {
                return file;
            }
            if (first == null && file != null && Files.isRegularFile(file)) {
                first = file;
            }
            from = to + 1;
        }
        return first;
    }

    private static @Nullable Path in(String directory, String command) {
        try {
            return Path.of(directory.isEmpty() ? "." : directory, command);
        } catch (InvalidPathException _) {
            return null;
        }
    }

    private static Path checked(String command, Path file) throws Failure {
        if (!Files.exists(file)) {
            throw new Failure(Failure.NOT_FOUND, command + ": no such file");
        }
        if (!isRunnable(file)) {
            throw new Failure(
                    Failure.NOT_EXECUTABLE,
                    command + ": " + (Files.isDirectory(file) ? "is a directory" : "permission denied"));
        }
        return file;
    }

    private static boolean isRunnable(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
