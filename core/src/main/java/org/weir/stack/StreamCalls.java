package org.weir.stack;

import org.jspecify.annotations.Nullable;
import org.weir.tcp.Tcp;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpListener;
import org.weir.tcp.TcpRefusal;
import org.weir.wire.IpAddress;

/// How sockets of TCP get their names and their connections. Arguments are checked as far as they are the same for all
/// sockets; results are 0 or a negated [Errno].
final class StreamCalls {
    private final Tcp tcp;
    private final SocketEvents events;

    StreamCalls(Tcp tcp, SocketEvents events) {
        this.tcp = tcp;
        this.events = events;
    }

    int bind(Socket s, SocketAddress local) {
        return s.listener != null || s.connection != null
                ? -Errno.EINVAL
                : bind(s, local.high(), local.low(), local.port());
    }

    private int bind(Socket s, long high, long low, int port) {
        final TcpListener l = tcp.bind(high, low, port, s.reuseAddress, s.reusePort);
        if (l == null) {
            return -errno(tcp.refusal());
        }
        if (!l.use(s.settings)) {
            l.close();
            return -Errno.ENOBUFS;
        }
        l.attachment(s);
        s.listener = l;
        return 0;
    }

    int listen(Socket s, int backlog) {
        if (s.connection != null) {
            return -Errno.EINVAL;
        }
        if (s.listener == null) {
            final int bound = bind(s, 0, IpAddress.ANY.low(), 0);
            if (bound != 0) {
                return bound;
            }
        }
        return s.listener != null && s.listener.listen(backlog, events) ? 0 : -errno(tcp.refusal());
    }

    /// Why nothing can be accepted now; 0 if a connection waits.
    static int acceptProblem(Socket s) {
        if (s.listener == null || !s.listener.isListening()) {
            return -Errno.EINVAL;
        }
        return s.listener.waiting() == 0 ? -Errno.EAGAIN : 0;
    }

    /// Gives `accepted` the oldest connection that waits at `s`, of which there is one.
    void accept(Socket s, Socket accepted, @Nullable SocketAddress peer) {
        final TcpConnection c = s.listener == null ? null : s.listener.accept();
        if (c == null) {
            throw new IllegalStateException("a connection waited and was gone");
        }
        accepted.connection = c;
        accepted.settings.copyFrom(c.settings());
        c.attachment(accepted);
        c.handler(events);
        if (peer != null) {
            peer.set(c.remoteHigh(), c.remoteLow(), c.remotePort());
        }
    }

    int connect(Socket s, SocketAddress remote) {
        if (remote.port() == 0) {
            return -Errno.EINVAL;
        }
        if (s.connection != null || s.error != 0) {
            return connectAgain(s);
        }
        if (s.listener != null && s.listener.isListening()) {
            return -Errno.EOPNOTSUPP;
        }
        final int localPort = s.listener == null ? 0 : s.listener.localPort();
        final long local = s.listener == null ? IpAddress.ANY.low() : s.listener.localLow();
        final TcpConnection c = tcp.connect(remote.high(), remote.low(), remote.port(), local, localPort, events);
        if (c == null) {
            return -errno(tcp.refusal());
        }
        if (!c.use(s.settings)) {
            c.abort();
            return -Errno.ENOBUFS;
        }
        c.attachment(s);
        s.connection = c;
        s.connecting = true;
        s.inputShut = false;
        s.outputShut = false;
        return -Errno.EINPROGRESS;
    }

    private static int connectAgain(Socket s) {
        if (s.connecting) {
            return -Errno.EALREADY;
        }
        return s.error != 0 ? -SocketEvents.takeError(s) : -Errno.EISCONN;
    }

    private static int errno(TcpRefusal refusal) {
        return switch (refusal) {
            case NONE_FREE -> Errno.ENOBUFS;
            case IN_USE -> Errno.EADDRINUSE;
            case NOT_LOCAL, NO_PORT -> Errno.EADDRNOTAVAIL;
            case NO_ROUTE -> Errno.ENETUNREACH;
            case FILTERED -> Errno.EPERM;
        };
    }
}
