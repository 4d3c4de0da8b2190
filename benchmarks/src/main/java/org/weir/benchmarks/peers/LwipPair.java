package org.weir.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.weir.benchmarks.report.ProjectDirectory;

/// Two ends of lwIP in memory, in a process of their own; see `benchmarks/peers/lwip/pair.c`.
public final class LwipPair {
    private static final long WARM_UP_MS = 100;

    /// What the ends do.
    public enum Load {
        /// One connection that carries as much as it can, copied into the send queue.
        COPIED("copied"),
        /// The same by reference.
        REFERRED("referred"),
        /// One octet to and fro.
        PING("ping");

        private final String word;

        Load(String word) {
            this.word = word;
        }
    }

    private final Path program;

    private LwipPair(Path program) {
        this.program = program;
    }

    /// @throws MissingException if lwIP or the sources of this project are not there; the message says what to do
    /// @throws IOException if it does not compile
    public static LwipPair make() throws IOException, InterruptedException, MissingException {
        return new LwipPair(new PeerPrograms(project()).file("lwip-pair"));
    }

    private static Path project() throws MissingException {
        try {
            return ProjectDirectory.find();
        } catch (IOException e) {
            throw new MissingException(String.valueOf(e.getMessage()));
        }
    }

    /// Runs `load` for `ms`.
    public LoadResult run(Load load, long ms) throws IOException, InterruptedException {
        final List<String> words = List.of(program.toString(), load.word, Long.toString(ms), Long.toString(WARM_UP_MS));
        try (Program running = Program.start(words)) {
            return LoadResult.parse(running.awaitEnd());
        }
    }
}
