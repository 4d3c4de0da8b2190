package org.weir.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.weir.wire.Checksum;

/// The Internet checksum over runs of the lengths that occur: a header, a short packet, a full one, a page.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
    private final MemorySegment memory = Arena.ofAuto().allocate(4_096);

    @Param({"20", "60", "1460", "2048"})
    int octets;

    @Benchmark
    public int sum() {
        return Checksum.sum(memory, 2, octets);
    }
}
