package org.weir.drivers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Which of many files have something to say: `epoll(7)`, edge-triggered. It tells of a change once, so whoever is told
/// reads or writes until nothing more is to be had.
///
/// Never waits itself: its own descriptor is readable as long as [#ready] would tell of something, and can be watched
/// by a [LinkWaiter]. For one thread at a time.
public final class Epoll implements AutoCloseable {
    // linux/eventpoll.h
    /// Something can be read.
    public static final int EPOLLIN = 0x001;
    /// Something can be written.
    public static final int EPOLLOUT = 0x004;
    /// The file has failed.
    public static final int EPOLLERR = 0x008;
    /// Both directions have ended.
    public static final int EPOLLHUP = 0x010;
    /// The other end writes no more.
    public static final int EPOLLRDHUP = 0x2000;

    private static final int EPOLLET = 1 << 31;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CLOEXEC = Libc.O_CLOEXEC;

    /// Events that one look brings at most.
    private static final int MOST_EVENTS = 256;

    private final Arena arena = Arena.ofShared();
    private final Events events = new Events(arena.allocate(Events.SIZE * MOST_EVENTS, Long.BYTES));
    private final MemorySegment request = arena.allocate(Events.SIZE, Long.BYTES);
    private final Events change = new Events(request);
    private final int fd;

    private Epoll(int fd) {
        this.fd = fd;
    }

    /// @throws IOException if the process may open no more files
    public static Epoll create() throws IOException {
        LibcSockets.exercise();
        final int fd = Libc.epollCreate(EPOLL_CLOEXEC);
        if (fd < 0) {
            throw new IOException("cannot make an epoll file: " + Libc.strerror(-fd));
        }
        return new Epoll(fd);
    }

    /// To be watched for reading.
    public int fileDescriptor() {
        return fd;
    }

    /// Watches `file` for `interest`, errors and hang-ups; `token` names it in what [#ready] brings. Returns false
    /// if the kernel refuses.
    public boolean add(int file, int interest, long token) {
        return watch(file, interest | EPOLLET, token);
    }

    /// As [#add], and tells of `file` again as long as there is something to be told.
    public boolean addLevelTriggered(int file, int interest, long token) {
        return watch(file, interest, token);
    }

    private boolean watch(int file, int interest, long token) {
        change.write(0, interest, token);
        return LibcSockets.epollCtl(fd, EPOLL_CTL_ADD, file, request.address()) == 0;
    }

    /// Watches `file` no more. A file that is closed goes by itself, unless another descriptor shares it.
    public void remove(int file) {
        LibcSockets.epollCtl(fd, EPOLL_CTL_DEL, file, request.address());
    }

    /// Looks for changes. Returns how many there were, which [#token] and [#events] tell until the next look.
    public int ready() {
        return Math.max(0, LibcSockets.epollWait(fd, events.memory.address(), MOST_EVENTS));
    }

    public long token(int index) {
        return events.token(index);
    }

    /// Bits such as [#EPOLLIN].
    public int events(int index) {
        return events.events(index);
    }

    @Override
    public void close() {
        Libc.close(fd);
        arena.close();
    }

    /// An array of `struct epoll_event`, which on x86-64 alone has no padding.
    ///
    /// ```text
    /// 0        4 (8)        12 (16)
    /// | events | data       |
    /// ```
    private static final class Events {
        private static final boolean IS_PACKED = "amd64".equals(System.getProperty("os.arch"));
        private static final ValueLayout.OfLong DATA = ValueLayout.JAVA_LONG_UNALIGNED;
        private static final int TOKEN = IS_PACKED ? 4 : 8;
        private static final int SIZE = TOKEN + Long.BYTES;

        private final MemorySegment memory;

        Events(MemorySegment memory) {
            this.memory = memory;
        }

        void write(int index, int events, long token) {
            memory.set(ValueLayout.JAVA_INT_UNALIGNED, (long) index * SIZE, events);
            memory.set(DATA, (long) index * SIZE + TOKEN, token);
        }

        int events(int index) {
            return memory.get(ValueLayout.JAVA_INT_UNALIGNED, (long) index * SIZE);
        }

        long token(int index) {
            return memory.get(DATA, (long) index * SIZE + TOKEN);
        }
    }
}
