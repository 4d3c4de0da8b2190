package org.weir.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Stack;

/// A stack that any thread may call, platform or virtual, with a loop of its own that polls it.
///
/// ```text
///                          lock free:  run it here, then let the stack send
///   call ------------------+
///                          lock taken: queue it; who holds the lock runs it before giving the lock up
///
///   the loop: take the lock, run what is queued, poll, give it up, wait for a frame, a deadline or a call
/// ```
///
/// So a call costs no switch of threads while the stack is idle, and never waits for more than what the holder does at
/// a time: one poll. Handlers and socket callbacks are called by whichever thread holds the lock and must not wait;
/// they may call the stack.
///
/// A call allocates nothing. What the stack sends in answer leaves before the call returns, unless it is more than one
/// poll sends.
public final class SharedStack implements AutoCloseable {
    /// Calls that wait at most; more wait for the lock itself.
    private static final int MAILBOX = 4_096;
    /// The loop is not asleep: nobody has to wake it.
    private static final long AWAKE = Long.MIN_VALUE;

    private final Stack stack;
    private final Waiter waiter;
    private final ReentrantLock lock = new ReentrantLock();
    private final MpscAtomicArrayQueue<StackCall> mailbox = new MpscAtomicArrayQueue<>(MAILBOX);
    private final StackLoop loop;
    private final Thread thread;

    // Guarded by the lock.
    private long asleepUntilNs = AWAKE;
    private boolean ended;
    private @Nullable Throwable failure;
    private final List<Runnable> endings = new ArrayList<>();

    private SharedStack(Stack stack, Waiter waiter, IdleStrategy idle, String name) {
        this.stack = stack;
        this.waiter = waiter;
        this.loop = new StackLoop(new Turns(), waiter, idle);
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::runLoop);
    }

    /// Takes `stack`, which the caller has set up and owns, and runs it from now on in a daemon thread called
    /// `name`.
    /// `waiter` must wake for every link of the stack.
    public static SharedStack start(Stack stack, Waiter waiter, IdleStrategy idle, String name) {
        stack.release();
        final SharedStack shared = new SharedStack(stack, waiter, idle, name);
        shared.thread.start();
        return shared;
    }

    // ---- calls ----

    /// Runs `call` as the owner of the stack and returns when it is done. An exception of `call` is thrown here.
    /// May be
    /// called by any thread, also by a handler or a callback of this stack. An interrupt stays set.
    ///
    /// @throws StackEndedException if the stack runs no more
    public void call(StackCall call) {
        if (lock.tryLock()) {
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

    private void runHere(StackCall call) {
        try {
            if (ended) {
                throw ending();
            }
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
            final long nowNs = System.nanoTime();
            if (stack.nextDeadlineNs() - nowNs <= 0) {
                stack.poll(nowNs);
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
                call.runFor(stack);
            }
            done++;
        }
        return done;
    }

    /// A handler has thrown: nobody knows what is still true of the stack.
    private void fail(Throwable cause) {
        failure = cause;
        loop.stop();
    }

    // ---- the loop ----

    private final class Turns implements Polled {
        @Override
        public int poll(long nowNs) {
            lock.lock();
            try {
                asleepUntilNs = AWAKE;
                return runQueued() + stack.poll(nowNs);
            } finally {
                unlock();
            }
        }

        @Override
        public long nextDeadlineNs() {
            lock.lock();
            try {
                asleepUntilNs = mailbox.isEmpty() ? stack.nextDeadlineNs() : AWAKE;
                return asleepUntilNs;
            } finally {
                unlock();
            }
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
            lock.lock();
            failure = e;
            unlock();
        }
        end();
    }

    private void end() {
        lock.lock();
        try {
            if (!ended) {
                stack.close();
                ended = true;
            }
            runQueued();
        } finally {
            unlock();
        }
        helpIfFree();
        for (final Runnable ending : endings) {
            ending.run();
        }
    }

    /// Runs `ending` once this stack has ended, in the thread of its loop; at once if it has. It must not throw.
    /// For
    /// those who wait for something that the stack would have told them.
    public void whenEnded(Runnable ending) {
        lock.lock();
        try {
            if (!ended) {
                endings.add(ending);
                return;
            }
        } finally {
            leave();
        }
        ending.run();
    }

    /// True until the stack was closed or a handler has failed.
    public boolean isRunning() {
        return thread.isAlive();
    }

    /// Ends the loop and closes the stack; connections are not ended, peers hear nothing more. Waits until that is
    /// done, unless a handler calls it. No effect if repeated.
    @Override
    public void close() {
        loop.stop();
        if (lock.isHeldByCurrentThread()) {
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
