package org.weir.ip;

/// A token bucket: so many events per second, and a burst of as many after a pause.
public final class RateLimiter {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final long costNs;
    private final long burstNs;
    private long creditNs;
    private long lastNs;

    /// At most `perSecond` events a second over time, `burst` at once.
    public RateLimiter(int perSecond, int burst) {
        costNs = NS_PER_SECOND / perSecond;
        burstNs = costNs * burst;
        creditNs = burstNs;
    }

    /// True if an event may happen at `nowNs`; it then counts.
    public boolean permits(long nowNs) {
        creditNs = Math.min(burstNs, creditNs + Math.max(0, nowNs - lastNs));
        lastNs = nowNs;
        if (creditNs < costNs) {
            return false;
        }
        creditNs -= costNs;
        return true;
    }
}
