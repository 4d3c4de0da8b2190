package org.weir.jdk;

import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import org.weir.stack.Errno;

/// The exceptions that the JDK's own sockets throw, with its words, for the errors of the stack's.
final class Failures {
    private Failures() {}

    /// For a negated [Errno] that a call of [org.weir.stack.Sockets] has returned.
    static SocketException of(int result) {
        return switch (-result) {
            case Errno.EADDRINUSE -> new BindException("Address already in use");
            case Errno.EADDRNOTAVAIL -> new BindException("Cannot assign requested address");
            case Errno.ECONNREFUSED -> new ConnectException("Connection refused");
            case Errno.ETIMEDOUT -> new ConnectException("Connection timed out");
            case Errno.EHOSTUNREACH -> new NoRouteToHostException("No route to host");
            case Errno.ENETUNREACH -> new ConnectException("Network is unreachable");
            case Errno.ECONNRESET -> new SocketException("Connection reset");
            case Errno.ECONNABORTED -> new SocketException("Software caused connection abort");
            case Errno.EPIPE -> new SocketException("Broken pipe");
            case Errno.ENOTCONN -> new SocketException("Socket is not connected");
            case Errno.EMSGSIZE -> new SocketException("Message too long");
            case Errno.ENOBUFS -> new SocketException("No buffer space available");
            case Errno.EMFILE -> new SocketException("Too many open files");
            case Errno.EINVAL -> new SocketException("Invalid argument");
            default -> new SocketException(Errno.name(-result));
        };
    }

    /// For an error of a connected datagram socket: its peer's port is closed.
    static SocketException ofDatagram(int result) {
        return -result == Errno.ECONNREFUSED ? new PortUnreachableException() : of(result);
    }
}
