package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.Queue;

/// Events that a server sends (WHATWG HTML section 9.2), until one of the two ends it. For the owner's thread.
///
/// A comment goes out every [HttpTimeouts#commentNs] without an event, so that a client that has gone is noticed, and
/// nobody on the way takes the connection for a dead one.
public final class EventStream implements HttpBodySource {
    /// Octets that wait for the client at most.
    public static final int MOST_WAITING = 1 << 16;

    private static final byte[] COMMENT = ":\n\n".getBytes(UTF_8);

    private final HttpExchange exchange;
    private final Queue<byte[]> events = new ArrayDeque<>();
    private byte[] current = {};
    private int at;
    private int waiting;
    private boolean isEnded;

    EventStream(HttpExchange exchange) {
        this.exchange = exchange;
    }

    /// Sends an event of the type `message`.
    ///
    /// @return false if it was dropped: too much waits for the client already, or the stream has ended
    public boolean send(String data) {
        return queue(lines("data: ", data) + '\n');
    }

    /// Sends an event of another type.
    ///
    /// @param type one line
    /// @return as above
    public boolean send(String type, String data) {
        if (type.indexOf('\n') >= 0 || type.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("an event's type of several lines: " + type);
        }
        return queue("event: " + type + '\n' + lines("data: ", data) + '\n');
    }

    /// What waits is still sent.
    public void end() {
        isEnded = true;
        exchange.resume();
    }

    private static String lines(String name, String text) {
        final StringBuilder all = new StringBuilder();
        for (final String line : text.split("\r\n|\r|\n", -1)) {
            all.append(name).append(line).append('\n');
        }
        return all.toString();
    }

    private boolean queue(String text) {
        return queue(text.getBytes(UTF_8));
    }

    private boolean queue(byte[] event) {
        if (isEnded || !exchange.isOpen() || waiting + event.length > MOST_WAITING) {
            return false;
        }
        events.add(event);
        waiting += event.length;
        exchange.resume();
        return true;
    }

    void comment() {
        queue(COMMENT);
    }

    @Override
    public int fill(byte[] target, int offset, int room) {
        int done = 0;
        while (done < room && hasNext()) {
            final int count = Math.min(room - done, current.length - at);
            System.arraycopy(current, at, target, offset + done, count);
            at += count;
            done += count;
        }
        waiting -= done;
        return done == 0 && isEnded ? END : done;
    }

    private boolean hasNext() {
        if (at == current.length && !events.isEmpty()) {
            current = events.remove();
            at = 0;
        }
        return at < current.length;
    }
}
