package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// UDP header, RFC 768.
public final class UdpHeader extends Flyweight {
    public static final int LENGTH = 8;
    /// Where the checksum stands in the header.
    public static final int CHECKSUM = 6;

    private static final int SOURCE_PORT = 0;
    private static final int DESTINATION_PORT = 2;
    private static final int LENGTH_FIELD = 4;

    public UdpHeader at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    public static boolean fits(int length) {
        return length >= LENGTH;
    }

    public int sourcePort() {
        return u16(SOURCE_PORT);
    }

    public UdpHeader sourcePort(int port) {
        u16(SOURCE_PORT, port);
        return this;
    }

    public int destinationPort() {
        return u16(DESTINATION_PORT);
    }

    public UdpHeader destinationPort(int port) {
        u16(DESTINATION_PORT, port);
        return this;
    }

    /// Octets of header and payload.
    public int length() {
        return u16(LENGTH_FIELD);
    }

    public UdpHeader length(int octets) {
        u16(LENGTH_FIELD, octets);
        return this;
    }

    /// 0 means that the sender made none.
    public int checksum() {
        return u16(CHECKSUM);
    }

    public UdpHeader checksum(int checksum) {
        u16(CHECKSUM, checksum);
        return this;
    }
}
