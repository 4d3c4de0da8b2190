package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.ip.PacketChecksum;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.stack.SelfExercise;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.time.TimerWheel;
import org.weir.wire.Checksum;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;
import org.weir.wire.UdpHeader;

/// Packets of many segments, and checksums that somebody else is to complete, on their way through a router.
class ForwardingOffloadTest {
    private static final int SEGMENT = 500;
    private static final int HEADERS = Ipv4Header.LENGTH + TcpHeader.LENGTH;

    private final Stack stack = Stack.create(StackConfig.small().withTraceLeaks(false), new SplitMix64(1), 1);
    private final Wire in = new Wire(1, true);
    private final Wire plain = new Wire(2, false);
    private final Wire offload = new Wire(3, true);

    ForwardingOffloadTest() {
        for (final Wire wire : new Wire[] {in, plain, offload}) {
            final Netif netif = stack.addInterface("tun" + wire.number, wire);
            stack.addAddress(netif, IpPrefix.parse("10." + wire.number + ".0.1/24"));
        }
        stack.ipv4().forwarding().enabled(true);
    }

    @AfterEach
    void nothingLeaks() {
        plain.drop();
        offload.drop();
        in.drop();
        stack.poll(seconds(1_000));
        stack.pool().assertNoLeaks();
        stack.close();
    }

    /// A wire of IP packets that keeps what it is sent, with all that is known of it.
    private static final class Wire implements Link {
        private final int number;
        private final LinkCapabilities capabilities;
        private final Queue<Pbuf> sent = new ArrayDeque<>();
        private @Nullable PbufPool pool;
        private @Nullable Pbuf arriving;

        private Wire(int number, boolean offload) {
            this.number = number;
            capabilities =
                    new LinkCapabilities(Framing.IP, 0, 600, offload, offload ? 65_160 : 0, offload, Integer.MAX_VALUE);
        }

        private PbufPool pool() {
            if (pool == null) {
                throw new IllegalStateException("the wire is not attached");
            }
            return pool;
        }

        private void drop() {
            for (Pbuf p = sent.poll(); p != null; p = sent.poll()) {
                p.release();
            }
        }

        @Override
        public LinkCapabilities capabilities() {
            return capabilities;
        }

        @Override
        public void attach(PbufPool stackPool, DropCounters drops) {
            pool = stackPool;
        }

        @Override
        public int receive(PacketSink sink, int budget, long nowNs) {
            final Pbuf p = arriving;
            arriving = null;
            if (p == null) {
                return 0;
            }
            sink.process(p);
            return 1;
        }

        @Override
        public int room() {
            return 64;
        }

        @Override
        public void send(Pbuf frame, long nowNs) {
            sent.add(frame);
        }

        @Override
        public void flush(long nowNs) {
            // Nothing waits.
        }

        @Override
        public long nextDeadlineNs() {
            return TimerWheel.NEVER;
        }

        @Override
        public void close() {
            drop();
        }
    }

    /// A packet with `payload` octets, whose checksum is left to whoever sends it on.
    private Pbuf packet(int destination, int protocol, int payload) {
        final int transport = protocol == IpProtocol.TCP ? TcpHeader.LENGTH : UdpHeader.LENGTH;
        final int total = Ipv4Header.LENGTH + transport + payload;
        final Pbuf p = in.pool().takePage();
        assertNotNull(p);
        final long at = p.extend(total);
        new Ipv4Header()
                .at(p.segment(), at)
                .write(
                        Ipv4Header.lengthWord(0, total),
                        Ipv4Header.fragmentWord(9, Ipv4Header.DONT_FRAGMENT),
                        Ipv4Header.protocolWord(64, protocol),
                        0x0A01_0002,
                        destination);
        final int sum = Checksum.pseudoHeader(0x0A01_0002, destination, protocol, transport + payload);
        final long header = at + Ipv4Header.LENGTH;
        if (protocol == IpProtocol.TCP) {
            new TcpHeader()
                    .at(p.segment(), header)
                    .portsAndSequence(1_000, 80, 100)
                    .acknowledgmentAndControl(7, TcpHeader.LENGTH, TcpHeader.ACK | TcpHeader.PSH, 500);
            new TcpHeader().at(p.segment(), header).checksumAndUrgentPointer(sum, 0);
        } else {
            new UdpHeader()
                    .at(p.segment(), header)
                    .sourcePort(1_000)
                    .destinationPort(53)
                    .length(transport + payload)
                    .checksum(sum);
        }
        for (int i = 0; i < payload; i++) {
            p.segment().set(ValueLayout.JAVA_BYTE, header + transport + i, SegmentSpec.patternAt(i));
        }
        p.partialChecksum(header, protocol == IpProtocol.TCP ? TcpHeader.CHECKSUM : UdpHeader.CHECKSUM);
        return p;
    }

    private void arrives(Pbuf p) {
        in.arriving = p;
        stack.poll(stack.nowNs() + 1);
    }

    private static Pbuf next(Wire wire) {
        final Pbuf p = wire.sent.poll();
        assertNotNull(p, "a packet");
        return p;
    }

    /// True if the packet carries octets `from` on of the payload, and its checksum is right.
    private static void carries(Pbuf p, int headers, int from, int octets) {
        final byte[] whole = new byte[p.totalLength()];
        p.copyTo(0, MemorySegment.ofArray(whole), 0, whole.length);
        assertEquals(headers + octets, whole.length);
        final Ipv4Header ip = new Ipv4Header().at(MemorySegment.ofArray(whole), 0);
        assertEquals(whole.length, ip.totalLength());
        assertEquals(63, ip.timeToLive());
        assertEquals(true, ip.checksumIsValid());
        final int transport = whole.length - Ipv4Header.LENGTH;
        final int pseudo = Checksum.pseudoHeader(ip.source(), ip.destination(), ip.protocol(), transport);
        final int sum = Checksum.sum(MemorySegment.ofArray(whole), Ipv4Header.LENGTH, transport);
        assertEquals(0xFFFF, Checksum.append(pseudo, sum, false));
        for (int i = 0; i < octets; i++) {
            assertEquals(SegmentSpec.patternAt(from + i), whole[headers + i]);
        }
        p.release();
    }

    @Test
    void aPacketOfManySegmentsIsCutForALinkThatDoesNot() {
        final Pbuf p = packet(0x0A02_0002, IpProtocol.TCP, 2 * SEGMENT + 100);
        p.segmentSize(SEGMENT);
        arrives(p);
        assertEquals(3, plain.sent.size());
        for (int i = 0; i < 3; i++) {
            final Pbuf segment = next(plain);
            final TcpHeader tcp = new TcpHeader().at(segment.segment(), segment.offset() + Ipv4Header.LENGTH);
            assertEquals(100 + i * SEGMENT, tcp.sequenceNumber());
            carries(segment, HEADERS, i * SEGMENT, i < 2 ? SEGMENT : 100);
        }
    }

    @Test
    void itGoesOnWholeByALinkThatCuts() {
        final Pbuf p = packet(0x0A03_0002, IpProtocol.TCP, 2 * SEGMENT + 100);
        p.segmentSize(SEGMENT);
        arrives(p);
        final Pbuf whole = next(offload);
        assertSame(p, whole, "in the buffer that it came in");
        assertEquals(SEGMENT, whole.segmentSize());
        assertSame(ChecksumState.PARTIAL, whole.checksumState());
        PacketChecksum.complete(whole);
        carries(whole, HEADERS, 0, 2 * SEGMENT + 100);
    }

    @Test
    void segmentsThatTheLinkHasVerifiedGetChecksumsOfTheirOwn() {
        final Pbuf p = packet(0x0A02_0002, IpProtocol.TCP, SEGMENT + 1);
        PacketChecksum.complete(p);
        p.segmentSize(SEGMENT);
        arrives(p);
        carries(next(plain), HEADERS, 0, SEGMENT);
        carries(next(plain), HEADERS, SEGMENT, 1);
    }

    @Test
    void datagramsAreCutToo() {
        final Pbuf p = packet(0x0A02_0002, IpProtocol.UDP, 2 * SEGMENT);
        p.segmentSize(SEGMENT);
        arrives(p);
        carries(next(plain), Ipv4Header.LENGTH + UdpHeader.LENGTH, 0, SEGMENT);
        carries(next(plain), Ipv4Header.LENGTH + UdpHeader.LENGTH, SEGMENT, SEGMENT);
    }

    @Test
    void aChecksumIsCompletedForALinkThatDoesNot() {
        arrives(packet(0x0A02_0002, IpProtocol.TCP, 10));
        final Pbuf p = next(plain);
        assertSame(ChecksumState.VERIFIED, p.checksumState());
        carries(p, HEADERS, 0, 10);
        arrives(packet(0x0A03_0002, IpProtocol.TCP, 10));
        final Pbuf left = next(offload);
        assertSame(ChecksumState.PARTIAL, left.checksumState());
        left.release();
    }

    @Test
    void segmentsLongerThanTheNextLinkCarriesAreReported() {
        final Pbuf p = packet(0x0A03_0002, IpProtocol.TCP, 1_200);
        p.segmentSize(600 - HEADERS + 1);
        arrives(p);
        assertNull(offload.sent.peek());
        assertEquals(1, stack.drops().of(DropReason.FORWARD_DONT_FRAGMENT));
        assertEquals(1, in.sent.size(), "to the sender");
        final Pbuf fits = packet(0x0A03_0002, IpProtocol.TCP, 1_200);
        fits.segmentSize(600 - HEADERS);
        arrives(fits);
        next(offload).release();
    }

    @Test
    void metadataThatContradictThePacketAreRefused() {
        final Pbuf outside = packet(0x0A02_0002, IpProtocol.TCP, 0);
        outside.partialChecksum(outside.offset() + Ipv4Header.LENGTH, TcpHeader.LENGTH - 1);
        arrives(outside);
        final Pbuf elsewhere = packet(0x0A02_0002, IpProtocol.TCP, 0);
        elsewhere.partialChecksum(elsewhere.offset(), 10);
        arrives(elsewhere);
        final Pbuf other = packet(0x0A02_0002, IpProtocol.UDP, 1_000);
        other.partialChecksum(other.offset() + Ipv4Header.LENGTH, TcpHeader.CHECKSUM);
        other.segmentSize(SEGMENT);
        arrives(other);
        assertEquals(3, stack.drops().of(DropReason.LINK_MALFORMED));
        assertNull(plain.sent.peek());
    }

    @Test
    @Tag("allocation")
    void forwardingAllocatesNothing() {
        SelfExercise.run();
        AllocationGuard.assertAllocatesNothing("1,000 packets, every other one cut", 8, () -> {
            for (int i = 0; i < 500; i++) {
                passes(0x0A03_0002, 0);
                passes(0x0A02_0002, SEGMENT);
                passes(0x0A09_0909, 0);
            }
        });
    }

    private void passes(int destination, int segmentSize) {
        final Pbuf p = in.pool().takePage();
        if (p == null) {
            throw new IllegalStateException("the pool is dry");
        }
        p.extend(HEADERS + 2 * SEGMENT);
        bare.at(p.segment(), p.offset())
                .write(
                        Ipv4Header.lengthWord(0, HEADERS + (segmentSize == 0 ? SEGMENT : 2 * SEGMENT)),
                        Ipv4Header.fragmentWord(9, Ipv4Header.DONT_FRAGMENT),
                        Ipv4Header.protocolWord(64, IpProtocol.TCP),
                        0x0A01_0002,
                        destination);
        bareTcp.at(p.segment(), p.offset() + Ipv4Header.LENGTH)
                .acknowledgmentAndControl(7, TcpHeader.LENGTH, TcpHeader.ACK, 500);
        p.partialChecksum(p.offset() + Ipv4Header.LENGTH, TcpHeader.CHECKSUM);
        p.segmentSize(segmentSize);
        arrives(p);
        plain.drop();
        offload.drop();
        in.drop();
    }

    private final Ipv4Header bare = new Ipv4Header();
    private final TcpHeader bareTcp = new TcpHeader();
}
