package org.weir.stack;

import org.weir.ip.ReportedError;

/// An error about a datagram that a socket has sent, made once by the caller and filled by [Sockets#receiveError]: the
/// `sock_extended_err` of `MSG_ERRQUEUE`.
public final class ErrorReport {
    /// This host found it: the neighbour does not answer.
    public static final int LOCAL = 1;
    /// An ICMP message told of it.
    public static final int ICMP = 2;

    private int error;
    private int origin;
    private int type;
    private int code;
    private int information;
    private final SocketAddress destination = new SocketAddress();
    private final SocketAddress reporter = new SocketAddress();

    void fill(ReportedError from) {
        error = IcmpErrno.of(from.type(), from.code());
        origin = from.isLocal() ? LOCAL : ICMP;
        type = from.isLocal() ? 0 : from.type();
        code = from.isLocal() ? 0 : from.code();
        information = from.nextHopMtu();
        destination.set(0, from.remoteLow(), from.remotePort());
        reporter.set(0, from.reporterLow(), 0);
    }

    /// A value of [Errno].
    public int error() {
        return error;
    }

    /// [#LOCAL] or [#ICMP].
    public int origin() {
        return origin;
    }

    /// ICMP type, RFC 792; 0 if [#LOCAL].
    public int type() {
        return type;
    }

    /// ICMP code; 0 if [#LOCAL].
    public int code() {
        return code;
    }

    /// With `EMSGSIZE` the next hop's MTU in octets, 0 if the router did not say.
    public int information() {
        return information;
    }

    /// Where the datagram was sent to.
    public SocketAddress destination() {
        return destination;
    }

    /// Who reports it: a router, the destination, or this host; port 0.
    public SocketAddress reporter() {
        return reporter;
    }
}
