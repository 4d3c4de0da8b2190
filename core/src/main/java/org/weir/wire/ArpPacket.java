package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// ARP packet for IPv4 over Ethernet, RFC 826.
public final class ArpPacket extends Flyweight {
    public static final int LENGTH = 28;
    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    private static final int HARDWARE_TYPE = 0;
    private static final int PROTOCOL_TYPE = 2;
    private static final int HARDWARE_LENGTH = 4;
    private static final int PROTOCOL_LENGTH = 5;
    private static final int OPERATION = 6;
    private static final int SENDER_HARDWARE = 8;
    private static final int SENDER_PROTOCOL = 14;
    private static final int TARGET_HARDWARE = 18;
    private static final int TARGET_PROTOCOL = 24;
    private static final int ETHERNET = 1;

    public ArpPacket at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    public static boolean fits(int length) {
        return length >= LENGTH;
    }

    /// True if the packet speaks of IPv4 over Ethernet.
    public boolean isEthernetIpv4() {
        return u16(HARDWARE_TYPE) == ETHERNET
                && u16(PROTOCOL_TYPE) == EtherType.IPV4
                && u8(HARDWARE_LENGTH) == 6
                && u8(PROTOCOL_LENGTH) == 4;
    }

    /// Writes the fields that never differ, and the operation.
    public ArpPacket begin(int operation) {
        u16(HARDWARE_TYPE, ETHERNET);
        u16(PROTOCOL_TYPE, EtherType.IPV4);
        u8(HARDWARE_LENGTH, 6);
        u8(PROTOCOL_LENGTH, 4);
        u16(OPERATION, operation);
        return this;
    }

    public int operation() {
        return u16(OPERATION);
    }

    public long senderHardware() {
        return u48(SENDER_HARDWARE);
    }

    public int senderProtocol() {
        return u32(SENDER_PROTOCOL);
    }

    public ArpPacket sender(long mac, int ipv4) {
        u48(SENDER_HARDWARE, mac);
        u32(SENDER_PROTOCOL, ipv4);
        return this;
    }

    public long targetHardware() {
        return u48(TARGET_HARDWARE);
    }

    public int targetProtocol() {
        return u32(TARGET_PROTOCOL);
    }

    public ArpPacket target(long mac, int ipv4) {
        u48(TARGET_HARDWARE, mac);
        u32(TARGET_PROTOCOL, ipv4);
        return this;
    }
}
