package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// Prints frames for people, one line each, much like tcpdump. For display only: it makes strings.
public final class PacketPrinter {
    private final EthernetHeader ethernet = new EthernetHeader();
    private final VlanHeader vlan = new VlanHeader();
    private final ArpPacket arp = new ArpPacket();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final IcmpHeader icmp = new IcmpHeader();
    private final IgmpHeader igmp = new IgmpHeader();
    private final IgmpGroupRecord groupRecord = new IgmpGroupRecord();
    private final UdpHeader udp = new UdpHeader();
    private final TcpHeader tcp = new TcpHeader();
    private final TcpOptions options = new TcpOptions();

    /// One line for the `length` octets of an Ethernet frame at `offset`.
    public String ethernet(MemorySegment segment, long offset, int length) {
        if (!EthernetHeader.fits(length)) {
            return "runt of " + length + " octets";
        }
        final int type = ethernet.at(segment, offset).type();
        return behind(EthernetHeader.LENGTH, type, segment, offset, length);
    }

    private String vlan(MemorySegment segment, long offset, int length) {
        if (length < VlanHeader.LENGTH) {
            return "VLAN tag, cut short";
        }
        vlan.at(segment, offset);
        final String tag = "vlan " + VlanHeader.vlan(vlan.control()) + " p " + VlanHeader.priority(vlan.control());
        final int type = vlan.type();
        final String rest =
                type == EtherType.VLAN ? "another tag" : behind(VlanHeader.LENGTH, type, segment, offset, length);
        return tag + ", " + rest;
    }

    private String behind(int header, int type, MemorySegment segment, long offset, int length) {
        final long payload = offset + header;
        final int rest = length - header;
        return switch (type) {
            case EtherType.ARP -> arp(segment, payload, rest);
            case EtherType.IPV4 -> ipv4(segment, payload, rest);
            case EtherType.VLAN -> vlan(segment, offset, length);
            default -> "Ethernet type 0x" + Integer.toHexString(type) + ", " + rest + " octets";
        };
    }

    private String arp(MemorySegment segment, long offset, int length) {
        if (!ArpPacket.fits(length)) {
            return "ARP, cut short";
        }
        arp.at(segment, offset);
        final String sender = ipv4Text(arp.senderProtocol());
        return arp.operation() == ArpPacket.REQUEST
                ? "ARP who has " + ipv4Text(arp.targetProtocol()) + "? tell " + sender
                : "ARP " + sender + " is at " + MacAddress.format(arp.senderHardware());
    }

    /// One line for the `length` octets of an IPv4 packet at `offset`.
    public String ipv4(MemorySegment segment, long offset, int length) {
        if (!Ipv4Header.fits(length)) {
            return "IPv4, cut short";
        }
        ipv4.at(segment, offset);
        final int headerLength = ipv4.headerLength();
        final int payload = Math.min(length, ipv4.totalLength()) - headerLength;
        final long at = offset + headerLength;
        return switch (ipv4.protocol()) {
            case IpProtocol.TCP -> tcp(segment, at, payload);
            case IpProtocol.UDP -> udp(segment, at, payload);
            case IpProtocol.ICMP -> icmp(segment, at, payload);
            case IpProtocol.IGMP -> igmp(segment, at, payload);
            default -> ends() + " protocol " + ipv4.protocol() + ", " + payload + " octets";
        };
    }

    private String ends() {
        return ipv4Text(ipv4.source()) + " > " + ipv4Text(ipv4.destination());
    }

    private static String ipv4Text(int address) {
        return IpAddress.format(0, IpAddress.mapped(address));
    }

    private String icmp(MemorySegment segment, long offset, int length) {
        if (!IcmpHeader.fits(length)) {
            return ends() + " ICMP, cut short";
        }
        icmp.at(segment, offset);
        return switch (icmp.type()) {
            case IcmpHeader.ECHO -> ends() + " ICMP echo request " + icmp.sequenceNumber();
            case IcmpHeader.ECHO_REPLY -> ends() + " ICMP echo reply " + icmp.sequenceNumber();
            default -> ends() + " ICMP type " + icmp.type() + " code " + icmp.code();
        };
    }

    private String igmp(MemorySegment segment, long offset, int length) {
        if (!IgmpHeader.fits(length)) {
            return ends() + " IGMP, cut short";
        }
        igmp.at(segment, offset);
        final String group = ipv4Text(igmp.group());
        return ends()
                + switch (igmp.type()) {
                    case IgmpHeader.MEMBERSHIP_QUERY -> igmpQuery(length);
                    case IgmpHeader.V1_MEMBERSHIP_REPORT -> " IGMP v1 report " + group;
                    case IgmpHeader.V2_MEMBERSHIP_REPORT -> " IGMP v2 report " + group;
                    case IgmpHeader.V2_LEAVE_GROUP -> " IGMP leave " + group;
                    case IgmpHeader.V3_MEMBERSHIP_REPORT -> igmpReport(segment, offset, length);
                    default -> " IGMP type " + igmp.type();
                };
    }

    private String igmpQuery(int length) {
        final String version = length >= IgmpHeader.QUERY_LENGTH ? "v3" : igmp.code() == 0 ? "v1" : "v2";
        final StringBuilder line = new StringBuilder(64);
        line.append(" IGMP query ").append(version);
        if (igmp.group() != 0) {
            line.append(" [gaddr ").append(ipv4Text(igmp.group()));
            if (length >= IgmpHeader.QUERY_LENGTH && igmp.sources() > 0) {
                final int present = (length - IgmpHeader.QUERY_LENGTH) / Integer.BYTES;
                line.append(" {");
                for (int i = 0; i < Math.min(igmp.sources(), present); i++) {
                    line.append(' ').append(ipv4Text(igmp.source(i)));
                }
                line.append(" }");
            }
            line.append(']');
        }
        return line.toString();
    }

    private String igmpReport(MemorySegment segment, long offset, int length) {
        final StringBuilder line = new StringBuilder(96);
        line.append(" IGMP v3 report, ").append(igmp.groupRecords()).append(" group record(s)");
        int at = IgmpHeader.LENGTH;
        for (int i = 0; i < igmp.groupRecords() && IgmpGroupRecord.fits(length - at); i++) {
            groupRecord.at(segment, offset + at);
            appendGroupRecord(line, (length - at - IgmpGroupRecord.LENGTH) / Integer.BYTES);
            at += groupRecord.recordLength();
        }
        return line.toString();
    }

    private void appendGroupRecord(StringBuilder line, int sourcesPresent) {
        line.append(" [gaddr ").append(ipv4Text(groupRecord.group())).append(' ');
        line.append(
                switch (groupRecord.type()) {
                    case IgmpGroupRecord.MODE_IS_INCLUDE -> "is_in";
                    case IgmpGroupRecord.MODE_IS_EXCLUDE -> "is_ex";
                    case IgmpGroupRecord.CHANGE_TO_INCLUDE_MODE -> "to_in";
                    case IgmpGroupRecord.CHANGE_TO_EXCLUDE_MODE -> "to_ex";
                    case IgmpGroupRecord.ALLOW_NEW_SOURCES -> "allow";
                    case IgmpGroupRecord.BLOCK_OLD_SOURCES -> "block";
                    default -> "type " + groupRecord.type();
                });
        line.append(" {");
        for (int i = 0; i < Math.min(groupRecord.sources(), sourcesPresent); i++) {
            line.append(' ').append(ipv4Text(groupRecord.source(i)));
        }
        line.append(" }]");
    }

    private String udp(MemorySegment segment, long offset, int length) {
        if (!UdpHeader.fits(length)) {
            return ends() + " UDP, cut short";
        }
        udp.at(segment, offset);
        return ends() + " UDP " + udp.sourcePort() + " > " + udp.destinationPort() + " length "
                + (udp.length() - UdpHeader.LENGTH);
    }

    private String tcp(MemorySegment segment, long offset, int length) {
        if (!TcpHeader.fits(length)) {
            return ends() + " TCP, cut short";
        }
        tcp.at(segment, offset);
        final StringBuilder line = new StringBuilder(96);
        line.append(ipv4Text(ipv4.source()))
                .append(':')
                .append(tcp.sourcePort())
                .append(" > ");
        line.append(ipv4Text(ipv4.destination()))
                .append(':')
                .append(tcp.destinationPort())
                .append(' ');
        appendTcp(line, segment, offset, length);
        return line.toString();
    }

    /// Appends flags, numbers, window and options of a TCP segment of `length` octets with its header.
    private void appendTcp(StringBuilder line, MemorySegment segment, long offset, int length) {
        final int headerLength = Math.clamp(tcp.headerLength(), TcpHeader.LENGTH, length);
        appendFlags(line, tcp.flags());
        line.append(" seq ").append(Integer.toUnsignedString(tcp.sequenceNumber()));
        if ((tcp.flags() & TcpHeader.ACK) != 0) {
            line.append(" ack ").append(Integer.toUnsignedString(tcp.acknowledgmentNumber()));
        }
        line.append(" win ").append(tcp.window()).append(" length ").append(length - headerLength);
        options.parse(segment, offset + TcpHeader.LENGTH, headerLength - TcpHeader.LENGTH);
        appendOptions(line);
    }

    private static void appendFlags(StringBuilder line, int flags) {
        final int start = line.length();
        line.append((flags & TcpHeader.SYN) == 0 ? "" : "SYN ");
        line.append((flags & TcpHeader.FIN) == 0 ? "" : "FIN ");
        line.append((flags & TcpHeader.RST) == 0 ? "" : "RST ");
        line.append((flags & TcpHeader.PSH) == 0 ? "" : "PSH ");
        line.append((flags & TcpHeader.ACK) == 0 ? "" : "ACK ");
        if (line.length() > start) {
            line.setLength(line.length() - 1);
        } else {
            line.append("no flags");
        }
    }

    private void appendOptions(StringBuilder line) {
        if (options.hasMaximumSegmentSize()) {
            line.append(" mss ").append(options.maximumSegmentSize());
        }
        if (options.hasWindowScale()) {
            line.append(" wscale ").append(options.windowScale());
        }
        if (options.sackPermitted()) {
            line.append(" sackOK");
        }
        if (options.hasTimestamps()) {
            line.append(" ts ").append(Integer.toUnsignedString(options.timestampValue()));
            line.append('/').append(Integer.toUnsignedString(options.timestampEcho()));
        }
        for (int i = 0; i < options.sackBlocks(); i++) {
            line.append(" sack ").append(Integer.toUnsignedString(options.sackLeft(i)));
            line.append('-').append(Integer.toUnsignedString(options.sackRight(i)));
        }
    }
}
