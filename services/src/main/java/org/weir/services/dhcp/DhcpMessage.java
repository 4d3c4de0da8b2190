package org.weir.services.dhcp;

import java.lang.foreign.MemorySegment;
import org.weir.wire.Flyweight;

/// The fixed part of a DHCP message, RFC 2131 section 2.
///
/// ```text
///  0 op, htype, hlen, hops   4 xid       8 secs, flags   12 ciaddr   16 yiaddr   20 siaddr   24 giaddr
/// 28 chaddr (16)            44 sname (64)               108 file (128)          236 cookie  240 options
/// ```
final class DhcpMessage extends Flyweight {
    static final int REQUEST = 1;
    static final int REPLY = 2;
    static final int CLIENT_PORT = 68;
    static final int SERVER_PORT = 67;

    static final int SNAME = 44;
    static final int SNAME_LENGTH = 64;
    static final int FILE = 108;
    static final int FILE_LENGTH = 128;
    static final int OPTIONS = 240;

    /// Answers may go to all hosts: who has no address yet does not hear what is sent to it alone.
    static final int BROADCAST = 0x8000;

    private static final int OP = 0;
    private static final int HTYPE = 1;
    private static final int HLEN = 2;
    private static final int XID = 4;
    private static final int SECS = 8;
    private static final int FLAGS = 10;
    private static final int CIADDR = 12;
    private static final int YIADDR = 16;
    private static final int CHADDR = 28;
    private static final int COOKIE = 236;
    private static final int MAGIC = 0x63825363;
    private static final int ETHERNET = 1;
    private static final int MAC_LENGTH = 6;
    private static final int LONGEST_SECS = 0xFFFF;

    DhcpMessage at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    /// True if every accessor may be called on a message of `length` octets, and options may follow.
    static boolean fits(int length) {
        return length >= OPTIONS;
    }

    /// Makes it a request of an Ethernet station, with all else 0.
    DhcpMessage begin(int transaction, long hardwareAddress) {
        segment().asSlice(offset(), OPTIONS).fill((byte) 0);
        u8(OP, REQUEST);
        u8(HTYPE, ETHERNET);
        u8(HLEN, MAC_LENGTH);
        u32(XID, transaction);
        u48(CHADDR, hardwareAddress);
        u32(COOKIE, MAGIC);
        return this;
    }

    /// True for a DHCP message to an Ethernet station.
    boolean isReply() {
        return u8(OP) == REPLY && u8(HTYPE) == ETHERNET && u8(HLEN) == MAC_LENGTH && u32(COOKIE) == MAGIC;
    }

    int xid() {
        return u32(XID);
    }

    DhcpMessage secs(long seconds) {
        u16(SECS, (int) Math.min(seconds, LONGEST_SECS));
        return this;
    }

    int secs() {
        return u16(SECS);
    }

    DhcpMessage flags(int flags) {
        u16(FLAGS, flags);
        return this;
    }

    int flags() {
        return u16(FLAGS);
    }

    /// The client's address, where it has one.
    DhcpMessage clientAddress(int address) {
        u32(CIADDR, address);
        return this;
    }

    int clientAddress() {
        return u32(CIADDR);
    }

    /// The address that the server gives.
    int yourAddress() {
        return u32(YIADDR);
    }

    long hardwareAddress() {
        return u48(CHADDR);
    }
}
