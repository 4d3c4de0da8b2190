package org.weir.services.http;

import org.weir.time.Timer;

/// How long one client is waited for: until a deadline that moves when something happens, and as long as it keeps its
/// [Pace] where one is set.
final class Patience {
    private final HttpServer server;
    private final OctetStream stream;
    private final Runnable onEnd;
    private final Pace pace;
    private final Timer timer = Timer.calling(this::expired);
    private long deadlineNs;
    /// What the client had not acknowledged when the deadline was set, which was after the last write.
    private int unacknowledged;

    /// @param onEnd called at the deadline
    Patience(HttpServer server, OctetStream stream, Runnable onEnd) {
        this.server = server;
        this.stream = stream;
        this.onEnd = onEnd;
        this.pace = new Pace(server.config().timeouts().leastOctetsPerSecond());
    }

    /// From now on the client has to be as fast as the pace wants, `graceNs` after it.
    void beginPace(long graceNs) {
        pace.begin(server.nowNs(), graceNs);
    }

    /// `octets` were received or written.
    void went(long octets) {
        pace.went(octets, server.nowNs());
    }

    /// Waits for as long as the pace permits, `fromNowNs` at most.
    void awaitPaced(long fromNowNs) {
        awaitUntil(pace.deadline(server.nowNs(), fromNowNs));
    }

    /// Waits for `fromNowNs`.
    void await(long fromNowNs) {
        awaitUntil(server.nowNs() + fromNowNs);
    }

    private void awaitUntil(long timeNs) {
        deadlineNs = timeNs;
        unacknowledged = stream.unacknowledged();
        server.timers().armNoLater(timer, deadlineNs);
    }

    /// Waits for nothing.
    void end() {
        server.timers().disarm(timer);
    }

    private void expired(long nowNs) {
        if (deadlineNs - nowNs > 0) {
            server.timers().arm(timer, deadlineNs);
        } else {
            onEnd.run();
        }
    }

    /// At the deadline: the client has not taken all that was sent, and nothing of it since, or too little.
    boolean isExhausted() {
        return stream.unacknowledged() == unacknowledged || pace.isOver(server.nowNs());
    }
}
