package org.weir.cli.manage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What passes between a client and its connection of the stack: octets or a datagram, the end of one direction, or why
/// it failed.
///
/// ```text
/// | kind, 1 octet | length, 3 octets | octets |
/// ```
public final class RelayFrame {
    /// Octets of one frame at most: a datagram fits.
    public static final int LONGEST = 0xFFFF;

    private static final Kind[] KINDS = Kind.values();
    private static final int HEADER = 4;

    /// What a frame is; the order is part of the protocol.
    public enum Kind {
        DATA,
        END,
        FAILURE
    }

    private final Kind kind;
    private final ByteBuffer octets;

    private RelayFrame(Kind kind, ByteBuffer octets) {
        this.kind = kind;
        this.octets = octets;
    }

    public Kind kind() {
        return kind;
    }

    /// What it carries.
    public ByteBuffer octets() {
        return octets.duplicate();
    }

    /// What it carries, as text.
    public String text() {
        return UTF_8.decode(octets()).toString();
    }

    /// As it is sent.
    public static ByteBuffer encode(Kind kind, ByteBuffer octets) {
        return ByteBuffer.allocate(HEADER + octets.remaining())
                .putInt(kind.ordinal() << 24 | octets.remaining())
                .put(octets)
                .flip();
    }

    /// A failure as it is sent.
    static ByteBuffer failure(String text) {
        return encode(Kind.FAILURE, UTF_8.encode(text));
    }

    /// The next frame; null at the end of the stream.
    ///
    /// @throws IOException if it is none
    public static @Nullable RelayFrame read(InputStream input) throws IOException {
        final byte[] header = input.readNBytes(HEADER);
        if (header.length == 0) {
            return null;
        }
        if (header.length < HEADER) {
            throw new EOFException("the end within a frame");
        }
        final int word = ByteBuffer.wrap(header).getInt();
        final int length = word & 0xFF_FFFF;
        final int kind = word >>> 24;
        if (kind >= KINDS.length || length > LONGEST) {
            throw new IOException("no frame");
        }
        final byte[] octets = input.readNBytes(length);
        if (octets.length < length) {
            throw new EOFException("the end within a frame");
        }
        return new RelayFrame(KINDS[kind], ByteBuffer.wrap(octets));
    }
}
