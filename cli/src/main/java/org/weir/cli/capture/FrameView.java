package org.weir.cli.capture;

import java.lang.foreign.MemorySegment;
import org.weir.link.Framing;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;
import org.weir.wire.UdpHeader;
import org.weir.wire.VlanHeader;

/// What a filter asks of a frame: its headers as far as they are there. Filled anew for each frame; allocates nothing.
public final class FrameView {
    /// Of a frame without this header.
    public static final int NONE = -1;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final VlanHeader tag = new VlanHeader();
    private final ArpPacket arp = new ArpPacket();
    private final Ipv4Header ip = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();

    private int length;
    private boolean outbound;
    private long hardwareSource;
    private long hardwareDestination;
    private int type;
    private int vlan;
    private boolean hasAddresses;
    private int source;
    private int destination;
    private int protocol;
    private int timeToLive;
    private int sourcePort;
    private int destinationPort;
    private int tcpFlags;

    /// Looks at the first `captured` octets of a frame of `whole` octets.
    public FrameView at(
            MemorySegment segment, long offset, int captured, int whole, Framing framing, boolean isOutbound) {
        clear();
        length = whole;
        outbound = isOutbound;
        if (framing == Framing.IP) {
            type = EtherType.IPV4;
            readIp(segment, offset, captured);
        } else if (EthernetHeader.fits(captured)) {
            readEthernet(segment, offset, captured);
        }
        return this;
    }

    /// Looks at a captured frame.
    public FrameView at(CapturedFrame frame) {
        final MemorySegment octets = MemorySegment.ofArray(frame.octets());
        return at(octets, 0, frame.octets().length, frame.length(), frame.framing(), frame.isOutbound());
    }

    private void clear() {
        hardwareSource = NONE;
        hardwareDestination = NONE;
        type = NONE;
        vlan = NONE;
        hasAddresses = false;
        protocol = NONE;
        sourcePort = NONE;
        destinationPort = NONE;
        tcpFlags = NONE;
    }

    private void readEthernet(MemorySegment segment, long offset, int captured) {
        ethernet.at(segment, offset);
        hardwareSource = ethernet.source();
        hardwareDestination = ethernet.destination();
        type = ethernet.type();
        int header = EthernetHeader.LENGTH;
        if (type == EtherType.VLAN && captured >= VlanHeader.LENGTH) {
            tag.at(segment, offset);
            vlan = VlanHeader.vlan(tag.control());
            type = tag.type();
            header = VlanHeader.LENGTH;
        }
        if (type == EtherType.ARP) {
            readArp(segment, offset + header, captured - header);
        } else if (type == EtherType.IPV4) {
            readIp(segment, offset + header, captured - header);
        }
    }

    private void readArp(MemorySegment segment, long offset, int captured) {
        if (ArpPacket.fits(captured)) {
            arp.at(segment, offset);
            hasAddresses = true;
            source = arp.senderProtocol();
            destination = arp.targetProtocol();
        }
    }

    private void readIp(MemorySegment segment, long offset, int captured) {
        if (!Ipv4Header.fits(captured)) {
            return;
        }
        ip.at(segment, offset);
        if (ip.version() != 4 || ip.headerLength() < Ipv4Header.LENGTH) {
            return;
        }
        hasAddresses = true;
        source = ip.source();
        destination = ip.destination();
        protocol = ip.protocol();
        timeToLive = ip.timeToLive();
        if (ip.fragmentOffset() == 0) {
            readTransport(segment, offset + ip.headerLength(), captured - ip.headerLength());
        }
    }

    private void readTransport(MemorySegment segment, long offset, int captured) {
        if (protocol == IpProtocol.TCP && TcpHeader.fits(captured)) {
            tcp.at(segment, offset);
            sourcePort = tcp.sourcePort();
            destinationPort = tcp.destinationPort();
            tcpFlags = tcp.flags();
        } else if (protocol == IpProtocol.UDP && UdpHeader.fits(captured)) {
            udp.at(segment, offset);
            sourcePort = udp.sourcePort();
            destinationPort = udp.destinationPort();
        }
    }

    /// Octets of the whole frame, however many were captured.
    public int length() {
        return length;
    }

    /// True if this host has sent it.
    public boolean isOutbound() {
        return outbound;
    }

    /// [#NONE] on a link without stations.
    public long hardwareSource() {
        return hardwareSource;
    }

    /// [#NONE] on a link without stations.
    public long hardwareDestination() {
        return hardwareDestination;
    }

    /// The EtherType, behind a tag if there is one.
    public int type() {
        return type;
    }

    /// The VLAN; [#NONE] without a tag.
    public int vlan() {
        return vlan;
    }

    /// True for IPv4 and ARP packets: [#source] and [#destination] then mean something.
    public boolean hasAddresses() {
        return hasAddresses;
    }

    public int source() {
        return source;
    }

    public int destination() {
        return destination;
    }

    /// The protocol of an IPv4 packet; [#NONE] of others.
    public int protocol() {
        return protocol;
    }

    public int timeToLive() {
        return timeToLive;
    }

    /// Of TCP and UDP, in a first or only fragment; [#NONE] of others.
    public int sourcePort() {
        return sourcePort;
    }

    public int destinationPort() {
        return destinationPort;
    }

    /// Of TCP; [#NONE] of others.
    public int tcpFlags() {
        return tcpFlags;
    }
}
