package org.weir.runtime.bsd;

import java.util.ArrayList;
import java.util.List;
import org.weir.runtime.os.OsSemaphore;
import org.weir.stack.Sockets;

/// A thread that waits for sockets. All but [#await] is for the stack's owner.
final class Wait {
    private static final int ALWAYS = Sockets.POLLERR | Sockets.POLLHUP;

    private final OsSemaphore signal;
    private final List<WaitQueue> joined = new ArrayList<>(1);
    private int interest;
    private boolean isSignalled;

    Wait(OsSemaphore signal) {
        this.signal = signal;
    }

    /// From now on `events` of the socket of `queue` end the wait.
    void join(WaitQueue queue, int events) {
        queue.add(this);
        joined.add(queue);
        interest |= events;
    }

    /// Nothing ends the wait any more.
    void leave() {
        for (final WaitQueue queue : joined) {
            queue.remove(this);
        }
        joined.clear();
        interest = 0;
        isSignalled = false;
    }

    /// Ends the wait if one of `events` is worth it; once, until it is waited again.
    void signal(int events) {
        if (!isSignalled && (events & (interest | ALWAYS)) != 0) {
            isSignalled = true;
            signal.release();
        }
    }

    /// Waits. Returns false if only time has passed. May end early without a reason.
    boolean await(long timeoutNs) throws InterruptedException {
        return signal.tryAcquire(timeoutNs);
    }
}
