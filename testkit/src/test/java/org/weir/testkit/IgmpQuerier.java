package org.weir.testkit;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.weir.ip.PacketChecksum;
import org.weir.memory.Pbuf;
import org.weir.wire.Checksum;
import org.weir.wire.EtherType;
import org.weir.wire.IgmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;
import org.weir.wire.PacketPrinter;

/// A multicast router, or another host, at the other end of the cable.
final class IgmpQuerier {
    private final FramePeer wire;
    private final PacketPrinter printer = new PacketPrinter();
    int source = FramePeer.PEER_ADDRESS;
    int timeToLive = 1;
    boolean routerAlert = true;
    boolean spoilsChecksum;
    int robustness = 2;
    int queryIntervalCode = 125;

    IgmpQuerier(FramePeer wire) {
        this.wire = wire;
    }

    static int address(String text) {
        return IpAddress.parse(text).ipv4();
    }

    /// A version 3 query, general if `group` is 0, to where it belongs. `code` is the maximum response time.
    void asks(int code, int group, int... sources) {
        final Pbuf p = wire.buffer(IgmpHeader.QUERY_LENGTH + sources.length * Integer.BYTES);
        final IgmpHeader query = message(p, IgmpHeader.MEMBERSHIP_QUERY, code, group)
                .robustness(robustness)
                .queryIntervalCode(queryIntervalCode)
                .sources(sources.length);
        for (int i = 0; i < sources.length; i++) {
            query.source(i, sources[i]);
        }
        send(p, group == 0 ? IgmpHeader.ALL_SYSTEMS : group);
    }

    /// A message of the older versions.
    void says(int type, int code, int group, int destination) {
        final Pbuf p = wire.buffer(IgmpHeader.LENGTH);
        message(p, type, code, group);
        send(p, destination);
    }

    IgmpHeader message(Pbuf p, int type, int code, int group) {
        return new IgmpHeader()
                .at(p.segment(), p.offset())
                .type(type)
                .code(code)
                .checksum(0)
                .group(group);
    }

    /// Sends a message (taken), with its checksum.
    void send(Pbuf p, int destination) {
        final IgmpHeader header = new IgmpHeader().at(p.segment(), p.offset()).checksum(0);
        header.checksum(Checksum.complement(PacketChecksum.sum(p, 0)) ^ (spoilsChecksum ? 1 : 0));
        final int length = routerAlert ? Ipv4Header.LENGTH_WITH_ROUTER_ALERT : Ipv4Header.LENGTH;
        final Ipv4Header ip = new Ipv4Header()
                .at(p.segment(), p.prepend(length))
                .begin(length)
                .typeOfService(0xC0)
                .totalLength(p.totalLength())
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(timeToLive)
                .protocol(IpProtocol.IGMP)
                .source(source)
                .destination(destination);
        (routerAlert ? ip.routerAlert() : ip).sealChecksum();
        final long mac = IpAddress.isMulticast(destination) ? MacAddress.ofGroup(destination) : FramePeer.STACK_MAC;
        wire.sendEthernet(p, mac, EtherType.IPV4);
    }

    /// What the stack has sent since the last call, a line for each packet, without its source.
    List<String> hears() {
        wire.settle();
        final List<String> lines = new ArrayList<>();
        for (byte[] frame = wire.frames().poll();
                frame != null;
                frame = wire.frames().poll()) {
            final String line = printer.ethernet(MemorySegment.ofArray(frame), 0, frame.length);
            lines.add(line.replace("192.0.2.2 > ", ""));
        }
        return lines;
    }

    /// As [#hears], after `ns` of virtual time.
    List<String> hearsWithin(long ns) {
        wire.after(ns);
        return hears();
    }
}
