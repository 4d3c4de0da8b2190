package org.weir.dns;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.time.StackClock;
import org.weir.time.Timer;

/// Questions to one server over TCP, RFC 7766: one connection, as many questions at once as there are, answers in any
/// order. Opened when needed, closed after 10 s without a question.
final class ServerStream implements TcpHandler {
    private static final long IDLE_NS = 10 * StackClock.SECOND;
    private static final int PREFIX = QuestionWriter.LENGTH_PREFIX;
    private static final int LONGEST = PREFIX + 0xFFFF;
    private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

    private final Resolver resolver;
    private final NameServer server;
    private final Timer timer = Timer.calling(_ -> close());
    private final Map<Integer, Exchange> asked = new HashMap<>();
    private final ArrayDeque<Exchange> unsent = new ArrayDeque<>();
    private final byte[] input = new byte[LONGEST];
    private final MemorySegment inputMemory = MemorySegment.ofArray(input);
    private @Nullable TcpConnection connection;
    private boolean isConnected;
    private MemorySegment rest = NOTHING;
    private int filled;

    ServerStream(Resolver resolver, NameServer server) {
        this.resolver = resolver;
        this.server = server;
    }

    // ---- questions ----

    /// Asks for `exchange`, which is told what comes of it, maybe before this returns.
    void ask(Exchange exchange) {
        resolver.disarm(timer);
        unsent.add(exchange);
        if (connection == null) {
            connection = resolver.connect(server, this);
            if (connection == null) {
                endAll(true);
            }
        } else if (isConnected) {
            flush(connection);
        }
    }

    /// No longer tells `exchange` anything.
    void forget(Exchange exchange) {
        unsent.remove(exchange);
        asked.values().remove(exchange);
        if (unsent.isEmpty() && asked.isEmpty()) {
            if (isConnected) {
                resolver.arm(timer, IDLE_NS);
            } else {
                close();
            }
        }
    }

    /// A question was not answered in time: so may the others not be, and go over a new connection.
    void timedOut(Exchange exchange) {
        unsent.remove(exchange);
        asked.values().remove(exchange);
        if (connection != null) {
            connection.abort();
            forgetConnection();
        }
        endAll(true);
    }

    private void flush(TcpConnection to) {
        while (writeRest(to) && !unsent.isEmpty()) {
            final int number = freeNumber();
            final Exchange next = unsent.removeFirst();
            final QuestionWriter written = next.write(number);
            asked.put(number, next);
            rest = written.copy();
        }
    }

    /// True once nothing is left of the question that was written last.
    private boolean writeRest(TcpConnection to) {
        final long count = to.write(rest, 0, (int) rest.byteSize());
        rest = rest.asSlice(count);
        return rest.byteSize() == 0;
    }

    private int freeNumber() {
        int number = resolver.number();
        while (asked.containsKey(number)) {
            number = resolver.number();
        }
        return number;
    }

    // ---- answers ----

    @Override
    public void connected(TcpConnection to) {
        isConnected = true;
        to.noDelay(true);
        flush(to);
    }

    @Override
    public void writable(TcpConnection to) {
        flush(to);
    }

    @Override
    public void readable(TcpConnection from) {
        int count = from.read(inputMemory, filled, LONGEST - filled);
        while (count > 0 && from == connection) {
            filled += count;
            takeMessages(from);
            count = from == connection ? from.read(inputMemory, filled, LONGEST - filled) : 0;
        }
        if (from == connection && from.endOfStream()) {
            end(from);
        }
    }

    /// A message that is whole is of use at once; what follows moves to the front.
    private void takeMessages(TcpConnection from) {
        int at = 0;
        while (from == connection && filled - at >= PREFIX) {
            final int length = (input[at] & 0xFF) << 8 | input[at + 1] & 0xFF;
            if (filled - at < PREFIX + length) {
                break;
            }
            take(at + PREFIX, length);
            at += PREFIX + length;
        }
        if (from != connection) {
            return;
        }
        System.arraycopy(input, at, input, 0, filled - at);
        filled -= at;
        if (asked.isEmpty() && unsent.isEmpty()) {
            resolver.arm(timer, IDLE_NS);
        }
    }

    /// Answers to questions that nobody waits for any more are passed over.
    private void take(int from, int length) {
        if (length < Message.HEADER) {
            return;
        }
        final Exchange exchange = asked.remove((input[from] & 0xFF) << 8 | input[from + 1] & 0xFF);
        if (exchange != null) {
            System.arraycopy(input, from, resolver.scratchOctets(), 0, length);
            exchange.arrivedByStream(resolver.scratchOctets(), length);
        }
    }

    // ---- end ----

    @Override
    public void failed(TcpConnection from, TcpError error) {
        final boolean wasReached = isConnected;
        forgetConnection();
        endAll(wasReached);
    }

    private void end(TcpConnection from) {
        from.close();
        forgetConnection();
        endAll(true);
    }

    /// Ends the connection; who waits is told.
    void close() {
        resolver.disarm(timer);
        if (connection != null) {
            connection.close();
            forgetConnection();
        }
        endAll(true);
    }

    private void forgetConnection() {
        connection = null;
        isConnected = false;
        rest = NOTHING;
        filled = 0;
        resolver.disarm(timer);
    }

    /// Tells all who wait; they may ask anew at once. A stream that nobody uses gives its memory back.
    private void endAll(boolean wasReached) {
        final List<Exchange> all = new ArrayList<>(asked.values());
        all.addAll(unsent);
        asked.clear();
        unsent.clear();
        all.forEach(exchange -> exchange.streamEnded(wasReached));
        if (connection == null && asked.isEmpty() && unsent.isEmpty()) {
            resolver.forget(server);
        }
    }
}
