package org.weir.cli.client;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.weir.cli.Failure;
import org.weir.cli.manage.ManageClient;
import org.weir.cli.manage.RelayFrame;
import org.weir.cli.manage.RelayFrame.Kind;

/// One connection of a stack, or one socket for datagrams: octets in both directions. One thread may read while another
/// writes; of datagrams each read and each write is one.
final class StackStream implements AutoCloseable {
    private final ManageClient client;
    private JsonObject ends;
    private boolean ended;
    private ByteBuffer received = ByteBuffer.allocate(0);

    StackStream(ManageClient client, JsonObject ends) {
        this.client = client;
        this.ends = ends;
    }

    /// Waits until there is a peer, after [ClientStack#listen].
    void awaitPeer() throws IOException, Failure {
        ends = client.started();
    }

    /// This end, as address and port.
    String local() {
        return ends.has("local") ? ends.get("local").getAsString() : "";
    }

    /// The other end, as address and port; empty if there is none yet.
    String peer() {
        return ends.has("peer") ? ends.get("peer").getAsString() : "";
    }

    /// Waits for octets, or for a datagram. Null at the end of the stream.
    ///
    /// @throws IOException if the connection has failed, and why
    @Nullable
    ByteBuffer read() throws IOException {
        if (ended) {
            return null;
        }
        final RelayFrame frame = RelayFrame.read(client.input());
        if (frame == null) {
            throw new IOException("the host has ended");
        }
        return switch (frame.kind()) {
            case DATA -> frame.octets();
            case END -> {
                ended = true;
                yield null;
            }
            case FAILURE -> throw new IOException(frame.text());
        };
    }

    /// Sends octets, or a datagram, of at most [RelayFrame#LONGEST] octets.
    void write(ByteBuffer octets) throws IOException {
        client.write(RelayFrame.encode(Kind.DATA, octets));
    }

    /// Says that nothing more will be sent.
    void end() throws IOException {
        client.write(RelayFrame.encode(Kind.END, ByteBuffer.allocate(0)));
    }

    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return fill() ? received.get() & 0xFF : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (!fill()) {
                    return -1;
                }
                final int count = Math.min(length, received.remaining());
                received.get(target, offset, count);
                return count;
            }

            @Override
            public int available() {
                return received.remaining();
            }
        };
    }

    private boolean fill() throws IOException {
        while (!received.hasRemaining()) {
            final ByteBuffer next = read();
            if (next == null) {
                return false;
            }
            received = next;
        }
        return true;
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                for (int at = 0; at < length; at += RelayFrame.LONGEST) {
                    final int part = Math.min(length - at, RelayFrame.LONGEST);
                    StackStream.this.write(ByteBuffer.wrap(source, offset + at, part));
                }
            }
        };
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
