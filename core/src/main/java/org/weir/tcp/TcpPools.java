package org.weir.tcp;

import org.weir.base.Entropy;
import org.weir.base.ObjectPool;
import org.weir.memory.MemoryPlan;

/// What a connection takes while it needs it and an idle one does without. Made once; what runs dry is counted, and its
/// users do without or wait.
final class TcpPools {
    /// Send queues hold pages, and what is sent of a page is seldom in more than two ranges.
    private static final int SENT_RANGES_PER_PAGE = 2;
    /// One connection in so many may know that its path carries less than its link.
    private static final int SEARCHES_SHARE = 16;

    private static final int LEAST_SEARCHES = 64;

    private static final int HEAP_PER_SETTINGS = 124;
    private static final int HEAP_PER_SENT_RANGE = 64;
    private static final int HEAP_PER_RECEIVED_RUN = 48;
    private static final int HEAP_PER_FLIGHT = 232;
    private static final int HEAP_PER_REASSEMBLY = 72;
    private static final int HEAP_PER_SEARCH = 56;

    final SettingsTable settings;
    final RangePool<ReceivedRun> receivedRuns;
    final RangePool<SentRange> sentRanges;
    final Flights flights;
    final Reassemblies reassemblies;
    final ObjectPool<MtuSearch> mtuSearches;

    /// @param pages pages of the stack: what is sent and received lies in them
    TcpPools(int pages, TcpConfig config, Entropy entropy) {
        settings = new SettingsTable(config);
        receivedRuns = new RangePool<>(pages, 0, ReceivedRun::new, entropy);
        sentRanges = new RangePool<>(sentRanges(pages, config), spareRanges(pages, config), SentRange::new, entropy);
        flights = new Flights(flights(pages, config), sentRanges);
        reassemblies = new Reassemblies(reassemblies(pages, config), receivedRuns);
        mtuSearches = new ObjectPool<>(mtuSearches(config), MtuSearch::new);
    }

    /// Adds to `plan` what the pools of such a stack hold.
    static void plan(MemoryPlan plan, int pages, TcpConfig config) {
        plan.heap("TCP settings", SettingsTable.countFor(config), HEAP_PER_SETTINGS)
                .heap("TCP flights", flights(pages, config), HEAP_PER_FLIGHT)
                .heap("TCP ranges sent", sentRanges(pages, config), HEAP_PER_SENT_RANGE)
                .heap("TCP reassembly queues", reassemblies(pages, config), HEAP_PER_REASSEMBLY)
                .heap("TCP runs received", pages, HEAP_PER_RECEIVED_RUN)
                .heap("TCP path MTU searches", mtuSearches(config), HEAP_PER_SEARCH);
    }

    /// Ranges that are kept for connections that have none: as many as can have something in a page of their own.
    private static int spareRanges(int pages, TcpConfig config) {
        return Math.min(pages, config.connections());
    }

    private static int sentRanges(int pages, TcpConfig config) {
        return SENT_RANGES_PER_PAGE * pages + spareRanges(pages, config);
    }

    /// Each one in use has a range.
    private static int flights(int pages, TcpConfig config) {
        return Math.min(sentRanges(pages, config), config.connections());
    }

    /// Each one in use has a page.
    private static int reassemblies(int pages, TcpConfig config) {
        return Math.min(pages, config.connections());
    }

    private static int mtuSearches(TcpConfig config) {
        return Math.min(config.connections(), Math.max(LEAST_SEARCHES, config.connections() / SEARCHES_SHARE));
    }
}
