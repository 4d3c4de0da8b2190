package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.memory.ChecksumState;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.wire.Checksum;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;

class TapFramesTest {
    private static final int UDP_CHECKSUM = 6;
    private static final int TOO_MANY_PIECES = 1001;

    @KernelTest
    void theKernelAnswersARequestSentThroughTheTap() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options())) {
                final long kernel = KernelInterface.named("weir0").hardwareAddress();
                assertEquals(MacAddress.format(kernel), MacAddress.format(host.resolveKernel()));
            }
            try (TapHost host = TapHost.open(TapHost.options().withoutOffload())) {
                final long kernel = KernelInterface.named("weir0").hardwareAddress();
                assertEquals(MacAddress.format(kernel), MacAddress.format(host.resolveKernel()));
            }
        });
    }

    @KernelTest
    void aDatagramOfTheKernelArrivesWithItsChecksumLeftToUs() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options())) {
                final Pbuf frame = receiveDatagram(host, "hello");
                assertEquals(ChecksumState.PARTIAL, frame.checksumState());
                assertEquals(frame.offset() + EthernetHeader.LENGTH + Ipv4Header.LENGTH, frame.transportOffset());
                assertEquals(UDP_CHECKSUM, frame.checksumOffset());
                assertEquals(0, frame.segmentSize());
                frame.release();
            }
        });
    }

    @KernelTest
    void withoutOffloadADatagramArrivesWithItsChecksum() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options().withoutOffload())) {
                final Pbuf frame = receiveDatagram(host, "hello");
                assertEquals(ChecksumState.UNKNOWN, frame.checksumState());
                final int length = IcmpHeader.LENGTH + "hello".length();
                final int pseudo = Checksum.pseudoHeader(TapHost.KERNEL, TapHost.OURS, IpProtocol.UDP, length);
                final long udp = frame.offset() + EthernetHeader.LENGTH + Ipv4Header.LENGTH;
                assertEquals(0xFFFF, Checksum.fold(pseudo + Checksum.sum(frame.segment(), udp, length)));
                frame.release();
            }
        });
    }

    private static Pbuf receiveDatagram(TapHost host, String text) throws IOException {
        host.resolveKernel();
        final byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(payload, payload.length, InetAddress.getByName("10.10.10.2"), 9));
        }
        return host.await(frame -> TapHost.isIpv4(frame, IpProtocol.UDP));
    }

    @KernelTest
    void aTunCarriesBareIpPackets() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapOptions.tun("weir0"))) {
                assertEquals(Framing.IP, host.link.capabilities().framing());
                assertEquals(0, host.link.capabilities().hardwareAddress());
                host.send(echoRequest(host));
                final Pbuf reply = host.await(TapFramesTest::isEchoReply);
                assertEquals(Ipv4Header.LENGTH + IcmpHeader.LENGTH, reply.totalLength());
                reply.release();
            }
        });
    }

    private static Pbuf echoRequest(TapHost host) {
        final Pbuf packet = host.take(Ipv4Header.LENGTH + IcmpHeader.LENGTH);
        new Ipv4Header()
                .at(packet.segment(), packet.offset())
                .begin(Ipv4Header.LENGTH)
                .typeOfService(0)
                .totalLength(packet.length())
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(64)
                .protocol(IpProtocol.ICMP)
                .source(TapHost.OURS)
                .destination(TapHost.KERNEL)
                .sealChecksum();
        final long icmp = packet.offset() + Ipv4Header.LENGTH;
        final IcmpHeader echo = new IcmpHeader()
                .at(packet.segment(), icmp)
                .type(IcmpHeader.ECHO)
                .code(0)
                .checksum(0)
                .identifier(1)
                .sequenceNumber(1);
        echo.checksum(Checksum.complement(Checksum.sum(packet.segment(), icmp, IcmpHeader.LENGTH)));
        return packet;
    }

    private static boolean isEchoReply(Pbuf packet) {
        final Ipv4Header ip = new Ipv4Header().at(packet.segment(), packet.offset());
        return ip.version() == 4 && ip.protocol() == IpProtocol.ICMP;
    }

    @KernelTest
    void aPacketOfManyBuffersIsGathered() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options())) {
                final Pbuf whole = host.arpRequest();
                final Pbuf frame = reference(host, whole, 0);
                for (int i = 1; i < whole.length(); i++) {
                    frame.chain(reference(host, whole, i));
                }
                whole.release();
                host.send(frame);
                host.await(TapHost::isArpReply).release();
            }
        });
    }

    @KernelTest
    void aPacketOfTooManyBuffersIsDropped() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options())) {
                final Pbuf whole = host.arpRequest();
                final Pbuf frame = reference(host, whole, 0);
                for (int i = 1; i < TOO_MANY_PIECES; i++) {
                    frame.chain(reference(host, whole, 0));
                }
                whole.release();
                host.send(frame);
                assertEquals(1, host.drops.of(DropReason.FRAME_TOO_LONG));
                assertEquals(1, host.drops.total());
            }
        });
    }

    /// A buffer that refers to one octet of `whole`.
    private static Pbuf reference(TapHost host, Pbuf whole, int octet) {
        final Pbuf piece = host.pool.reference(whole, whole.offset() + octet, 1);
        assertNotNull(piece);
        return piece;
    }

    @KernelTest
    void aFrameForAnInterfaceThatIsDownIsDropped() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options())) {
                KernelInterface.named("weir0").down();
                host.send(host.arpRequest());
                assertEquals(1, host.drops.of(DropReason.LINK_BUSY));
            }
        });
    }

    @KernelTest
    void aFrameBeyondTheMtuIsDropped() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options().withMtu(1280))) {
                host.send(host.take(1280 + EthernetHeader.LENGTH + 5));
                assertEquals(1, host.drops.of(DropReason.FRAME_TOO_LONG));
            }
        });
    }

    @KernelTest
    void framesAreDroppedWhileThePoolIsDry() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options())) {
                final PacketQueue taken = new PacketQueue();
                for (Pbuf page = host.pool.takePage(); page != null; page = host.pool.takePage()) {
                    taken.add(page);
                }
                for (int i = 0; host.drops.of(DropReason.NO_BUFFER) == 0; i++) {
                    assertEquals(0, i / 100, "a hundred frames, and none dropped");
                    host.send(host.arpRequest());
                    host.link.receive(taken::add, 1, 0);
                }
                taken.clear();
                host.resolveKernel();
            }
        });
    }
}
