package org.weir.benchmarks;

import java.io.IOException;
import org.weir.benchmarks.peers.LoadResult;
import org.weir.benchmarks.peers.LwipPair;

/// lwIP beside [WeirBulk] or [WeirPing], with the same columns.
///
/// @param load decides which columns
record LwipEntrant(String title, LwipPair pair, LwipPair.Load load) implements MemoryEntrant {
    private static final long NS_PER_MS = 1_000_000L;
    private static final double NS_PER_SECOND = 1e9;

    @Override
    public double[] round(long ns) throws IOException, InterruptedException {
        final LoadResult result = pair.run(load, ns / NS_PER_MS);
        if (load == LwipPair.Load.PING) {
            return new double[] {result.value("p50"), result.value("p99"), result.value("p999")};
        }
        final double perSegment = result.value("seconds") * NS_PER_SECOND / result.value("segments");
        return new double[] {result.gigabitsPerSecond(), perSegment, Double.NaN};
    }

    @Override
    public void close() {
        // Its process ends with each round.
    }
}
