package org.weir.runtime.bsd;

import org.jspecify.annotations.Nullable;
import org.weir.runtime.StackCall;
import org.weir.stack.Errno;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// A call on sockets that is tried as the stack's owner until it does not say `EAGAIN`, with waits in between.
abstract class Operation extends StackCall {
    private final BlockingSockets home;
    private @Nullable Wait wait;
    private boolean givesUp;
    private boolean waits;
    private int result;
    /// How long to wait altogether; 0 for not at all. Set by [#attempt].
    long timeoutNs;

    Operation(BlockingSockets home) {
        this.home = home;
    }

    /// Tries. `-EAGAIN` if it is to be tried again after what [#join] waits for.
    protected abstract int attempt(Sockets sockets);

    /// Says what ends `waiting`.
    protected abstract void join(Wait waiting);

    /// What to return when waiting has ended for `reason`, a negative errno.
    protected abstract int partial(int reason);

    @Override
    protected final void run(Stack stack) {
        final Wait waiting = wait;
        if (waiting != null) {
            waiting.leave();
        }
        if (givesUp) {
            return;
        }
        result = attempt(stack.sockets());
        waits = result == -Errno.EAGAIN && timeoutNs > 0;
        if (waits && waiting != null) {
            join(waiting);
        }
    }

    /// Returns what [#attempt] does in the end.
    final int perform() {
        home.access().call(this);
        if (!waits) {
            return result == -Errno.EAGAIN ? partial(result) : result;
        }
        final Wait waiting = new Wait(home.os().semaphore("a socket's readiness", 0));
        wait = waiting;
        final long beganNs = home.os().nowNs();
        home.access().call(this);
        while (waits) {
            final int reason = await(waiting, beganNs);
            if (reason != 0) {
                giveUp();
                return partial(reason);
            }
            home.access().call(this);
        }
        return result == -Errno.EAGAIN ? partial(result) : result;
    }

    /// 0 when it is worth trying again, else why not.
    private int await(Wait waiting, long beganNs) {
        final long leftNs =
                timeoutNs == Long.MAX_VALUE ? timeoutNs : timeoutNs - (home.os().nowNs() - beganNs);
        try {
            return waiting.await(leftNs) ? 0 : -Errno.EAGAIN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -Errno.EINTR;
        }
    }

    private void giveUp() {
        givesUp = true;
        home.access().call(this);
    }
}
