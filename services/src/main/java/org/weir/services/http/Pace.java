package org.weir.services.http;

import org.weir.time.StackClock;

/// When a client has to have sent, or taken, what it does so slowly. Each octet gives it a little more time, so that it
/// needs a rate that no client which means well falls below, however often it shows a sign of life.
final class Pace {
    private static final long LONGEST_NS = 3_600 * StackClock.SECOND;

    private final long perOctetNs;
    private long endNs;

    Pace(int leastOctetsPerSecond) {
        perOctetNs = StackClock.SECOND / leastOctetsPerSecond;
    }

    void begin(long nowNs, long graceNs) {
        endNs = nowNs + graceNs;
    }

    /// `octets` more were sent or taken.
    void went(long octets, long nowNs) {
        final long gainedNs = Math.min(octets, LONGEST_NS / perOctetNs) * perOctetNs;
        endNs += Math.min(gainedNs, Math.max(0, nowNs + LONGEST_NS - endNs));
    }

    boolean isOver(long nowNs) {
        return endNs - nowNs <= 0;
    }

    /// The earlier one of the end and `fromNowNs` after `nowNs`.
    long deadline(long nowNs, long fromNowNs) {
        return nowNs + Math.min(fromNowNs, endNs - nowNs);
    }
}
