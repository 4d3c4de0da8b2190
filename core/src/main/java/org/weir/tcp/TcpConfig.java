package org.weir.tcp;

import org.weir.time.StackClock;
import org.weir.wire.TcpOptions;

/// The settings of TCP; every connection starts with them.
///
/// @param connections connection objects, those in TIME-WAIT included
/// @param listeners listening ports
/// @param sendBuffer octets that one connection queues for sending
/// @param receiveBuffer octets that one connection keeps for its reader: the largest window
/// @param minimumRtoNs smallest retransmission time-out, RFC 6298 (2.4)
/// @param delayedAckNs how long an acknowledgment may wait, RFC 9293 section 3.8.6.3: at most 500 ms
/// @param maximumSegmentLifetimeNs MSL, RFC 9293 section 3.4.2: TIME-WAIT lasts twice as long
/// @param synRetries retransmissions of a SYN before the connection times out
/// @param dataRetries retransmissions of data before it does (R2 of RFC 9293 section 3.8.3)
public record TcpConfig(
        int connections,
        int listeners,
        int sendBuffer,
        int receiveBuffer,
        long minimumRtoNs,
        long delayedAckNs,
        long maximumSegmentLifetimeNs,
        int synRetries,
        int dataRetries) {
    private static final int MINIMUM_BUFFER = 2_048;
    private static final int MAXIMUM_BUFFER = 1 << 30;

    public TcpConfig {
        check("TCP connections", connections, 1, 1 << 24);
        check("TCP listeners", listeners, 1, 1 << 16);
        check("TCP send buffer", sendBuffer, MINIMUM_BUFFER, MAXIMUM_BUFFER);
        check("TCP receive buffer", receiveBuffer, MINIMUM_BUFFER, MAXIMUM_BUFFER);
        check("TCP minimum RTO (ns)", minimumRtoNs, StackClock.MILLISECOND, 60 * StackClock.SECOND);
        check("TCP delayed acknowledgment (ns)", delayedAckNs, 0, StackClock.SECOND / 2);
        check("TCP maximum segment lifetime (ns)", maximumSegmentLifetimeNs, 0, 120 * StackClock.SECOND);
        check("TCP SYN retries", synRetries, 0, 20);
        check("TCP data retries", dataRetries, 1, 100);
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " of " + value + " is not in " + least + " to " + most);
        }
    }

    /// The settings of a modern server.
    public static TcpConfig defaults() {
        return new TcpConfig(
                1_024,
                64,
                512 * 1024,
                512 * 1024,
                200 * StackClock.MILLISECOND,
                40 * StackClock.MILLISECOND,
                30 * StackClock.SECOND,
                6,
                15);
    }

    public TcpConfig withConnections(int count) {
        return new TcpConfig(
                count,
                listeners,
                sendBuffer,
                receiveBuffer,
                minimumRtoNs,
                delayedAckNs,
                maximumSegmentLifetimeNs,
                synRetries,
                dataRetries);
    }

    public TcpConfig withBuffers(int send, int receive) {
        return new TcpConfig(
                connections,
                listeners,
                send,
                receive,
                minimumRtoNs,
                delayedAckNs,
                maximumSegmentLifetimeNs,
                synRetries,
                dataRetries);
    }

    public TcpConfig withMaximumSegmentLifetime(long ns) {
        return new TcpConfig(
                connections,
                listeners,
                sendBuffer,
                receiveBuffer,
                minimumRtoNs,
                delayedAckNs,
                ns,
                synRetries,
                dataRetries);
    }

    public TcpConfig withRetries(int syn, int data) {
        return new TcpConfig(
                connections,
                listeners,
                sendBuffer,
                receiveBuffer,
                minimumRtoNs,
                delayedAckNs,
                maximumSegmentLifetimeNs,
                syn,
                data);
    }

    /// The window scale that makes the receive buffer fit a 16-bit window, RFC 7323 section 2.
    int windowScale() {
        int shift = 0;
        while (receiveBuffer >>> shift > 0xFFFF && shift < TcpOptions.MAX_WINDOW_SCALE) {
            shift++;
        }
        return shift;
    }
}
