package org.weir.benchmarks;

import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;

/// Connections that are opened, accepted and closed in order by both ends as fast as it goes: seven segments each. The
/// client closes first, so that its objects go through TIME-WAIT and come back when it runs out of others.
final class Churn implements AutoCloseable {
    private static final int PORT = 9;

    private final HostPair hosts = new HostPair(StackConfig.defaults());
    private final Client client = new Client();
    private final Server server = new Server();
    private final int atOnce;
    private int open;
    private long closed;

    /// @param atOnce connections that are open at the same time
    Churn(int atOnce) {
        this.atOnce = atOnce;
        hosts.listen(PORT, atOnce, this::accept);
    }

    private void accept(TcpListener listener) {
        for (TcpConnection c = listener.accept(); c != null; c = listener.accept()) {
            c.handler(server);
        }
    }

    /// Connections that both ends have closed.
    long closed() {
        return closed;
    }

    void runFor(long ns) {
        final long end = System.nanoTime() + ns;
        long now = System.nanoTime();
        while (now - end < 0) {
            while (open < atOnce) {
                hosts.open(PORT, 0, client);
                open++;
            }
            hosts.poll(now);
            now = System.nanoTime();
        }
    }

    @Override
    public void close() {
        hosts.close();
    }

    private static final class Client implements TcpHandler {
        @Override
        public void connected(TcpConnection c) {
            c.close();
        }

        @Override
        public void readable(TcpConnection c) {
            // Nothing comes this way.
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            throw new IllegalStateException("a connection failed: " + error);
        }
    }

    private final class Server implements TcpHandler {
        @Override
        public void readable(TcpConnection c) {
            if (c.endOfStream()) {
                c.close();
                open--;
                closed++;
            }
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            throw new IllegalStateException("a connection failed: " + error);
        }
    }
}
