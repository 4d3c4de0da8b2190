package org.weir.drivers;

import java.io.IOException;

/// Network namespaces: private sets of interfaces, addresses and routes.
public final class NetworkNamespace {
    // linux/sched.h
    private static final int CLONE_NEWNET = 0x40000000;

    private NetworkNamespace() {}

    /// Moves the calling thread, and every process that it starts from now on, to a new network namespace with
    /// nothing in it but a loopback interface that is down. Other threads stay where they are. The namespace goes
    /// when its last thread, process and socket have gone.
    ///
    /// @throws IOException if the process lacks the privilege: root, or CAP_SYS_ADMIN in its user namespace
    /// @throws IllegalStateException on a virtual thread, whose carrier would be moved instead
    public static void enterNew() throws IOException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual thread cannot enter a network namespace");
        }
        final int result = Libc.unshare(CLONE_NEWNET);
        if (result < 0) {
            throw new IOException(failure(-result));
        }
    }

    static String failure(int errno) {
        final String remedy = Errno.isPermission(errno)
                ? "; run as root or with CAP_SYS_ADMIN, or first in a user namespace as by `unshare --user"
                        + " --map-root-user`"
                : "";
        return "cannot make a network namespace: " + Libc.strerror(errno) + remedy;
    }
}
