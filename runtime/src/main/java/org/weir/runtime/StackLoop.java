package org.weir.runtime;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
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
/// The thread that calls [#run] owns the stack until that returns; set the stack up before, in any one thread that then
/// calls [Stack#release]. An iteration allocates nothing. [#stop] and [#execute] may be called by any thread, also by a
/// signal handler.
public final class StackLoop implements Runnable, Executor {
    private final Stack stack;
    private final Waiter waiter;
    private final long spinNs;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;
    private volatile boolean ended;

    /// Makes a loop; `waiter` must wake for every link of `stack`.
    public StackLoop(Stack stack, Waiter waiter, IdleStrategy idle) {
        this.stack = stack;
        this.waiter = waiter;
        this.spinNs = idle.spinNs();
    }

    /// Runs until [#stop]. Afterwards the stack has no owner, so that another thread may close it. An exception of
    /// a
    /// handler or a task ends the loop and is thrown here.
    @Override
    public void run() {
        try {
            loop();
        } finally {
            ended = true;
            runTasks();
            stack.release();
        }
    }

    private void loop() {
        long lastWorkNs = System.nanoTime();
        while (!stopping) {
            int work = runTasks();
            final long nowNs = System.nanoTime();
            work += stack.poll(nowNs);
            if (work > 0) {
                lastWorkNs = nowNs;
            } else {
                idle(nowNs, nowNs - lastWorkNs);
            }
        }
    }

    private void idle(long nowNs, long idleNs) {
        if (idleNs < spinNs) {
            Thread.onSpinWait();
            return;
        }
        final long deadlineNs = stack.nextDeadlineNs();
        if (deadlineNs > nowNs) {
            waiter.await(deadlineNs == Long.MAX_VALUE ? deadlineNs : deadlineNs - nowNs);
        }
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
    /// set-up and
    /// control; each call allocates.
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
