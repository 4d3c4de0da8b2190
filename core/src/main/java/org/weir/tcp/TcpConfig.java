package org.weir.tcp;

import org.weir.time.StackClock;
import org.weir.wire.TcpOptions;

/// The settings of TCP; every connection starts with them.
///
/// @param connections connection objects, those in TIME-WAIT included
/// @param listeners listening ports
/// @param sendBuffer octets that one connection queues for sending, to begin with
/// @param receiveBuffer octets that one connection keeps for its reader, to begin with: the first window
/// @param maximumSendBuffer what the send buffer may grow to as the congestion window does
/// @param maximumReceiveBuffer what the receive buffer may grow to as the reader keeps up with the peer
/// @param minimumRtoNs smallest retransmission time-out, RFC 6298 (2.4)
/// @param acknowledgmentSpacingNs the least time between two acknowledgments of data that comes in order: at most 1 ms,
/// 0 to acknowledge every second segment (or all that one poll brings) at once
/// @param delayedAckNs how long an acknowledgment may wait, RFC 9293 section 3.8.6.3: at most 500 ms
/// @param quickAcks segments that are acknowledged at once when data begins to flow
/// @param maximumSegmentLifetimeNs MSL, RFC 9293 section 3.4.2: TIME-WAIT lasts twice as long
/// @param synRetries retransmissions of a SYN before the connection times out
/// @param dataRetries retransmissions of data before it does (R2 of RFC 9293 section 3.8.3)
/// @param congestion how the congestion window grows and shrinks
/// @param ecn whether congestion may be told by marks instead of losses
public record TcpConfig(
        int connections,
        int listeners,
        int sendBuffer,
        int receiveBuffer,
        int maximumSendBuffer,
        int maximumReceiveBuffer,
        long minimumRtoNs,
        long acknowledgmentSpacingNs,
        long delayedAckNs,
        int quickAcks,
        long maximumSegmentLifetimeNs,
        int synRetries,
        int dataRetries,
        CongestionAlgorithm congestion,
        EcnMode ecn) {
    /// The smallest send or receive buffer in octets.
    public static final int MINIMUM_BUFFER = 2_048;
    /// The largest.
    public static final int MAXIMUM_BUFFER = 1 << 30;

    public TcpConfig {
        check("TCP connections", connections, 1, 1 << 24);
        check("TCP listeners", listeners, 1, 1 << 16);
        check("TCP send buffer", sendBuffer, MINIMUM_BUFFER, MAXIMUM_BUFFER);
        check("TCP receive buffer", receiveBuffer, MINIMUM_BUFFER, MAXIMUM_BUFFER);
        check("TCP maximum send buffer", maximumSendBuffer, sendBuffer, MAXIMUM_BUFFER);
        check("TCP maximum receive buffer", maximumReceiveBuffer, receiveBuffer, MAXIMUM_BUFFER);
        check("TCP minimum RTO (ns)", minimumRtoNs, StackClock.MILLISECOND, 60 * StackClock.SECOND);
        check("TCP acknowledgment spacing (ns)", acknowledgmentSpacingNs, 0, StackClock.MILLISECOND);
        check("TCP delayed acknowledgment (ns)", delayedAckNs, 0, StackClock.SECOND / 2);
        check("TCP quick acknowledgments", quickAcks, 0, 1_000);
        check("TCP maximum segment lifetime (ns)", maximumSegmentLifetimeNs, 0, 120 * StackClock.SECOND);
        check("TCP SYN retries", synRetries, 0, 20);
        check("TCP data retries", dataRetries, 1, 100);
    }

    static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " of " + value + " is not in " + least + " to " + most);
        }
    }

    /// The settings of a modern server.
    public static TcpConfig defaults() {
        return new Builder().build();
    }

    /// A builder that begins with these settings.
    public Builder toBuilder() {
        return new Builder(this);
    }

    public TcpConfig withConnections(int count) {
        return toBuilder().connections(count).build();
    }

    /// Buffers of a fixed size.
    public TcpConfig withBuffers(int send, int receive) {
        return toBuilder().buffers(send, receive).maximumBuffers(send, receive).build();
    }

    public TcpConfig withMaximumSegmentLifetime(long ns) {
        return toBuilder().maximumSegmentLifetimeNs(ns).build();
    }

    public TcpConfig withRetries(int syn, int data) {
        return toBuilder().retries(syn, data).build();
    }

    public TcpConfig withCongestion(CongestionAlgorithm algorithm) {
        return toBuilder().congestion(algorithm).build();
    }

    public TcpConfig withEcn(EcnMode mode) {
        return toBuilder().ecn(mode).build();
    }

    /// The window scale that makes the largest receive buffer fit a 16-bit window, RFC 7323 section 2.
    byte windowScale() {
        byte shift = 0;
        while (maximumReceiveBuffer >>> shift > 0xFFFF && shift < TcpOptions.MAX_WINDOW_SCALE) {
            shift++;
        }
        return shift;
    }

    /// Collects settings; [#build] checks them.
    public static final class Builder {
        private int connections = 1_024;
        private int listeners = 64;
        private int sendBuffer = 512 * 1024;
        private int receiveBuffer = 512 * 1024;
        private int maximumSendBuffer = 4 * 1024 * 1024;
        private int maximumReceiveBuffer = 4 * 1024 * 1024;
        private long minimumRtoNs = 200 * StackClock.MILLISECOND;
        private long acknowledgmentSpacingNs = 50 * StackClock.MICROSECOND;
        private long delayedAckNs = 40 * StackClock.MILLISECOND;
        private int quickAcks = 16;
        private long maximumSegmentLifetimeNs = 30 * StackClock.SECOND;
        /// RFC 9293 section 3.8.3: a SYN is sent again for three minutes at least.
        private int synRetries = 7;
        private int dataRetries = 15;
        private CongestionAlgorithm congestion = CongestionAlgorithm.CUBIC;
        private EcnMode ecn = EcnMode.PASSIVE;

        Builder() {}

        Builder(TcpConfig from) {
            connections = from.connections;
            listeners = from.listeners;
            sendBuffer = from.sendBuffer;
            receiveBuffer = from.receiveBuffer;
            maximumSendBuffer = from.maximumSendBuffer;
            maximumReceiveBuffer = from.maximumReceiveBuffer;
            minimumRtoNs = from.minimumRtoNs;
            acknowledgmentSpacingNs = from.acknowledgmentSpacingNs;
            delayedAckNs = from.delayedAckNs;
            quickAcks = from.quickAcks;
            maximumSegmentLifetimeNs = from.maximumSegmentLifetimeNs;
            synRetries = from.synRetries;
            dataRetries = from.dataRetries;
            congestion = from.congestion;
            ecn = from.ecn;
        }

        public Builder connections(int count) {
            connections = count;
            return this;
        }

        public Builder listeners(int count) {
            listeners = count;
            return this;
        }

        public Builder buffers(int send, int receive) {
            sendBuffer = send;
            receiveBuffer = receive;
            return this;
        }

        public Builder maximumBuffers(int send, int receive) {
            maximumSendBuffer = send;
            maximumReceiveBuffer = receive;
            return this;
        }

        public Builder minimumRtoNs(long ns) {
            minimumRtoNs = ns;
            return this;
        }

        public Builder acknowledgmentSpacingNs(long ns) {
            acknowledgmentSpacingNs = ns;
            return this;
        }

        public Builder delayedAckNs(long ns) {
            delayedAckNs = ns;
            return this;
        }

        public Builder quickAcks(int segments) {
            quickAcks = segments;
            return this;
        }

        public Builder maximumSegmentLifetimeNs(long ns) {
            maximumSegmentLifetimeNs = ns;
            return this;
        }

        public Builder retries(int syn, int data) {
            synRetries = syn;
            dataRetries = data;
            return this;
        }

        public Builder congestion(CongestionAlgorithm algorithm) {
            congestion = algorithm;
            return this;
        }

        public Builder ecn(EcnMode mode) {
            ecn = mode;
            return this;
        }

        /// @throws IllegalArgumentException that names the setting, its value and what is permitted
        public TcpConfig build() {
            return new TcpConfig(
                    connections,
                    listeners,
                    sendBuffer,
                    receiveBuffer,
                    maximumSendBuffer,
                    maximumReceiveBuffer,
                    minimumRtoNs,
                    acknowledgmentSpacingNs,
                    delayedAckNs,
                    quickAcks,
                    maximumSegmentLifetimeNs,
                    synRetries,
                    dataRetries,
                    congestion,
                    ecn);
        }
    }
}
