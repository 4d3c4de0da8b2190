package org.weir.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.weir.stack.Stack;
import org.weir.time.StackClock;

/// Calls the stack of a [StackLoop] from any thread, between two of its polls: for a host whose packet path is to know
/// nothing of threads, and which is asked now and then. Each call wakes the loop and waits for it, which costs some
/// microseconds; who calls all the time is better off with a [SharedStack].
public final class LoopAccess implements StackAccess {
    private final StackLoop loop;
    private final Stack stack;
    private final StackClock clock;
    private final List<Runnable> endings = new ArrayList<>();

    /// @param stack what `loop` polls
    public LoopAccess(StackLoop loop, Stack stack) {
        this.loop = loop;
        this.stack = stack;
        this.clock = stack.ipv4().resources().clock();
    }

    @Override
    public void call(StackCall call) {
        if (loop.isRunByCaller()) {
            call.run(stack);
            return;
        }
        call.begin();
        try {
            loop.execute(() -> runFor(call));
        } catch (RejectedExecutionException e) {
            throw new StackEndedException("the host has ended", e);
        }
        call.await();
    }

    private void runFor(StackCall call) {
        clock.advanceTo(System.nanoTime());
        call.runFor(stack);
    }

    @Override
    public void atEnd(Runnable action) {
        endings.add(action);
    }

    /// Tells those who wait for what will not happen any more that [StackLoop#run] has returned. By the thread that
    /// owns the stack then.
    public void end() {
        endings.forEach(Runnable::run);
    }
}
