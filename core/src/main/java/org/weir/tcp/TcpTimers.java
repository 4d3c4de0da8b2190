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
        if (d.acknowledgeNs - nowNs <= 0) {
            d.acknowledgeNs = Deadlines.NEVER;
            tcp.owesAck(c);
        }
        if (d.persistNs - nowNs <= 0) {
            d.persistNs = Deadlines.NEVER;
            persist(c, nowNs);
        }
        if (d.reorderNs - nowNs <= 0) {
            recovery.patienceEnded(c, nowNs);
        }
        if (d.probeNs - nowNs <= 0) {
            d.probeNs = Deadlines.NEVER;
            output.probeTail(c, nowNs);
        } else if (d.retransmitNs - nowNs <= 0) {
            d.retransmitNs = Deadlines.NEVER;
            retransmit(c, nowNs);
        }
        tcp.schedule(c);
    }

    private void end(TcpConnection c) {
        if (c.state == TcpState.TIME_WAIT) {
            c.state = TcpTransitions.next(c.state, TcpEvent.TWO_MSL_PASSED);
            tcp.finish(c);
        } else {
            tcp.fail(c, TcpError.TIMED_OUT);
        }
    }

    /// RFC 9293 section 3.8.6.1: never gives up while the peer answers.
    private void persist(TcpConnection c, long nowNs) {
        if (c.snd.queue.length() == 0) {
            return;
        }
        if (!c.attached && c.snd.probes > ORPHAN_PROBES) {
            tcp.abortSilently(c);
            return;
        }
        if (c.snd.unansweredProbes > tcp.config().dataRetries()) {
            tcp.fail(c, TcpError.TIMED_OUT);
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
        final int limit =
                snd.synAcknowledged ? tcp.config().dataRetries() : tcp.config().synRetries();
        if (snd.retransmissions >= limit) {
            tcp.fail(c, c.softError == TcpError.NONE ? TcpError.TIMED_OUT : c.softError);
            return;
        }
        snd.retransmissions++;
        snd.rtt.backOff();
        tcp.countTimeout();
        if (snd.synAcknowledged) {
            recovery.timedOut(c, nowNs);
        } else {
            snd.nxt = snd.una;
        }
        tcp.wantsOutput(c);
    }
}
