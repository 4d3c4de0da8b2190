package org.weir.cli.client;

import java.io.IOException;
import java.io.InputStream;

/// So many octets of a stream.
final class CountedInput extends InputStream {
    private final InputStream input;
    private long left;

    CountedInput(InputStream input, long count) {
        this.input = input;
        this.left = count;
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /// @throws IOException if the stream ends before
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (left == 0 || length == 0) {
            return length == 0 ? 0 : -1;
        }
        final int count = input.read(target, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new IOException("the connection ended " + left + " octets too early");
        }
        left -= count;
        return count;
    }
}
