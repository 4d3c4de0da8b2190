package org.weir.stack;

import java.util.Objects;
import org.weir.ip.ErrorQueue;
import org.weir.ip.ReportedError;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawHandler;
import org.weir.tcp.TcpAcceptHandler;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.udp.UdpEndpoint;
import org.weir.udp.UdpHandler;

/// Turns the events of the raw interfaces into readiness and callbacks of sockets. One object serves all of them.
final class SocketEvents implements TcpHandler, TcpAcceptHandler, UdpHandler, RawHandler {
    private final Sockets sockets;

    SocketEvents(Sockets sockets) {
        this.sockets = sockets;
    }

    @Override
    public void connected(TcpConnection connection) {
        final Socket s = socketOf(connection);
        s.connecting = false;
        call(s);
    }

    @Override
    public void readable(TcpConnection connection) {
        call(socketOf(connection));
    }

    @Override
    public void writable(TcpConnection connection) {
        call(socketOf(connection));
    }

    @Override
    public void failed(TcpConnection connection, TcpError error) {
        final Socket s = socketOf(connection);
        s.error = errno(error);
        s.connecting = false;
        s.inputShut = true;
        s.outputShut = true;
        s.connection = null;
        call(s);
    }

    @Override
    public void acceptable(TcpListener listener) {
        if (listener.attachment() instanceof Socket s) {
            call(s);
        }
    }

    @Override
    public void readable(UdpEndpoint endpoint) {
        call(socketOf(endpoint));
    }

    @Override
    public void unreachable(UdpEndpoint endpoint, int icmpCode) {
        final Socket s = socketOf(endpoint);
        endpoint.takeError();
        s.error = IcmpErrno.ofUnreachable(icmpCode);
        call(s);
    }

    @Override
    public void reported(UdpEndpoint endpoint) {
        reported(socketOf(endpoint), endpoint.errors());
    }

    @Override
    public void readable(RawEndpoint endpoint) {
        call(socketOf(endpoint));
    }

    @Override
    public void unreachable(RawEndpoint endpoint, int icmpCode) {
        final Socket s = socketOf(endpoint);
        endpoint.takeError();
        s.error = IcmpErrno.ofUnreachable(icmpCode);
        call(s);
    }

    @Override
    public void reported(RawEndpoint endpoint) {
        reported(socketOf(endpoint), endpoint.errors());
    }

    /// Errors that wait for their reader are also the socket's own, until it has been told: `SO_ERROR`.
    private void reported(Socket s, ErrorQueue errors) {
        nextError(s, errors);
        call(s);
    }

    /// The oldest error that waits becomes that of the socket.
    static void nextError(Socket s, ErrorQueue errors) {
        final ReportedError oldest = errors.peek();
        s.error = oldest == null ? 0 : IcmpErrno.of(oldest.type(), oldest.code());
    }

    void call(Socket s) {
        final SocketCallback callback = s.callback;
        if (callback != null) {
            callback.ready(sockets.descriptor(s), readiness(s));
        }
    }

    private static Socket socketOf(TcpConnection connection) {
        return (Socket) Objects.requireNonNull(connection.attachment());
    }

    private static Socket socketOf(RawEndpoint endpoint) {
        return (Socket) Objects.requireNonNull(endpoint.attachment());
    }

    private static Socket socketOf(UdpEndpoint endpoint) {
        return (Socket) Objects.requireNonNull(endpoint.attachment());
    }

    /// What can be done with a socket now, level-triggered.
    static int readiness(Socket s) {
        if (s.datagrams != null) {
            return readiness(s, s.datagrams);
        }
        final int error = s.error != 0 ? Sockets.POLLERR : 0;
        if (s.listener != null && s.listener.isListening()) {
            return error | (s.listener.waiting() > 0 ? Sockets.POLLIN : 0);
        }
        if (s.connection != null) {
            return error | (s.connecting ? 0 : readiness(s, s.connection));
        }
        final boolean readable = s.error != 0 || s.inputShut;
        return error | Sockets.POLLHUP | Sockets.POLLOUT | (readable ? Sockets.POLLIN : 0);
    }

    private static int readiness(Socket s, DatagramCalls datagrams) {
        final boolean failed = s.error != 0 || datagrams.errors(s).peek() != null;
        final boolean readable = datagrams.peek(s) != null || s.inputShut;
        return (failed ? Sockets.POLLERR : 0) | (s.sendBlocked ? 0 : Sockets.POLLOUT) | (readable ? Sockets.POLLIN : 0);
    }

    private static int readiness(Socket s, TcpConnection c) {
        int bits = 0;
        if (c.receivedOctets() > 0 || c.endOfStream() || s.inputShut) {
            bits |= Sockets.POLLIN;
        }
        if (!c.state().sends() || c.takesOctets()) {
            bits |= Sockets.POLLOUT;
        }
        return bits | (c.endOfStream() && s.outputShut ? Sockets.POLLHUP : 0);
    }

    /// The pending error, which is thereby reported.
    static int takeError(Socket s) {
        final int error = s.error;
        s.error = 0;
        return error;
    }

    private static int errno(TcpError error) {
        return switch (error) {
            case NONE -> 0;
            case REFUSED -> Errno.ECONNREFUSED;
            case RESET -> Errno.ECONNRESET;
            case TIMED_OUT -> Errno.ETIMEDOUT;
            case HOST_UNREACHABLE -> Errno.EHOSTUNREACH;
            case NETWORK_UNREACHABLE -> Errno.ENETUNREACH;
            case ABORTED -> Errno.ECONNABORTED;
            case FILTERED -> Errno.EPERM;
        };
    }
}
