package org.weir.ip;

import java.lang.foreign.MemorySegment;

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

    void what(int icmpType, int icmpCode, int mtu, boolean isLocal) {
        type = icmpType;
        code = icmpCode;
        nextHopMtu = mtu;
        local = isLocal;
    }

    void about(long local, long remote, MemorySegment memory, long transport) {
        localLow = local;
        remoteLow = remote;
        segment = memory;
        transportOffset = transport;
    }

    /// ICMP type, RFC 792.
    public int type() {
        return type;
    }

    public int code() {
        return code;
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
}
