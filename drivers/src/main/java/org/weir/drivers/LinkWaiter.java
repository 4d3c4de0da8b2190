package org.weir.drivers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/// Lets the owner of a stack sleep until a link has frames, a deadline has come or another thread wakes it.
///
/// ```text
///  owner: poll ... poll, await(until the next deadline), poll ...
///  others:   put work in a queue, wake()
/// ```
///
/// [#await] is for one thread at a time, the owner, which should be a platform thread: it waits in `ppoll(2)`,
/// where a virtual thread would hold its carrier and an interrupt is not seen. [#wake] is for any thread; a wake
/// before the wait ends that wait at once, and while the owner is not waiting it costs no system call.
public final class LinkWaiter implements AutoCloseable {
    // poll(2), asm-generic/poll.h: struct pollfd { int fd; short events; short revents; }
    private static final int POLLFD_SIZE = 8;
    private static final int POLLFD_FD = 0;
    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_REVENTS = 6;
    private static final int POLLIN = 0x001;
    private static final int POLLERR = 0x008;
    private static final int POLLHUP = 0x010;
    private static final int POLLNVAL = 0x020;
    /// A `pollfd` with this descriptor is passed over.
    private static final int NO_FILE = -1;

    private static final int RUNNING = 0;
    private static final int WAITING = 1;
    private static final int WOKEN = 2;
    private static final int CLOSED = 3;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment files;
    private final MemorySegment timeout;
    private final MemorySegment one;
    private final MemorySegment drained;
    private final int count;
    private final int eventFd;
    private final AtomicInteger state = new AtomicInteger(RUNNING);
    /// Threads between deciding to write to the eventfd and having done so. It is not closed under them.
    private final AtomicInteger writers = new AtomicInteger();

    private boolean hasFailed;

    private LinkWaiter(int eventFd, int... fileDescriptors) {
        this.eventFd = eventFd;
        count = fileDescriptors.length + 1;
        files = arena.allocate((long) POLLFD_SIZE * count, Long.BYTES);
        timeout = arena.allocate(Timespec.SIZE, Long.BYTES);
        one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
        drained = arena.allocate(ValueLayout.JAVA_LONG);
        watch(0, eventFd);
        for (int i = 1; i < count; i++) {
            watch(i, fileDescriptors[i - 1]);
        }
    }

    /// A waiter on files that stay the caller's and stay open as long as it is used.
    ///
    /// @throws IOException if the process may open no more files
    public static LinkWaiter on(int... fileDescriptors) throws IOException {
        Libc.exercise();
        final int eventFd = Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (eventFd < 0) {
            throw new IOException("cannot make an eventfd: " + Libc.strerror(-eventFd));
        }
        return new LinkWaiter(eventFd, fileDescriptors);
    }

    private void watch(int index, int fd) {
        final long at = (long) index * POLLFD_SIZE;
        files.set(ValueLayout.JAVA_INT, at + POLLFD_FD, fd);
        files.set(ValueLayout.JAVA_SHORT, at + POLLFD_EVENTS, (short) POLLIN);
    }

    /// Waits until a file is readable, [#wake] is called or `timeoutNs` has passed; not at all if that is not
    /// positive. May return early without a reason.
    ///
    /// @return false if only time has passed
    /// @throws IllegalStateException once closed
    public boolean await(long timeoutNs) {
        if (!state.compareAndSet(RUNNING, WAITING)) {
            run();
            return true;
        }
        Timespec.write(timeout, Math.max(0, timeoutNs));
        final int ready = Libc.ppoll(files.address(), count, timeout.address());
        final boolean woken = run() == WOKEN;
        if (ready > 0) {
            inspect();
        }
        return woken || ready != 0;
    }

    /// Lets [#wake] know that the owner runs, before the owner looks for work. Returns the state until now.
    private int run() {
        final int before = state.getAndSet(RUNNING);
        if (before == CLOSED) {
            state.set(CLOSED);
            throw new IllegalStateException("a closed waiter was waited on");
        }
        VarHandle.fullFence();
        return before;
    }

    /// Empties the eventfd and stops watching files that have failed, which would end every later wait at once.
    private void inspect() {
        if ((events(0) & POLLIN) != 0) {
            Libc.read(eventFd, drained.address(), Long.BYTES);
        }
        for (int i = 1; i < count; i++) {
            if ((events(i) & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
                watch(i, NO_FILE);
                hasFailed = true;
            }
        }
    }

    private int events(int index) {
        return files.get(ValueLayout.JAVA_SHORT, (long) index * POLLFD_SIZE + POLLFD_REVENTS);
    }

    /// True once a file can never become readable again: its interface was deleted. It is no longer waited on.
    public boolean hasFailed() {
        return hasFailed;
    }

    /// Ends the owner's wait, or its next one if it is not waiting. What the caller wrote before is seen by the
    /// owner after. No effect once closed.
    public void wake() {
        // The caller's work may have been published by a lazy write, and must be seen by an owner who goes to sleep
        // now.
        VarHandle.fullFence();
        while (true) {
            final int seen = state.get();
            if (seen == WOKEN || seen == CLOSED) {
                return;
            }
            if (seen == WAITING ? wakeFromWait() : state.compareAndSet(RUNNING, WOKEN)) {
                return;
            }
        }
    }

    private boolean wakeFromWait() {
        writers.incrementAndGet();
        final boolean isOurs = state.compareAndSet(WAITING, WOKEN);
        if (isOurs) {
            Libc.write(eventFd, one.address(), Long.BYTES);
        }
        writers.decrementAndGet();
        return isOurs;
    }

    /// For the owner, when it waits no more.
    @Override
    public void close() {
        if (state.getAndSet(CLOSED) == CLOSED) {
            return;
        }
        while (writers.get() != 0) {
            Thread.onSpinWait();
        }
        Libc.close(eventFd);
        arena.close();
    }
}
