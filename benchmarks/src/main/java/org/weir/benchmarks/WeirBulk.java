package org.weir.benchmarks;

import org.weir.testkit.AllocationGuard;

/// Two Weir hosts and one connection that carries as much as it can. Columns: Gbit/s, nanoseconds per segment for both
/// ends, octets allocated on the Java heap.
record WeirBulk(String title, BulkPair pair) implements MemoryEntrant {
    @Override
    public double[] round(long ns) {
        final long octets = pair.received();
        final long segments = pair.segments();
        final long began = System.nanoTime();
        final long allocated = AllocationGuard.allocatedBy(() -> pair.runFor(ns));
        final double elapsed = System.nanoTime() - began;
        return new double[] {(pair.received() - octets) * 8 / elapsed, elapsed / (pair.segments() - segments), allocated
        };
    }

    @Override
    public void close() {
        pair.close();
    }
}
