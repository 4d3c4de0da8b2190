package org.weir.runtime.sequential;

import org.weir.stack.Errno;

/// A call has waited for as long as [NetConnection#timeoutNs] lets it. The connection can be used as before, but for
/// one whose connect has timed out: that is closed.
public final class NetTimeoutException extends NetException {
    private static final long serialVersionUID = 1L;

    private final int octets;

    NetTimeoutException(String what, long timeoutNs, int octets) {
        super(what + ": not done within " + timeoutNs / 1_000_000 + " ms", Errno.EAGAIN, null);
        this.octets = octets;
    }

    /// How many octets of a write were taken; they will be sent.
    public int octets() {
        return octets;
    }
}
