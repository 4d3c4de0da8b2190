package org.weir.cli.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/// The content of a chunked message, RFC 9112 section 7.1. Trailers are passed over.
final class ChunkedInput extends InputStream {
    private static final int LONGEST_LINE = 8_192;
    private static final int MOST_TRAILERS = 100;

    private final InputStream input;
    private long left;
    private boolean isFirst = true;
    private boolean ended;

    ChunkedInput(InputStream input) {
        this.input = input;
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0 && !nextChunk()) {
            return -1;
        }
        final int count = input.read(target, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new IOException("the connection ended within a chunk");
        }
        left -= count;
        return count;
    }

    /// False after the last one.
    private boolean nextChunk() throws IOException {
        if (ended) {
            return false;
        }
        if (!isFirst && !line().isEmpty()) {
            throw new IOException("a chunk is longer than it says");
        }
        isFirst = false;
        final String size = line().replaceAll("[ \t]*;.*", "");
        if (!size.matches("[0-9A-Fa-f]{1,15}")) {
            throw new IOException("'" + size + "' is no length of a chunk");
        }
        left = Long.parseLong(size, 16);
        if (left > 0) {
            return true;
        }
        ended = true;
        for (int i = 0; !line().isEmpty(); i++) {
            if (i == MOST_TRAILERS) {
                throw new IOException("more than " + MOST_TRAILERS + " trailers");
            }
        }
        return false;
    }

    private String line() throws IOException {
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = input.read(); octet != '\n'; octet = input.read()) {
            if (octet < 0 || line.size() == LONGEST_LINE) {
                throw new IOException("the connection ended within a chunk");
            }
            line.write(octet);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }
}
