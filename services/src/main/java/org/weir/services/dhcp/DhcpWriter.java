package org.weir.services.dhcp;

import java.lang.foreign.MemorySegment;

/// Writes one message after the other into the same memory.
final class DhcpWriter {
    private static final int END = 255;
    /// Relays and servers from the time of BOOTP drop what is shorter: RFC 1542 section 2.1.
    private static final int SHORTEST = 300;
    private static final int LONGEST = 1_024;

    private final byte[] octets = new byte[LONGEST];
    private final MemorySegment memory = MemorySegment.ofArray(octets);
    private final DhcpMessage message = new DhcpMessage();
    private int length;

    /// Starts a message, whose fixed part the caller fills.
    DhcpMessage begin(DhcpType type, int xid, long hardwareAddress) {
        length = DhcpMessage.OPTIONS;
        message.at(memory, 0).begin(xid, hardwareAddress);
        octet(DhcpOptions.MESSAGE_TYPE);
        octet(1);
        octet(type.code());
        return message;
    }

    private void octet(int value) {
        octets[length++] = (byte) value;
    }

    DhcpWriter address(int code, int address) {
        octet(code);
        octet(Integer.BYTES);
        for (int shift = 24; shift >= 0; shift -= Byte.SIZE) {
            octet(address >>> shift);
        }
        return this;
    }

    DhcpWriter number(int code, int value) {
        octet(code);
        octet(Short.BYTES);
        octet(value >>> Byte.SIZE);
        octet(value);
        return this;
    }

    /// At most 255 octets.
    DhcpWriter value(int code, byte[] value) {
        octet(code);
        octet(value.length);
        System.arraycopy(value, 0, octets, length, value.length);
        length += value.length;
        return this;
    }

    /// Ends the message. Returns its length in [#memory].
    int end() {
        octet(END);
        while (length < SHORTEST) {
            octet(0);
        }
        return length;
    }

    MemorySegment memory() {
        return memory;
    }
}
