package org.weir.testkit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// A TCP segment in a test: what a peer sends, or what is expected of the stack. Numbers are relative as in tcpdump:
/// the SYN is 0, the first octet of data 1. Of an expectation only what is set is compared.
public final class SegmentSpec {
    private static final int UNSET = Integer.MIN_VALUE;

    int sequence = UNSET;
    int acknowledgment = UNSET;
    int flags;
    int window = UNSET;
    int length = UNSET;
    int maximumSegmentSize = UNSET;
    int windowScale = UNSET;
    int timestampValue = UNSET;
    int timestampEcho = UNSET;
    boolean timestamps;
    boolean sackPermitted;
    /// Blocks as pairs of relative numbers; null if they do not matter.
    int @Nullable [] sack;
    boolean anyAck;
    int urgentPointer;
    int typeOfService;
    boolean corrupted;
    byte @Nullable [] payload;
    byte @Nullable [] rawOptions;

    /// A segment with nothing set.
    public static SegmentSpec segment() {
        return new SegmentSpec();
    }

    public SegmentSpec syn() {
        flags |= TcpHeader.SYN;
        return this;
    }

    public SegmentSpec fin() {
        flags |= TcpHeader.FIN;
        return this;
    }

    public SegmentSpec rst() {
        flags |= TcpHeader.RST;
        return this;
    }

    public SegmentSpec psh() {
        flags |= TcpHeader.PSH;
        return this;
    }

    /// Urgent data that ends `pointer` octets behind the sequence number.
    public SegmentSpec urg(int pointer) {
        flags |= TcpHeader.URG;
        urgentPointer = pointer;
        return this;
    }

    /// ECN-Echo.
    public SegmentSpec ece() {
        flags |= TcpHeader.ECE;
        return this;
    }

    /// Congestion Window Reduced.
    public SegmentSpec cwr() {
        flags |= TcpHeader.CWR;
        return this;
    }

    /// A router has marked the packet: congestion experienced.
    public SegmentSpec marked() {
        typeOfService = Ipv4Header.ECN_CE;
        return this;
    }

    /// Routers may mark the packet: ECT(0).
    public SegmentSpec ecnCapable() {
        typeOfService = Ipv4Header.ECN_ECT_0;
        return this;
    }

    public SegmentSpec seq(int relative) {
        sequence = relative;
        return this;
    }

    /// Sets the ACK bit and the number.
    public SegmentSpec ack(int relative) {
        flags |= TcpHeader.ACK;
        acknowledgment = relative;
        return this;
    }

    /// Sets the ACK bit; any number matches.
    public SegmentSpec ack() {
        flags |= TcpHeader.ACK;
        anyAck = true;
        return this;
    }

    /// The window as it stands in the header.
    public SegmentSpec window(int field) {
        window = field;
        return this;
    }

    /// `octets` octets of payload, counted through from their sequence number so that each octet tells its place.
    public SegmentSpec length(int octets) {
        length = octets;
        return this;
    }

    public SegmentSpec payload(byte... octets) {
        payload = octets;
        length = octets.length;
        return this;
    }

    public SegmentSpec mss(int octets) {
        maximumSegmentSize = octets;
        return this;
    }

    public SegmentSpec wscale(int shift) {
        windowScale = shift;
        return this;
    }

    public SegmentSpec timestamps(int value, int echo) {
        timestamps = true;
        timestampValue = value;
        timestampEcho = echo;
        return this;
    }

    /// SACK-Permitted, RFC 2018.
    public SegmentSpec sackPermitted() {
        sackPermitted = true;
        return this;
    }

    /// A SACK option: for each block its first number and the one behind its last. An expectation without blocks
    /// says that there is none.
    public SegmentSpec sack(int... edges) {
        sack = edges;
        return this;
    }

    /// Options octet by octet, padded with zeros.
    public SegmentSpec options(byte... octets) {
        rawOptions = octets;
        return this;
    }

    /// Flips a bit after the checksum has been made.
    public SegmentSpec corrupted() {
        corrupted = true;
        return this;
    }

    /// DSCP and ECN of the IP header.
    public SegmentSpec typeOfService(int tos) {
        typeOfService = tos;
        return this;
    }

    static boolean isSet(int value) {
        return value != UNSET;
    }

    int sequenceOr(int otherwise) {
        return isSet(sequence) ? sequence : otherwise;
    }

    /// The octet of the test pattern at relative number `place`.
    public static byte patternAt(int place) {
        return (byte) (place * 31 + (place >>> 8));
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder("segment()");
        appendFlag(text, TcpHeader.SYN, "syn");
        appendFlag(text, TcpHeader.FIN, "fin");
        appendFlag(text, TcpHeader.RST, "rst");
        appendFlag(text, TcpHeader.PSH, "psh");
        appendFlag(text, TcpHeader.URG, "urg");
        appendFlag(text, TcpHeader.ECE, "ece");
        appendFlag(text, TcpHeader.CWR, "cwr");
        append(text, "seq", sequence);
        append(text, "ack", acknowledgment);
        append(text, "window", window);
        append(text, "length", length);
        append(text, "mss", maximumSegmentSize);
        append(text, "wscale", windowScale);
        text.append(sack == null ? "" : ".sack(" + Arrays.toString(sack) + ")");
        return text.toString();
    }

    private void appendFlag(StringBuilder text, int flag, String name) {
        if ((flags & flag) != 0) {
            text.append('.').append(name).append("()");
        }
    }

    private static void append(StringBuilder text, String name, int value) {
        if (isSet(value)) {
            text.append('.').append(name).append('(').append(value).append(')');
        }
    }
}
