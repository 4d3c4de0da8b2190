package org.weir.ip;

import java.lang.foreign.MemorySegment;
import org.weir.wire.IcmpHeader;

/// An error about a packet that this host sent: by ICMP, or by our own ARP. One object, filled anew for each error.
/// Everything in it except [#isLocal] may be forged (RFC 5927).
public final class IcmpError {
    private int type;
    private int code;
    private int nextHopMtu;
    private boolean local;
    private long localLow;
    private long remoteLow;
    private MemorySegment segment = MemorySegment.NULL;
    private long transportOffset;
    private int length;
    private long reporterLow;

    void what(int icmpType, int icmpCode, int mtu) {
        type = icmpType;
        code = icmpCode;
        nextHopMtu = mtu;
    }

    /// Who reports it; 0 for this host itself.
    void by(long reporter) {
        local = reporter == 0;
        reporterLow = reporter;
    }

    void about(long source, long destination) {
        localLow = source;
        remoteLow = destination;
        if (local) {
            reporterLow = source;
        }
    }

    /// What the report quotes, `octets` from the transport header on.
    void quote(MemorySegment memory, long transport, int octets) {
        segment = memory;
        transportOffset = transport;
        length = octets;
    }

    /// ICMP type, RFC 792.
    public int type() {
        return type;
    }

    public int code() {
        return code;
    }

    /// True if the packet has not arrived for another reason than its length.
    public boolean saysUnreachable() {
        return type == IcmpHeader.DESTINATION_UNREACHABLE && code != IcmpHeader.FRAGMENTATION_NEEDED;
    }

    /// True if it has, and nobody there wants it.
    public boolean saysNobodyListens() {
        return type == IcmpHeader.DESTINATION_UNREACHABLE && code == IcmpHeader.PORT_UNREACHABLE;
    }

    /// The next hop's MTU if the packet was too large; 0 if the router did not say.
    public int nextHopMtu() {
        return nextHopMtu;
    }

    /// True if this host found the error itself.
    public boolean isLocal() {
        return local;
    }

    public long localHigh() {
        return 0;
    }

    /// The source address of the packet in question.
    public long localLow() {
        return localLow;
    }

    public long remoteHigh() {
        return 0;
    }

    /// The destination address of the packet in question.
    public long remoteLow() {
        return remoteLow;
    }

    /// Holds at least eight octets of the packet's transport header at [#transportOffset].
    public MemorySegment segment() {
        return segment;
    }

    public long transportOffset() {
        return transportOffset;
    }

    /// Octets of the packet that are there from its transport header on, at least eight.
    public int length() {
        return length;
    }

    /// The address of who reports it: a router, the other end, or this host.
    public long reporterLow() {
        return reporterLow;
    }
}
