package org.weir.runtime.sequential;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Errno;

/// A call of the sequential interface has failed.
public class NetException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    NetException(String what, int errno) {
        this(what + ": " + text(errno) + " (" + Errno.name(errno) + ")", errno, null);
    }

    NetException(String message, int errno, @Nullable Throwable cause) {
        super(message, cause);
        this.errno = errno;
    }

    /// Why, as one of [Errno].
    public int errno() {
        return errno;
    }

    private static String text(int errno) {
        return switch (errno) {
            case Errno.EBADF -> "the connection is closed";
            case Errno.EINVAL -> "not in this state";
            case Errno.EPIPE -> "the output is shut down";
            case Errno.EOPNOTSUPP -> "not for a connection of this type";
            case Errno.EADDRINUSE -> "the address is in use";
            case Errno.EADDRNOTAVAIL -> "no such local address, or no port is free";
            case Errno.ENETUNREACH -> "no route to the network";
            case Errno.EHOSTUNREACH -> "the host cannot be reached";
            case Errno.ECONNREFUSED -> "refused by the peer";
            case Errno.ECONNRESET -> "reset by the peer";
            case Errno.ECONNABORTED -> "ended by the stack";
            case Errno.ETIMEDOUT -> "no answer in time";
            case Errno.EMSGSIZE -> "too long for a datagram";
            case Errno.EDESTADDRREQ -> "no destination";
            case Errno.EISCONN -> "connected already";
            case Errno.ENOTCONN -> "not connected";
            case Errno.ENOBUFS -> "nothing is left of what it needs";
            default -> "failed";
        };
    }
}
