package org.weir.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.Ipv4Header;

/// One stack with three interfaces, and a test that is all hosts on the three wires.
///
/// ```text
///   left 10.1.0.0/24 - eth0 .1 | stack | eth1 .1 - right 10.2.0.0/24
///                              | stack | eth2 .1 - narrow 10.3.0.0/24, with an MTU of 600 octets
/// ```
final class RouterRig implements AutoCloseable {
    private static final PbufPool.Layout POOL = new PbufPool.Layout(256, 2_048, 64, 256, 64, 1, false);
    private static final long ROUTER_MAC = 0x02_00_00_00_01_00L;
    private static final long HOST_MAC = 0x02_00_00_00_02_00L;

    final Stack stack = Stack.create(StackConfig.small().withRoutes(64), new SplitMix64(1), 1_000_000_000L);
    final Wire left = new Wire(1, 1_500);
    final Wire right = new Wire(2, 1_500);
    final Wire narrow = new Wire(3, 600);
    private long nowNs = 1_000_000_000L;

    RouterRig() {
        settle();
        left.frames.clear();
        right.frames.clear();
        narrow.frames.clear();
    }

    static int address(String text) {
        return IpAddress.parse(text).ipv4();
    }

    /// One wire, and every host on it.
    final class Wire {
        final Netif netif;
        final PairLink end;
        private final Arena arena = Arena.ofShared();
        private final PbufPool pool = new PbufPool(arena.allocate(POOL.bytes()), 0, POOL);
        private final int number;
        private final Queue<byte[]> frames = new ArrayDeque<>();
        private boolean answersArp = true;

        private Wire(int number, int mtu) {
            this.number = number;
            end = new PairLink(LinkCapabilities.plainEthernet(HOST_MAC + number, mtu), 1_024);
            end.attach(pool, new DropCounters());
            final PairLink far = new PairLink(LinkCapabilities.plainEthernet(routerMac(), mtu), 1_024);
            end.connectTo(far);
            netif = stack.addInterface("eth" + (number - 1), far);
            stack.addAddress(netif, IpPrefix.parse("10." + number + ".0.1/24"));
        }

        long routerMac() {
            return ROUTER_MAC + number;
        }

        /// Whether the hosts on this wire answer ARP.
        void answersArp(boolean yes) {
            answersArp = yes;
        }

        /// Sends a packet to the router and lets it work.
        void sends(byte[] packet) {
            sendsTo(routerMac(), packet);
        }

        void sendsTo(long mac, byte[] packet) {
            final Pbuf p = pool.takePage();
            if (p == null) {
                throw new IllegalStateException("the pool of the wire is dry");
            }
            final long at = p.extend(EthernetHeader.LENGTH + packet.length);
            new EthernetHeader()
                    .at(p.segment(), at)
                    .destination(mac)
                    .source(HOST_MAC + number)
                    .type(EtherType.IPV4);
            MemorySegment.copy(
                    MemorySegment.ofArray(packet), 0, p.segment(), at + EthernetHeader.LENGTH, packet.length);
            end.send(p, nowNs);
            settle();
        }

        /// Sends a frame, from its Ethernet header, and lets the router work.
        void sendsFrame(byte[] frame) {
            final Pbuf p = pool.takePage();
            if (p == null) {
                throw new IllegalStateException("the pool of the wire is dry");
            }
            final long at = p.extend(frame.length);
            MemorySegment.copy(MemorySegment.ofArray(frame), 0, p.segment(), at, frame.length);
            end.send(p, nowNs);
            settle();
        }

        /// The next packet that the router has sent here; null if there is none.
        byte @Nullable [] takes() {
            byte[] frame = frames.poll();
            while (frame != null && typeOf(frame) != EtherType.IPV4) {
                frame = frames.poll();
            }
            return frame == null ? null : Arrays.copyOfRange(frame, EthernetHeader.LENGTH, frame.length);
        }

        /// The next frame, whatever it carries; null if there is none.
        byte @Nullable [] takesFrame() {
            return frames.poll();
        }

        private static int typeOf(byte[] frame) {
            return new EthernetHeader().at(MemorySegment.ofArray(frame), 0).type();
        }

        private int receive() {
            return end.receive(this::keep, 64, nowNs);
        }

        private void keep(Pbuf frame) {
            final EthernetHeader ethernet = new EthernetHeader().at(frame.segment(), frame.offset());
            if (answersArp && ethernet.type() == EtherType.ARP) {
                answer(new ArpPacket().at(frame.segment(), frame.offset() + EthernetHeader.LENGTH));
            } else {
                final byte[] octets = new byte[frame.totalLength()];
                frame.copyTo(0, MemorySegment.ofArray(octets), 0, octets.length);
                frames.add(octets);
            }
            frame.release();
        }

        private void answer(ArpPacket request) {
            final int target = request.targetProtocol();
            if (request.operation() != ArpPacket.REQUEST || target == request.senderProtocol()) {
                return;
            }
            final Pbuf p = pool.takePage();
            if (p == null) {
                throw new IllegalStateException("the pool of the wire is dry");
            }
            final long at = p.extend(EthernetHeader.LENGTH + ArpPacket.LENGTH);
            new EthernetHeader()
                    .at(p.segment(), at)
                    .destination(request.senderHardware())
                    .source(HOST_MAC + number)
                    .type(EtherType.ARP);
            new ArpPacket()
                    .at(p.segment(), at + EthernetHeader.LENGTH)
                    .begin(ArpPacket.REPLY)
                    .sender(HOST_MAC + number, target)
                    .target(request.senderHardware(), request.senderProtocol());
            end.send(p, nowNs);
        }
    }

    // ---- packets ----

    /// A packet with `octets` octets behind its header, of a protocol that nobody knows.
    static byte[] packet(String source, String destination, int octets) {
        final byte[] packet = new byte[Ipv4Header.LENGTH + octets];
        for (int i = 0; i < octets; i++) {
            packet[Ipv4Header.LENGTH + i] = SegmentSpec.patternAt(i);
        }
        header(packet)
                .begin(Ipv4Header.LENGTH)
                .totalLength(packet.length)
                .identification(77)
                .flagsAndFragmentOffset(Ipv4Header.DONT_FRAGMENT)
                .timeToLive(64)
                .protocol(200)
                .source(address(source))
                .destination(address(destination))
                .sealChecksum();
        return packet;
    }

    static Ipv4Header header(byte[] packet) {
        return new Ipv4Header().at(MemorySegment.ofArray(packet), 0);
    }

    // ---- time ----

    long drops(DropReason reason) {
        return stack.drops().of(reason);
    }

    void settle() {
        int work = 1;
        while (work > 0) {
            work = stack.poll(nowNs) + left.receive() + right.receive() + narrow.receive();
        }
    }

    /// Lets `ns` of virtual time pass.
    void after(long ns) {
        final long endNs = nowNs + ns;
        while (stack.nextDeadlineNs() - endNs <= 0) {
            nowNs = Math.max(nowNs, stack.nextDeadlineNs());
            settle();
        }
        nowNs = endNs;
        settle();
    }

    void assertNoLeaks() {
        stack.pool().assertNoLeaks();
    }

    @Override
    public void close() {
        stack.close();
        for (final Wire wire : new Wire[] {left, right, narrow}) {
            wire.arena.close();
        }
    }
}
