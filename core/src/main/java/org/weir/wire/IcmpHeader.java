package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// ICMP header, RFC 792. The second word depends on the type.
public final class IcmpHeader extends Flyweight {
    public static final int LENGTH = 8;

    public static final int ECHO_REPLY = 0;
    public static final int DESTINATION_UNREACHABLE = 3;
    public static final int REDIRECT = 5;
    public static final int ECHO = 8;
    public static final int TIME_EXCEEDED = 11;
    public static final int PARAMETER_PROBLEM = 12;

    public static final int NET_UNREACHABLE = 0;
    public static final int HOST_UNREACHABLE = 1;
    public static final int PROTOCOL_UNREACHABLE = 2;
    public static final int PORT_UNREACHABLE = 3;
    public static final int FRAGMENTATION_NEEDED = 4;
    public static final int ADMINISTRATIVELY_PROHIBITED = 13;

    public static final int REDIRECT_FOR_HOST = 1;
    public static final int TIME_TO_LIVE_EXCEEDED = 0;

    /// The code of [#TIME_EXCEEDED] for fragments.
    public static final int REASSEMBLY_TIME_EXCEEDED = 1;

    private static final int TYPE = 0;
    private static final int CODE = 1;
    private static final int CHECKSUM = 2;
    private static final int IDENTIFIER = 4;
    private static final int SEQUENCE_NUMBER = 6;

    public IcmpHeader at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    public static boolean fits(int length) {
        return length >= LENGTH;
    }

    /// True if messages of this type are answered by no error: all that are no requests or replies, RFC 1812
    /// section 4.3.2.7, the unknown ones among them.
    public static boolean isError(int type) {
        return switch (type) {
            case ECHO_REPLY, ECHO, 9, 10, 13, 14, 15, 16, 17, 18 -> false;
            default -> true;
        };
    }

    public int type() {
        return u8(TYPE);
    }

    public IcmpHeader type(int type) {
        u8(TYPE, type);
        return this;
    }

    public int code() {
        return u8(CODE);
    }

    public IcmpHeader code(int code) {
        u8(CODE, code);
        return this;
    }

    public int checksum() {
        return u16(CHECKSUM);
    }

    public IcmpHeader checksum(int checksum) {
        u16(CHECKSUM, checksum);
        return this;
    }

    public int identifier() {
        return u16(IDENTIFIER);
    }

    public IcmpHeader identifier(int identifier) {
        u16(IDENTIFIER, identifier);
        return this;
    }

    public int sequenceNumber() {
        return u16(SEQUENCE_NUMBER);
    }

    public IcmpHeader sequenceNumber(int number) {
        u16(SEQUENCE_NUMBER, number);
        return this;
    }

    /// The next hop's MTU of a "fragmentation needed" message, RFC 1191 section 4; 0 from routers older than that.
    public int nextHopMtu() {
        return u16(SEQUENCE_NUMBER);
    }

    /// The word behind the checksum, whatever the type makes of it.
    public IcmpHeader restOfHeader(int word) {
        u32(IDENTIFIER, word);
        return this;
    }
}
