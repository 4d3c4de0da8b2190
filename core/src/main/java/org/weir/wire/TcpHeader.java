package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// TCP header, RFC 9293 section 3.1.
public final class TcpHeader extends Flyweight {
    /// Octets without options.
    public static final int LENGTH = 20;
    /// Octets with as many options as fit.
    public static final int MAX_LENGTH = 60;
    /// Where the checksum stands in the header.
    public static final int CHECKSUM = 16;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int URG = 0x20;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    private static final int SOURCE_PORT = 0;
    private static final int DESTINATION_PORT = 2;
    private static final int SEQUENCE_NUMBER = 4;
    private static final int ACKNOWLEDGMENT_NUMBER = 8;
    private static final int DATA_OFFSET = 12;
    private static final int FLAGS = 13;
    private static final int WINDOW = 14;
    private static final int URGENT_POINTER = 18;

    public TcpHeader at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    /// True if `length` octets hold a header without options; [#headerLength] says whether there is more.
    public static boolean fits(int length) {
        return length >= LENGTH;
    }

    public int sourcePort() {
        return u16(SOURCE_PORT);
    }

    public TcpHeader sourcePort(int port) {
        u16(SOURCE_PORT, port);
        return this;
    }

    public int destinationPort() {
        return u16(DESTINATION_PORT);
    }

    public TcpHeader destinationPort(int port) {
        u16(DESTINATION_PORT, port);
        return this;
    }

    // ---- the header in few loads and stores ----

    /// Both ports and the sequence number: [#sourcePort(long)] and its neighbours tell them apart.
    public long portsAndSequence() {
        return u64(SOURCE_PORT);
    }

    public TcpHeader portsAndSequence(int from, int to, int sequence) {
        u64(SOURCE_PORT, (long) (from << 16 | to) << 32 | sequence & 0xFFFF_FFFFL);
        return this;
    }

    public TcpHeader portsAndSequence(long value) {
        u64(SOURCE_PORT, value);
        return this;
    }

    public static int sourcePort(long portsAndSequence) {
        return (int) (portsAndSequence >>> 48);
    }

    public static int destinationPort(long portsAndSequence) {
        return (int) (portsAndSequence >>> 32) & 0xFFFF;
    }

    /// The acknowledgment number, the header's length, the control bits and the window.
    public long acknowledgmentAndControl() {
        return u64(ACKNOWLEDGMENT_NUMBER);
    }

    /// Writes them; the header's length is in octets.
    public TcpHeader acknowledgmentAndControl(int acknowledgment, int headerLength, int flags, int window) {
        final int control = headerLength / 4 << 28 | flags << 16 | window;
        u64(ACKNOWLEDGMENT_NUMBER, (long) acknowledgment << 32 | control & 0xFFFF_FFFFL);
        return this;
    }

    public TcpHeader acknowledgmentAndControl(long value) {
        u64(ACKNOWLEDGMENT_NUMBER, value);
        return this;
    }

    /// `acknowledgmentAndControl` without the control bits `flags`.
    public static long without(int flags, long acknowledgmentAndControl) {
        return acknowledgmentAndControl & ~((long) flags << 16);
    }

    /// `portsAndSequence` with a sequence number that is `octets` higher.
    public static long behind(int octets, long portsAndSequence) {
        final int sequence = (int) portsAndSequence + octets;
        return portsAndSequence & 0xFFFF_FFFF_0000_0000L | sequence & 0xFFFF_FFFFL;
    }

    /// Octets of the header with options.
    public static int headerLength(long acknowledgmentAndControl) {
        return (int) (acknowledgmentAndControl >>> 28 & 0xF) * 4;
    }

    public static int flags(long acknowledgmentAndControl) {
        return (int) (acknowledgmentAndControl >>> 16) & 0xFF;
    }

    public static int window(long acknowledgmentAndControl) {
        return (int) acknowledgmentAndControl & 0xFFFF;
    }

    // ---- its fields ----

    public int sequenceNumber() {
        return u32(SEQUENCE_NUMBER);
    }

    public TcpHeader sequenceNumber(int number) {
        u32(SEQUENCE_NUMBER, number);
        return this;
    }

    public int acknowledgmentNumber() {
        return u32(ACKNOWLEDGMENT_NUMBER);
    }

    public TcpHeader acknowledgmentNumber(int number) {
        u32(ACKNOWLEDGMENT_NUMBER, number);
        return this;
    }

    /// Octets of the header with options.
    public int headerLength() {
        return (u8(DATA_OFFSET) >>> 4) * 4;
    }

    public TcpHeader headerLength(int octets) {
        u8(DATA_OFFSET, octets / 4 << 4);
        return this;
    }

    /// The eight control bits.
    public int flags() {
        return u8(FLAGS);
    }

    public TcpHeader flags(int flags) {
        u8(FLAGS, flags);
        return this;
    }

    /// The window as it stands in the header, not scaled.
    public int window() {
        return u16(WINDOW);
    }

    public TcpHeader window(int window) {
        u16(WINDOW, window);
        return this;
    }

    public int checksum() {
        return u16(CHECKSUM);
    }

    public TcpHeader checksum(int checksum) {
        u16(CHECKSUM, checksum);
        return this;
    }

    public TcpHeader checksumAndUrgentPointer(int checksum, int pointer) {
        u32(CHECKSUM, checksum << 16 | pointer);
        return this;
    }

    public int urgentPointer() {
        return u16(URGENT_POINTER);
    }

    public TcpHeader urgentPointer(int pointer) {
        u16(URGENT_POINTER, pointer);
        return this;
    }
}
