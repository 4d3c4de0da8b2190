package org.weir.tcp;

import org.weir.base.ObjectPool;
import org.weir.ip.Route;
import org.weir.time.StackClock;
import org.weir.wire.TcpOptions;

/// Path MTU discovery: by what routers report (RFC 1191) and, where they do not, by what arrives (RFC 4821, RFC 8899).
/// Queued data is cut anew whenever the size changes.
final class PathMtu {
    /// A router that reports less is not believed: it would drown the payload in headers.
    private static final int LEAST_MTU = 296;
    /// What is fallen back to where large segments vanish: RFC 8899 section 5.1.2, RFC 9293 section 3.7.1, and
    /// less.
    private static final int[] FALLBACKS = {1_200, 576, LEAST_MTU};
    /// Time-outs in a row that make a black hole likely.
    private static final int TIMEOUTS = 3;
    /// RFC 8899 section 5.1.2: MAX_PROBES.
    private static final int MAXIMUM_FAILURES = 3;
    /// The search ends when no more than this is to be gained.
    private static final int PRECISION = 16;
    /// RFC 1191 section 6.3, RFC 8899 section 5.1.1: PMTU_RAISE_TIMER.
    private static final long RAISE_NS = 600 * StackClock.SECOND;
    /// A lost probe is found by what was sent after it: RFC 4821 section 7.4.
    private static final int SEGMENTS_AFTER_PROBE = 4;

    /// That of a path that carries as much as its link, as far as is known. Not changed by anybody.
    static final MtuSearch NONE = new MtuSearch();

    private final Tcp tcp;
    private final ObjectPool<MtuSearch> searches;

    PathMtu(Tcp tcp, ObjectPool<MtuSearch> searches) {
        this.tcp = tcp;
        this.searches = searches;
    }

    private static int payload(TcpConnection c, int mtu) {
        return mtu - SegmentWriter.HEADERS - (c.rcv.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0);
    }

    /// Octets of an IP packet with a full segment.
    static int mtu(TcpConnection c) {
        return c.snd.segmentSize + SegmentWriter.HEADERS + (c.rcv.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0);
    }

    // ---- downwards ----

    /// RFC 1191 section 6.4: a router has dropped a segment that is on the way, because the next link carries `mtu`
    /// octets only.
    void reported(TcpConnection c, int mtu, long nowNs) {
        final int octets = payload(c, Math.max(mtu, LEAST_MTU));
        if (c.snd.synAcknowledged && octets < c.snd.segmentSize) {
            shrink(c, octets, nowNs + RAISE_NS);
        }
    }

    /// The connection begins with what another one, or another protocol, has learnt of its path, less what
    /// protection adds to its packets.
    void recall(TcpConnection c, long nowNs) {
        final Route route = tcp.routeOf(c);
        final int link = route.netif().mtu();
        final int path = tcp.ipv4().pathMtus().of(c.remoteHigh, c.remoteLow, link);
        if (path < link) {
            reported(c, path - (link - SegmentWriter.mtu(c, route)), nowNs);
        }
    }

    /// RFC 4821 section 7.7: nothing arrives. If the segments were large, smaller ones may.
    void timedOut(TcpConnection c, long nowNs) {
        if (c.snd.mtu.probing) {
            probeLost(c, nowNs);
        }
        final SentRange first = c.snd.board.first();
        if (first == null || c.snd.retransmissions % TIMEOUTS != 0) {
            return;
        }
        final int largest = Math.min(first.length(), c.snd.segmentSize);
        for (final int mtu : FALLBACKS) {
            final int octets = payload(c, mtu);
            if (octets < largest) {
                shrink(c, octets, nowNs);
                return;
            }
        }
    }

    /// RFC 5681 section 3.1: the window keeps its number of segments.
    private void shrink(TcpConnection c, int octets, long resumeNs) {
        begin(c.snd);
        if (c.snd.mtu != NONE) {
            c.snd.mtu.shrink(c.snd.segmentSize, octets, resumeNs);
        }
        final CongestionState s = c.snd.congestion;
        s.window = Math.max(octets, (int) ((long) s.window * octets / c.snd.segmentSize));
        c.segmentSize(octets);
        c.snd.board.loseAll();
        tcp.countPathMtuReduction();
        tcp.wantsOutput(c);
    }

    /// Without a free search the segments stay small.
    private void begin(Sender snd) {
        final MtuSearch search = snd.mtu == NONE ? searches.take() : null;
        if (search != null) {
            search.begin(snd.segmentSize);
            snd.mtu = search;
        }
    }

    /// What was learnt of the path is not needed any more.
    void forget(Sender snd) {
        if (snd.mtu != NONE) {
            searches.give(snd.mtu);
            snd.mtu = NONE;
        }
    }

    // ---- upwards ----

    /// Octets of the probe that may be sent now; 0 if none.
    int probeSize(TcpConnection c, long nowNs) {
        final MtuSearch m = c.snd.mtu;
        if (m.probing || !m.searching && !resumes(m, nowNs)) {
            return 0;
        }
        final Sender snd = c.snd;
        final int size = (m.low + m.high) / 2;
        final int needed = size + SEGMENTS_AFTER_PROBE * m.low;
        final int room = Math.min(snd.congestion.window - snd.pipe(), snd.window - snd.flight());
        final boolean quiet =
                c.rcv.sackBlocks() == 0 && snd.recovery.isOpen() && snd.board.lost() == 0 && snd.board.sacked() == 0;
        return quiet && snd.sackPermitted && snd.unsent() >= needed && room >= needed ? size : 0;
    }

    /// True if it is time to look for more than is in use.
    private static boolean resumes(MtuSearch m, long nowNs) {
        if (m.resumeNs - nowNs > 0) {
            return false;
        }
        m.resumeNs = Deadlines.NEVER;
        if (m.high <= m.low + PRECISION) {
            m.high = m.most + 1;
        }
        m.searching = m.low + PRECISION < m.most;
        return m.searching;
    }

    /// True if `range` is the probe: its loss is no sign of congestion (RFC 4821 section 7.6.2).
    static boolean isProbe(MtuSearch m, SentRange range) {
        return m.probing && range.start == m.probeStart && range.end == m.probeEnd;
    }

    /// The probe was lost.
    void probeLost(TcpConnection c, long nowNs) {
        final MtuSearch m = c.snd.mtu;
        m.probing = false;
        m.failures++;
        if (m.failures == MAXIMUM_FAILURES) {
            m.high = (m.low + m.high) / 2;
            m.failures = 0;
            endIfFound(m, nowNs);
        }
    }

    /// An acknowledgment has been taken in: the probe may have arrived.
    void acknowledged(TcpConnection c, long nowNs) {
        final MtuSearch m = c.snd.mtu;
        if (!m.probing || SequenceNumber.before(c.snd.una, m.probeEnd)) {
            return;
        }
        m.probing = false;
        m.failures = 0;
        m.low = SequenceNumber.distance(m.probeStart, m.probeEnd);
        c.segmentSize(m.low);
        endIfFound(m, nowNs);
    }

    private static void endIfFound(MtuSearch m, long nowNs) {
        if (m.high <= m.low + PRECISION) {
            m.searching = false;
            m.resumeNs = m.low < m.most ? nowNs + RAISE_NS : Deadlines.NEVER;
        }
    }
}
