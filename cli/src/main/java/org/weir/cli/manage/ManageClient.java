package org.weir.cli.manage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.weir.cli.Failure;

/// A command's connection to the host that it asks.
public final class ManageClient implements AutoCloseable {
    private static final int LONGEST_LINE = 1 << 20;

    private final SocketChannel channel;
    private final ChannelInput input;

    private ManageClient(SocketChannel channel) {
        this.channel = channel;
        this.input = new ChannelInput(channel);
    }

    /// Connects to the host whose control socket is `control`.
    ///
    /// @throws Failure that says how to start a host, if none runs there
    public static ManageClient open(Path control) throws Failure {
        final Path path = ManagePath.beside(control);
        try {
            return new ManageClient(SocketChannel.open(UnixDomainSocketAddress.of(path)));
        } catch (IOException | IllegalArgumentException e) {
            final Failure told = new Failure(
                    Files.isReadable(path) || !Files.exists(path)
                            ? "no host runs with the socket " + control
                                    + "; start one, as with 'weir up --tap weir0 --ip 10.10.10.2/24'"
                            : "the host with the socket " + control + " is another user's");
            told.initCause(e);
            throw told;
        }
    }

    /// Asks for something.
    public void send(JsonObject request) throws IOException {
        write(ByteBuffer.wrap((request + "\n").getBytes(UTF_8)));
    }

    /// Sends all of `octets`.
    public void write(ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    /// The next line of the answer.
    ///
    /// @throws Failure if the host refuses, or has gone
    public JsonObject line() throws IOException, Failure {
        final String text = input.line(LONGEST_LINE);
        if (text == null) {
            throw new Failure("the host has ended");
        }
        final JsonObject line = parse(text);
        final JsonElement error = line.get("error");
        if (error != null) {
            throw new Failure(error.getAsString());
        }
        return line;
    }

    private static JsonObject parse(String text) throws Failure {
        try {
            return JsonParser.parseString(text).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            final Failure told = new Failure("the host's answer is not understood; is it of the same version?");
            told.initCause(e);
            throw told;
        }
    }

    /// Asks `request` and passes each row of the answer to `reader`.
    public void rows(JsonObject request, Consumer<JsonObject> reader) throws IOException, Failure {
        send(request);
        for (JsonObject row = line(); !row.has("end"); row = line()) {
            reader.accept(row);
        }
    }

    /// Asks for something else than rows, and waits until it has begun: returns what the host says of it.
    public JsonObject begin(JsonObject request) throws IOException, Failure {
        send(request);
        return started();
    }

    /// Waits for the next thing that the host says has begun.
    public JsonObject started() throws IOException, Failure {
        final JsonElement facts = line().get("ok");
        if (facts == null || !facts.isJsonObject()) {
            throw new Failure("the host's answer is not understood; is it of the same version?");
        }
        return facts.getAsJsonObject();
    }

    /// What follows the lines.
    public ChannelInput input() {
        return input;
    }

    /// Says that nothing more is asked.
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
