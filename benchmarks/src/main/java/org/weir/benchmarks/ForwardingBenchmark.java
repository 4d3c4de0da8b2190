package org.weir.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// A 64-octet packet from one interface to another: received, checked, both routes looked up, sent. That it is copied
/// into a page of the router, as a network card does, is counted too.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class ForwardingBenchmark {
    /// What a poll takes from an interface.
    private static final int BURST = 64;

    private final RouterPair pair = new RouterPair();
    private final long before = pair.forwarded();
    private long polls;

    @Benchmark
    @OperationsPerInvocation(BURST)
    public int poll() {
        polls++;
        return pair.poll();
    }

    /// A poll that forwards less would make the figures wrong.
    @TearDown(Level.Trial)
    public void close() {
        final double each = (double) (pair.forwarded() - before) / polls;
        pair.close();
        if (Math.abs(each - BURST) > 1) {
            throw new IllegalStateException("polls of " + each + " packets");
        }
    }
}
