package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.wire.Checksum;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.UdpHeader;

/// Many datagrams cross the TAP in one packet, both ways, where the kernel can (Linux 6.2).
class TapDatagramsTest {
    private static final int SIZE = 500;
    private static final int OCTETS = 1_200;
    private static final int HEADERS = EthernetHeader.LENGTH + Ipv4Header.LENGTH + UdpHeader.LENGTH;

    @KernelTest
    void datagramsThatAProgramSendsByOneCallArriveInOnePacket() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options())) {
                assumeTrue(host.link.capabilities().datagramSegmentation(), "needs Linux 6.2");
                host.resolveKernel();
                KernelDatagrams.send(TapHost.OURS, 9, OCTETS, SIZE);
                final Pbuf frame = host.await(f -> TapHost.isIpv4(f, IpProtocol.UDP));
                assertEquals(HEADERS + OCTETS, frame.totalLength());
                assertEquals(SIZE, frame.segmentSize());
                assertEquals(ChecksumState.PARTIAL, frame.checksumState());
                assertEquals(UdpHeader.CHECKSUM, frame.checksumOffset());
                frame.release();
            }
        });
    }

    @KernelTest
    void withoutOffloadTheyArriveOneByOne() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options().withoutOffload())) {
                host.resolveKernel();
                KernelDatagrams.send(TapHost.OURS, 9, OCTETS, SIZE);
                for (final int octets : new int[] {SIZE, SIZE, OCTETS - 2 * SIZE}) {
                    final Pbuf frame = host.await(f -> TapHost.isIpv4(f, IpProtocol.UDP));
                    assertEquals(HEADERS + octets, frame.totalLength());
                    frame.release();
                }
            }
        });
    }

    @KernelTest
    void theKernelCutsAPacketOfOursIntoDatagrams() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options());
                    DatagramSocket socket = new DatagramSocket(4_000, InetAddress.getByName("10.10.10.1"))) {
                assumeTrue(host.link.capabilities().datagramSegmentation(), "needs Linux 6.2");
                socket.setSoTimeout(5_000);
                host.send(packet(host, host.resolveKernel()));
                final DatagramPacket received = new DatagramPacket(new byte[2_000], 2_000);
                for (int at = 0; at < OCTETS; at += SIZE) {
                    socket.receive(received);
                    assertEquals(Math.min(SIZE, OCTETS - at), received.getLength());
                    assertEquals((byte) at, received.getData()[0]);
                    assertEquals((byte) (at + received.getLength() - 1), received.getData()[received.getLength() - 1]);
                }
                assertEquals(0, host.drops.total());
            }
        });
    }

    /// As the stack makes it: headers in a buffer of their own, payload in others.
    private static Pbuf packet(TapHost host, long kernel) {
        final Pbuf frame = host.take(HEADERS);
        frame.chain(payload(host, 0, 700));
        frame.chain(payload(host, 700, OCTETS - 700));
        new EthernetHeader()
                .at(frame.segment(), frame.offset())
                .destination(kernel)
                .source(TapHost.MAC)
                .type(EtherType.IPV4);
        new Ipv4Header()
                .at(frame.segment(), frame.offset() + EthernetHeader.LENGTH)
                .begin(Ipv4Header.LENGTH)
                .typeOfService(0)
                .totalLength(frame.totalLength() - EthernetHeader.LENGTH)
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(64)
                .protocol(IpProtocol.UDP)
                .source(TapHost.OURS)
                .destination(TapHost.KERNEL)
                .sealChecksum();
        final int length = UdpHeader.LENGTH + OCTETS;
        final long udp = frame.offset() + HEADERS - UdpHeader.LENGTH;
        new UdpHeader()
                .at(frame.segment(), udp)
                .sourcePort(9)
                .destinationPort(4_000)
                .length(length)
                .checksum(Checksum.pseudoHeader(TapHost.OURS, TapHost.KERNEL, IpProtocol.UDP, length));
        frame.partialChecksum(udp, UdpHeader.CHECKSUM);
        frame.segmentSize(SIZE);
        return frame;
    }

    private static Pbuf payload(TapHost host, int from, int length) {
        final Pbuf piece = host.take(length);
        for (int i = 0; i < length; i++) {
            piece.segment().set(ValueLayout.JAVA_BYTE, piece.offset() + i, (byte) (from + i));
        }
        return piece;
    }
}
