package org.weir.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Stack;
import org.weir.time.StackClock;

/// A stack that any thread may call, platform or virtual, with a loop of its own that polls it.
///
/// ```text
///                          lock free:  run it here, then let the stack send
///   call ------------------+
///                          lock taken: queue it; who holds the lock runs it before giving the lock up
///
///   the loop, or a helper: take the lock, run what is queued, poll, give it up, wait for a frame, a deadline, a call
/// ```
///
/// Before it is queued, a call looks for a few microseconds whether the lock becomes free. So a call costs no switch of
/// threads while the stack is idle, and never waits for more than what the holder does at a time: one poll. Handlers
/// and socket callbacks are called by whichever thread holds the lock and must not wait; they may call the stack.
///
/// A call allocates nothing, unless the mailbox is full; a loop that finds the lock taken waits in the JDK's queue,
/// which may. What the stack sends in answer leaves before the call returns, unless it is more than one poll sends.
public final class SharedStack implements StackAccess, AutoCloseable {
    /// Calls that wait at most; more wait for the lock itself.
    private static final int MAILBOX = 4_096;
    /// Looks at a lock that is taken before the call is queued.
    private static final int SPINS = 100;
    /// Looks after that, each after others have had this processor: the holder may be one of them.
    private static final int YIELDS = 8;
    /// The loop is not asleep: nobody has to wake it.
    private static final long AWAKE = Long.MIN_VALUE;

    private final Stack stack;
    private final StackClock clock;
    private final Waiter waiter;
    private final ReentrantLock lock = new ReentrantLock();
    private final MpscAtomicArrayQueue<StackCall> mailbox = new MpscAtomicArrayQueue<>(MAILBOX);
    private final StackLoop loop;
    private final Thread thread;
    private final Watch watch;
    /// A loop that is to spin for ever does so.
    private final boolean mayBeHelped;

    // Guarded by the lock.
    private final List<Runnable> endings = new ArrayList<>();
    private long asleepUntilNs = AWAKE;
    private boolean ended;
    private @Nullable Throwable failure;

    private SharedStack(Stack stack, Waiter waiter, IdleStrategy idle, String name) {
        this.stack = stack;
        this.clock = stack.ipv4().resources().clock();
        this.waiter = waiter;
        this.loop = new StackLoop(new Turns(), waiter, idle);
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::runLoop);
        this.watch = new Watch(thread);
        this.mayBeHelped = idle != IdleStrategy.SPIN;
    }

    /// Takes `stack`, which the caller has set up and owns, and runs it from now on in a daemon thread called
    /// `name`. `waiter` must wake for every link of the stack.
    public static SharedStack start(Stack stack, Waiter waiter, IdleStrategy idle, String name) {
        stack.release();
        final SharedStack shared = new SharedStack(stack, waiter, idle, name);
        shared.thread.start();
        return shared;
    }

    // ---- calls ----

    /// As [StackAccess#call]. An interrupt stays set.
    @Override
    public void call(StackCall call) {
        if (tryLockForAWhile()) {
            runHere(call);
            return;
        }
        call.begin();
        if (!mailbox.offer(call)) {
            lock.lock();
            runHere(call);
            return;
        }
        helpIfFree();
        call.await();
    }

    /// Most holds are shorter than a hand-over to another thread and back: it pays to wait for the end of one.
    /// Where eight threads share two processors this made a call 20 times cheaper.
    @SuppressWarnings("ThreadPriorityCheck") // Not relied on: a yield that does nothing leaves a busy wait.
    private boolean tryLockForAWhile() {
        if (lock.tryLock()) {
            return true;
        }
        for (int i = 0; i < SPINS; i++) {
            Thread.onSpinWait();
            if (!lock.isLocked() && lock.tryLock()) {
                return true;
            }
        }
        for (int i = 0; i < YIELDS; i++) {
            Thread.yield();
            if (!lock.isLocked() && lock.tryLock()) {
                return true;
            }
        }
        return false;
    }

    private void runHere(StackCall call) {
        try {
            if (ended) {
                throw ending();
            }
            clock.advanceTo(System.nanoTime());
            call.run(stack);
        } finally {
            leave();
        }
    }

    private StackEndedException ending() {
        return failure == null
                ? new StackEndedException("the stack was closed", null)
                : new StackEndedException("a handler of the stack has failed", failure);
    }

    /// Gives the lock up, after what others have queued and what the stack has to send.
    private void leave() {
        if (lock.getHoldCount() == 1) {
            try {
                settle();
            } finally {
                unlock();
            }
            helpIfFree();
        } else {
            lock.unlock();
        }
    }

    /// A call that is queued while the lock is given up would wait for the next holder: whoever finds the lock free
    /// becomes that.
    private void helpIfFree() {
        while (!mailbox.isEmpty() && lock.tryLock()) {
            try {
                settle();
            } finally {
                unlock();
            }
        }
    }

    private void unlock() {
        if (!ended) {
            stack.release();
        }
        lock.unlock();
    }

    private void settle() {
        runQueued();
        if (ended) {
            return;
        }
        try {
            if (stack.nextDeadlineNs() - clock.nowNs() <= 0) {
                watch.polled();
                stack.poll(clock.nowNs());
            }
            if (asleepUntilNs != AWAKE && stack.nextDeadlineNs() - asleepUntilNs < 0) {
                asleepUntilNs = AWAKE;
                waiter.wake();
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /// Returns how many there were.
    private int runQueued() {
        int done = 0;
        for (StackCall call = mailbox.poll(); call != null; call = mailbox.poll()) {
            if (ended) {
                call.refuse(ending());
            } else {
                clock.advanceTo(System.nanoTime());
                call.runFor(stack);
            }
            done++;
        }
        return done;
    }

    @Override
    public void atEnd(Runnable action) {
        endings.add(action);
    }

    /// A handler has thrown: nobody knows what is still true of the stack.
    private void fail(Throwable cause) {
        failure = failure == null ? cause : failure;
        stop();
    }

    // ---- helping ----

    /// For a thread that waits for something of this stack: polls the stack meanwhile instead of the loop, until
    /// `isOver` says so, or `System.nanoTime()` reaches `deadlineNs` if that is not `Long.MAX_VALUE`, or the stack
    /// ends. Returns early where it cannot help: another thread helps, the loop sleeps, the caller holds the stack
    /// or is a virtual thread, which would keep its carrier.
    ///
    /// @param isOver asked by the caller again and again. Who makes it true calls [#wakeHelper] after that, unless
    /// it is a handler that the caller runs itself
    public void helpUntil(BooleanSupplier isOver, long deadlineNs) {
        if (!mayBeHelped || Thread.currentThread().isVirtual() || lock.isHeldByCurrentThread() || !watch.take(isOver)) {
            return;
        }
        try {
            while (!isOver.getAsBoolean() && !loop.isStopping()) {
                final long nowNs = System.nanoTime();
                if (deadlineNs != Long.MAX_VALUE && deadlineNs - nowNs <= 0) {
                    return;
                }
                final int work = loop.poll(nowNs);
                if (!isOver.getAsBoolean()) {
                    loop.pause(nowNs, work, deadlineNs);
                }
            }
        } catch (RuntimeException | Error e) {
            failLocked(e);
        } finally {
            watch.giveBack();
        }
    }

    /// Lets a thread that helps ask whether it is over. By any thread.
    public void wakeHelper() {
        waiter.wake();
    }

    private void failLocked(Throwable cause) {
        lock.lock();
        try {
            fail(cause);
        } finally {
            unlock();
        }
    }

    private void stop() {
        loop.stop();
        watch.end();
    }

    // ---- the loop ----

    private final class Turns implements Polled {
        private final BooleanSupplier isCalled = lock::isLocked;

        @Override
        public int poll(long nowNs) {
            lock.lock();
            try {
                asleepUntilNs = AWAKE;
                watch.polled();
                return runQueued() + stack.poll(nowNs);
            } finally {
                unlock();
            }
        }

        /// A call that was queued after the look at the mailbox found the lock taken, and counts on whoever
        /// held it: the loop must not sleep before it has looked again.
        @Override
        public long nextDeadlineNs() {
            final long deadlineNs = deadlineUnlessCalled();
            helpIfFree();
            return deadlineNs;
        }

        private long deadlineUnlessCalled() {
            lock.lock();
            try {
                asleepUntilNs = mailbox.isEmpty() ? stack.nextDeadlineNs() : AWAKE;
                return asleepUntilNs;
            } finally {
                unlock();
            }
        }

        @Override
        public void awaitTurn() {
            watch.standBy(isCalled);
        }

        @Override
        public void release() {
            // Given up after each turn.
        }
    }

    private void runLoop() {
        try {
            loop.run();
        } catch (RuntimeException | Error e) {
            failLocked(e);
        }
        end();
    }

    private void end() {
        lock.lock();
        try {
            if (!ended) {
                stack.close();
                ended = true;
                endings.forEach(Runnable::run);
            }
            runQueued();
        } finally {
            unlock();
        }
        helpIfFree();
    }

    /// True until the stack was closed or a handler has failed.
    public boolean isRunning() {
        return thread.isAlive();
    }

    /// Ends the loop and closes the stack; connections are not ended, peers hear nothing more. Waits until that is
    /// done, unless a handler calls it. No effect if repeated.
    @Override
    public void close() {
        stop();
        if (lock.isHeldByCurrentThread() || Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return thread.getName();
    }
}
