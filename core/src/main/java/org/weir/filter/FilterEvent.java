package org.weir.filter;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// What a filter may know of an event: one object, filled anew for each. Nothing can be changed by it, and after the
/// call that it was passed to its methods throw `IllegalStateException`.
///
/// A packet has a source and a destination. An endpoint has a local end and a peer: what it does towards the peer
/// ([FilterHook#CONNECTING]) has the local end as its source, everything else as its destination. What an event does
/// not have is 0 or null: ports where the protocol has none or the packet is a later fragment, the peer of an endpoint
/// without one, addresses of a frame, octets of what happens to an endpoint.
public final class FilterEvent {
    /// The longest IP header, and what is looked at behind it.
    private static final int BEGINNING = Ipv4Header.LONGEST + TcpHeader.LENGTH;

    private static final int PORTS = 4;

    private final byte[] octets = new byte[BEGINNING];
    /// The first octets of the packet, in one piece.
    private final MemorySegment beginning = MemorySegment.ofArray(octets);

    private final Ipv4Header ip = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private final EthernetHeader frame = new EthernetHeader();

    private boolean valid;
    private FilterHook hook = FilterHook.INPUT;
    private FilterProtocol protocol = FilterProtocol.LINK;
    private long nowNs;
    private @Nullable String inputInterface;
    private @Nullable String outputInterface;
    private @Nullable Pbuf packet;

    private int copied;
    private int length;
    private int ipProtocol;
    private int typeOfService;
    private int timeToLive;
    private boolean laterFragment;
    private int tcpFlags;
    private int icmpType;
    private int icmpCode;
    private int etherType;
    private long sourceHardwareAddress;
    private long destinationHardwareAddress;

    private long sourceHigh;
    private long sourceLow;
    private int sourcePort;
    private long destinationHigh;
    private long destinationLow;
    private int destinationPort;
    private boolean sourceIsLocal;

    FilterEvent() {}

    // ---- filling ----

    private void begin(FilterHook where, FilterProtocol what) {
        hook = where;
        protocol = what;
        inputInterface = null;
        outputInterface = null;
        packet = null;
        copied = 0;
        length = 0;
        ipProtocol = 0;
        typeOfService = 0;
        timeToLive = 0;
        laterFragment = false;
        tcpFlags = 0;
        icmpType = 0;
        icmpCode = 0;
        etherType = 0;
        sourceHardwareAddress = 0;
        destinationHardwareAddress = 0;
        source(0, 0, 0);
        destination(0, 0, 0);
        sourceIsLocal = where == FilterHook.OUTPUT || where == FilterHook.CONNECTING;
    }

    private void octets(Pbuf all) {
        packet = all;
        length = all.totalLength();
        copied = all.copyTo(0, beginning, 0, BEGINNING);
    }

    private void source(long high, long low, int port) {
        sourceHigh = high;
        sourceLow = low;
        sourcePort = port;
    }

    private void destination(long high, long low, int port) {
        destinationHigh = high;
        destinationLow = low;
        destinationPort = port;
    }

    /// `all` (borrowed until [#end]) starts with its IP header, which is whole.
    void packet(FilterHook where, FilterProtocol what, Pbuf all) {
        begin(where, what);
        octets(all);
        ip.at(beginning, 0);
        ipProtocol = ip.protocol();
        typeOfService = ip.typeOfService();
        timeToLive = ip.timeToLive();
        laterFragment = ip.isLaterFragment();
        source(0, IpAddress.mapped(ip.source()), 0);
        destination(0, IpAddress.mapped(ip.destination()), 0);
        if (!laterFragment) {
            transport(ip.headerLength());
        }
    }

    /// Nobody has said yet that the transport header is there.
    private void transport(int at) {
        final int there = copied - at;
        if (ipProtocol == IpProtocol.ICMP && there >= Short.BYTES) {
            icmpType = octets[at] & 0xFF;
            icmpCode = octets[at + 1] & 0xFF;
        } else if ((ipProtocol == IpProtocol.TCP || ipProtocol == IpProtocol.UDP) && there >= PORTS) {
            tcp.at(beginning, at);
            sourcePort = tcp.sourcePort();
            destinationPort = tcp.destinationPort();
            tcpFlags = ipProtocol == IpProtocol.TCP && TcpHeader.fits(there) ? tcp.flags() : 0;
        }
    }

    /// `all` (borrowed until [#end]) starts with its Ethernet header, which is whole.
    void frame(FilterHook where, Pbuf all) {
        begin(where, FilterProtocol.LINK);
        octets(all);
        frame.at(beginning, 0);
        etherType = frame.type();
        sourceHardwareAddress = frame.source();
        destinationHardwareAddress = frame.destination();
    }

    void endpoint(FilterHook where, FilterProtocol what) {
        begin(where, what);
        ipProtocol = what.number();
    }

    void local(long low, int port) {
        if (sourceIsLocal) {
            source(0, low, port);
        } else {
            destination(0, low, port);
        }
    }

    void peer(long low, int port) {
        if (sourceIsLocal) {
            destination(0, low, port);
        } else {
            source(0, low, port);
        }
    }

    FilterHook subject() {
        return hook;
    }

    boolean isFrame() {
        return protocol == FilterProtocol.LINK;
    }

    void interfaces(@Nullable String in, @Nullable String out) {
        inputInterface = in;
        outputInterface = out;
    }

    void open(long now) {
        nowNs = now;
        valid = true;
    }

    void end() {
        valid = false;
        packet = null;
    }

    private void check() {
        if (!valid) {
            throw new IllegalStateException("a filter's event is valid during the call only");
        }
    }

    // ---- any ----

    public FilterHook hook() {
        check();
        return hook;
    }

    public FilterProtocol protocol() {
        check();
        return protocol;
    }

    /// The time of the poll that this happens in.
    public long nowNs() {
        check();
        return nowNs;
    }

    /// The name of the interface that the packet came by; null if it did not.
    public @Nullable String inputInterface() {
        check();
        return inputInterface;
    }

    /// The name of the interface that the packet is to leave by; null if it is not.
    public @Nullable String outputInterface() {
        check();
        return outputInterface;
    }

    // ---- names ----

    public long sourceHigh() {
        check();
        return sourceHigh;
    }

    /// The source address; an IPv4 address is mapped as in RFC 4291.
    public long sourceLow() {
        check();
        return sourceLow;
    }

    /// On an echo endpoint its identifier.
    public int sourcePort() {
        check();
        return sourcePort;
    }

    public long destinationHigh() {
        check();
        return destinationHigh;
    }

    /// The destination address, as [#sourceLow].
    public long destinationLow() {
        check();
        return destinationLow;
    }

    /// As [#sourcePort].
    public int destinationPort() {
        check();
        return destinationPort;
    }

    /// True if the source is this host's end; if not the destination is, but for [FilterHook#FORWARD].
    public boolean isSourceLocal() {
        check();
        return sourceIsLocal;
    }

    // ---- a packet ----

    /// The number that the IP header names, also of an endpoint; 0 for a raw endpoint of [FilterProtocol#OTHER].
    public int ipProtocol() {
        check();
        return ipProtocol;
    }

    /// DSCP and ECN.
    public int typeOfService() {
        check();
        return typeOfService;
    }

    public int timeToLive() {
        check();
        return timeToLive;
    }

    /// True if the packet is a fragment that has no transport header.
    public boolean isLaterFragment() {
        check();
        return laterFragment;
    }

    /// The bits of [TcpHeader].
    public int tcpFlags() {
        check();
        return tcpFlags;
    }

    /// [IcmpHeader#ECHO] and others; 0, which is also an echo reply, if [#protocol] is not ICMP.
    public int icmpType() {
        check();
        return icmpType;
    }

    public int icmpCode() {
        check();
        return icmpCode;
    }

    // ---- a frame ----

    /// What follows the Ethernet header, which has lost its VLAN tag if it had one.
    public int etherType() {
        check();
        return etherType;
    }

    public long sourceHardwareAddress() {
        check();
        return sourceHardwareAddress;
    }

    public long destinationHardwareAddress() {
        check();
        return destinationHardwareAddress;
    }

    // ---- octets ----

    /// Octets of the packet from its IP header on, or of the frame from its Ethernet header on.
    public int length() {
        check();
        return length;
    }

    /// One octet, 0 to 255.
    ///
    /// @throws IndexOutOfBoundsException if it is not in 0 to [#length] - 1
    public int octet(int at) {
        check();
        Objects.checkIndex(at, length);
        if (at < copied) {
            return octets[at] & 0xFF;
        }
        int skip = at;
        Pbuf p = Objects.requireNonNull(packet);
        while (skip >= p.length()) {
            skip -= p.length();
            p = Objects.requireNonNull(p.next());
        }
        return p.segment().get(ValueLayout.JAVA_BYTE, p.offset() + skip) & 0xFF;
    }

    /// Copies `count` octets from `at` on to `offset` of `target`.
    ///
    /// @throws IndexOutOfBoundsException if there are not so many, or no room for them
    public void copyTo(int at, MemorySegment target, long offset, int count) {
        check();
        Objects.checkFromIndexSize(at, count, length);
        Objects.checkFromIndexSize(offset, count, target.byteSize());
        if (packet != null) {
            packet.copyTo(at, target, offset, count);
        }
    }

    @Override
    public String toString() {
        return valid ? hook + " " + protocol : "an event that has passed";
    }
}
