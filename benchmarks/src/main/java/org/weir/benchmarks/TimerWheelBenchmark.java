package org.weir.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.weir.base.SplitMix64;
import org.weir.time.Timer;
import org.weir.time.TimerWheel;

/// Arming a timer again while many others wait: the cost must not depend on how many.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimerWheelBenchmark {
    private static final int HORIZON_NS = 1_000_000_000;

    private final SplitMix64 random = new SplitMix64(1);
    private TimerWheel wheel = new TimerWheel(0);
    private Timer[] waiting = new Timer[0];

    @Param({"1", "1000", "1000000"})
    int timers;

    @Setup
    public void arm() {
        wheel = new TimerWheel(0);
        waiting = new Timer[timers];
        for (int i = 0; i < timers; i++) {
            waiting[i] = Timer.calling(nowNs -> {});
            wheel.arm(waiting[i], random.nextInt(HORIZON_NS));
        }
    }

    @Benchmark
    public void armAgain() {
        wheel.arm(waiting[random.nextInt(timers)], random.nextInt(HORIZON_NS));
    }
}
