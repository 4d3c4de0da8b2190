package org.weir.ip;

import org.weir.time.StackClock;
import org.weir.time.Timer;

/// What [Igmp] knows of one interface: which queriers were heard, and the answer that is due to all of them.
final class IgmpInterface {
    private static final int DEFAULT_ROBUSTNESS = 2;
    private static final long DEFAULT_QUERY_INTERVAL_NS = 125 * StackClock.SECOND;

    final Netif netif;
    /// The answer to a general query.
    final Timer generalAnswer;
    /// Armed while an older querier is there, RFC 3376 section 7.2.1.
    final Timer version1Querier;

    final Timer version2Querier;
    /// What the querier has said, RFC 3376 sections 4.1.6 and 4.1.7.
    int robustness = DEFAULT_ROBUSTNESS;

    long queryIntervalNs = DEFAULT_QUERY_INTERVAL_NS;
    /// The version that was spoken last.
    int spoken = Igmp.VERSION_3;

    IgmpInterface(Netif netif, Igmp igmp) {
        this.netif = netif;
        generalAnswer = Timer.calling(nowNs -> igmp.answerGeneral(this));
        version1Querier = Timer.calling(nowNs -> igmp.updateVersion(this));
        version2Querier = Timer.calling(nowNs -> igmp.updateVersion(this));
    }

    /// The host compatibility mode: the oldest version that a querier needs.
    int version() {
        if (version1Querier.isArmed()) {
            return Igmp.VERSION_1;
        }
        return version2Querier.isArmed() ? Igmp.VERSION_2 : Igmp.VERSION_3;
    }

    /// Remembers what a version 3 query says of its querier; a zero says nothing.
    void adopt(int querierRobustness, int querySeconds) {
        robustness = querierRobustness == 0 ? DEFAULT_ROBUSTNESS : querierRobustness;
        queryIntervalNs = querySeconds == 0 ? DEFAULT_QUERY_INTERVAL_NS : querySeconds * StackClock.SECOND;
    }

    /// How long an older querier is believed to be there, RFC 3376 section 8.12.
    long olderQuerierNs(long responseNs) {
        return robustness * queryIntervalNs + responseNs;
    }
}
