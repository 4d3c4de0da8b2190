package org.weir.runtime.sequential;

import org.weir.runtime.StackAccess;
import org.weir.runtime.os.OsMutex;
import org.weir.runtime.os.OsPort;
import org.weir.runtime.os.OsSemaphore;

/// One direction of a connection: lets one thread at a time try something until the stack lets it succeed.
///
/// ```text
///   thread:  try as owner --> done
///              ^   | not yet: `waits` is set in the same call
///              |   v
///            the semaphore <-- a handler, as owner, finds `waits` set and clears it
/// ```
///
/// What a time-out leaves behind is at most a permit too many: a try for nothing, later.
final class Gate {
    private final StackAccess stack;
    private final OsPort os;
    private final OsMutex turn;
    private final OsSemaphore signal;
    /// Belongs to the owner of the stack.
    private boolean waits;

    Gate(StackAccess stack, OsPort os, String name) {
        this.stack = stack;
        this.os = os;
        this.turn = os.mutex(name);
        this.signal = os.semaphore(name, 0);
    }

    /// Something may be possible now. As the owner.
    void signal() {
        if (waits) {
            waits = false;
            signal.release();
        }
    }

    /// As the owner: what was tried has to wait for [#signal].
    void expectSignal() {
        waits = true;
    }

    /// Makes the caller the only one, who must [#leave].
    void enter(String what, long timeoutNs) throws NetTimeoutException, InterruptedException {
        if (!turn.tryLock(timeoutNs)) {
            throw new NetTimeoutException(what, timeoutNs, 0);
        }
    }

    void leave() {
        turn.unlock();
    }

    /// Tries until `attempt` is done or fails.
    void perform(Attempt attempt, String what, long timeoutNs) throws NetException, InterruptedException {
        attempt.call(stack, what);
        if (attempt.isDone) {
            return;
        }
        final long beganNs = os.nowNs();
        long leftNs = timeoutNs;
        do {
            if (!signal.tryAcquire(leftNs)) {
                throw new NetTimeoutException(what, timeoutNs, attempt.octets);
            }
            attempt.call(stack, what);
            if (timeoutNs != Long.MAX_VALUE) {
                leftNs = timeoutNs - (os.nowNs() - beganNs);
            }
        } while (!attempt.isDone);
    }
}
