package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.wire.EthernetHeader;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// Segments far above the MTU cross the TAP whole, both ways.
class TapOffloadTest {
    private static final int HEADERS = EthernetHeader.LENGTH + Ipv4Header.LENGTH + TcpHeader.LENGTH;
    private static final int OCTETS = 20_000;
    private static final long PATIENCE_NS = 5_000_000_000L;

    @KernelTest
    void aLargeSegmentOfTheKernelArrivesWholeInAChainOfPages() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options());
                    HandmadeConnection connection = HandmadeConnection.establish(host)) {
                final byte[] sent = octets();
                connection.channel.write(ByteBuffer.wrap(sent));
                final Pbuf frame = host.await(HandmadeConnection::carriesPayload);
                assertEquals(HandmadeConnection.MSS, frame.segmentSize());
                assertEquals(ChecksumState.PARTIAL, frame.checksumState());
                assertEquals(HEADERS - TcpHeader.LENGTH, frame.transportOffset() - frame.offset());
                assertEquals(TcpHeader.CHECKSUM, frame.checksumOffset());
                // The kernel joins what its pacing sends in a millisecond, two segments at least: how many that is
                // depends on how long the handshake took on this machine.
                assertTrue(frame.totalLength() > HEADERS + HandmadeConnection.MSS, frame.toString());
                assertEquals(Math.ceilDiv(frame.totalLength(), TapHost.PAGE), frame.chainLength());
                assertPayload(sent, frame);
                frame.release();
                assertEquals(0, host.drops.total());
            }
        });
    }

    private static void assertPayload(byte[] sent, Pbuf frame) {
        int at = -HEADERS;
        for (Pbuf page = frame; page != null; page = page.next()) {
            for (int i = 0; i < page.length(); i++, at++) {
                final byte octet = page.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, page.offset() + i);
                assertFalse(at >= 0 && octet != sent[at], "octet " + at + " differs");
            }
        }
    }

    @KernelTest
    void aLargeSegmentOfOursReachesTheKernelWhole() throws Exception {
        Namespace.run(() -> {
            try (TapHost host = TapHost.open(TapHost.options());
                    HandmadeConnection connection = HandmadeConnection.establish(host)) {
                final byte[] sent = octets();
                connection.send(sent, HandmadeConnection.MSS);
                final ByteBuffer received = ByteBuffer.allocate(OCTETS);
                final long start = System.nanoTime();
                while (received.hasRemaining() && System.nanoTime() - start < PATIENCE_NS) {
                    connection.channel.read(received);
                    host.link.receive(Pbuf::release, 16, 0);
                }
                assertEquals(ByteBuffer.wrap(sent), received.flip());
                assertEquals(0, host.drops.total());
            }
        });
    }

    private static byte[] octets() {
        final byte[] octets = new byte[OCTETS];
        new Random(1).nextBytes(octets);
        return octets;
    }
}
