package org.weir.tcp;

/// What happens when a deadline of a connection has come, RFC 9293 section 3.10.8 and RFC 6298 section 5.
final class TcpTimers {
    /// A connection that its user has closed is not kept open for ever by a peer that never opens its window
    /// (CVE-2008-4609).
    private static final int ORPHAN_PROBES = 8;

    private final Tcp tcp;
    private final TcpOutput output;
    private final LossRecovery recovery;

    TcpTimers(Tcp tcp, TcpOutput output, LossRecovery recovery) {
        this.tcp = tcp;
        this.output = output;
        this.recovery = recovery;
    }

    void expired(TcpConnection c, long nowNs) {
        final Deadlines d = c.deadlines;
        if (d.endNs - nowNs <= 0) {
            d.endNs = Deadlines.NEVER;
            end(c);
        }
        expireUsers(c, nowNs);
        if (d.acknowledgeNs - nowNs <= 0) {
            d.acknowledgeNs = Deadlines.NEVER;
            tcp.owesAck(c);
        }
        if (d.persistNs - nowNs <= 0) {
            d.persistNs = Deadlines.NEVER;
            persist(c, nowNs);
        }
        if (d.reorderNs - nowNs <= 0) {
            recovery.reorderingWindowEnded(c, nowNs);
        }
        if (d.probeNs - nowNs <= 0) {
            d.probeNs = Deadlines.NEVER;
            output.probeTailIfPermitted(c, nowNs);
        } else if (d.retransmitNs - nowNs <= 0) {
            d.retransmitNs = Deadlines.NEVER;
            retransmit(c, nowNs);
        }
        tcp.schedule(c);
    }

    private void expireUsers(TcpConnection c, long nowNs) {
        final Deadlines d = c.deadlines;
        if (d.keepAliveNs - nowNs <= 0) {
            d.keepAliveNs = Deadlines.NEVER;
            tcp.keepAlive().expired(c, nowNs);
        }
        if (d.paceNs - nowNs <= 0) {
            d.paceNs = Deadlines.NEVER;
            tcp.wantsOutput(c);
        }
        if (d.corkNs - nowNs <= 0) {
            d.corkNs = Deadlines.NEVER;
            c.snd.corkExpired = true;
            tcp.wantsOutput(c);
        }
        if (d.deferNs - nowNs <= 0) {
            d.deferNs = Deadlines.NEVER;
            tcp.offerDeferred(c);
        }
    }

    private void end(TcpConnection c) {
        if (c.filtered) {
            tcp.teardown().fail(c, TcpError.FILTERED);
            return;
        }
        switch (c.state) {
            case TIME_WAIT -> {
                c.state = TcpTransitions.next(c.state, TcpEvent.TWO_MSL_PASSED);
                tcp.teardown().finish(c);
            }
            case FIN_WAIT_2 -> tcp.teardown().fail(c, TcpError.TIMED_OUT);
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, CLOSING, LAST_ACK ->
                tcp.teardown().abortSilently(c);
        }
    }

    /// RFC 5482: the user's patience with an unacknowledged octet has ended.
    private static boolean patienceEnded(TcpConnection c, long nowNs) {
        final long patienceNs = c.settings.userTimeoutNs;
        return patienceNs > 0 && c.snd.synAcknowledged && nowNs - c.snd.progressNs >= patienceNs;
    }

    /// RFC 9293 section 3.8.6.1: never gives up while the peer answers.
    private void persist(TcpConnection c, long nowNs) {
        if (c.snd.queue.length() == 0) {
            return;
        }
        if (patienceEnded(c, nowNs)) {
            tcp.teardown().timeOut(c);
            return;
        }
        if (!c.attached && c.snd.probes > ORPHAN_PROBES) {
            tcp.teardown().abortSilently(c);
            return;
        }
        if (c.snd.unansweredProbes > tcp.config().dataRetries()) {
            tcp.teardown().fail(c, TcpError.TIMED_OUT);
            return;
        }
        output.probe(c, nowNs);
    }

    /// RFC 6298 (5.4) to (5.6): the SYN is sent again, or what [LossRecovery#timedOut] says.
    private void retransmit(TcpConnection c, long nowNs) {
        final Sender snd = c.snd;
        if (!snd.hasOutstanding()) {
            return;
        }
        final int limit = snd.synAcknowledged ? tcp.config().dataRetries() : c.settings.synRetries;
        final boolean patient = c.settings.userTimeoutNs > 0 && snd.synAcknowledged;
        if (patient ? patienceEnded(c, nowNs) : snd.retransmissions >= limit) {
            tcp.teardown().timeOut(c);
            return;
        }
        snd.retransmissions++;
        snd.rtt.backOff();
        tcp.countTimeout();
        if (snd.synAcknowledged) {
            tcp.pathMtu().timedOut(c, nowNs);
            recovery.timedOut(c, nowNs);
        } else {
            snd.nxt = snd.una;
        }
        tcp.wantsOutput(c);
    }
}
