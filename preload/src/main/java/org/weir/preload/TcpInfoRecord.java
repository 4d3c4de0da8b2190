package org.weir.preload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.weir.stack.Sockets;
import org.weir.tcp.TcpInfo;
import org.weir.tcp.TcpState;

/// `struct tcp_info` of linux/tcp.h. Fields that the stack has nothing for are 0.
final class TcpInfoRecord {
    private static final int SIZE = 232;

    private static final int OPTION_TIMESTAMPS = 1;
    private static final int OPTION_SACK = 2;
    private static final int OPTION_WINDOW_SCALE = 4;
    private static final int OPTION_ECN = 8;

    private final TcpInfo info = new TcpInfo();

    /// Writes the state of the connection of `descriptor` to `to`. Returns how long the record is.
    int write(Sockets sockets, int descriptor, MemorySegment to) {
        to.asSlice(0, SIZE).fill((byte) 0);
        if (sockets.info(descriptor, info) != 0) {
            Protocol.u8(to, 0, number(TcpState.CLOSED));
            return SIZE;
        }
        writeState(to);
        writeTimes(to);
        writeCounts(to);
        return SIZE;
    }

    private void writeState(MemorySegment to) {
        Protocol.u8(to, 0, number(info.state));
        Protocol.u8(to, 1, info.congestionPhase);
        Protocol.u8(to, 2, info.retransmits);
        Protocol.u8(to, 3, info.probes);
        Protocol.u8(to, 4, info.backoff);
        Protocol.u8(
                to,
                5,
                (info.timestamps ? OPTION_TIMESTAMPS : 0)
                        | (info.sack ? OPTION_SACK : 0)
                        | (info.windowScaling ? OPTION_WINDOW_SCALE : 0)
                        | (info.ecn ? OPTION_ECN : 0));
        Protocol.u8(to, 6, info.sendWindowScale | info.receiveWindowScale << 4);
    }

    private void writeTimes(MemorySegment to) {
        Protocol.i32(to, 8, micros(info.retransmissionTimeoutNs));
        Protocol.i32(to, 44, millis(info.sinceDataSentNs));
        Protocol.i32(to, 52, millis(info.sinceDataReceivedNs));
        Protocol.i32(to, 56, millis(info.sinceAcknowledgmentReceivedNs));
        Protocol.i32(to, 68, micros(info.roundTripTimeNs));
        Protocol.i32(to, 72, micros(info.roundTripVariationNs));
        Protocol.i32(to, 148, micros(info.minimumRoundTripTimeNs));
    }

    private void writeCounts(MemorySegment to) {
        final int segment = Math.max(1, info.sendSegmentSize);
        Protocol.i32(to, 16, info.sendSegmentSize);
        Protocol.i32(to, 20, info.receiveSegmentSize);
        Protocol.i32(to, 24, info.unacknowledged);
        Protocol.i32(to, 28, info.sacked);
        Protocol.i32(to, 32, info.lost);
        Protocol.i32(to, 36, info.retransmits);
        Protocol.i32(to, 60, info.pathMtu);
        Protocol.i32(to, 76, info.slowStartThreshold / segment);
        Protocol.i32(to, 80, info.congestionWindow / segment);
        Protocol.i32(to, 84, info.advertisedSegmentSize);
        Protocol.i32(to, 96, info.receiveWindow);
        Protocol.i32(to, 100, (int) info.retransmissions);
        to.set(ValueLayout.JAVA_LONG, 120, info.octetsAcknowledged);
        to.set(ValueLayout.JAVA_LONG, 128, info.octetsReceived);
        Protocol.i32(to, 136, (int) info.segmentsSent);
        Protocol.i32(to, 140, (int) info.segmentsReceived);
        Protocol.i32(to, 144, info.notSent);
        Protocol.i32(to, 152, (int) info.dataSegmentsReceived);
        Protocol.i32(to, 156, (int) info.dataSegmentsSent);
        to.set(ValueLayout.JAVA_LONG, 200, info.octetsSent);
        to.set(ValueLayout.JAVA_LONG, 208, info.octetsRetransmitted);
        Protocol.i32(to, 216, (int) info.duplicateReports);
        Protocol.i32(to, 220, info.reorderingSeen ? 1 : 0);
        Protocol.i32(to, 224, (int) info.outOfOrderSegments);
        Protocol.i32(to, 228, info.sendWindow);
    }

    private static int micros(long ns) {
        return (int) Math.min(ns / 1_000, Integer.MAX_VALUE);
    }

    private static int millis(long ns) {
        return (int) Math.min(ns / 1_000_000, Integer.MAX_VALUE);
    }

    /// As Linux numbers the states, net/tcp_states.h.
    private static int number(TcpState state) {
        return switch (state) {
            case ESTABLISHED -> 1;
            case SYN_SENT -> 2;
            case SYN_RECEIVED -> 3;
            case FIN_WAIT_1 -> 4;
            case FIN_WAIT_2 -> 5;
            case TIME_WAIT -> 6;
            case CLOSED -> 7;
            case CLOSE_WAIT -> 8;
            case LAST_ACK -> 9;
            case LISTEN -> 10;
            case CLOSING -> 11;
        };
    }
}
