package org.weir.drivers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.wire.TcpHeader;
import org.weir.wire.UdpHeader;

/// `struct virtio_net_hdr`, linux/virtio_net.h: what stands before each frame on a device with `IFF_VNET_HDR`, in
/// the machine's byte order.
///
/// ```text
/// 0       1          2         4          6            8             10
/// | flags | gso_type | hdr_len | gso_size | csum_start | csum_offset |
/// ```
final class VirtioNetHeader {
    static final int SIZE = 10;

    static final int FLAGS = 0;
    static final int GSO_TYPE = 1;
    static final int HDR_LEN = 2;
    static final int GSO_SIZE = 4;
    static final int CSUM_START = 6;
    static final int CSUM_OFFSET = 8;

    static final int VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
    static final int VIRTIO_NET_HDR_F_DATA_VALID = 2;
    static final int VIRTIO_NET_HDR_GSO_NONE = 0;
    static final int VIRTIO_NET_HDR_GSO_TCPV4 = 1;
    static final int VIRTIO_NET_HDR_GSO_UDP_L4 = 5;
    static final int VIRTIO_NET_HDR_GSO_ECN = 0x80;

    private static final int CHECKSUM_LENGTH = 2;
    private static final int TCP_DATA_OFFSET = 12;

    private VirtioNetHeader() {}

    /// Gives `frame` (borrowed), just received, the metadata that `header` holds. Returns false if the header
    /// makes no sense.
    static boolean describe(MemorySegment header, Pbuf frame) {
        final int flags = u8(header, FLAGS);
        final int gsoType = u8(header, GSO_TYPE) & ~VIRTIO_NET_HDR_GSO_ECN;
        final boolean isLeftToUs = (flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0;
        if (gsoType != VIRTIO_NET_HDR_GSO_NONE) {
            final int expected = checksumOffset(gsoType);
            final int gsoSize = u16(header, GSO_SIZE);
            if (gsoSize == 0 || expected < 0 || isLeftToUs && u16(header, CSUM_OFFSET) != expected) {
                return false;
            }
            frame.segmentSize(gsoSize);
        }
        if (isLeftToUs) {
            return describePartialChecksum(header, frame);
        }
        if ((flags & VIRTIO_NET_HDR_F_DATA_VALID) != 0) {
            frame.checksumState(ChecksumState.VERIFIED);
        }
        return true;
    }

    /// Where the checksum of a packet of many segments stands; -1 for an unknown type.
    private static int checksumOffset(int gsoType) {
        return switch (gsoType) {
            case VIRTIO_NET_HDR_GSO_TCPV4 -> TcpHeader.CHECKSUM;
            case VIRTIO_NET_HDR_GSO_UDP_L4 -> UdpHeader.CHECKSUM;
            default -> -1;
        };
    }

    private static boolean describePartialChecksum(MemorySegment header, Pbuf frame) {
        final int start = u16(header, CSUM_START);
        final int field = u16(header, CSUM_OFFSET);
        if (start + field + CHECKSUM_LENGTH > frame.length()) {
            return false;
        }
        frame.partialChecksum(frame.offset() + start, field);
        return true;
    }

    /// Writes into `header` what the kernel has to finish in `frame` (borrowed): its checksum, and its segments.
    static void write(MemorySegment header, Pbuf frame) {
        header.set(ValueLayout.JAVA_LONG, 0, 0L);
        header.set(ValueLayout.JAVA_SHORT, CSUM_OFFSET, (short) 0);
        if (frame.checksumState() != ChecksumState.PARTIAL) {
            return;
        }
        final int start = (int) (frame.transportOffset() - frame.offset());
        header.set(ValueLayout.JAVA_BYTE, FLAGS, (byte) VIRTIO_NET_HDR_F_NEEDS_CSUM);
        u16(header, CSUM_START, start);
        u16(header, CSUM_OFFSET, frame.checksumOffset());
        if (frame.segmentSize() > 0) {
            writeSegmentation(header, frame, start);
        }
    }

    private static void writeSegmentation(MemorySegment header, Pbuf frame, int start) {
        final boolean isUdp = frame.checksumOffset() == UdpHeader.CHECKSUM;
        final int headers = start + (isUdp ? UdpHeader.LENGTH : tcpHeaderLength(frame));
        if (frame.totalLength() - headers <= frame.segmentSize()) {
            return;
        }
        final int type = isUdp ? VIRTIO_NET_HDR_GSO_UDP_L4 : VIRTIO_NET_HDR_GSO_TCPV4;
        header.set(ValueLayout.JAVA_BYTE, GSO_TYPE, (byte) type);
        u16(header, HDR_LEN, headers);
        u16(header, GSO_SIZE, frame.segmentSize());
    }

    private static int tcpHeaderLength(Pbuf frame) {
        return (u8(frame.segment(), frame.transportOffset() + TCP_DATA_OFFSET) >>> 4) * Integer.BYTES;
    }

    private static int u8(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    private static int u16(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_SHORT, at) & 0xFFFF;
    }

    private static void u16(MemorySegment memory, long at, int value) {
        memory.set(ValueLayout.JAVA_SHORT, at, (short) value);
    }
}
