package org.weir.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.tcp.TcpSettings;

/// Two hosts with many connections between them, each ready to carry an octet to the server and back. They are kept
/// alive, so that each has a timer that waits.
final class Crowd implements AutoCloseable {
    private static final int FIRST_PORT = 10_000;
    private static final int FIRST_LOCAL_PORT = 2_000;
    private static final int CONNECTIONS_PER_PORT = 60_000;
    private static final int OPENED_AT_ONCE = 256;
    /// Connections besides those of the crowd.
    private static final int SPARE = 16;

    private final HostPair hosts;
    private final TcpConnection[] members;
    private final MemorySegment octet = Arena.ofAuto().allocate(1);
    private final TcpSettings settings = new TcpSettings().reset(TcpConfig.defaults());
    private int established;
    private long answers;

    /// @param config of each host, with room for `size` connections: see [#config]
    Crowd(int size, StackConfig config) {
        hosts = new HostPair(config);
        members = new TcpConnection[size];
        settings.keepAlive = true;
        settings.noDelay = true;
        final Requester requester = new Requester();
        final Responder responder = new Responder();
        for (int port = 0; port * CONNECTIONS_PER_PORT < size; port++) {
            hosts.listen(FIRST_PORT + port, 2 * OPENED_AT_ONCE, listener -> accept(listener, responder));
        }
        for (int i = 0; i < size; i++) {
            members[i] = hosts.open(
                    FIRST_PORT + i / CONNECTIONS_PER_PORT, FIRST_LOCAL_PORT + i % CONNECTIONS_PER_PORT, requester);
            members[i].use(settings);
            while (established < i + 1 - OPENED_AT_ONCE) {
                poll();
            }
        }
        while (established < size) {
            poll();
        }
    }

    /// A configuration that is the default one but for the number of connections.
    static StackConfig config(int size) {
        return StackConfig.defaults().withTcp(TcpConfig.defaults().withConnections(size + SPARE));
    }

    HostPair hosts() {
        return hosts;
    }

    private void poll() {
        hosts.poll(System.nanoTime());
    }

    private void accept(TcpListener listener, TcpHandler handler) {
        for (TcpConnection c = listener.accept(); c != null; c = listener.accept()) {
            c.use(settings);
            c.handler(handler);
            established++;
        }
    }

    /// Lets the members take turns: each of `count` sends an octet and waits for the answer, beginning with
    /// `first`.
    void takeTurns(int first, int count) {
        for (int i = 0; i < count; i++) {
            final long before = answers;
            send(members[(first + i) % members.length]);
            while (answers == before) {
                poll();
            }
        }
    }

    private void send(TcpConnection c) {
        if (c.write(octet, 0, 1) != 1) {
            throw new IllegalStateException("no page for an octet");
        }
    }

    @Override
    public void close() {
        hosts.close();
    }

    private final class Requester implements TcpHandler {
        @Override
        public void readable(TcpConnection c) {
            c.consume(c.receivedOctets());
            answers++;
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            throw new IllegalStateException("a connection failed: " + error);
        }
    }

    private final class Responder implements TcpHandler {
        @Override
        public void readable(TcpConnection c) {
            c.read(octet, 0, 1);
            send(c);
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            throw new IllegalStateException("a connection failed: " + error);
        }
    }
}
