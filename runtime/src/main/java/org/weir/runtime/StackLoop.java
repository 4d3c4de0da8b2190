package org.weir.runtime;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Stack;

/// Runs a stack in one thread: polls it while there is work, then waits for a frame, a deadline or a call.
///
/// ```text
///            .-- work --.
///            v          |
///   tasks -> poll ------+-- none --> spin a while --> wait until a frame, a deadline or wake
///    ^                                                  |
///    '--------------------------------------------------'
/// ```
///
/// With [IdleStrategy#SLEEP] it waits after each poll, for as long as the stack has nothing to do.
///
/// The thread that calls [#run] owns the stack until that returns; set the stack up before, in any one thread that then
/// calls [Stack#release]. An iteration allocates nothing. [#stop] and [#execute] may be called by any thread, also by a
/// signal handler.
public final class StackLoop implements Runnable, Executor {
    /// A turn of somebody else on this processor that is longer than any answer takes.
    private static final long CROWDED_NS = 200_000;
    /// How long to expect the same again.
    private static final long CROWD_PASSES_NS = 10_000_000;

    private final Polled stack;
    private final Waiter waiter;
    private final long spinNs;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private long lastWorkNs;
    private long crowdedUntilNs;
    private volatile @Nullable Thread runner;
    private volatile boolean stopping;
    private volatile boolean ended;

    /// Makes a loop; `waiter` must wake for every link of `stack`.
    public StackLoop(Stack stack, Waiter waiter, IdleStrategy idle) {
        this(Polled.of(stack), waiter, idle);
    }

    /// As above, for whatever is polled in place of a stack.
    public StackLoop(Polled stack, Waiter waiter, IdleStrategy idle) {
        this.stack = stack;
        this.waiter = waiter;
        this.spinNs = idle.spinNs();
    }

    /// Runs until [#stop]. Afterwards the stack has no owner, so that another thread may close it. An exception of
    /// a handler or a task ends the loop and is thrown here.
    @Override
    public void run() {
        runner = Thread.currentThread();
        try {
            loop();
        } finally {
            ended = true;
            runTasks();
            runner = null;
            stack.release();
        }
    }

    private void loop() {
        lastWorkNs = System.nanoTime();
        crowdedUntilNs = lastWorkNs;
        for (stack.awaitTurn(); !stopping; stack.awaitTurn()) {
            final long nowNs = System.nanoTime();
            pause(nowNs, poll(nowNs), Long.MAX_VALUE);
        }
    }

    /// True in the thread that runs this loop.
    boolean isRunByCaller() {
        return Thread.currentThread() == runner;
    }

    boolean isStopping() {
        return stopping;
    }

    /// The first half of a turn. Returns how much work there was.
    int poll(long nowNs) {
        final int work = runTasks() + stack.poll(nowNs);
        if (work > 0) {
            lastWorkNs = nowNs;
        }
        return work;
    }

    /// The second half, after a poll at `nowNs`: waits if there was nothing to do, until `untilNs` at most if that
    /// is not `Long.MAX_VALUE`.
    void pause(long nowNs, int work, long untilNs) {
        if (mayWait(nowNs, work)) {
            await(nowNs, untilNs);
        } else if (work == 0) {
            spin(nowNs);
        }
    }

    /// A loop that never spins waits after each poll: [Stack#nextDeadlineNs] says whether there is more to do.
    private boolean mayWait(long nowNs, int work) {
        final boolean crowded = work == 0 && spinNs != Long.MAX_VALUE && nowNs - crowdedUntilNs < 0;
        return crowded || nowNs - lastWorkNs >= spinNs;
    }

    /// Asks again soon, and lets whoever shares the processor run first: it may be the one that sends the next
    /// frame. If that takes long, somebody needs the processor for more than an answer, and spinning would only
    /// take it away.
    @SuppressWarnings("ThreadPriorityCheck") // Not relied on: a yield that does nothing leaves a busy wait.
    private void spin(long nowNs) {
        if (spinNs == Long.MAX_VALUE) {
            Thread.onSpinWait();
            return;
        }
        Thread.yield();
        final long afterNs = System.nanoTime();
        if (afterNs - nowNs > CROWDED_NS) {
            crowdedUntilNs = afterNs + CROWD_PASSES_NS;
        }
    }

    private void await(long nowNs, long untilNs) {
        final long timeoutNs = Math.min(left(stack.nextDeadlineNs(), nowNs), left(untilNs, nowNs));
        if (timeoutNs > 0) {
            waiter.await(timeoutNs);
        }
    }

    /// Not by subtraction: a deadline of `Long.MIN_VALUE` is over, one of `Long.MAX_VALUE` never comes.
    private static long left(long deadlineNs, long nowNs) {
        if (deadlineNs == Long.MAX_VALUE) {
            return deadlineNs;
        }
        return deadlineNs > nowNs ? deadlineNs - nowNs : 0;
    }

    private int runTasks() {
        int done = 0;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
            done++;
        }
        return done;
    }

    /// Lets [#run] return after the current poll. Tasks that were accepted before are still run. No effect if
    /// repeated.
    public void stop() {
        stopping = true;
        waiter.wake();
    }

    /// Lets the owner's thread run `task` between two polls: the way for other threads to call the stack. For
    /// set-up and control; each call allocates.
    ///
    /// @throws RejectedExecutionException if the loop has ended
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (ended && tasks.remove(task)) {
            throw new RejectedExecutionException("the loop has ended");
        }
        waiter.wake();
    }
}
