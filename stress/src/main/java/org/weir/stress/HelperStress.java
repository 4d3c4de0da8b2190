package org.weir.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.weir.base.SplitMix64;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;

/// One thread waits and helps, if it gets the watch, the other makes true what it waits for, while the loop keeps the
/// watch, gives it up or takes it back. A wake-up that is lost hangs, which jcstress reports.
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the one that waited has seen it")
@State
public class HelperStress {
    private static final ParkingWaiter WAITER = new ParkingWaiter();
    private static final SharedStack SHARED = SharedStack.start(
            Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime()),
            WAITER,
            IdleStrategy.BALANCED,
            "stack");

    private volatile int value;

    @Actor
    public void waits(II_Result result) {
        while (value == 0) {
            SHARED.helpUntil(() -> value != 0, Long.MAX_VALUE);
        }
        result.r1 = value;
    }

    @Actor
    public void tells(II_Result result) {
        value = 1;
        SHARED.wakeHelper();
        result.r2 = value;
    }
}
