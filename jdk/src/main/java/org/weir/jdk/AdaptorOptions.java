package org.weir.jdk;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.concurrent.TimeUnit;

/// The options of a socket that is an adaptor: those of its channel, with the exceptions of `java.net`, and the
/// timeout, which is the adaptor's own.
final class AdaptorOptions {
    private final NetworkChannel channel;
    private volatile int timeoutMs;

    AdaptorOptions(NetworkChannel channel) {
        this.channel = channel;
    }

    void ensureOpen() throws SocketException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
    }

    void timeout(int milliseconds) throws SocketException {
        ensureOpen();
        if (milliseconds < 0) {
            throw new IllegalArgumentException("timeout < 0");
        }
        timeoutMs = milliseconds;
    }

    int timeout() throws SocketException {
        ensureOpen();
        return timeoutMs;
    }

    /// The timeout of a call that begins now; 0 for none.
    long timeoutNs() {
        return TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    <T> void set(SocketOption<T> name, T value) throws SocketException {
        try {
            channel.setOption(name, value);
        } catch (IOException e) {
            throw Failures.adaptedOption(e);
        }
    }

    <T> T get(SocketOption<T> name) throws SocketException {
        try {
            return channel.getOption(name);
        } catch (IOException e) {
            throw Failures.adaptedOption(e);
        }
    }

    /// @throws IllegalArgumentException `refusal`, which each of the JDK's classes words in its own way
    void receiveBufferSize(int size, String refusal) throws SocketException {
        if (size <= 0) {
            throw new IllegalArgumentException(refusal);
        }
        set(StandardSocketOptions.SO_RCVBUF, size);
    }
}
