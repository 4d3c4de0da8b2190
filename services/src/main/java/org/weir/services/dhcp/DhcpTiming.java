package org.weir.services.dhcp;

import org.weir.base.Entropy;
import org.weir.time.StackClock;

/// How long a client waits: RFC 2131 sections 4.1 and 4.4.5. Everything is random within limits, so that hosts that
/// start together do not ask together for ever.
final class DhcpTiming {
    /// The first wait for an answer; each further one is twice as long.
    static final long FIRST_WAIT_NS = 4 * StackClock.SECOND;
    static final int MOST_DOUBLINGS = 4;
    /// Up to so much earlier or later.
    static final long SPREAD_NS = StackClock.SECOND;
    /// While an address is there nobody is asked more often.
    static final long SHORTEST_RETRY_NS = 60 * StackClock.SECOND;
    /// After an address that could not be used: section 3.1.
    static final long AFTER_DECLINE_NS = 10 * StackClock.SECOND;
    /// Before the first message. The RFC wants 1 to 10 s, which is for a building whose power comes back; somebody
    /// waits here.
    static final long START_NS = StackClock.SECOND;
    /// T1 and T2 come earlier by up to this share of the lease.
    static final int FUZZ = 64;
    /// An option that says this means for ever.
    static final long INFINITE = 0xFFFF_FFFFL;

    private final Entropy entropy;

    DhcpTiming(Entropy entropy) {
        this.entropy = entropy;
    }

    private long random(long belowNs) {
        return belowNs <= 0 ? 0 : Long.remainderUnsigned(entropy.next(), belowNs);
    }

    int transaction() {
        return (int) entropy.next();
    }

    long untilStart() {
        return random(START_NS);
    }

    /// 4, 8, 16, 32, 64, 64... s, give or take one.
    long untilRetry(int earlierTries) {
        final long waitNs = FIRST_WAIT_NS << Math.min(earlierTries, MOST_DOUBLINGS);
        return waitNs - SPREAD_NS + random(2 * SPREAD_NS);
    }

    /// When to ask again while the address is there: half way to the next state, but not within a minute, and never
    /// later than that state begins.
    static long nextRetryNs(long nowNs, long nextStateNs) {
        final long waitNs = Math.max((nextStateNs - nowNs) / 2, SHORTEST_RETRY_NS);
        return waitNs < nextStateNs - nowNs ? nowNs + waitNs : nextStateNs;
    }

    /// When to renew, to rebind and to stop.
    ///
    /// @param sinceNs when the request was sent that the server has answered
    /// @param lease,renewal,rebinding seconds; what the server says of the last two counts if it makes sense
    Lease.Times times(long sinceNs, long lease, long renewal, long rebinding) {
        if (lease == INFINITE) {
            return Lease.Times.FOR_EVER;
        }
        final boolean isOrdered = renewal > 0 && renewal < rebinding && rebinding < lease;
        final long t1 = isOrdered ? renewal * StackClock.SECOND : lease * StackClock.SECOND / 2;
        final long t2 = isOrdered ? rebinding * StackClock.SECOND : lease * StackClock.SECOND / 8 * 7;
        final long expiry = lease * StackClock.SECOND;
        final long earlier = random(Math.min(expiry / FUZZ, Math.min(t1, t2 - t1) / 2));
        return new Lease.Times(sinceNs + t1 - earlier, sinceNs + t2 - earlier, sinceNs + expiry);
    }
}
