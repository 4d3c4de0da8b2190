package org.weir.tcp;

/// Keep-alive, RFC 9293 section 3.8.4: a connection that has been silent is probed, and given up if nobody answers.
final class KeepAlive {
    private final Tcp tcp;
    private final TcpOutput output;

    KeepAlive(Tcp tcp, TcpOutput output) {
        this.tcp = tcp;
        this.output = output;
    }

    /// The settings have changed, or the connection is established.
    void begin(TcpConnection c) {
        final boolean on = c.settings.keepAlive && c.state.isSynchronized() && c.state != TcpState.TIME_WAIT;
        c.keepAliveProbesSent = 0;
        c.deadlines.keepAliveNs = on ? c.traffic.receivedNs + c.settings.keepAliveIdleNs : Deadlines.NEVER;
        tcp.schedule(c);
    }

    /// Silence is counted from the last segment that arrived; while something is on the way, retransmission finds
    /// out by itself.
    void expired(TcpConnection c, long nowNs) {
        final long silenceNs = nowNs - c.traffic.receivedNs;
        final boolean heard = silenceNs < c.settings.keepAliveIdleNs;
        if (heard || c.snd.hasOutstanding()) {
            c.keepAliveProbesSent = 0;
            final long sinceNs = heard ? c.traffic.receivedNs : nowNs;
            c.deadlines.keepAliveNs = sinceNs + c.settings.keepAliveIdleNs;
            return;
        }
        if (isGivenUp(c, silenceNs)) {
            tcp.teardown().timeOut(c);
            return;
        }
        output.keepAlive(c);
        c.keepAliveProbesSent++;
        c.deadlines.keepAliveNs = nowNs + c.settings.keepAliveIntervalNs;
    }

    /// RFC 5482: a user timeout goes before the number of probes.
    private static boolean isGivenUp(TcpConnection c, long silenceNs) {
        final TcpSettings settings = c.settings;
        return settings.userTimeoutNs > 0
                ? c.keepAliveProbesSent > 0 && silenceNs >= settings.userTimeoutNs
                : c.keepAliveProbesSent >= settings.keepAliveProbes;
    }
}
