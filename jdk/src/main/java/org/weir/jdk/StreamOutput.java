package org.weir.jdk;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.weir.stack.Sockets;

/// The half of a connection that is written.
final class StreamOutput extends StreamHalf {
    /// Guarded by the lock: an error that came behind octets which were sent; 0 if there is none.
    private int owedError;

    StreamOutput(StreamConnector connector) {
        super(connector, connector.socket().output(), Octets.toSend(connector.socket()), Sockets.SHUT_WR);
    }

    @Override
    int transfer(Sockets sockets, int descriptor) {
        return sockets.send(descriptor, octets(), octets().length());
    }

    /// Writes all, as a stream of the adaptor does; nobody else writes in between.
    void writeFully(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        lock().lock();
        try {
            int written = 0;
            while (written < length) {
                written += move(source, offset + written, length - written, 0);
            }
        } finally {
            lock().unlock();
        }
    }

    @Override
    int moveSome(boolean blocking, long deadlineNs) throws IOException {
        if (isShut()) {
            throw new ClosedChannelException();
        }
        if (owedError != 0) {
            final int error = owedError;
            owedError = 0;
            throw Failures.ofWrite(error);
        }
        int total = 0;
        while (octets().length() > 0) {
            final int count = attempt();
            if (count >= 0) {
                total += count;
            } else if (count != UNAVAILABLE) {
                return failed(count, total);
            } else if (!blocking || !channel().isOpen() || isShut()) {
                return total > 0 ? total : nothing();
            } else {
                gate().await(deadlineNs);
            }
        }
        return total;
    }

    private int nothing() throws AsynchronousCloseException {
        if (isShut()) {
            throw new AsynchronousCloseException();
        }
        return UNAVAILABLE;
    }

    private int failed(int error, int total) throws IOException {
        if (total > 0) {
            owedError = channel().isOpen() ? error : 0;
            return total;
        }
        if (!channel().isOpen() || isShut()) {
            throw new AsynchronousCloseException();
        }
        throw Failures.ofWrite(error);
    }
}
