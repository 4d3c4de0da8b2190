package org.weir.benchmarks.peers;

import java.io.IOException;
import java.util.List;

/// A stack that is measured, or what stands for one.
interface Contestant {
    /// What a contestant is.
    enum Kind {
        /// A TCP/IP stack in a process of its own.
        STACK,
        /// The kernel's: its memory is not that of a process, and its processor time not only.
        KERNEL,
        /// No stack at all, but what the way to one can carry.
        LIMIT
    }

    /// How a program is started.
    @FunctionalInterface
    interface Command {
        List<String> words() throws IOException, InterruptedException, MissingException;
    }

    /// As `--only` takes it.
    String name();

    /// As a reader sees it.
    String title();

    Kind kind();

    /// Starts it, on a network of its own.
    ///
    /// @throws MissingException if something that it needs is not installed
    /// @throws IOException if it does not start
    Site open() throws IOException, InterruptedException, MissingException;
}
