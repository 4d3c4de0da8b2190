package org.weir.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.PacketPrinter;
import org.weir.wire.TcpHeader;

/// Notes every frame that two hosts send each other, and whether it got lost.
final class Trace {
    private static final int LONGEST_FRAME = 1 << 16;

    private final MemorySegment scratch = Arena.ofAuto().allocate(LONGEST_FRAME);
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
    /// [DropReason#INJECTED] or [DropReason#INJECTED_QUEUE_FULL].
    Link on(Link inner, String host) {
        return new TracedLink(inner, host);
    }

    private Sent read(int length, long timeNs, String host, boolean isLost) {
        final String text = printer.ethernet(scratch, 0, length);
        ethernet.at(scratch, 0);
        ipv4.at(scratch, EthernetHeader.LENGTH);
        if (ethernet.type() != EtherType.IPV4 || ipv4.protocol() != IpProtocol.TCP) {
            return new Sent(timeNs, host, text, isLost, 0, 0, 0, 0);
        }
        tcp.at(scratch, (long) EthernetHeader.LENGTH + ipv4.headerLength());
        final int payload = ipv4.totalLength() - ipv4.headerLength() - tcp.headerLength();
        return new Sent(
                timeNs, host, text, isLost, tcp.flags(), tcp.sequenceNumber(), tcp.acknowledgmentNumber(), payload);
    }

    private final class TracedLink implements Link {
        private final Link inner;
        private final String host;
        private DropCounters drops = new DropCounters();

        TracedLink(Link inner, String host) {
            this.inner = inner;
            this.host = host;
        }

        @Override
        public LinkCapabilities capabilities() {
            return inner.capabilities();
        }

        @Override
        public void attach(PbufPool pool, DropCounters stackDrops) {
            drops = stackDrops;
            inner.attach(pool, stackDrops);
        }

        @Override
        public int receive(PacketSink sink, int budget, long nowNs) {
            return inner.receive(sink, budget, nowNs);
        }

        @Override
        public int room() {
            return inner.room();
        }

        @Override
        public void send(Pbuf frame, long nowNs) {
            final int length = frame.copyTo(0, scratch, 0, LONGEST_FRAME);
            final long lostBefore = lost();
            inner.send(frame, nowNs);
            frames.add(read(length, nowNs, host, lost() > lostBefore));
        }

        private long lost() {
            return drops.of(DropReason.INJECTED) + drops.of(DropReason.INJECTED_QUEUE_FULL);
        }

        @Override
        public void flush(long nowNs) {
            inner.flush(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            return inner.nextDeadlineNs();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
