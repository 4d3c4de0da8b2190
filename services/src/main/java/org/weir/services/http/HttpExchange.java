package org.weir.services.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One request that an [HttpHandler] answers, and its answer. For the owner's thread.
///
/// The body of the request is read first, if the handler wants it; then the answer is sent. A handler may answer at
/// any time after: when a call from elsewhere has come, say. Answers to a client that has gone go nowhere.
public final class HttpExchange {
    private final HttpConnection connection;
    private final HttpRequest request;
    private final StringBuilder fields = new StringBuilder();
    private @Nullable HttpBodyReader reader;
    private @Nullable DynamicAnswer answer;
    private @Nullable EventStream events;
    private Runnable onEnd = () -> {};
    private long limit;

    HttpExchange(HttpConnection connection, HttpRequest request, long limit) {
        this.connection = connection;
        this.request = request;
        this.limit = limit;
    }

    // ---- the request ----

    public HttpRequest request() {
        return request;
    }

    /// Lets `pieces` have the body as it arrives. To be called before [HttpHandler#handle] returns; without it the
    /// body is passed over. A body above [HttpConfig#bodyLimit] is refused with 413.
    public void receive(HttpBodyReader pieces) {
        if (connection.isHandling(this)) {
            reader = pieces;
            connection.bodyIsWanted(this);
        } else {
            throw new IllegalStateException("the body is asked for too late: the handler has returned");
        }
    }

    /// Lets `whole` have the body when all of it is there. To be called before [HttpHandler#handle] returns.
    ///
    /// @param most octets; a longer one is refused with 413
    public void collect(int most, Consumer<byte[]> whole) {
        limit = Math.min(limit, most);
        final ByteArrayOutputStream collected = new ByteArrayOutputStream();
        receive(new HttpBodyReader() {
            @Override
            public void piece(MemorySegment memory, long offset, int length) {
                final byte[] piece = memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
                collected.write(piece, 0, piece.length);
            }

            @Override
            public void end() {
                whole.accept(collected.toByteArray());
            }
        });
    }

    /// As above, of a form as browsers send it: `application/x-www-form-urlencoded`.
    public void collectForm(int most, Consumer<HttpForm> whole) {
        collect(most, octets -> whole.accept(HttpForm.parse(new String(octets, ISO_8859_1))));
    }

    // ---- the answer ----

    /// Adds a field to the answer's head.
    ///
    /// @throws IllegalArgumentException if that would be more than one field
    public HttpExchange field(String name, String value) {
        checkField(name, value);
        fields.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    private static void checkField(String name, String value) {
        final boolean isName = !name.isEmpty() && name.chars().allMatch(Ascii::isToken);
        if (!isName || !value.chars().allMatch(c -> Ascii.isText(c) && c <= 0xFF)) {
            throw new IllegalArgumentException("not a field: " + name + ": " + value);
        }
    }

    /// Answers with `body`.
    ///
    /// @throws IllegalStateException if it was answered before
    public void answer(int status, String type, byte[] body) {
        answer(status, type, body.length, new ArraySource(body));
    }

    /// As above, with text.
    public void answer(int status, String type, String body) {
        answer(status, type, body.getBytes(UTF_8));
    }

    /// Answers with what `body` gives, in chunks.
    ///
    /// @throws IllegalStateException if it was answered before
    public void answer(int status, String type, HttpBodySource body) {
        answer(status, type, DynamicAnswer.UNKNOWN, body);
    }

    /// Answers with the `length` octets that `body` gives.
    ///
    /// @throws IllegalArgumentException if a field cannot have the value `type`
    /// @throws IllegalStateException if it was answered before
    public void answer(int status, String type, long length, HttpBodySource body) {
        if (answer != null) {
            throw new IllegalStateException("answered twice");
        }
        checkField("Content-Type", type);
        final boolean endsWithConnection = length == DynamicAnswer.UNKNOWN && request.isHttp10();
        final byte[] head = DynamicHead.of(status, type, length, this);
        final boolean hasBody = DynamicHead.mayHaveBody(status) && !request.isHead();
        answer = new DynamicAnswer(head, hasBody ? body : null, length, !endsWithConnection);
        connection.answered(this, answer);
    }

    /// Goes on asking the source of the answer, which had nothing.
    public void resume() {
        connection.resume(this);
    }

    /// Answers with events that the server sends when they happen (WHATWG HTML section 9.2, `text/event-stream`).
    public EventStream events() {
        final EventStream made = new EventStream(this);
        field("Cache-Control", "no-store");
        events = made;
        answer(200, "text/event-stream", made);
        return made;
    }

    /// False once the client has gone or the answer has been sent.
    public boolean isOpen() {
        return connection.isServing(this);
    }

    /// Lets `action` be called when the answer has been sent, or the client has gone.
    public void onEnd(Runnable action) {
        onEnd = action;
    }

    // ---- for the connection ----

    @Nullable
    HttpBodyReader reader() {
        return reader;
    }

    @Nullable
    DynamicAnswer answer() {
        return answer;
    }

    @Nullable
    EventStream eventStream() {
        return events;
    }

    /// Octets of body at most.
    long limit() {
        return limit;
    }

    String fields() {
        return fields.toString();
    }

    HttpConnection connection() {
        return connection;
    }

    void ended() {
        try {
            onEnd.run();
        } catch (RuntimeException _) {
            // The client that could be told has gone, or has its answer.
        }
    }

    /// Octets that are there.
    private static final class ArraySource implements HttpBodySource {
        private final byte[] octets;
        private int at;

        ArraySource(byte[] octets) {
            this.octets = octets;
        }

        @Override
        public int fill(byte[] target, int offset, int room) {
            final int count = Math.min(room, octets.length - at);
            System.arraycopy(octets, at, target, offset, count);
            at += count;
            return count;
        }
    }
}
