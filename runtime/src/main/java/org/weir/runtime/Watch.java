package org.weir.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Who polls a shared stack and sleeps until its next frame: the loop, or a helper, which is a thread that waits for
/// the stack anyway. Where helpers poll, a frame wakes one thread instead of two, and the loop takes no processor from
/// them.
///
/// ```text
///             a helper asks                 take
///        LOOP -------------> NOBODY <-----------------> HELPER
///         ^                    |             giveBack
///         '--------------------'
///           nobody has polled for a while
/// ```
///
/// A helper that has got what it waited for goes back to its program and does not hand the watch to anybody, since it
/// mostly returns soon. Meanwhile the loop looks from time to time whether the stack is polled, by a helper or in
/// calls; so a frame that arrives while everybody is busy waits for twice [#PATIENCE_NS] at most. A helper that
/// stays asleep lets the loop sleep too.
final class Watch {
    private static final long PATIENCE_NS = 200_000;
    /// Before somebody who wants the watch gives up, each after others have had this processor.
    private static final int LOOKS = 10;

    private static final int LOOP = 0;
    private static final int NOBODY = 1;
    private static final int HELPER = 2;

    private final Thread loop;
    private final AtomicInteger keeper = new AtomicInteger(LOOP);
    private final AtomicInteger asking = new AtomicInteger();
    private final AtomicInteger polls = new AtomicInteger();
    private volatile boolean resting;
    private volatile boolean ending;

    /// @param loop the thread that keeps it at first, and at the end
    Watch(Thread loop) {
        this.loop = loop;
    }

    /// The stack is polled, by its owner.
    void polled() {
        polls.setRelease(polls.getPlain() + 1);
    }

    // ---- helpers ----

    /// Returns true if the calling thread keeps the watch from now on, and must give it back. A loop that is awake
    /// gives it up when it is asked, one that sleeps is not disturbed.
    @SuppressWarnings("ThreadPriorityCheck") // Not relied on: a yield that does nothing leaves a short busy wait.
    boolean take(BooleanSupplier isOver) {
        if (tryTake()) {
            return true;
        }
        asking.incrementAndGet();
        for (int i = 0; i < LOOKS && keeper.get() != NOBODY && !isOver.getAsBoolean(); i++) {
            Thread.yield();
        }
        asking.decrementAndGet();
        // Once more: a loop that has given it up counts on whoever was asking.
        return !isOver.getAsBoolean() && tryTake();
    }

    private boolean tryTake() {
        return keeper.get() == NOBODY && keeper.compareAndSet(NOBODY, HELPER);
    }

    void giveBack() {
        keeper.set(NOBODY);
        if (resting) {
            LockSupport.unpark(loop);
        }
    }

    // ---- the loop ----

    /// Gives the watch up if somebody asks for it, and returns when the loop keeps it again.
    ///
    /// @param isCalled whether somebody is just calling the stack, which comes to a poll
    void standBy(BooleanSupplier isCalled) {
        if (asking.get() == 0 || ending) {
            return;
        }
        keeper.set(NOBODY);
        if (asking.get() == 0 && keeper.compareAndSet(NOBODY, LOOP)) {
            return; // Who asked was gone before the watch was free.
        }
        boolean isMissed;
        do {
            final int before = polls.getAcquire();
            LockSupport.parkNanos(this, PATIENCE_NS);
            isMissed = polls.getAcquire() == before && !isCalled.getAsBoolean() && !restsWhileHelped();
        } while (!isMissed && !ending || !keeper.compareAndSet(NOBODY, LOOP));
    }

    /// Who gives the watch back looks whether the loop rests; the loop looks once more whether the watch is kept.
    private boolean restsWhileHelped() {
        resting = true;
        final boolean rests = keeper.get() == HELPER && !ending;
        if (rests) {
            LockSupport.park(this);
        }
        resting = false;
        return rests;
    }

    /// The loop is to keep the watch for good, as soon as the helper has given it back.
    void end() {
        ending = true;
        LockSupport.unpark(loop);
    }
}
