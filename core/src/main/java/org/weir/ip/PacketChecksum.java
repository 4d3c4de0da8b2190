package org.weir.ip;

import java.lang.foreign.ValueLayout;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.wire.Checksum;

/// The Internet checksum over packets that lie in several buffers.
public final class PacketChecksum {
    private PacketChecksum() {}

    /// The folded sum of all octets of `packet` (borrowed) behind the first `skip`, which lie in its first buffer.
    public static int sum(Pbuf packet, int skip) {
        int sum = Checksum.sum(packet.segment(), packet.offset() + skip, packet.length() - skip);
        int covered = packet.length() - skip;
        for (Pbuf p = packet.next(); p != null; p = p.next()) {
            final int piece = Checksum.sum(p.segment(), p.offset(), p.length());
            sum = Checksum.append(sum, piece, (covered & 1) != 0);
            covered += p.length();
        }
        return sum;
    }

    /// True if `segment` (borrowed), which starts with its transport header, needs no check or passes it.
    public static boolean isValid(Pbuf segment, int pseudoHeader) {
        return segment.checksumState() != ChecksumState.UNKNOWN
                || Checksum.append(pseudoHeader, sum(segment, 0), false) == 0xFFFF;
    }

    /// Completes the [ChecksumState#PARTIAL] checksum of `packet` (borrowed), RFC 9293 section 3.1. A sum of zero
    /// is written as all ones, which is the same number and is not taken for "no checksum" by UDP (RFC 768).
    public static void complete(Pbuf packet) {
        final int skip = (int) (packet.transportOffset() - packet.offset());
        final int checksum = Checksum.complement(sum(packet, skip));
        write(packet, checksum == 0 ? 0xFFFF : checksum);
        packet.checksumState(ChecksumState.VERIFIED);
    }

    private static void write(Pbuf packet, int checksum) {
        final long field = packet.transportOffset() + packet.checksumOffset();
        packet.segment().set(ValueLayout.JAVA_BYTE, field, (byte) (checksum >>> 8));
        packet.segment().set(ValueLayout.JAVA_BYTE, field + 1, (byte) checksum);
    }
}
