package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.tcp.TcpConnection;

/// One client of an HTTP server. Made once, serves one connection after another.
///
/// ```text
///   OPENING --> HEAD --> BODY --> THINKING --> ANSWER --> HEAD ...
///                                                    `--> LINGER --> end     until the client has closed
/// ```
///
/// Requests are answered one by one: a body is read, by a handler or by nobody, before the answer begins, and while an
/// answer is not sent, nothing more is read.
final class HttpConnection {
    /// A longer body is not passed over: the connection ends instead.
    private static final long LONGEST_SKIP = 1 << 20;

    private static final long LINGER_NS = 5_000_000_000L;
    private static final MemorySegment CONTINUE =
            MemorySegment.ofArray("HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII));

    /// Where the conversation is.
    private enum Phase {
        OPENING,
        HEAD,
        BODY,
        /// A handler is to answer.
        THINKING,
        ANSWER,
        LINGER
    }

    private final HttpServer server;
    private final OctetStream stream;
    private final MemorySegment input;
    private final RequestHead request;
    private final RequestBody body = new RequestBody();
    private final StaticAnswer ready;
    private final Patience patience;
    private final Runnable onProgress = this::advance;
    private boolean isOpen;
    private boolean isAdvancing;
    private Phase phase = Phase.OPENING;
    /// Octets of the input that were received; those before `at` are done with.
    private int filled;

    private int at;
    /// What answers the request, if that is a handler.
    private @Nullable HttpExchange exchange;
    private Answer answer;
    /// The exchange whose handler is running.
    private @Nullable HttpExchange handling;
    /// The client has begun with the body, whether it was told to or not.
    private boolean hasBodyBegun;

    private int continueSent;

    private boolean isLast;
    /// Nothing of the next request has come.
    private boolean isIdle;
    /// The answer waits for its source.
    private boolean isWaiting;

    @Nullable
    HttpConnection nextFree;

    /// `requestMemory` and `responseMemory` belong to this object.
    HttpConnection(HttpServer server, OctetStream stream, MemorySegment requestMemory, MemorySegment responseMemory) {
        this.server = server;
        this.stream = stream;
        this.input = requestMemory;
        this.request = new RequestHead(requestMemory);
        this.ready = new StaticAnswer(server, input, request, responseMemory);
        this.answer = ready;
        this.patience = new Patience(server, stream, this::expired);
    }

    private HttpTimeouts timeouts() {
        return server.config().timeouts();
    }

    // ---- beginning and end ----

    void begin(TcpConnection c) {
        stream.begin(c, onProgress);
        isOpen = true;
        phase = Phase.OPENING;
        filled = 0;
        at = 0;
        isWaiting = false;
        patience.beginPace(timeouts().requestNs());
        patience.await(timeouts().requestNs());
        advance();
    }

    /// The TCP connection has gone, or goes now.
    private void end() {
        isOpen = false;
        ready.clear();
        patience.end();
        stream.ended();
        forgetExchange();
        server.giveBack(this);
    }

    private void forgetExchange() {
        final HttpExchange before = exchange;
        exchange = null;
        answer = ready;
        if (before != null) {
            before.ended();
        }
    }

    void failed() {
        if (isOpen) {
            end();
        }
    }

    private void close() {
        stream.close();
        end();
    }

    private void abort() {
        stream.abort();
        end();
    }

    // ---- progress ----

    /// Does what can be done now.
    void advance() {
        if (isAdvancing || !isOpen) {
            return;
        }
        isAdvancing = true;
        try {
            boolean goesOn = stream.isReady();
            while (goesOn && isOpen) {
                goesOn = step();
            }
            if (isOpen && stream.hasFailed()) {
                close();
            }
        } catch (InternalError _) {
            abort(); // A mapped file was cut short: what is left of the answer cannot be had.
        } finally {
            isAdvancing = false;
        }
    }

    private boolean step() {
        return switch (phase) {
            case OPENING -> awaitRequest();
            case HEAD -> readHead();
            case BODY -> readBody();
            case THINKING -> false;
            case ANSWER -> sendAnswer();
            case LINGER -> linger();
        };
    }

    private boolean awaitRequest() {
        if (at == filled) {
            at = 0;
            filled = 0;
        }
        phase = Phase.HEAD;
        isIdle = true;
        request.begin(at);
        patience.await(timeouts().idleNs());
        return true;
    }

    private boolean readHead() {
        while (!request.scan(filled)) {
            final HttpStatus excess = request.excess(filled);
            if (excess != null) {
                refuse(excess);
                return true;
            }
            if (filled == input.byteSize()) {
                filled = request.compact(filled);
            }
            final int count = stream.read(input, filled, (int) input.byteSize() - filled);
            filled += count;
            if (count == 0) {
                return waitForMore();
            }
        }
        at = request.end();
        respond();
        return true;
    }

    private boolean waitForMore() {
        if (stream.endOfStream()) {
            stream.shutdownOutput();
            closeOnceSent();
        } else if (isIdle && !request.isEmpty(filled)) {
            isIdle = false;
            patience.await(timeouts().requestNs());
        }
        return false;
    }

    // ---- what to answer ----

    private void respond() {
        final HttpStatus status = request.parse();
        if (status.isLast()) {
            refuse(status);
            return;
        }
        final RequestFields fields = request.headerFields();
        body.begin(fields);
        hasBodyBegun = false;
        continueSent = 0;
        isLast = !fields.keepsAlive(request.isHttp10());
        try {
            choose(status, fields);
        } catch (RuntimeException | StackOverflowError _) {
            refuse(HttpStatus.INTERNAL_SERVER_ERROR); // The site's.
        }
    }

    private void choose(HttpStatus status, RequestFields fields) {
        final HttpHandler handler =
                status == HttpStatus.OK ? server.site().handler(input, request.pathStart(), request.pathEnd()) : null;
        isLast |= fields.bodyLength() > LONGEST_SKIP || fields.hasBody() && fields.expectsContinue();
        if (handler != null) {
            handle(handler);
            return;
        }
        answer = ready;
        if (status == HttpStatus.OK) {
            ready.choose(server.site(), isLast);
        } else {
            ready.tell(status, isLast);
        }
        bodyComesFirst();
    }

    /// Answers a request whose end is not known: the connection ends with it.
    private void refuse(HttpStatus status) {
        isLast = true;
        ready.tell(status, true);
        forgetExchange();
        beginAnswer();
    }

    /// A body is read before the answer to it is sent, so that one that is malformed is refused. Nobody waits for
    /// one that is not to be read.
    private void bodyComesFirst() {
        if (isLast && request.headerFields().expectsContinue() || body.left() > LONGEST_SKIP) {
            beginAnswer();
        } else {
            beginBody();
        }
    }

    // ---- handlers ----

    private void handle(HttpHandler handler) {
        final RequestFields fields = request.headerFields();
        final HttpExchange made = new HttpExchange(
                this, HttpRequest.of(input, request), server.config().bodyLimit());
        exchange = made;
        handling = made;
        try {
            handler.handle(made);
        } catch (RuntimeException | StackOverflowError _) {
            if (exchange == made && made.answer() == null) {
                refuse(HttpStatus.INTERNAL_SERVER_ERROR);
            }
        } finally {
            handling = null;
        }
        if (exchange == made) {
            handled(made, fields);
        }
    }

    private void handled(HttpExchange by, RequestFields fields) {
        if (by.reader() != null && fields.bodyLength() > by.limit()) {
            refuse(HttpStatus.CONTENT_TOO_LARGE);
        } else if (by.answer() != null && by.reader() == null && isLast) {
            beginAnswer();
        } else {
            beginBody();
        }
    }

    boolean isHandling(HttpExchange by) {
        return handling == by;
    }

    /// The handler of `by`, which is running, wants the body: the connection need not end for it.
    void bodyIsWanted(HttpExchange by) {
        if (exchange == by && by.answer() == null) {
            isLast = !request.headerFields().keepsAlive(request.isHttp10());
        }
    }

    boolean isServing(HttpExchange by) {
        return exchange == by;
    }

    boolean isLast(HttpExchange by) {
        return exchange == by && isLast;
    }

    /// The connection ends with the answer, which has no length.
    void endsWithAnswer(HttpExchange by) {
        isLast |= exchange == by;
    }

    /// The answer to `by` is there.
    void answered(HttpExchange by, DynamicAnswer what) {
        if (exchange != by) {
            return;
        }
        answer = what;
        if (phase == Phase.THINKING) {
            beginAnswer();
            advance();
        }
    }

    /// The source of the answer to `by` has more.
    void resume(HttpExchange by) {
        if (exchange == by && isWaiting) {
            isWaiting = false;
            patience.beginPace(timeouts().stallNs());
            patience.awaitPaced(timeouts().stallNs());
            advance();
        }
    }

    // ---- bodies ----

    private void beginBody() {
        phase = Phase.BODY;
        if (body.isOver()) {
            return; // Nothing to wait for, and no deadline to set for it.
        }
        patience.beginPace(timeouts().requestNs());
        patience.awaitPaced(timeouts().requestNs());
    }

    private boolean readBody() {
        at = body.skipFrame(input, at, filled);
        if (body.isMalformed()) {
            refuse(HttpStatus.BAD_REQUEST);
            return true;
        }
        if (body.isOver()) {
            return bodyEnds();
        }
        final int count = (int) Math.min(body.left(), filled - at);
        if (count > 0) {
            return takeBody(count);
        }
        return askForBody() && readMoreBody();
    }

    private boolean takeBody(int count) {
        final HttpExchange to = exchange;
        final HttpBodyReader reader = to == null ? null : to.reader();
        hasBodyBegun = true;
        body.take(count);
        at += count;
        if (body.taken() > (reader == null ? LONGEST_SKIP : limitOf(to))) {
            refuse(HttpStatus.CONTENT_TOO_LARGE);
            return true;
        }
        patience.went(count);
        patience.awaitPaced(timeouts().requestNs());
        if (reader != null) {
            call(() -> reader.piece(input, at - count, count));
        }
        return true;
    }

    private static long limitOf(@Nullable HttpExchange of) {
        return of == null ? 0 : of.limit();
    }

    private boolean bodyEnds() {
        final HttpExchange to = exchange;
        final HttpBodyReader reader = to == null ? null : to.reader();
        phase = Phase.THINKING;
        if (reader != null) {
            call(reader::end);
        }
        if (isOpen && phase == Phase.THINKING && (exchange == null || answer != ready)) {
            beginAnswer();
        }
        return true;
    }

    private void call(Runnable reader) {
        try {
            reader.run();
        } catch (RuntimeException _) {
            if (answer == ready) {
                refuse(HttpStatus.INTERNAL_SERVER_ERROR);
            } else {
                abort();
            }
        }
    }

    private boolean readMoreBody() {
        at = 0;
        filled = stream.read(input, 0, (int) input.byteSize());
        if (filled == 0 && stream.endOfStream()) {
            close();
        }
        return filled > 0;
    }

    /// RFC 9110 section 10.1.1. True once the client knows that the body is wanted, if it waits for that.
    private boolean askForBody() {
        final boolean isAsked = !request.headerFields().expectsContinue() || continueSent == CONTINUE.byteSize();
        if (isAsked || hasBodyBegun) {
            return true;
        }
        continueSent += stream.write(CONTINUE, continueSent, (int) CONTINUE.byteSize() - continueSent);
        return continueSent == CONTINUE.byteSize();
    }

    // ---- answers ----

    private void beginAnswer() {
        phase = Phase.ANSWER;
        isWaiting = false;
        patience.beginPace(timeouts().stallNs());
        patience.awaitPaced(timeouts().stallNs());
    }

    private boolean sendAnswer() {
        if (isWaiting) {
            return endIfClientHasGone();
        }
        final long before = answer.sent();
        final Answer.Progress progress = progress();
        patience.went(answer.sent() - before);
        return switch (progress) {
            case DONE -> answerEnds();
            case BLOCKED -> isBlocked(answer.sent() > before);
            case WAITING -> awaitSource();
        };
    }

    private Answer.Progress progress() {
        try {
            return answer.send(stream);
        } catch (RuntimeException _) {
            abort(); // A source has failed: the client must not take what it has for the whole.
            return Answer.Progress.BLOCKED;
        }
    }

    private boolean isBlocked(boolean hasGoneOn) {
        if (hasGoneOn && isOpen) {
            patience.awaitPaced(timeouts().stallNs());
        }
        return false;
    }

    private boolean answerEnds() {
        forgetExchange();
        if (!isLast) {
            return awaitRequest();
        }
        stream.shutdownOutput();
        phase = Phase.LINGER;
        patience.await(LINGER_NS);
        return true;
    }

    private boolean awaitSource() {
        isWaiting = true;
        patience.await(timeouts().commentNs());
        return endIfClientHasGone();
    }

    /// Nobody asks for events and closes at once. Other answers are worth having for a client that has sent its
    /// last request.
    private boolean endIfClientHasGone() {
        if (exchange != null && exchange.eventStream() != null && stream.endOfStream()) {
            close();
        }
        return false;
    }

    /// RFC 9112 section 9.6: a close with unread input would be a reset, which may overtake the answer.
    private boolean linger() {
        stream.drain();
        if (stream.endOfStream()) {
            closeOnceSent();
        }
        return false;
    }

    /// The client sends no more, and may still be reading.
    private void closeOnceSent() {
        if (stream.isFlushed()) {
            close();
        }
    }

    byte[] dateField() {
        return server.dateField();
    }

    // ---- time ----

    private void expired() {
        if (stream.unacknowledged() > 0) {
            expectAcknowledgments();
        } else if (isWaiting || phase == Phase.THINKING) {
            showSignOfLife();
        } else {
            giveUp();
        }
    }

    /// The client has not taken all of an answer. As long as it takes something, and not too slowly, it has time.
    private void expectAcknowledgments() {
        if (patience.isExhausted()) {
            abort();
        } else {
            patience.awaitPaced(timeouts().stallNs());
        }
    }

    private void showSignOfLife() {
        patience.await(timeouts().commentNs());
        if (exchange != null && exchange.eventStream() != null) {
            exchange.eventStream().comment();
        }
    }

    private void giveUp() {
        switch (phase) {
            case HEAD -> giveUpRequest(request.isEmpty(filled));
            case BODY -> giveUpRequest(false);
            case OPENING, THINKING, LINGER -> close();
            case ANSWER -> abort();
        }
    }

    private void giveUpRequest(boolean isEmpty) {
        if (isEmpty) {
            stream.shutdownOutput();
            close();
        } else {
            refuse(HttpStatus.REQUEST_TIMEOUT);
            advance();
        }
    }
}
