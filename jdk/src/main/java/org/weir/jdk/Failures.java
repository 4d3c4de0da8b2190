package org.weir.jdk;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
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
            case Errno.EPERM -> new SocketException("Operation not permitted");
            case Errno.EACCES -> new SocketException("Permission denied");
            case Errno.EINVAL -> new SocketException("Invalid argument");
            default -> new SocketException(Errno.name(-result));
        };
    }

    /// For an error of a connected datagram socket: its peer's port is closed.
    static SocketException ofDatagram(int result) {
        return -result == Errno.ECONNREFUSED ? new PortUnreachableException() : of(result);
    }

    /// For an error of writing to a stream, which the JDK words as the system does.
    static IOException ofWrite(int result) {
        return switch (-result) {
            case Errno.ECONNRESET -> new IOException("Connection reset by peer");
            case Errno.EPIPE -> new IOException("Broken pipe");
            default -> of(result);
        };
    }

    /// What an adaptor lets its channel do.
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    /// Runs `action` of an adaptor's channel, with the exceptions of a socket.
    static void adapt(Action action) throws IOException {
        try {
            action.run();
        } catch (IOException | RuntimeException e) {
            throw adapted(e);
        }
    }

    /// What a method of a socket adaptor throws when its channel has thrown `thrown`.
    static IOException adapted(Exception thrown) {
        if (thrown instanceof IOException exception) {
            return exception;
        }
        final String message = switch (thrown) {
            case NotYetConnectedException e -> "Socket is not connected";
            case AlreadyBoundException e -> "Already bound";
            case AlreadyConnectedException e -> "Already connected";
            case NotYetBoundException e -> "Socket is not bound yet";
            case UnsupportedAddressTypeException e -> "Unsupported address type";
            case UnresolvedAddressException e -> "Unresolved address";
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(thrown);
        };
        return caused(message, thrown);
    }

    /// As [#adapted] for a method that may throw a `SocketException` alone.
    static SocketException adaptedOption(IOException thrown) {
        if (thrown instanceof SocketException exception) {
            return exception;
        }
        return caused(
                thrown instanceof ClosedChannelException ? "Socket is closed" : String.valueOf(thrown.getMessage()),
                thrown);
    }

    private static SocketException caused(String message, Exception cause) {
        final SocketException exception = new SocketException(message);
        exception.initCause(cause);
        return exception;
    }
}
