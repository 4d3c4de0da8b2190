package org.weir.jdk;

import java.io.IOException;
import java.io.InputStream;

/// What arrives on a connection, for users of a `Socket`.
final class ChannelInputStream extends InputStream {
    private final WeirSocketChannel channel;
    private final AdaptorOptions options;

    ChannelInputStream(WeirSocketChannel channel, AdaptorOptions options) {
        this.channel = channel;
        this.options = options;
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return channel.blockingRead(target, offset, length, options.timeoutNs());
    }

    @Override
    public int available() throws IOException {
        return channel.available();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
