package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.tcp.TcpConnection;
import org.weir.time.Timer;

/// One client of an HTTP server. Made once, serves one connection after another.
///
/// ```text
///   HEAD --> RESPONSE --> BODY --> HEAD ...      the body of the request is passed over after the answer
///                    `--> LINGER --> end         after the last answer, until the client has closed
/// ```
///
/// Requests are answered one by one: while an answer does not fit the send queue, nothing more is read.
final class HttpConnection {
    /// A longer body is not passed over: the connection ends instead.
    private static final long LONGEST_SKIP = 1 << 20;

    private static final long LINGER_NS = 5_000_000_000L;

    /// Where the conversation is.
    private enum Phase {
        HEAD,
        RESPONSE,
        BODY,
        LINGER
    }

    private final HttpServer server;
    private final MemorySegment input;
    private final RequestHead request;
    private final ResponseHead head;
    private final Timer timer = Timer.calling(this::expired);
    private @Nullable TcpConnection connection;
    private Phase phase = Phase.HEAD;
    /// Octets of the input that were received; those before the request's start are done with.
    private int filled;

    private int headSent;
    private @Nullable HttpContent content;
    private long contentSent;
    private long bodyLeft;
    private boolean isLast;
    /// Nothing of the next request has come.
    private boolean isIdle;
    private long deadlineNs;
    /// What the client had not acknowledged when the deadline was set, which was after the last write.
    private int unacknowledged;

    @Nullable
    HttpConnection nextFree;

    /// `requestMemory` and `responseMemory` belong to this object.
    HttpConnection(HttpServer server, MemorySegment requestMemory, MemorySegment responseMemory) {
        this.server = server;
        this.input = requestMemory;
        this.request = new RequestHead(requestMemory);
        this.head = new ResponseHead(responseMemory);
    }

    // ---- beginning and end ----

    void begin(TcpConnection c) {
        connection = c;
        filled = 0;
        content = null;
        awaitRequest(0);
    }

    /// The TCP connection has gone, or goes now.
    private void end() {
        connection = null;
        content = null;
        server.timers().disarm(timer);
        server.giveBack(this);
    }

    void failed() {
        end();
    }

    private void close(TcpConnection c) {
        c.close();
        end();
    }

    private void abort(TcpConnection c) {
        c.abort();
        end();
    }

    // ---- progress ----

    /// Does what can be done now.
    void advance() {
        boolean goesOn = true;
        while (goesOn && connection != null) {
            goesOn = switch (phase) {
                case HEAD -> readHead(connection);
                case RESPONSE -> sendResponse(connection);
                case BODY -> passOverBody(connection);
                case LINGER -> linger(connection);
            };
        }
    }

    private void awaitRequest(int at) {
        phase = Phase.HEAD;
        isIdle = true;
        request.begin(at);
        deadline(server.config().idleTimeoutNs());
    }

    private boolean readHead(TcpConnection c) {
        while (!request.scan(filled)) {
            final HttpStatus excess = request.excess(filled);
            if (excess != null) {
                refuse(excess);
                return true;
            }
            if (filled == input.byteSize()) {
                filled = request.compact(filled);
            }
            final int count = c.read(input, filled, (int) input.byteSize() - filled);
            filled += count;
            if (count == 0) {
                return waitForMore(c);
            }
        }
        respond();
        return true;
    }

    private boolean waitForMore(TcpConnection c) {
        if (c.endOfStream()) {
            close(c);
        } else if (isIdle && !request.isEmpty(filled)) {
            isIdle = false;
            deadline(server.config().requestTimeoutNs());
        }
        return false;
    }

    // ---- answers ----

    private void respond() {
        HttpStatus status = request.parse();
        final RequestFields fields = request.headerFields();
        final boolean parsed = !status.isLast();
        bodyLeft = parsed ? fields.bodyLength() : 0;
        final boolean leavesBody = bodyLeft > LONGEST_SKIP || bodyLeft > 0 && fields.expectsContinue();
        isLast = !parsed || leavesBody || !fields.keepsAlive(request.isHttp10());
        if (status == HttpStatus.OK) {
            content = server.site().find(input, request.pathStart(), request.pathEnd());
            status = content == null ? HttpStatus.NOT_FOUND : HttpStatus.OK;
        }
        head.begin(status, server.dateField()).connection(isLast, request.isHttp10());
        if (content == null) {
            head.text(status, !request.isHead());
        } else {
            head.content(content.typeField(), content.memory().byteSize());
        }
        beginResponse();
    }

    /// Answers a request whose end is not known: the connection ends with it.
    private void refuse(HttpStatus status) {
        isLast = true;
        head.begin(status, server.dateField()).connection(true, false).text(status, true);
        beginResponse();
    }

    private void beginResponse() {
        phase = Phase.RESPONSE;
        headSent = 0;
        contentSent = 0;
        deadline(server.config().stallTimeoutNs());
    }

    private boolean sendResponse(TcpConnection c) {
        final long sentBefore = headSent + contentSent;
        headSent += c.write(head.memory(), headSent, head.length() - headSent);
        if (headSent < head.length() || !sendContent(c)) {
            if (headSent + contentSent > sentBefore) {
                deadline(server.config().stallTimeoutNs());
            }
            return false;
        }
        content = null;
        if (isLast) {
            c.shutdownOutput();
            phase = Phase.LINGER;
            deadline(LINGER_NS);
        } else {
            phase = Phase.BODY;
            deadline(server.config().requestTimeoutNs());
        }
        return true;
    }

    /// True once all of it is queued.
    private boolean sendContent(TcpConnection c) {
        if (content == null || request.isHead()) {
            return true;
        }
        final MemorySegment memory = content.memory();
        final long rest = memory.byteSize() - contentSent;
        final long sent = content.isRom()
                ? server.writer().send(c, memory, contentSent, rest)
                : c.write(memory, contentSent, (int) rest);
        contentSent += sent;
        return sent == rest;
    }

    /// What has been received of the request's body lies behind its head, the rest is still to come.
    private boolean passOverBody(TcpConnection c) {
        final int buffered = (int) Math.min(bodyLeft, filled - request.end());
        final int next = request.end() + buffered;
        bodyLeft -= buffered;
        if (bodyLeft == 0) {
            final boolean isDrained = next == filled;
            filled = isDrained ? 0 : filled;
            awaitRequest(isDrained ? 0 : next);
            return true;
        }
        filled = request.end();
        final int count = (int) Math.min(bodyLeft, c.receivedOctets());
        c.consume(count);
        bodyLeft -= count;
        if (count == 0 && c.endOfStream()) {
            close(c);
        }
        return count > 0;
    }

    /// RFC 9112 section 9.6: a close with unread input would be a reset, which may overtake the answer.
    private boolean linger(TcpConnection c) {
        c.consume(c.receivedOctets());
        if (c.endOfStream()) {
            close(c);
        }
        return false;
    }

    // ---- time ----

    private void deadline(long fromNowNs) {
        deadlineNs = server.nowNs() + fromNowNs;
        unacknowledged = connection == null ? 0 : connection.unacknowledged();
        server.timers().armNoLater(timer, deadlineNs);
    }

    private void expired(long nowNs) {
        final TcpConnection c = connection;
        if (c == null) {
            return;
        }
        if (deadlineNs - nowNs > 0) {
            server.timers().arm(timer, deadlineNs);
        } else if (c.unacknowledged() > 0) {
            expectAcknowledgments(c);
        } else {
            giveUp(c);
        }
    }

    /// The client has not taken all of an answer. As long as it takes something it has time.
    private void expectAcknowledgments(TcpConnection c) {
        if (c.unacknowledged() == unacknowledged) {
            abort(c);
        } else {
            deadline(server.config().stallTimeoutNs());
        }
    }

    private void giveUp(TcpConnection c) {
        if (phase == Phase.HEAD && !request.isEmpty(filled)) {
            refuse(HttpStatus.REQUEST_TIMEOUT);
            advance();
        } else {
            close(c);
        }
    }
}
