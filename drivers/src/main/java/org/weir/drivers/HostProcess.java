package org.weir.drivers;

import java.io.IOException;

/// What the operating system knows of this process.
public final class HostProcess {
    // linux/prctl.h
    private static final int PR_SET_CHILD_SUBREAPER = 36;

    private HostProcess() {}

    /// The effective user, 0 for root (of this process's user namespace).
    public static int effectiveUserId() {
        return Libc.geteuid();
    }

    /// From now on, descendants whose parents have gone become children of this process, so that none escapes it.
    ///
    /// @throws IOException if the kernel refuses
    public static void becomeChildSubreaper() throws IOException {
        final int result = Libc.prctl(PR_SET_CHILD_SUBREAPER, 1);
        if (result < 0) {
            throw new IOException("cannot become the reaper of orphaned processes: " + Libc.strerror(-result));
        }
    }
}
