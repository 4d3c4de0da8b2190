package org.weir.cli.manage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// One client's connection, seen from the host: a request comes in, lines of JSON go out.
///
/// ```text
///   {"command":"addr"}                                   the request
///   {"ifname":"lo",...}                                  a row of the answer
///   {"ifname":"weir0",...}
///   {"end":{}}                                           no row is missing; or {"error":"..."}
/// ```
///
/// What is written gathers in a buffer. A client that does not read rows for ten seconds loses its connection.
final class Exchange {
    private static final int LONGEST_REQUEST = 64 * 1024;
    private static final int BUFFER = 64 * 1024;
    private static final long PATIENCE_S = 10;

    private final SocketChannel channel;
    private final ScheduledExecutorService clock;
    private final ChannelInput input;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private boolean isPatient;

    Exchange(SocketChannel channel, ScheduledExecutorService clock) {
        this.channel = channel;
        this.clock = clock;
        this.input = new ChannelInput(channel);
    }

    /// Reads or writes.
    @FunctionalInterface
    private interface Step<T> {
        T run() throws IOException;
    }

    /// Does `step`; the connection is closed, and the step fails, if it takes too long.
    private <T> T inTime(Step<T> step) throws IOException {
        final Future<?> end;
        try {
            end = clock.schedule(this::close, PATIENCE_S, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            throw new IOException("the host ends", e);
        }
        try {
            return step.run();
        } finally {
            end.cancel(false);
        }
    }

    /// Waits for the request.
    Request request() throws IOException, RequestException {
        final String line;
        try {
            line = inTime(() -> Objects.requireNonNullElse(input.line(LONGEST_REQUEST), ""));
        } catch (ProtocolException _) {
            throw new RequestException("a request has at most " + LONGEST_REQUEST + " octets");
        }
        return Request.parse(line);
    }

    /// Writes one line.
    void line(JsonElement content) throws IOException {
        octets(ByteBuffer.wrap((content + "\n").getBytes(UTF_8)));
    }

    /// Writes all of `source`.
    void octets(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            final int count = Math.min(source.remaining(), buffer.remaining());
            buffer.put(source.slice(source.position(), count));
            source.position(source.position() + count);
        }
    }

    /// Sends what was written.
    void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            if (isPatient) {
                channel.write(buffer);
            } else {
                inTime(() -> channel.write(buffer));
            }
        }
        buffer.clear();
    }

    /// Says that what was asked for has begun: something else than rows follows, for as long as the client wants.
    /// It may take its time from now on: what waits for it has an end of its own.
    void begin(JsonObject facts) throws IOException {
        line(named("ok", facts));
        flush();
        isPatient = true;
    }

    /// Says that no row is missing.
    void end() throws IOException {
        line(named("end", new JsonObject()));
        flush();
    }

    /// Says why there is no answer, or no more of it.
    void refuse(String why) throws IOException {
        final JsonObject refusal = new JsonObject();
        refusal.addProperty("error", why);
        line(refusal);
        flush();
    }

    private static JsonObject named(String name, JsonObject content) {
        final JsonObject line = new JsonObject();
        line.add(name, content);
        return line;
    }

    /// What the client sends behind its request.
    ChannelInput input() {
        return input;
    }

    /// Ends the connection, whoever waits for it.
    void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // It is closed for us.
        }
    }

    /// Says that nothing more will come, and goes on reading.
    void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }
}
