package org.weir.jdk;

import java.io.IOException;
import java.net.SocketException;

/// A half of a connection, which can be shut before the connection ends.
abstract class StreamHalf extends ChannelHalf {
    private final StreamConnector connector;
    private final int shutdown;
    private volatile boolean shut;

    /// @param shutdown what [org.weir.stack.Sockets#shutdown] calls this half
    StreamHalf(StreamConnector connector, Gate gate, Octets octets, int shutdown) {
        super(connector.channel(), connector.socket(), gate, octets);
        this.connector = connector;
        this.shutdown = shutdown;
    }

    @Override
    final void ensureUsable() throws IOException {
        connector.ensureConnected();
    }

    final boolean isShut() {
        return shut;
    }

    /// From now on nothing is read, or the stream ends behind what was written.
    final synchronized void shut() throws SocketException {
        if (!shut) {
            shut = true;
            socket().shutdown(shutdown);
        }
    }
}
