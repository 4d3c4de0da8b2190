package org.weir.benchmarks;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.link.DropCounters;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.time.TimerWheel;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// A router between a network that sends as much as it takes, 64 octets a frame with the checksum that a wire would
/// add, and one that takes everything.
final class RouterPair implements AutoCloseable {
    private static final int FRAME = 60;
    private static final int NETWORKS = 256;
    private static final long ROUTER_MAC = 0x02_00_00_00_00_01L;
    private static final long HOST_MAC = 0x02_00_00_00_00_02L;

    private final Stack router;
    private final Source source = new Source();
    private final Drain drain = new Drain();

    RouterPair() {
        router = Stack.create(StackConfig.defaults().withRoutes(2 * NETWORKS), new SplitMix64(1), System.nanoTime());
        final Netif in = router.addInterface("in", source);
        final Netif out = router.addInterface("out", drain);
        router.addAddress(in, IpPrefix.parse("10.1.0.1/24"));
        router.addAddress(out, IpPrefix.parse("10.2.0.1/24"));
        for (int i = 0; i < NETWORKS; i++) {
            final IpPrefix network = new IpPrefix(IpAddress.ofIpv4(0xAC10_0000 + (i << 8)), 24);
            router.addRoute(router.via(network, IpAddress.parse("10.2.0.2")));
        }
        router.ipv4().forwarding().enabled(true);
        while (drain.frames == 0) {
            poll();
        }
    }

    /// One poll: as many packets as the router takes from an interface at once.
    int poll() {
        return router.poll(System.nanoTime());
    }

    /// Packets that have passed.
    long forwarded() {
        return drain.frames;
    }

    @Override
    public void close() {
        router.close();
    }

    /// What both ends have in common.
    private abstract static class End implements Link {
        @Nullable
        PbufPool pool;

        private final LinkCapabilities capabilities = LinkCapabilities.plainEthernet(ROUTER_MAC, 1_500);

        @Override
        public LinkCapabilities capabilities() {
            return capabilities;
        }

        @Override
        public void attach(PbufPool stackPool, DropCounters drops) {
            pool = stackPool;
        }

        @Override
        public int room() {
            return Integer.MAX_VALUE;
        }

        @Override
        public void flush(long nowNs) {
            // Frames are gone as soon as they are sent.
        }

        @Override
        public long nextDeadlineNs() {
            return TimerWheel.NEVER;
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }

    /// Sends one packet to each of the networks in turn, as a network card writes them: into pages.
    private static final class Source extends End {
        private final MemorySegment frame = MemorySegment.ofArray(new byte[FRAME]);
        private final Ipv4Header header = new Ipv4Header().at(frame, EthernetHeader.LENGTH);
        private int next;

        Source() {
            new EthernetHeader().at(frame, 0).write(ROUTER_MAC, HOST_MAC, EtherType.IPV4);
        }

        @Override
        public int receive(PacketSink sink, int budget, long nowNs) {
            for (int i = 0; i < budget; i++) {
                final Pbuf p = pool == null ? null : pool.takePage();
                if (p == null) {
                    return i;
                }
                next = next + 1 & NETWORKS - 1;
                header.write(
                        Ipv4Header.lengthWord(0, FRAME - EthernetHeader.LENGTH),
                        Ipv4Header.fragmentWord(next, 0),
                        Ipv4Header.protocolWord(64, IpProtocol.UDP),
                        0x0A01_0002,
                        0xAC10_0001 + (next << 8));
                MemorySegment.copy(frame, 0, p.segment(), p.extend(FRAME), FRAME);
                sink.process(p);
            }
            return budget;
        }

        @Override
        public void send(Pbuf packet, long nowNs) {
            packet.release();
        }
    }

    /// Takes packets, and answers ARP.
    private static final class Drain extends End {
        private final EthernetHeader ethernet = new EthernetHeader();
        private final ArpPacket arp = new ArpPacket();
        private boolean isAsked;
        private long frames;

        @Override
        public void send(Pbuf packet, long nowNs) {
            if (ethernet.at(packet.segment(), packet.offset()).type() == EtherType.ARP) {
                isAsked = true;
            } else {
                frames++;
            }
            packet.release();
        }

        @Override
        public int receive(PacketSink sink, int budget, long nowNs) {
            final Pbuf p = isAsked && pool != null ? pool.takePage() : null;
            isAsked = false;
            if (p == null) {
                return 0;
            }
            final long at = p.extend(EthernetHeader.LENGTH + ArpPacket.LENGTH);
            ethernet.at(p.segment(), at).write(ROUTER_MAC, HOST_MAC, EtherType.ARP);
            arp.at(p.segment(), at + EthernetHeader.LENGTH)
                    .begin(ArpPacket.REPLY)
                    .sender(HOST_MAC, 0x0A02_0002)
                    .target(ROUTER_MAC, 0x0A02_0001);
            sink.process(p);
            return 1;
        }
    }
}
