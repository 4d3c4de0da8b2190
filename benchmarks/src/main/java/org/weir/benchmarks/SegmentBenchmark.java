package org.weir.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// A full segment on its way out and on its way in, checksums in software: a poll of one of two hosts that are joined
/// by an in-memory link, while the clock stands for the other. The copy from host to host counts as out.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SegmentBenchmark {
    /// What a connection sends in one poll.
    private static final int TURN = 32;
    private static final long WARM_UP_NS = 200_000_000L;

    /// A connection whose sender always has something to send.
    public abstract static class Flow {
        final BulkPair pair = new BulkPair(true);
        private long turns;
        private long segmentsBefore;

        @Setup(Level.Trial)
        public void warmUp() {
            pair.runFor(WARM_UP_NS);
            segmentsBefore = pair.segments();
        }

        final void count() {
            turns++;
        }

        /// A turn that sends less would make the figures wrong.
        @TearDown(Level.Trial)
        public void close() {
            final double each = (double) (pair.segments() - segmentsBefore) / turns;
            pair.close();
            if (Math.abs(each - TURN) > 1) {
                throw new IllegalStateException("turns of " + each + " segments");
            }
        }
    }

    /// Before each measurement the receiver has taken all.
    @State(Scope.Thread)
    public static class ToSend extends Flow {
        @Setup(Level.Invocation)
        public void receive() {
            pair.hosts().server().poll(System.nanoTime());
            count();
        }
    }

    /// Before each measurement the sender has sent a turn.
    @State(Scope.Thread)
    public static class ToReceive extends Flow {
        @Setup(Level.Invocation)
        public void send() {
            pair.hosts().client().poll(System.nanoTime());
            count();
        }
    }

    @Benchmark
    @OperationsPerInvocation(TURN)
    public int out(ToSend flow) {
        return flow.pair.hosts().client().poll(System.nanoTime());
    }

    @Benchmark
    @OperationsPerInvocation(TURN)
    public int in(ToReceive flow) {
        return flow.pair.hosts().server().poll(System.nanoTime());
    }
}
