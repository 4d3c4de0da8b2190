package org.weir.cli.manage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/// What arrives on a channel: lines first, and whatever else later. For one thread.
public final class ChannelInput extends InputStream {
    private static final int BUFFER = 64 * 1024;

    private final ReadableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);

    public ChannelInput(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /// False at the end.
    private boolean fill() throws IOException {
        if (buffer.hasRemaining()) {
            return true;
        }
        buffer.clear();
        try {
            return channel.read(buffer) >= 0;
        } finally {
            buffer.flip();
        }
    }

    /// Waits until there is something to read. False at the end of the stream.
    public boolean awaitOctets() throws IOException {
        return fill();
    }

    /// The next line without its end; null at the end of the stream.
    ///
    /// @throws IOException if it has more than `limit` octets, or the stream ends within it
    public @Nullable String line(int limit) throws IOException {
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (fill()) {
            final byte octet = buffer.get();
            if (octet == '\n') {
                return line.toString(UTF_8);
            }
            if (line.size() == limit) {
                throw new ProtocolException("a line of more than " + limit + " octets");
            }
            line.write(octet);
        }
        if (line.size() > 0) {
            throw new EOFException("the end within a line");
        }
        return null;
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        final int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        return count;
    }
}
