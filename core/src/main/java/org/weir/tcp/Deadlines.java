package org.weir.tcp;

import org.weir.time.Timer;
import org.weir.time.TimerWheel;

/// The deadlines of one connection: a single timer, set to the earliest. A deadline that moves away costs one store;
/// the timer finds out when it expires.
final class Deadlines extends Timer {
    static final long NEVER = TimerWheel.NEVER;

    private final TcpConnection connection;

    /// RFC 6298: something is to be retransmitted.
    long retransmitNs = NEVER;
    /// RFC 9293 section 3.8.6.1: the closed window is to be probed.
    long persistNs = NEVER;
    /// RFC 9293 section 3.8.6.3: the delayed acknowledgment is due.
    long acknowledgeNs = NEVER;
    /// The end of TIME-WAIT, or of a FIN-WAIT-2 that nobody waits for.
    long endNs = NEVER;

    /// RFC 8985 section 6.2: what could be reordered is lost then.
    long reorderNs = NEVER;
    /// RFC 8985 section 7: the tail is to be probed.
    long probeNs = NEVER;

    /// RFC 9293 section 3.8.4: a silent connection is to be probed.
    long keepAliveNs = NEVER;
    /// Pacing lets the next segment go.
    long paceNs = NEVER;
    /// What a cork holds back is to be sent.
    long corkNs = NEVER;
    /// A connection that waits for its first data is to be accepted without.
    long deferNs = NEVER;

    Deadlines(TcpConnection connection) {
        this.connection = connection;
    }

    @Override
    protected void expired(long nowNs) {
        connection.timers().expired(connection, nowNs);
    }

    void clear() {
        keepAliveNs = NEVER;
        paceNs = NEVER;
        corkNs = NEVER;
        deferNs = NEVER;
        reorderNs = NEVER;
        probeNs = NEVER;
        retransmitNs = NEVER;
        persistNs = NEVER;
        acknowledgeNs = NEVER;
        endNs = NEVER;
    }

    long earliest() {
        final long ofUsers = Math.min(Math.min(keepAliveNs, paceNs), Math.min(corkNs, deferNs));
        return Math.min(ofUsers, earliestOfProtocol());
    }

    private long earliestOfProtocol() {
        final long ofRecovery = Math.min(retransmitNs, Math.min(reorderNs, probeNs));
        return Math.min(Math.min(ofRecovery, persistNs), Math.min(acknowledgeNs, endNs));
    }
}
