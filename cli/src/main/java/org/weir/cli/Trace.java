package org.weir.cli;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.weir.link.Link;
import org.weir.testkit.ObservedLink;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.PacketPrinter;
import org.weir.wire.TcpHeader;

/// Notes every frame that two hosts send each other, and whether it got lost.
final class Trace {
    private final PacketPrinter printer = new PacketPrinter();
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private final List<Sent> frames = new ArrayList<>();

    /// A frame that was sent.
    ///
    /// @param timeNs when
    /// @param host by whom
    /// @param text what it was
    /// @param isLost the network lost it
    /// @param flags those of TCP, 0 if it was something else
    /// @param sequence its sequence number
    /// @param acknowledgment what it acknowledges
    /// @param payload octets of data
    record Sent(
            long timeNs,
            String host,
            String text,
            boolean isLost,
            int flags,
            int sequence,
            int acknowledgment,
            int payload) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    /// Everything so far, in order.
    List<Sent> frames() {
        return frames;
    }

    /// A link that notes what `host` sends on `inner` (taken over), which counts those that it loses under
    /// `INJECTED` or `INJECTED_QUEUE_FULL`.
    Link on(Link inner, String host) {
        return new ObservedLink(
                inner,
                (memory, length, timeNs, lostBy) -> frames.add(read(memory, length, timeNs, host, lostBy != null)));
    }

    private Sent read(MemorySegment memory, int length, long timeNs, String host, boolean isLost) {
        final String text = printer.ethernet(memory, 0, length);
        ethernet.at(memory, 0);
        ipv4.at(memory, EthernetHeader.LENGTH);
        if (ethernet.type() != EtherType.IPV4 || ipv4.protocol() != IpProtocol.TCP) {
            return new Sent(timeNs, host, text, isLost, 0, 0, 0, 0);
        }
        tcp.at(memory, (long) EthernetHeader.LENGTH + ipv4.headerLength());
        final int payload = ipv4.totalLength() - ipv4.headerLength() - tcp.headerLength();
        return new Sent(
                timeNs, host, text, isLost, tcp.flags(), tcp.sequenceNumber(), tcp.acknowledgmentNumber(), payload);
    }
}
