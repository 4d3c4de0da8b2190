package org.weir.tcp;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weir.base.KeyedHash;
import org.weir.base.ReadyList;
import org.weir.filter.FilterHook;
import org.weir.ip.Datagram;
import org.weir.ip.EphemeralPorts;
import org.weir.ip.IcmpError;
import org.weir.ip.Ipv4;
import org.weir.ip.Netif;
import org.weir.ip.Route;
import org.weir.ip.Transport;
import org.weir.memory.MemoryPlan;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;
import org.weir.wire.IpAddress;
import org.weir.wire.TcpOptions;

/// TCP, RFC 9293: opens and ends connections and keeps the lists of those that have something to send or to tell.
///
/// A poll runs [#process] for each segment, then [#deliver], then [#transmit]. The user's calls only queue work for
/// them.
public final class Tcp implements Transport {
    /// Connections that found no room or no buffer and try again in one poll; the others keep their turn.
    private static final int RETRIES_PER_POLL = 256;
    /// RFC 6528: the clock of initial sequence numbers ticks every 4 microseconds.
    private static final long ISN_TICK_NS = 4_000;

    /// What a short packet may take, see [TcpConnection#send].
    static final int PAGES_FOR_WRITER = 2;

    /// With sender, receiver, deadlines, traffic, congestion state, and its place in the table.
    private static final int HEAP_PER_CONNECTION = 976;

    private static final int HEAP_PER_LISTENER = 96;

    private static final long RETRY_NS = StackClock.MILLISECOND;

    private final Ipv4 ipv4;
    private final TcpConfig config;
    private final TcpFilter filter;
    private final TimerWheel wheel;
    private final TcpPools pools;
    private final CongestionControl newReno = new NewReno();
    private final CongestionControl cubic = new Cubic();
    private final ConnectionTable table;
    private final KeyedHash isnHash;
    private final EphemeralPorts ports;
    private final SegmentWriter writer;
    private final TcpOutput output;
    private final Teardown teardown;
    private final KeepAlive keepAlive;
    private final BufferTuning tuning = new BufferTuning(this);
    private final PathMtu pathMtu;
    private final ErrorInput errors;
    private final TcpInput input;
    private final TcpTimers timers;
    private final ConnectionLists lists = new ConnectionLists();
    private final ReadyList<TcpListener> acceptable = new ReadyList<>() {
        @Override
        protected @Nullable TcpListener next(TcpListener l) {
            return l.nextAcceptable;
        }

        @Override
        protected void next(TcpListener l, @Nullable TcpListener next) {
            l.nextAcceptable = next;
        }
    };

    private final TcpCounters counters = new TcpCounters();
    private TcpRefusal refusal = TcpRefusal.NONE_FREE;
    /// When blocked connections try again; of no meaning without any.
    private long retryNs;

    public Tcp(Ipv4 ipv4, TcpConfig config) {
        this.ipv4 = ipv4;
        this.config = config;
        this.filter = new TcpFilter(ipv4.filters());
        this.wheel = ipv4.resources().timers();
        this.pools = new TcpPools(
                ipv4.pool().pages().total(), config, ipv4.resources().entropy());
        this.pathMtu = new PathMtu(this, pools.mtuSearches);
        this.table = new ConnectionTable(this, config, ipv4.resources().entropy());
        this.isnHash = new KeyedHash(ipv4.resources().entropy());
        this.ports = new EphemeralPorts(ipv4.resources().entropy());
        this.writer = new SegmentWriter(this, ipv4, config);
        this.teardown = new Teardown(this, table, writer);
        this.errors = new ErrorInput(this, table);
        final LossDetection detection = new LossDetection(this);
        final LossRecovery recovery = new LossRecovery(this, detection);
        this.output = new TcpOutput(this, writer, detection);
        this.keepAlive = new KeepAlive(this, output);
        this.timers = new TcpTimers(this, output, recovery);
        this.input = new TcpInput(
                this,
                table,
                writer,
                new AcknowledgmentInput(this, detection, recovery),
                new PayloadInput(this, output));
    }

    /// Adds to `plan` what TCP will hold in a stack with `pages` pages.
    public static void plan(MemoryPlan plan, int pages, TcpConfig config) {
        plan.heap("TCP connections", config.connections(), HEAP_PER_CONNECTION)
                .heap("TCP listeners", config.listeners(), HEAP_PER_LISTENER);
        TcpPools.plan(plan, pages, config);
    }

    Ipv4 ipv4() {
        return ipv4;
    }

    PbufPool pool() {
        return ipv4.pool();
    }

    StackClock clock() {
        return ipv4.clock();
    }

    /// The settings that it was made with.
    public TcpConfig config() {
        return config;
    }

    TcpPools pools() {
        return pools;
    }

    SettingsTable settings() {
        return pools.settings;
    }

    CongestionControl congestionControl(CongestionAlgorithm algorithm) {
        return switch (algorithm) {
            case NEW_RENO -> newReno;
            case CUBIC -> cubic;
        };
    }

    void checkOwner() {
        ipv4.resources().owner().check();
    }

    TcpFilter filter() {
        return filter;
    }

    Teardown teardown() {
        return teardown;
    }

    ConnectionLists lists() {
        return lists;
    }

    TcpTimers timers() {
        return timers;
    }

    /// What has happened so far.
    public TcpCounters counters() {
        counters.segmentsReceived = input.segmentsReceived();
        counters.segmentsSent = writer.segmentsSent();
        counters.resetsSent = writer.resetsSent();
        counters.settingsRefused = pools.settings.refusals();
        return counters;
    }

    /// Connection objects in use, those in TIME-WAIT included.
    public int connectionsInUse() {
        return table.inUse();
    }

    /// Shows `visitor` the connections of a part of the table, in no order: for display, a part at a time, so that
    /// many connections do not hold the stack up. One that begins or ends between two calls may be left out.
    ///
    /// @param part 0 at first, then the result of the call before
    /// @return the next part; -1 after the last one
    public int visitConnections(int part, Consumer<TcpConnection> visitor) {
        checkOwner();
        return table.visitConnections(part, visitor);
    }

    /// Shows `visitor` all listeners, also those that are only bound. For display.
    public void visitListeners(Consumer<TcpListener> visitor) {
        checkOwner();
        table.visitListeners(visitor);
    }

    // ---- opening ----

    /// Why the last call that returned null, or false to [TcpListener#listen], did so.
    public TcpRefusal refusal() {
        return refusal;
    }

    private @Nullable TcpListener refuseBind(TcpRefusal why) {
        refusal = why;
        return null;
    }

    private @Nullable TcpConnection refuse(TcpRefusal why) {
        refusal = why;
        return null;
    }

    /// Binds a local port, to accept connections or to connect from it.
    ///
    /// @param low the address, mapped; [IpAddress#ANY] for any
    /// @param port 0 for a free one
    /// @return null if that cannot be: [#refusal] says why
    public @Nullable TcpListener bind(long high, long low, int port) {
        return bind(high, low, port, false, false);
    }

    /// As [#bind], for a port that may be shared.
    ///
    /// @param reuseAddress with others that say so too, as long as none of them listens
    /// @param reusePort with others that say so too: connections are spread over those that listen
    public @Nullable TcpListener bind(long high, long low, int port, boolean reuseAddress, boolean reusePort) {
        checkOwner();
        if (low != IpAddress.ANY.low() && !ipv4.isLocal(IpAddress.ipv4(low))) {
            return refuseBind(TcpRefusal.NOT_LOCAL);
        }
        if (port != 0 && table.isTaken(low, port, reuseAddress, reusePort)) {
            return refuseBind(TcpRefusal.IN_USE);
        }
        final int chosen = port != 0 ? port : freePort(low, 0, 0, 0);
        if (chosen == 0) {
            return refuseBind(TcpRefusal.NO_PORT);
        }
        if (!filter.permits(FilterHook.BINDING, low, chosen)) {
            return refuseBind(TcpRefusal.FILTERED);
        }
        final TcpListener l = table.takeListener();
        if (l == null) {
            return refuseBind(TcpRefusal.NONE_FREE);
        }
        l.localHigh = high;
        l.localLow = low;
        l.localPort = chosen;
        l.reuseAddress = reuseAddress;
        l.reusePort = reusePort;
        l.backlog = 0;
        l.halfOpen = 0;
        table.add(l);
        return l;
    }

    /// Opens a connection; [TcpHandler#connected] or [TcpHandler#failed] follows.
    ///
    /// @param localLow our address, mapped; [IpAddress#ANY] for the one that the route says
    /// @param localPort 0 for a free one
    /// @return null if that cannot be: [#refusal] says why
    public @Nullable TcpConnection connect(
            long high, long low, int port, long localLow, int localPort, TcpHandler handler) {
        checkOwner();
        final Route route = ipv4.isUnicast(high, low) ? ipv4.routes().find(IpAddress.ipv4(low)) : null;
        if (route == null) {
            return refuse(TcpRefusal.NO_ROUTE);
        }
        final boolean anyLocal = localLow == IpAddress.ANY.low();
        final long local = anyLocal ? IpAddress.mapped(route.source()) : localLow;
        final int chosen = localPort != 0 ? localPort : freePort(local, high, low, port);
        if (chosen == 0) {
            return refuse(TcpRefusal.NO_PORT);
        }
        if (localPort != 0 && table.find(local, high, low, chosen, port) != null) {
            return refuse(TcpRefusal.IN_USE);
        }
        if (!filter.permitsConnecting(local, chosen, low, port)) {
            return refuse(TcpRefusal.FILTERED);
        }
        final TcpConnection c = takeConnection();
        if (c == null) {
            return refuse(TcpRefusal.NONE_FREE);
        }
        c.local(0, local, chosen);
        c.remote(high, low, port);
        begin(c, route, clock().nowNs());
        c.handler = handler;
        c.attached = true;
        c.state = TcpTransitions.next(TcpState.CLOSED, TcpEvent.ACTIVE_OPEN);
        wantsOutput(c);
        return c;
    }

    private int freePort(long localLow, long remoteHigh, long remoteLow, int remotePort) {
        for (int i = 0; i < ports.count(); i++) {
            final int port = ports.next(localLow, remoteHigh, remoteLow, remotePort);
            final boolean used = table.isTaken(localLow, port, false, false)
                    || remotePort != 0 && table.find(localLow, remoteHigh, remoteLow, port, remotePort) != null;
            if (!used) {
                return port;
            }
        }
        return 0;
    }

    /// A connection object: a free one, else the one that has been in TIME-WAIT for longest; null if there is
    /// neither.
    @Nullable
    TcpConnection takeConnection() {
        final TcpConnection oldest = table.oldestTimeWait();
        final TcpConnection free = table.take();
        if (free != null || oldest == null) {
            return free;
        }
        teardown.forget(oldest);
        return table.take();
    }

    /// The route of a connection that has not ended: found anew if routes have changed meanwhile. If there is none
    /// any more, nothing gets through until there is again or the connection times out (RFC 1122 section 4.2.3.9).
    Route routeOf(TcpConnection c) {
        final Route known = c.route;
        if (known == null) {
            throw new IllegalStateException("a connection without a route cannot send");
        }
        final int changes = ipv4.routes().changes();
        if (c.routeChanges == changes) {
            return known;
        }
        final Route route = ipv4.reroute(IpAddress.ipv4(c.localLow), IpAddress.ipv4(c.remoteLow));
        c.route = route;
        c.routeChanges = changes;
        c.softError = route == ipv4.nowhere() ? TcpError.NETWORK_UNREACHABLE : TcpError.NONE;
        pathMtu.reported(c, SegmentWriter.mtu(c, route), clock().nowNs());
        return route;
    }

    /// Prepares a connection whose addresses are set.
    void begin(TcpConnection c, Route route, long nowNs) {
        c.route = route;
        c.routeChanges = ipv4.routes().changes();
        c.error = TcpError.NONE;
        c.softError = TcpError.NONE;
        c.filtered = false;
        c.handler = null;
        c.attachment = null;
        c.listener = null;
        c.attached = false;
        c.inputClosed = false;
        c.events = 0;
        c.challengeAfterNs = nowNs;
        c.synAnsweredAgain = false;
        c.deadlines.clear();
        final long secret = secretOf(c.localLow, c.remoteHigh, c.remoteLow, c.localPort, c.remotePort);
        c.congestion = congestionControl(config.congestion());
        c.traffic.reset(nowNs);
        c.keepAliveProbesSent = 0;
        c.snd.reset((int) (nowNs / ISN_TICK_NS) + (int) secret, config);
        c.rcv.reset(config);
        c.segmentSize(Handshake.DEFAULT_SEGMENT_SIZE);
        c.snd.progressNs = nowNs;
        c.rcv.timestampOffset = (int) (secret >>> 32);
        table.add(c);
        counters.opened++;
    }

    /// RFC 6528: a secret function of both ends.
    private long secretOf(long localLow, long remoteHigh, long remoteLow, int localPort, int remotePort) {
        return isnHash.hash(localLow, remoteHigh, remoteLow, (long) localPort << 16 | remotePort, 0);
    }

    /// The origin of the timestamps of the connection that `s` would open.
    int timestampOffset(Datagram d, Segment s) {
        final long secret =
                secretOf(d.destinationLow(), d.sourceHigh(), d.sourceLow(), s.destinationPort, s.sourcePort);
        return (int) (secret >>> 32);
    }

    // ---- phases of a poll ----

    @Override
    public void process(Pbuf segment, Datagram datagram) {
        input.process(segment, datagram, clock().nowNs());
    }

    @Override
    public void reject(Pbuf segment, Datagram datagram) {
        input.reject(segment, datagram);
    }

    /// True if [#deliver] or [#transmit] has something to do.
    public boolean hasWork() {
        return !lists.events.isEmpty()
                || !lists.outputs.isEmpty()
                || !acceptable.isEmpty()
                || !lists.starved.isEmpty() && canFeed();
    }

    /// Tells handlers what has happened since the last call. Returns how many were told.
    public int deliver() {
        if (!lists.starved.isEmpty() && canFeed()) {
            wakeStarved();
        }
        int delivered = 0;
        for (int i = acceptable.size(); i > 0; i--) {
            delivered += deliver(acceptable.remove());
        }
        for (int i = lists.events.size(); i > 0; i--) {
            delivered += deliver(lists.events.remove());
        }
        return delivered;
    }

    private static int deliver(TcpListener l) {
        final TcpAcceptHandler handler = l.handler;
        if (handler == null || l.waiting == 0) {
            return 0;
        }
        handler.acceptable(l);
        return 1;
    }

    private int deliver(TcpConnection c) {
        final TcpHandler handler = c.handler;
        if (handler != null && c.attached) {
            c.telling = true;
            try {
                tell(c, handler);
            } finally {
                c.telling = false;
                if (c.events != 0 && c.attached) {
                    lists.events.add(c);
                }
                teardown.freeIfDone(c);
            }
        } else {
            teardown.freeIfDone(c);
        }
        return 1;
    }

    private static boolean takes(TcpConnection c, int event) {
        final boolean happened = (c.events & event) != 0;
        c.events &= ~event;
        return happened && c.attached;
    }

    /// A handler may close the connection, after which it is told nothing more. What it has not been told when it
    /// throws, it is told at the next poll.
    private static void tell(TcpConnection c, TcpHandler handler) {
        if (takes(c, TcpConnection.CONNECTED) && c.error == TcpError.NONE) {
            handler.connected(c);
        }
        if (takes(c, TcpConnection.URGENT) && c.error == TcpError.NONE) {
            handler.urgent(c);
        }
        if (takes(c, TcpConnection.READABLE) && c.error == TcpError.NONE) {
            handler.readable(c);
        }
        if (takes(c, TcpConnection.WRITABLE) && c.error == TcpError.NONE) {
            handler.writable(c);
        }
        if (takes(c, TcpConnection.FAILED)) {
            c.attached = false;
            handler.failed(c, c.error);
        }
    }

    /// Sends what connections have to send, each a turn. Returns how many had one.
    public int transmit(long nowNs) {
        for (int i = Math.min(lists.blocked.size(), RETRIES_PER_POLL); i > 0; i--) {
            lists.outputs.add(lists.blocked.remove());
        }
        int sent = 0;
        for (int i = lists.outputs.size(); i > 0; i--) {
            final TcpConnection c = lists.outputs.remove();
            switch (output.dispatch(c, nowNs)) {
                case DONE -> sent++;
                case MORE -> {
                    sent++;
                    lists.outputs.add(c);
                }
                case BLOCKED -> lists.blocked.add(c);
            }
            teardown.freeIfDone(c);
        }
        if (!lists.blocked.isEmpty()) {
            retryNs = nowNs + RETRY_NS;
        }
        return sent;
    }

    /// When connections that found the link full, or no buffer, want to try again; [TimerWheel#NEVER] if there
    /// are none. The link usually asks for an earlier poll itself.
    public long retryNs() {
        return lists.blocked.isEmpty() ? TimerWheel.NEVER : retryNs;
    }

    // ---- work for the next phases ----

    void wantsOutput(TcpConnection c) {
        lists.outputs.add(c);
    }

    void owesAck(TcpConnection c) {
        c.rcv.ackNow = true;
        lists.outputs.add(c);
    }

    /// As [#owesAck]; but where data comes in faster than acknowledgments are worth their cost, they leave at the
    /// configured distance, or earlier for as much as [Receiver#owesUnspaced] says. The first of them is not
    /// delayed.
    void owesSpacedAck(TcpConnection c, long nowNs) {
        final long spacedNs = config.acknowledgmentSpacingNs() - c.rcv.sinceAcknowledgedNs(nowNs);
        final long leftNs = Math.min(spacedNs, config.delayedAckNs());
        if (leftNs <= 0 || c.rcv.owesUnspaced()) {
            owesAck(c);
        } else if (c.deadlines.acknowledgeNs - (nowNs + leftNs) > 0) {
            c.deadlines.acknowledgeNs = nowNs + leftNs;
            schedule(c);
        }
    }

    void raise(TcpConnection c, int event) {
        c.events |= event;
        if (c.attached && (c.handler != null || event == TcpConnection.FAILED)) {
            lists.events.add(c);
        }
    }

    void raise(TcpListener l) {
        acceptable.add(l);
    }

    /// The timer of a connection follows its earliest deadline.
    void schedule(TcpConnection c) {
        final long earliest = c.deadlines.earliest();
        if (earliest != Deadlines.NEVER) {
            wheel.armNoLater(c.deadlines, earliest);
        }
    }

    /// The user could not queue all that it had, because its buffer is full or, if `poolIsDry`, for want of pages.
    void starve(TcpConnection c, boolean poolIsDry) {
        c.snd.starved = true;
        if (poolIsDry) {
            lists.starved.add(c);
        }
    }

    /// A writer that found the pool dry is woken for no less than it may need at once, or it would come back at
    /// once.
    private boolean canFeed() {
        return pool().pagesForSending() >= PAGES_FOR_WRITER;
    }

    private void wakeStarved() {
        for (int i = Math.min(lists.starved.size(), pool().pagesForSending() / PAGES_FOR_WRITER); i > 0; i--) {
            final TcpConnection c = lists.starved.remove();
            if (c.snd.starved && c.attached) {
                c.snd.starved = false;
                raise(c, TcpConnection.WRITABLE);
            }
            teardown.freeIfDone(c);
        }
    }

    /// An acknowledgment has made room: the user hears of it once there is enough to be worth a call.
    void sendRoomFreed(TcpConnection c) {
        final boolean enough = c.snd.free() >= c.snd.capacity / 4 && c.snd.unsent() < c.settings.notSentLowWater;
        if (c.snd.starved && enough) {
            c.snd.starved = false;
            raise(c, TcpConnection.WRITABLE);
        }
    }

    /// The reader has made room.
    void consumed(TcpConnection c, int octets) {
        c.rcv.consumed();
        tuning.consumed(c, octets, clock().nowNs());
        if (c.state.receives() && c.rcv.owesWindowUpdate()) {
            owesSpacedAck(c, clock().nowNs());
        }
    }

    void countFastRetransmit() {
        counters.fastRetransmits++;
    }

    void countRetransmitted(int segments) {
        counters.retransmittedSegments += segments;
    }

    void countSpurious(int segments) {
        counters.spuriousRetransmissions += segments;
    }

    void countUndo() {
        counters.undone++;
    }

    /// The user has changed the settings of `c`, or they have come into force.
    void settingsChanged(TcpConnection c) {
        final CongestionControl chosen = congestionControl(c.settings.congestion);
        if (chosen != c.congestion) {
            c.congestion = chosen;
            chosen.begin(c.snd.congestion, c.snd.segmentSize);
        }
        if (c.settings.sendBuffer > 0) {
            c.snd.capacity = c.settings.sendBuffer;
        }
        if (c.settings.receiveBuffer > 0) {
            c.rcv.limitCapacity(c.settings.receiveBuffer);
        }
        if (c.settings.maximumSegmentSize > 0 && c.snd.synAcknowledged) {
            final int options = c.rcv.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0;
            c.segmentSize(Math.min(c.snd.segmentSize, c.settings.maximumSegmentSize - options));
        }
        keepAlive.begin(c);
        if (c.state != TcpState.CLOSED) {
            wantsOutput(c);
        }
    }

    /// False if another listener has the port for itself, or the filter says so: [#refusal] says which.
    boolean mayListen(TcpListener l) {
        if (table.hasOtherListener(l)) {
            refusal = TcpRefusal.IN_USE;
            return false;
        }
        if (!filter.permits(FilterHook.LISTENING, l.localLow, l.localPort)) {
            refusal = TcpRefusal.FILTERED;
            return false;
        }
        return true;
    }

    BufferTuning tuning() {
        return tuning;
    }

    PathMtu pathMtu() {
        return pathMtu;
    }

    void countPathMtuReduction() {
        counters.pathMtuReductions++;
    }

    KeepAlive keepAlive() {
        return keepAlive;
    }

    /// A connection that waited for its first data is to be accepted.
    void offerDeferred(TcpConnection c) {
        input.handshake().offerDeferred(c);
    }

    void countFailed() {
        counters.failed++;
    }

    void countClosed() {
        counters.closed++;
    }

    void countTimeout() {
        counters.timeouts++;
    }

    // ---- errors reported by the network ----

    @Override
    public void processError(IcmpError e) {
        errors.process(e);
    }

    /// The connection that the last segment was for speaks for its neighbour: that is the one that most segments
    /// come by, and asking it costs nothing while they come.
    @Override
    public boolean makesProgress(Netif netif, int neighbor, long sinceNs) {
        final TcpConnection c = table.latest();
        final Route route = c == null ? null : c.route;
        return c != null
                && route != null
                && route.netif() == netif
                && route.nextHop(IpAddress.ipv4(c.remoteLow)) == neighbor
                && c.traffic.acknowledgedNs - sinceNs >= 0;
    }

    /// RFC 5227 section 2.4: connections from an address that goes are reset, in both directions.
    @Override
    public void addressLost(long high, long low) {
        table.abortAll(high, low, teardown);
    }
}
