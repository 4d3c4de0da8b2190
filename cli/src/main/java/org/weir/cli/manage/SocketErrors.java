package org.weir.cli.manage;

import org.weir.stack.Errno;

/// What people are told of an error number: the texts of strerror(3).
final class SocketErrors {
    private SocketErrors() {}

    /// @param result an error number, negated
    static String text(int result) {
        return switch (-result) {
            case Errno.ECONNREFUSED -> "Connection refused";
            case Errno.ECONNRESET -> "Connection reset by peer";
            case Errno.ETIMEDOUT, Errno.EINPROGRESS, Errno.EAGAIN -> "Connection timed out";
            case Errno.EHOSTUNREACH -> "No route to host";
            case Errno.ENETUNREACH -> "Network is unreachable";
            case Errno.EADDRINUSE -> "Address already in use";
            case Errno.EADDRNOTAVAIL -> "Cannot assign requested address";
            case Errno.EPIPE -> "Broken pipe";
            case Errno.EMSGSIZE -> "Message too long";
            case Errno.EMFILE, Errno.ENOBUFS, Errno.ENOMEM -> "No socket or buffer of the host is free";
            case Errno.EPERM, Errno.EACCES -> "Not permitted by the host";
            default -> Errno.name(result);
        };
    }
}
