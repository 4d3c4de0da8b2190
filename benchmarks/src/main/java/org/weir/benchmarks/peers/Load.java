package org.weir.benchmarks.peers;

import java.util.List;

/// What the kernel's end does for a bounded time, and on which processors; see `benchmarks/peers/load`.
record Load(Task task, Placement placement) {
    static final int ECHO = 7;
    static final int DISCARD = 9;
    static final int CHARGEN = 19;
    static final int HTTP = 80;

    private static final int HTTP_CONNECTIONS = 50;

    enum Task {
        SEND("send", DISCARD),
        RECEIVE("receive", CHARGEN),
        PING("ping", ECHO),
        CONNECT("connect", ECHO),
        /// A small file again and again, over 50 connections.
        HTTP_SMALL(HttpFiles.SMALL, HTTP),
        /// A large one, over one.
        HTTP_LARGE(HttpFiles.LARGE, HTTP);

        private final String word;
        private final int port;

        Task(String word, int port) {
            this.word = word;
            this.port = port;
        }
    }

    /// Where the contestant's process and the load run.
    enum Placement {
        ANYWHERE("any"),
        ON_ONE_PROCESSOR("0,0"),
        ON_TWO_PROCESSORS("1,0");

        private final String word;

        Placement(String word) {
            this.word = word;
        }
    }

    /// The command line of the load.
    ///
    /// @param program the compiled `load`
    List<String> words(String program, String address, Span span, long pid) {
        return switch (task) {
            case HTTP_SMALL -> HttpLoad.words(address, task.word, HTTP_CONNECTIONS, span, pid);
            case HTTP_LARGE -> HttpLoad.words(address, task.word, 1, span, pid);
            case SEND, RECEIVE, PING, CONNECT ->
                List.of(
                        program,
                        task.word,
                        address,
                        Integer.toString(task.port),
                        Long.toString(span.measuredMs()),
                        Long.toString(span.warmUpMs()),
                        Long.toString(pid),
                        placement.word);
        };
    }
}
