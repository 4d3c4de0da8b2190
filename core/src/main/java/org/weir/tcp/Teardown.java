package org.weir.tcp;

import org.weir.filter.FilterHook;
import org.weir.time.TimerWheel;
import org.weir.wire.TcpHeader;

/// How connections end: in order, by the user's will, or by an error. RFC 9293 sections 3.6 and 3.10.4 to 3.10.5.
final class Teardown {
    private final Tcp tcp;
    private final ConnectionTable table;
    private final SegmentWriter writer;
    private final TimerWheel wheel;

    Teardown(Tcp tcp, ConnectionTable table, SegmentWriter writer) {
        this.tcp = tcp;
        this.table = table;
        this.writer = writer;
        this.wheel = tcp.ipv4().resources().timers();
    }

    void shutdownOutput(TcpConnection c) {
        if (!c.state.sends()) {
            return;
        }
        if (c.state == TcpState.SYN_SENT) {
            fail(c, TcpError.ABORTED);
            return;
        }
        c.snd.finQueued = true;
        if (c.state != TcpState.SYN_RECEIVED) {
            c.state = TcpTransitions.next(c.state, TcpEvent.CLOSE);
        }
        tcp.wantsOutput(c);
    }

    void close(TcpConnection c) {
        c.attached = false;
        c.handler = null;
        c.inputClosed = true;
        final boolean unread = c.rcv.queue.length() > 0;
        c.rcv.queue.clear();
        if (c.state == TcpState.CLOSED) {
            freeIfDone(c);
        } else if (c.state == TcpState.SYN_SENT) {
            forget(c);
        } else if (unread || c.settings.linger && c.settings.lingerNs == 0 && c.state != TcpState.TIME_WAIT) {
            abortSilently(c);
        } else {
            shutdownOutput(c);
            linger(c);
            awaitFin(c, tcp.clock().nowNs());
            if (c.state == TcpState.TIME_WAIT) {
                table.linkTimeWait(c);
            }
        }
    }

    /// What is not acknowledged within the time that the user gives it is given up.
    private void linger(TcpConnection c) {
        if (c.settings.linger && c.state.hasUnacknowledgedFin()) {
            c.deadlines.endNs = tcp.clock().nowNs() + c.settings.lingerNs;
            tcp.schedule(c);
        }
    }

    void abort(TcpConnection c) {
        c.attached = false;
        c.handler = null;
        abortSilently(c);
    }

    /// Resets the peer and forgets the connection.
    void abortSilently(TcpConnection c) {
        if (c.state.isSynchronized() && c.state != TcpState.TIME_WAIT || c.state == TcpState.SYN_RECEIVED) {
            writer.reset(c);
        }
        fail(c, TcpError.ABORTED);
    }

    void resetUnlessReset(Segment s, TcpConnection c) {
        if (!s.has(TcpHeader.RST)) {
            writer.resetFor(c, s.acknowledgment);
        }
    }

    /// Nobody reads what the peer may still send: do not wait for its FIN for ever.
    void awaitFin(TcpConnection c, long nowNs) {
        if (c.state == TcpState.FIN_WAIT_2 && !c.attached) {
            c.deadlines.endNs = nowNs + c.settings.finWait2Ns;
            tcp.schedule(c);
        }
    }

    void enterTimeWait(TcpConnection c, long nowNs) {
        giveBackWhatIsLent(c);
        c.deadlines.clear();
        c.deadlines.endNs = nowNs + 2 * tcp.config().maximumSegmentLifetimeNs();
        tcp.schedule(c);
        if (!c.attached) {
            table.linkTimeWait(c);
        }
    }

    /// RFC 9293 section 3.10.7.4: a retransmitted FIN restarts the 2 MSL time-out.
    void restartTimeWait(TcpConnection c, Segment s) {
        if (c.state == TcpState.TIME_WAIT && s.has(TcpHeader.FIN)) {
            c.deadlines.endNs = tcp.clock().nowNs() + 2 * tcp.config().maximumSegmentLifetimeNs();
        }
    }

    /// The peer has not answered for too long: what the network reported about it explains why, RFC 1122 section
    /// 4.2.3.9. It is reset, in case that it only lost its voice.
    void timeOut(TcpConnection c) {
        if (c.snd.synAcknowledged) {
            writer.reset(c);
        }
        fail(c, c.softError == TcpError.NONE ? TcpError.TIMED_OUT : c.softError);
    }

    /// The connection is over in order: everything was sent and received.
    void finish(TcpConnection c) {
        release(c);
        freeIfDone(c);
    }

    /// The connection is over: the user, if there is one, is told why.
    void fail(TcpConnection c, TcpError error) {
        release(c);
        c.rcv.queue.clear();
        c.error = error;
        if (error != TcpError.NONE && c.attached) {
            tcp.countFailed();
            tcp.raise(c, TcpConnection.FAILED);
        }
        freeIfDone(c);
    }

    void forget(TcpConnection c) {
        fail(c, TcpError.NONE);
    }

    private void release(TcpConnection c) {
        tcp.filter().tell(FilterHook.CLOSED, c);
        table.unlinkTimeWait(c);
        final TcpListener listener = c.listener;
        if (listener != null && listener.generation == c.listenerGeneration) {
            listener.halfOpen--;
        }
        c.listener = null;
        c.state = TcpTransitions.next(c.state, TcpEvent.ABORT);
        c.deadlines.clear();
        wheel.disarm(c.deadlines);
        table.remove(c);
        giveBackWhatIsLent(c);
    }

    private void giveBackWhatIsLent(TcpConnection c) {
        c.snd.queue.clear();
        tcp.pools().flights.abandon(c.snd);
        tcp.pools().reassemblies.abandon(c.rcv);
        tcp.pathMtu().forget(c.snd);
    }

    /// Gives the object back once nobody refers to it.
    void freeIfDone(TcpConnection c) {
        final boolean referred = c.attached || c.telling || tcp.lists().holds(c);
        if (c.state == TcpState.CLOSED && !referred && c.route != null) {
            c.rcv.queue.clear();
            c.handler = null;
            c.route = null;
            tcp.settings().give(c.settings);
            c.settings = tcp.settings().takeDefaults();
            table.free(c);
            tcp.countClosed();
        }
    }

    /// The peer has reset the connection.
    void reset(TcpConnection c, TcpError error) {
        tcp.filter().tell(FilterHook.REMOTE_RESET, c);
        fail(c, error);
    }

    void close(TcpListener l) {
        if (l.isListening()) {
            tcp.filter().tell(FilterHook.STOP_LISTENING, l);
        }
        tcp.filter().tell(FilterHook.DISSOCIATING, l);
        table.remove(l);
        l.generation++;
        l.backlog = 0;
        l.handler = null;
        tcp.settings().give(l.settings);
        l.settings = tcp.settings().takeDefaults();
        table.free(l);
    }
}
