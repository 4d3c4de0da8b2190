package org.weir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command line that this program was started with.
final class OwnCommand {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final Path PROGRAM = Path.of("/proc/self/exe");

    private OwnCommand() {}

    /// Word for word: the JVM, its options, what it runs, and the arguments.
    static List<String> words() throws IOException {
        final List<String> words = new ArrayList<>();
        words.add(Files.readSymbolicLink(PROGRAM).toString());
        final String line = Files.readString(COMMAND_LINE);
        int from = line.indexOf('\0') + 1;
        while (from < line.length()) {
            final int end = line.indexOf('\0', from);
            words.add(line.substring(from, end));
            from = end + 1;
        }
        return words;
    }

    /// The same up to the arguments, of which there are `count`.
    static List<String> withoutArguments(int count) throws IOException {
        final List<String> words = words();
        return List.copyOf(words.subList(0, words.size() - count));
    }
}
