package org.weir.benchmarks;

import java.io.IOException;

/// What is measured in memory: two ends of a stack in one thread, which are kept between rounds.
interface MemoryEntrant extends AutoCloseable {
    String title();

    /// Measures for about `ns`.
    ///
    /// @return a value for each column of the table; NaN for what it does not have
    double[] round(long ns) throws IOException, InterruptedException;

    @Override
    void close();
}
