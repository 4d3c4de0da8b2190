package org.weir.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.weir.base.SplitMix64;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.runtime.StackCall;
import org.weir.runtime.StackLoop;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;

/// What it costs to call a stack from another thread, in three ways: [SharedStack], the same work under a plain lock,
/// and always posting to the loop. What each call does is a few reads.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SharedStackBenchmark {
    private static int work(Stack stack) {
        return stack.tcp().connectionsInUse()
                + stack.pool().inUse()
                + stack.sockets().ready(1);
    }

    private static Stack stack() {
        return Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
    }

    /// What every call does, and then what it returned.
    static final class Work extends StackCall {
        private int result;

        @Override
        protected void run(Stack stack) {
            result = work(stack);
        }
    }

    /// One for each thread that calls.
    @State(Scope.Thread)
    public static class Caller {
        final Work call = new Work();
    }

    /// A stack that is shared.
    @State(Scope.Benchmark)
    public static class Shared {
        private SharedStack stack = start();

        private static SharedStack start() {
            return SharedStack.start(stack(), new ParkingWaiter(), IdleStrategy.SLEEP, "stack");
        }

        @TearDown(Level.Trial)
        public void end() {
            stack.close();
        }
    }

    /// A stack behind a lock, without a loop.
    @State(Scope.Benchmark)
    public static class Locked {
        private final Stack stack = stack();
        private final ReentrantLock lock = new ReentrantLock();

        @Setup
        public void giveUp() {
            stack.release();
        }
    }

    /// A stack that only its loop calls.
    @State(Scope.Benchmark)
    public static class Posted {
        private final Stack stack = stack();
        private final StackLoop loop = new StackLoop(stack, new ParkingWaiter(), IdleStrategy.SLEEP);

        @Setup
        public void start() {
            stack.release();
            Thread.ofPlatform().daemon().start(loop);
        }

        @TearDown
        public void end() {
            loop.stop();
        }
    }

    /// Posts the work and waits until it is done.
    private static final class Post implements Runnable {
        private final Stack stack;
        private final Thread caller = Thread.currentThread();
        private volatile boolean isDone;
        private int result;

        Post(Stack stack) {
            this.stack = stack;
        }

        @Override
        public void run() {
            result = work(stack);
            isDone = true;
            LockSupport.unpark(caller);
        }
    }

    private static int shared(Shared shared, Caller caller) {
        shared.stack.call(caller.call);
        return caller.call.result;
    }

    private static int locked(Locked locked) {
        locked.lock.lock();
        try {
            return work(locked.stack);
        } finally {
            locked.stack.release();
            locked.lock.unlock();
        }
    }

    private static int posted(Posted posted) {
        final Post post = new Post(posted.stack);
        posted.loop.execute(post);
        while (!post.isDone) {
            LockSupport.park(post);
        }
        return post.result;
    }

    @Benchmark
    public int sharedBy1(Shared stack, Caller caller) {
        return shared(stack, caller);
    }

    @Benchmark
    @Threads(2)
    public int sharedBy2(Shared stack, Caller caller) {
        return shared(stack, caller);
    }

    @Benchmark
    @Threads(8)
    public int sharedBy8(Shared stack, Caller caller) {
        return shared(stack, caller);
    }

    @Benchmark
    public int lockedBy1(Locked stack) {
        return locked(stack);
    }

    @Benchmark
    @Threads(2)
    public int lockedBy2(Locked stack) {
        return locked(stack);
    }

    @Benchmark
    @Threads(8)
    public int lockedBy8(Locked stack) {
        return locked(stack);
    }

    @Benchmark
    public int postedBy1(Posted stack) {
        return posted(stack);
    }

    @Benchmark
    @Threads(2)
    public int postedBy2(Posted stack) {
        return posted(stack);
    }

    @Benchmark
    @Threads(8)
    public int postedBy8(Posted stack) {
        return posted(stack);
    }
}
