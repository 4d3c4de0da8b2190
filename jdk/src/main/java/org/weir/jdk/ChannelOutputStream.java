package org.weir.jdk;

import java.io.IOException;
import java.io.OutputStream;

/// What is sent on a connection, by users of a `Socket`.
final class ChannelOutputStream extends OutputStream {
    private final WeirSocketChannel channel;

    ChannelOutputStream(WeirSocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        channel.blockingWriteFully(source, offset, length);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
