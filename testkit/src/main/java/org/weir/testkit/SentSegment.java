package org.weir.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;
import org.weir.wire.TcpOptions;

/// A segment that the stack under test has sent, with relative numbers.
final class SentSegment {
    private static final int ABSENT = -1;

    final int sequence;
    final int acknowledgment;
    final int flags;
    final int window;
    final int urgentPointer;
    /// DSCP and ECN of the IP header before it.
    final int typeOfService;

    final byte[] payload;
    final int maximumSegmentSize;
    final int windowScale;
    final boolean hasTimestamps;
    final int timestampValue;
    final int timestampEcho;
    final boolean sackPermitted;
    /// Blocks as pairs of relative numbers.
    final int[] sack;

    /// Reads the segment of `length` octets at `offset`.
    SentSegment(MemorySegment memory, long offset, int length, int stackIss, int peerIss) {
        final TcpHeader header = new TcpHeader().at(memory, offset);
        final int headerLength = header.headerLength();
        final TcpOptions options =
                new TcpOptions().parse(memory, offset + TcpHeader.LENGTH, headerLength - TcpHeader.LENGTH);
        sequence = header.sequenceNumber() - stackIss;
        acknowledgment = header.acknowledgmentNumber() - peerIss;
        flags = header.flags();
        window = header.window();
        urgentPointer = header.urgentPointer();
        typeOfService = new Ipv4Header().at(memory, offset - Ipv4Header.LENGTH).typeOfService();
        payload = memory.asSlice(offset + headerLength, length - headerLength).toArray(ValueLayout.JAVA_BYTE);
        maximumSegmentSize = options.hasMaximumSegmentSize() ? options.maximumSegmentSize() : ABSENT;
        windowScale = options.hasWindowScale() ? options.windowScale() : ABSENT;
        hasTimestamps = options.hasTimestamps();
        timestampValue = options.timestampValue();
        timestampEcho = options.timestampEcho();
        sackPermitted = options.sackPermitted();
        sack = new int[2 * options.sackBlocks()];
        for (int i = 0; i < options.sackBlocks(); i++) {
            sack[2 * i] = options.sackLeft(i) - peerIss;
            sack[2 * i + 1] = options.sackRight(i) - peerIss;
        }
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// Why this is not what `expected` says; an empty string if it is. PSH is compared only if asked for.
    String differenceFrom(SegmentSpec expected) {
        final StringBuilder text = new StringBuilder();
        final int compared = ~TcpHeader.PSH | expected.flags & TcpHeader.PSH;
        if ((flags & compared) != (expected.flags & compared)) {
            text.append(" flags");
        }
        differ(text, "seq", expected.sequence, sequence);
        if (!expected.anyAck && has(TcpHeader.ACK)) {
            differ(text, "ack", expected.acknowledgment, acknowledgment);
        }
        differ(text, "window", expected.window, window);
        differ(text, "length", SegmentSpec.isSet(expected.length) ? expected.length : 0, payload.length);
        differ(text, "mss", expected.maximumSegmentSize, maximumSegmentSize);
        differ(text, "wscale", expected.windowScale, windowScale);
        if (expected.timestamps) {
            differ(text, "TSval", expected.timestampValue, timestampValue);
            differ(text, "TSecr", expected.timestampEcho, timestampEcho);
        }
        differ(text, "ECN", expected.typeOfService, typeOfService);
        differ(text, "urgent pointer", expected.urgentPointer, urgentPointer);
        if (expected.sack != null && !Arrays.equals(expected.sack, sack)) {
            text.append(" SACK");
        }
        if (expected.sackPermitted && !sackPermitted) {
            text.append(" SACK-Permitted");
        }
        if (!has(TcpHeader.SYN) && !carriesPattern()) {
            text.append(" payload");
        }
        return text.toString();
    }

    private static void differ(StringBuilder text, String name, int expected, int actual) {
        if (SegmentSpec.isSet(expected) && expected != actual) {
            text.append(' ').append(name);
        }
    }

    /// True if each octet tells its own place in the stream.
    private boolean carriesPattern() {
        for (int i = 0; i < payload.length; i++) {
            if (payload[i] != SegmentSpec.patternAt(sequence + i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        text.append(has(TcpHeader.SYN) ? "SYN " : "").append(has(TcpHeader.FIN) ? "FIN " : "");
        text.append(has(TcpHeader.ECE) ? "ECE " : "").append(has(TcpHeader.CWR) ? "CWR " : "");
        text.append(has(TcpHeader.URG) ? "URG " : "");
        text.append(has(TcpHeader.RST) ? "RST " : "").append(has(TcpHeader.ACK) ? "ACK " : "");
        text.append("seq ").append(sequence).append(" ack ").append(acknowledgment);
        text.append(" window ").append(window).append(" length ").append(payload.length);
        text.append(maximumSegmentSize < 0 ? "" : " mss " + maximumSegmentSize);
        text.append(windowScale < 0 ? "" : " wscale " + windowScale);
        text.append(hasTimestamps ? " ts " + timestampValue + "/" + timestampEcho : "");
        text.append(sackPermitted ? " sackOK" : "");
        text.append(sack.length == 0 ? "" : " sack " + Arrays.toString(sack));
        return text.toString();
    }
}
