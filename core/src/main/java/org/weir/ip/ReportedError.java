package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;

/// An error that was reported about a packet which an endpoint has sent, until its user has read it. Everything in it
/// except [#isLocal] may be forged (RFC 5927).
public final class ReportedError {
    int type;
    int code;
    int nextHopMtu;
    boolean local;
    long reporterLow;
    long remoteLow;
    int remotePort;

    @Nullable
    Pbuf quoted;

    @Nullable
    ReportedError next;

    ReportedError() {}

    /// ICMP type, RFC 792.
    public int type() {
        return type;
    }

    public int code() {
        return code;
    }

    /// The next hop's MTU in octets if the packet was too large; 0 if the router did not say.
    public int nextHopMtu() {
        return nextHopMtu;
    }

    /// True if this host found the error itself: its neighbour does not answer.
    public boolean isLocal() {
        return local;
    }

    /// Who reports it.
    public long reporterLow() {
        return reporterLow;
    }

    /// Where the packet was sent to.
    public long remoteLow() {
        return remoteLow;
    }

    /// The port that the packet was sent to; 0 if its protocol has none.
    public int remotePort() {
        return remotePort;
    }

    /// As much of what was sent as the report quotes, behind the transport header (of a raw endpoint: behind the IP
    /// header), borrowed; null for nothing, or if no buffer was free.
    public @Nullable Pbuf quoted() {
        return quoted;
    }
}
