package org.weir.jdk;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import org.weir.stack.Errno;
import org.weir.stack.Sockets;

/// The half of a connection that is read.
final class StreamInput extends StreamHalf {
    private static final int END = -1;

    /// Guarded by the lock: a reset is told to each reader.
    private boolean wasReset;

    StreamInput(StreamConnector connector) {
        super(connector, connector.socket().input(), Octets.toReceive(connector.socket()), Sockets.SHUT_RD);
    }

    @Override
    int transfer(Sockets sockets, int descriptor) {
        return sockets.receive(descriptor, octets(), octets().length(), 0);
    }

    @Override
    int moveSome(boolean blocking, long deadlineNs) throws IOException {
        if (wasReset) {
            throw Failures.of(-Errno.ECONNRESET);
        }
        if (isShut()) {
            return END;
        }
        if (octets().length() == 0) {
            return 0;
        }
        final int count = attemptUntil(blocking, deadlineNs, "Read timed out");
        if (count == 0 || count == UNAVAILABLE && isShut()) {
            return END;
        }
        if (count > 0 || count == UNAVAILABLE) {
            return count;
        }
        if (!channel().isOpen()) {
            throw new AsynchronousCloseException();
        }
        wasReset = count == -Errno.ECONNRESET;
        throw Failures.of(count);
    }

    /// Octets that can be read without waiting.
    int available() throws IOException {
        lock().lock();
        try {
            ensureUsable();
            return isShut() ? 0 : Math.max(0, socket().host().ask(sockets -> sockets.available(socket().descriptor())));
        } finally {
            lock().unlock();
        }
    }
}
