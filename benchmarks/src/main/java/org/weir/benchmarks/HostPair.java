package org.weir.benchmarks;

import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpAcceptHandler;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// Two stacks on an in-memory link in one thread, and a connection between them.
final class HostPair implements AutoCloseable {
    private static final int PORT = 9;
    private static final int MTU = 1_500;
    private static final int QUEUE = 1_024;
    private static final IpAddress SERVER = IpAddress.parse("192.0.2.2");
    private static final long CLIENT_MAC = 0x02_00_00_00_00_01L;

    private final Stack client;
    private final Stack server;

    HostPair(StackConfig config) {
        final long now = System.nanoTime();
        client = Stack.create(config, new SplitMix64(1), now);
        server = Stack.create(config, new SplitMix64(2), now);
        final PairLink near = new PairLink(LinkCapabilities.plainEthernet(CLIENT_MAC, MTU), QUEUE);
        final PairLink far = new PairLink(LinkCapabilities.plainEthernet(CLIENT_MAC + 1, MTU), QUEUE);
        near.connectTo(far);
        final Netif nearIf = client.addInterface("near", near);
        final Netif farIf = server.addInterface("far", far);
        client.addAddress(nearIf, IpPrefix.parse("192.0.2.1/24"));
        server.addAddress(farIf, IpPrefix.parse("192.0.2.2/24"));
    }

    Stack client() {
        return client;
    }

    Stack server() {
        return server;
    }

    /// Listens on `port` of the server.
    void listen(int port, int backlog, TcpAcceptHandler accept) {
        final TcpListener listener = server.tcp().bind(0, IpAddress.ANY.low(), port);
        if (listener == null) {
            throw new IllegalStateException("cannot bind: " + server.tcp().refusal());
        }
        listener.listen(backlog, accept);
    }

    /// Begins a connection to `port` of the server.
    ///
    /// @param localPort 0 for a free one
    TcpConnection open(int port, int localPort, TcpHandler handler) {
        final TcpConnection c =
                client.tcp().connect(SERVER.high(), SERVER.low(), port, IpAddress.ANY.low(), localPort, handler);
        if (c == null) {
            throw new IllegalStateException("cannot connect: " + client.tcp().refusal());
        }
        return c;
    }

    /// Connects the two; the handlers are called from then on.
    TcpConnection connect(TcpHandler near, TcpHandler far) {
        listen(PORT, 1, l -> {
            final TcpConnection c = l.accept();
            if (c != null) {
                c.noDelay(true);
                c.handler(far);
            }
        });
        return open(PORT, 0, near);
    }

    /// Lets both work once.
    void poll(long nowNs) {
        client.poll(nowNs);
        server.poll(nowNs);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
