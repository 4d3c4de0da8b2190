package org.weir.benchmarks;

import org.HdrHistogram.Histogram;

/// Two Weir hosts and an octet that goes to and fro. Columns: percentiles 50, 99 and 99.9 of the round trip in
/// microseconds.
record WeirPing(String title, PingPair pair) implements MemoryEntrant {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final double NS_PER_US = 1e3;

    @Override
    public double[] round(long ns) {
        final Histogram times = new Histogram(NS_PER_SECOND, 3);
        final long end = System.nanoTime() + ns;
        long began = System.nanoTime();
        while (began - end < 0) {
            pair.exchange(1);
            final long then = System.nanoTime();
            times.recordValue(Math.min(then - began, NS_PER_SECOND));
            began = then;
        }
        return new double[] {
            times.getValueAtPercentile(50) / NS_PER_US,
            times.getValueAtPercentile(99) / NS_PER_US,
            times.getValueAtPercentile(99.9) / NS_PER_US
        };
    }

    @Override
    public void close() {
        pair.close();
    }
}
