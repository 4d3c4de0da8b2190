package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

class VirtioNetHeaderTest {
    private static final int FRAME = 1000;
    private static final int TCP = 34;
    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_CHECKSUM = 6;
    private static final int UDP_L4 = VirtioNetHeader.VIRTIO_NET_HDR_GSO_UDP_L4;
    private static final int NEEDS_CSUM = VirtioNetHeader.VIRTIO_NET_HDR_F_NEEDS_CSUM;
    private static final int TCPV4 = VirtioNetHeader.VIRTIO_NET_HDR_GSO_TCPV4;

    private final PbufPool.Layout layout = new PbufPool.Layout(4, 2048, 4, 256, 4, 0, false);
    private final PbufPool pool = new PbufPool(Arena.ofAuto().allocate(layout.bytes()), 0, layout);
    private final MemorySegment header = Arena.ofAuto().allocate(VirtioNetHeader.SIZE, 8);

    private Pbuf frame() {
        final Pbuf frame = pool.take(Headroom.LINK, FRAME);
        assertNotNull(frame);
        return frame;
    }

    private void header(int flags, int gsoType, int gsoSize, int start, int offset) {
        header.set(ValueLayout.JAVA_BYTE, VirtioNetHeader.FLAGS, (byte) flags);
        header.set(ValueLayout.JAVA_BYTE, VirtioNetHeader.GSO_TYPE, (byte) gsoType);
        set(VirtioNetHeader.GSO_SIZE, gsoSize);
        set(VirtioNetHeader.CSUM_START, start);
        set(VirtioNetHeader.CSUM_OFFSET, offset);
    }

    private void set(int field, int value) {
        header.set(ValueLayout.JAVA_SHORT, field, (short) value);
    }

    private void assertHeader(int flags, int gsoType, int gsoSize, int hdrLen) {
        assertEquals(flags, header.get(ValueLayout.JAVA_BYTE, VirtioNetHeader.FLAGS));
        assertEquals(gsoType, header.get(ValueLayout.JAVA_BYTE, VirtioNetHeader.GSO_TYPE));
        assertEquals(gsoSize, header.get(ValueLayout.JAVA_SHORT, VirtioNetHeader.GSO_SIZE));
        assertEquals(hdrLen, header.get(ValueLayout.JAVA_SHORT, VirtioNetHeader.HDR_LEN));
    }

    @Test
    void aFrameThatWasOnAWireIsVerifiedOnlyIfTheKernelSaysSo() {
        final Pbuf frame = frame();
        header(0, 0, 0, 0, 0);
        assertTrue(VirtioNetHeader.describe(header, frame));
        assertEquals(ChecksumState.UNKNOWN, frame.checksumState());
        header(VirtioNetHeader.VIRTIO_NET_HDR_F_DATA_VALID, 0, 0, 0, 0);
        assertTrue(VirtioNetHeader.describe(header, frame));
        assertEquals(ChecksumState.VERIFIED, frame.checksumState());
    }

    @Test
    void aPartialChecksumAndASegmentSizeAreTakenOver() {
        final Pbuf frame = frame();
        header(NEEDS_CSUM, TCPV4 | VirtioNetHeader.VIRTIO_NET_HDR_GSO_ECN, 500, TCP, TCP_CHECKSUM);
        assertTrue(VirtioNetHeader.describe(header, frame));
        assertEquals(ChecksumState.PARTIAL, frame.checksumState());
        assertEquals(frame.offset() + TCP, frame.transportOffset());
        assertEquals(TCP_CHECKSUM, frame.checksumOffset());
        assertEquals(500, frame.segmentSize());
    }

    @Test
    void aChecksumFieldBeyondTheFrameIsMalformed() {
        header(NEEDS_CSUM, 0, 0, FRAME - TCP_CHECKSUM - 2, TCP_CHECKSUM);
        assertTrue(VirtioNetHeader.describe(header, frame()));
        header(NEEDS_CSUM, 0, 0, FRAME - TCP_CHECKSUM - 1, TCP_CHECKSUM);
        assertFalse(VirtioNetHeader.describe(header, frame()));
        header(NEEDS_CSUM, 0, 0, 0xFFFF, 0xFFFF);
        assertFalse(VirtioNetHeader.describe(header, frame()));
    }

    @Test
    void aSegmentSizeOfNothingOrOfAnotherProtocolIsMalformed() {
        final Pbuf frame = frame();
        header(NEEDS_CSUM, TCPV4, 0, TCP, TCP_CHECKSUM);
        assertFalse(VirtioNetHeader.describe(header, frame));
        header(NEEDS_CSUM, 3, 500, TCP, TCP_CHECKSUM);
        assertFalse(VirtioNetHeader.describe(header, frame));
        header(NEEDS_CSUM, UDP_L4, 500, TCP, TCP_CHECKSUM);
        assertFalse(VirtioNetHeader.describe(header, frame));
        header(NEEDS_CSUM, TCPV4, 500, TCP, UDP_CHECKSUM);
        assertFalse(VirtioNetHeader.describe(header, frame));
        header(NEEDS_CSUM, UDP_L4, 500, TCP, UDP_CHECKSUM);
        assertTrue(VirtioNetHeader.describe(header, frame));
    }

    @Test
    void anyHeaderEitherDescribesTheFrameWithinItsBoundsOrIsMalformed() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        final Pbuf frame = frame();
        for (int i = 0; i < 100_000; i++) {
            frame.checksumState(ChecksumState.UNKNOWN);
            for (int at = 0; at < VirtioNetHeader.SIZE; at++) {
                header.set(ValueLayout.JAVA_BYTE, at, (byte) (random.nextBoolean() ? random.nextInt() : at & 1));
            }
            if (VirtioNetHeader.describe(header, frame) && frame.checksumState() == ChecksumState.PARTIAL) {
                final long end = frame.transportOffset() + frame.checksumOffset() + 2;
                assertTrue(end <= frame.offset() + FRAME && frame.segmentSize() >= 0, "seed " + seed);
            }
        }
    }

    @Test
    void aCompleteFrameLeavesTheKernelNothingToDo() {
        header(0xFF, 0xFF, 0xFFFF, 0xFFFF, 0xFFFF);
        VirtioNetHeader.write(header, frame());
        assertHeader(0, 0, 0, 0);
    }

    @Test
    void aPartialChecksumIsLeftToTheKernel() {
        final Pbuf frame = frame();
        frame.partialChecksum(frame.offset() + TCP, TCP_CHECKSUM);
        VirtioNetHeader.write(header, frame);
        assertHeader(NEEDS_CSUM, 0, 0, 0);
        assertEquals(TCP, header.get(ValueLayout.JAVA_SHORT, VirtioNetHeader.CSUM_START));
        assertEquals(TCP_CHECKSUM, header.get(ValueLayout.JAVA_SHORT, VirtioNetHeader.CSUM_OFFSET));
    }

    @Test
    void aPacketIsCutOnlyIfItsPayloadIsLongerThanASegment() {
        final Pbuf frame = frame();
        final int headers = TCP + 32;
        frame.partialChecksum(frame.offset() + TCP, TCP_CHECKSUM);
        frame.segment().set(ValueLayout.JAVA_BYTE, frame.offset() + TCP + 12, (byte) 0x80);
        frame.segmentSize(FRAME - headers);
        VirtioNetHeader.write(header, frame);
        assertHeader(NEEDS_CSUM, 0, 0, 0);
        frame.segmentSize(FRAME - headers - 1);
        VirtioNetHeader.write(header, frame);
        assertHeader(NEEDS_CSUM, TCPV4, FRAME - headers - 1, headers);
    }
}
