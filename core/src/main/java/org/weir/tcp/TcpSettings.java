package org.weir.tcp;

import org.weir.ip.Ipv4;
import org.weir.time.StackClock;

/// What a user may set on a connection before and while it exists, with the defaults of Linux. A listener passes its
/// settings on to the connections that arrive on it.
///
/// A plain holder: fill it, then hand it to [TcpConnection#use] or [TcpListener#use], which copy it.
public sealed class TcpSettings permits SharedSettings {
    /// Odd, with as many ones as zeros: 2^64 divided by the golden ratio.
    private static final long HASH_FACTOR = 0x9E37_79B9_7F4A_7C15L;

    /// Short segments leave at once: no Nagle's algorithm (RFC 9293 section 3.7.4).
    public boolean noDelay;
    /// Only full segments leave, until this is taken back or 200 ms have passed.
    public boolean cork;
    /// The largest segment that is offered and sent, in octets of TCP payload and options; 0 for what the path
    /// carries. 88 to 65,495.
    public int maximumSegmentSize;
    /// A silent connection is probed, RFC 9293 section 3.8.4.
    public boolean keepAlive;
    /// Silence before the first probe.
    public long keepAliveIdleNs;
    /// Time between two probes.
    public long keepAliveIntervalNs;
    /// Probes without an answer after which the connection has timed out.
    public int keepAliveProbes;
    /// How long something may wait for its acknowledgment before the connection times out, RFC 5482; 0 for as
    /// long as the retransmissions of the configuration take.
    public long userTimeoutNs;
    /// Retransmissions of the SYN.
    public int synRetries;
    /// How long a FIN-WAIT-2 that nobody waits for lasts.
    public long finWait2Ns;
    /// For a listener: a connection is passed on when its first data has come, or after so long; 0 for at once.
    public long deferAcceptNs;
    /// Octets waiting to be sent for the first time below which the connection is writable.
    public int notSentLowWater;
    /// Closing waits for no more than [#lingerNs] until all is acknowledged and then resets; 0 resets at once.
    public boolean linger;

    public long lingerNs;
    /// Octets of the send buffer, which then does not grow; 0 for the configuration's.
    public int sendBuffer;
    /// Octets of the receive buffer, which then does not grow; 0 for the configuration's.
    public int receiveBuffer;
    /// How fast to send at most, in octets of payload for each second; 0 for as fast as the windows permit.
    public long maximumPacingRate;
    /// DSCP of what is sent, in the upper six bits as in the IP header, RFC 2474; the lower two are ECN's.
    public int typeOfService;
    /// Time to live of what is sent, 1 to 255.
    public int timeToLive = Ipv4.DEFAULT_TTL;
    /// How the congestion window grows and shrinks.
    public CongestionAlgorithm congestion = CongestionAlgorithm.CUBIC;

    /// The settings that a connection begins with under `config`.
    public final TcpSettings reset(TcpConfig config) {
        noDelay = false;
        cork = false;
        maximumSegmentSize = 0;
        keepAlive = false;
        keepAliveIdleNs = 7_200 * StackClock.SECOND;
        keepAliveIntervalNs = 75 * StackClock.SECOND;
        keepAliveProbes = 9;
        userTimeoutNs = 0;
        synRetries = config.synRetries();
        finWait2Ns = 60 * StackClock.SECOND;
        deferAcceptNs = 0;
        notSentLowWater = Integer.MAX_VALUE;
        linger = false;
        lingerNs = 0;
        sendBuffer = 0;
        receiveBuffer = 0;
        maximumPacingRate = 0;
        typeOfService = 0;
        timeToLive = Ipv4.DEFAULT_TTL;
        congestion = config.congestion();
        return this;
    }

    /// @throws IllegalArgumentException that names the setting, its value and what is permitted
    final void check() {
        if (maximumSegmentSize != 0) {
            TcpConfig.check("TCP maximum segment size", maximumSegmentSize, 88, 65_495);
        }
        TcpConfig.check("TCP keep-alive idle time (ns)", keepAliveIdleNs, 1, Long.MAX_VALUE / 4);
        TcpConfig.check("TCP keep-alive interval (ns)", keepAliveIntervalNs, 1, Long.MAX_VALUE / 4);
        TcpConfig.check("TCP keep-alive probes", keepAliveProbes, 1, 127);
        TcpConfig.check("TCP user timeout (ns)", userTimeoutNs, 0, Long.MAX_VALUE / 4);
        TcpConfig.check("TCP SYN retries", synRetries, 0, 127);
        TcpConfig.check("TCP FIN-WAIT-2 time-out (ns)", finWait2Ns, 0, Long.MAX_VALUE / 4);
        TcpConfig.check("TCP deferral of accept (ns)", deferAcceptNs, 0, Long.MAX_VALUE / 4);
        TcpConfig.check("TCP not-sent low-water mark", notSentLowWater, 1, Integer.MAX_VALUE);
        TcpConfig.check("TCP linger time (ns)", lingerNs, 0, Long.MAX_VALUE / 4);
        checkBuffer("TCP send buffer", sendBuffer);
        checkBuffer("TCP receive buffer", receiveBuffer);
        TcpConfig.check("TCP maximum pacing rate", maximumPacingRate, 0, Long.MAX_VALUE);
        TcpConfig.check("type of service", typeOfService, 0, 0xFF);
        TcpConfig.check("time to live", timeToLive, 1, 0xFF);
    }

    private static void checkBuffer(String name, int octets) {
        if (octets != 0) {
            TcpConfig.check(name, octets, TcpConfig.MINIMUM_BUFFER, TcpConfig.MAXIMUM_BUFFER);
        }
    }

    /// Takes over all values of `other`.
    public final void copyFrom(TcpSettings other) {
        noDelay = other.noDelay;
        cork = other.cork;
        maximumSegmentSize = other.maximumSegmentSize;
        keepAlive = other.keepAlive;
        keepAliveIdleNs = other.keepAliveIdleNs;
        keepAliveIntervalNs = other.keepAliveIntervalNs;
        keepAliveProbes = other.keepAliveProbes;
        userTimeoutNs = other.userTimeoutNs;
        synRetries = other.synRetries;
        finWait2Ns = other.finWait2Ns;
        deferAcceptNs = other.deferAcceptNs;
        notSentLowWater = other.notSentLowWater;
        linger = other.linger;
        lingerNs = other.lingerNs;
        sendBuffer = other.sendBuffer;
        receiveBuffer = other.receiveBuffer;
        maximumPacingRate = other.maximumPacingRate;
        typeOfService = other.typeOfService;
        timeToLive = other.timeToLive;
        congestion = other.congestion;
    }

    /// True if all values are those of `other`.
    final boolean hasValuesOf(TcpSettings other) {
        return sendsAs(other) && waitsAs(other);
    }

    private boolean sendsAs(TcpSettings other) {
        return noDelay == other.noDelay
                && cork == other.cork
                && maximumSegmentSize == other.maximumSegmentSize
                && notSentLowWater == other.notSentLowWater
                && sendBuffer == other.sendBuffer
                && receiveBuffer == other.receiveBuffer
                && maximumPacingRate == other.maximumPacingRate
                && typeOfService == other.typeOfService
                && timeToLive == other.timeToLive
                && congestion == other.congestion;
    }

    private boolean waitsAs(TcpSettings other) {
        return keepAlive == other.keepAlive
                && keepAliveIdleNs == other.keepAliveIdleNs
                && keepAliveIntervalNs == other.keepAliveIntervalNs
                && keepAliveProbes == other.keepAliveProbes
                && userTimeoutNs == other.userTimeoutNs
                && synRetries == other.synRetries
                && finWait2Ns == other.finWait2Ns
                && deferAcceptNs == other.deferAcceptNs
                && linger == other.linger
                && lingerNs == other.lingerNs;
    }

    /// The same for the same values.
    final int hashOfValues() {
        final long hash = hashOfSending() * HASH_FACTOR + hashOfWaiting();
        return (int) (hash ^ hash >>> 32);
    }

    private long hashOfSending() {
        long hash = (noDelay ? 1 : 0);
        hash = hash * HASH_FACTOR + (cork ? 1 : 0);
        hash = hash * HASH_FACTOR + maximumSegmentSize;
        hash = hash * HASH_FACTOR + notSentLowWater;
        hash = hash * HASH_FACTOR + sendBuffer;
        hash = hash * HASH_FACTOR + receiveBuffer;
        hash = hash * HASH_FACTOR + maximumPacingRate;
        hash = hash * HASH_FACTOR + typeOfService;
        hash = hash * HASH_FACTOR + timeToLive;
        hash = hash * HASH_FACTOR + congestion.ordinal();
        return hash;
    }

    private long hashOfWaiting() {
        long hash = (keepAlive ? 1 : 0);
        hash = hash * HASH_FACTOR + keepAliveIdleNs;
        hash = hash * HASH_FACTOR + keepAliveIntervalNs;
        hash = hash * HASH_FACTOR + keepAliveProbes;
        hash = hash * HASH_FACTOR + userTimeoutNs;
        hash = hash * HASH_FACTOR + synRetries;
        hash = hash * HASH_FACTOR + finWait2Ns;
        hash = hash * HASH_FACTOR + deferAcceptNs;
        hash = hash * HASH_FACTOR + (linger ? 1 : 0);
        hash = hash * HASH_FACTOR + lingerNs;
        return hash;
    }
}
