package org.weir.drivers;

/// Error numbers that the drivers tell apart, asm-generic/errno-base.h and errno.h.
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int ENXIO = 6;
    static final int EBADF = 9;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int EADDRINUSE = 98;
    static final int ECONNREFUSED = 111;

    private Errno() {}

    /// True if the caller lacks a privilege.
    static boolean isPermission(int errno) {
        return errno == EPERM || errno == EACCES;
    }
}
