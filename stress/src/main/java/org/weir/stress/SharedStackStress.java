package org.weir.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.weir.base.SplitMix64;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.runtime.StackCall;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;

/// Two threads call at once while the loop wakes and falls asleep: each sees its own call done, and the second to run
/// sees the first. A call that is lost hangs, which jcstress reports.
@JCStressTest
@Outcome(id = "1, 2, 2", expect = Expect.ACCEPTABLE, desc = "the first ran first")
@Outcome(id = "2, 1, 2", expect = Expect.ACCEPTABLE, desc = "the second ran first")
@State
public class SharedStackStress {
    private static final ParkingWaiter WAITER = new ParkingWaiter();
    private static final SharedStack SHARED = SharedStack.start(
            Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime()),
            WAITER,
            IdleStrategy.SLEEP,
            "stack");

    /// Belongs to the owner of the stack.
    private int count;

    private final class Increment extends StackCall {
        private int seen;

        @Override
        protected void run(Stack stack) {
            seen = ++count;
        }
    }

    private int increment() {
        final Increment call = new Increment();
        SHARED.call(call);
        return call.seen;
    }

    @Actor
    public void first(III_Result result) {
        WAITER.wake();
        result.r1 = increment();
    }

    @Actor
    public void second(III_Result result) {
        result.r2 = increment();
    }

    @Arbiter
    public void after(III_Result result) {
        result.r3 = count;
    }
}
