package org.weir.drivers;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/// The calls of the C library that the drivers make.
///
/// Hot calls are linked without options, so that they allocate nothing in the interpreter and both compilers; all
/// that they tell of a failure is -1. Set-up calls capture `errno`, which allocates, and return it negated, as the
/// kernel itself does.
///
/// Integers and pointers alike are passed as 64-bit words, which is what their registers are on each 64-bit Linux.
/// So a few types of call serve all functions: each further one would add some ten milliseconds to the start.
@SuppressWarnings("restricted") // Calling the C library is what this class is for.
final class Libc {
    // asm-generic/fcntl.h
    static final int O_WRONLY = 01;
    static final int O_RDWR = 02;
    static final int O_CREAT = 0100;
    static final int O_TRUNC = 01000;
    static final int O_NONBLOCK = 04000;
    static final int O_CLOEXEC = 02000000;

    // linux/eventfd.h
    static final int EFD_CLOEXEC = O_CLOEXEC;
    static final int EFD_NONBLOCK = O_NONBLOCK;

    // linux/socket.h, linux/net.h
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_SEQPACKET = 5;
    static final int SOCK_NONBLOCK = O_NONBLOCK;
    static final int SOCK_CLOEXEC = O_CLOEXEC;

    /// More than the 127 calls after which the JVM specialises a method handle.
    static final int EXERCISES = 200;

    static final int NO_FILE = -1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    static final FunctionDescriptor ONE_WORD = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor TWO_WORDS = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor THREE_WORDS = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor FOUR_WORDS =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final FunctionDescriptor FIVE_WORDS =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final MethodHandle READ = link("read", THREE_WORDS);
    private static final MethodHandle WRITE = link("write", THREE_WORDS);
    private static final MethodHandle READV = link("readv", THREE_WORDS);
    private static final MethodHandle WRITEV = link("writev", THREE_WORDS);
    private static final MethodHandle GETRANDOM = link("getrandom", THREE_WORDS);
    private static final MethodHandle PPOLL = link("ppoll", FOUR_WORDS);

    private static final MethodHandle CAPTURED_WRITE = link("write", THREE_WORDS, CAPTURE);
    private static final MethodHandle OPEN = link("open", THREE_WORDS, CAPTURE);
    private static final MethodHandle IOCTL = link("ioctl", THREE_WORDS, CAPTURE);
    private static final MethodHandle SOCKET = link("socket", THREE_WORDS, CAPTURE);
    private static final MethodHandle EVENTFD = link("eventfd", TWO_WORDS, CAPTURE);
    private static final MethodHandle PRCTL = link("prctl", TWO_WORDS, CAPTURE);
    private static final MethodHandle CLOSE = link("close", ONE_WORD, CAPTURE);
    private static final MethodHandle UNSHARE = link("unshare", ONE_WORD, CAPTURE);

    /// Linked on first use.
    private static final class Rare {
        private static final MethodHandle GETEUID = link("geteuid", FunctionDescriptor.of(JAVA_LONG));
        private static final MethodHandle STRERROR = link("strerror", ONE_WORD);
        private static final MethodHandle UMASK = link("umask", ONE_WORD);
        private static final MethodHandle BIND = link("bind", THREE_WORDS, CAPTURE);
        private static final MethodHandle CONNECT = link("connect", THREE_WORDS, CAPTURE);
        private static final MethodHandle LISTEN = link("listen", TWO_WORDS, CAPTURE);
        private static final MethodHandle EPOLL_CREATE1 = link("epoll_create1", ONE_WORD, CAPTURE);
        private static final MethodHandle CAPTURED_SENDMSG = link("sendmsg", THREE_WORDS, CAPTURE);
    }

    private static boolean isExercised;

    private Libc() {}

    static MethodHandle link(String symbol, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(symbol), type, options);
    }

    /// Makes every hot call so often that the JVM has nothing left to link or specialise, and so to allocate,
    /// afterwards. Called by whatever is opened that makes hot calls.
    static synchronized void exercise() {
        if (isExercised) {
            return;
        }
        isExercised = true;
        try (Arena arena = Arena.ofConfined()) {
            final long noTime = arena.allocate(Timespec.SIZE, Long.BYTES).address();
            for (int i = 0; i < EXERCISES; i++) {
                read(NO_FILE, 0, 0);
                write(NO_FILE, 0, 0);
                readv(NO_FILE, 0, 0);
                writev(NO_FILE, 0, 0);
                getrandom(0, 0);
                ppoll(0, 0, noTime);
            }
        }
    }

    // ---- hot: -1 means "not now" ----

    /// Reads up to `count` octets to `address`.
    static long read(int fd, long address, long count) {
        try {
            return (long) READ.invokeExact((long) fd, address, count);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Writes up to `count` octets from `address`.
    static long write(int fd, long address, long count) {
        try {
            return (long) WRITE.invokeExact((long) fd, address, count);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Reads into `count` buffers described by the `struct iovec` array at `iovecs`.
    static long readv(int fd, long iovecs, int count) {
        try {
            return (long) READV.invokeExact((long) fd, iovecs, (long) count);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Writes `count` buffers described by the `struct iovec` array at `iovecs`.
    static long writev(int fd, long iovecs, int count) {
        try {
            return (long) WRITEV.invokeExact((long) fd, iovecs, (long) count);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Waits for one of `count` files described by the `struct pollfd` array at `files`, at most for the `struct
    /// timespec` at `timeout`. Returns how many are ready.
    static int ppoll(long files, long count, long timeout) {
        try {
            return (int) (long) PPOLL.invokeExact(files, count, timeout, 0L);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// Fills `count` octets at `address` with secure random bits; up to 256 octets come at once.
    static long getrandom(long address, long count) {
        try {
            return (long) GETRANDOM.invokeExact(address, count, 0L);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    // ---- set-up: a negative result is a negated errno ----

    /// As [#write], and says why it failed.
    static long capturedWrite(int fd, long address, long count) {
        return call(CAPTURED_WRITE, fd, address, count);
    }

    /// Opens `path`; `mode` counts if the file is created.
    static int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) call(OPEN, arena.allocateFrom(path).address(), flags, mode);
        }
    }

    /// `argument` is an address or a number, as `request` wants.
    static int ioctl(int fd, long request, long argument) {
        return (int) call(IOCTL, fd, request, argument);
    }

    static int socket(int family, int type, int protocol) {
        return (int) call(SOCKET, family, type, protocol);
    }

    static int eventfd(int initial, int flags) {
        return call(EVENTFD, initial, flags);
    }

    static int prctl(int option, long argument) {
        return call(PRCTL, option, argument);
    }

    static int close(int fd) {
        return call(CLOSE, fd);
    }

    static int unshare(int flags) {
        return call(UNSHARE, flags);
    }

    static int bind(int fd, long address, int length) {
        return (int) call(Rare.BIND, fd, address, length);
    }

    static int connect(int fd, long address, int length) {
        return (int) call(Rare.CONNECT, fd, address, length);
    }

    static int listen(int fd, int backlog) {
        return call(Rare.LISTEN, fd, backlog);
    }

    static int epollCreate(int flags) {
        return call(Rare.EPOLL_CREATE1, flags);
    }

    /// As [LibcSockets#sendmsg], and says why it failed.
    static int capturedSendmsg(int fd, long message, int flags) {
        return (int) call(Rare.CAPTURED_SENDMSG, fd, message, flags);
    }

    /// The permissions that new files do not get; returns those until now. Of the whole process.
    static int umask(int mask) {
        try {
            return (int) (long) Rare.UMASK.invokeExact((long) mask);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    static int geteuid() {
        try {
            return (int) (long) Rare.GETEUID.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// What `errno` means, in the C library's words.
    static String strerror(int errno) {
        try {
            final long text = (long) Rare.STRERROR.invokeExact((long) errno);
            return MemorySegment.ofAddress(text).reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static long call(MethodHandle function, long first, long second, long third) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment state = arena.allocate(STATE);
            final long result = (long) function.invokeExact(state, first, second, third);
            return (int) result == -1 ? negatedErrno(state) : result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static int call(MethodHandle function, long first, long second) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment state = arena.allocate(STATE);
            final int result = (int) (long) function.invokeExact(state, first, second);
            return result == -1 ? negatedErrno(state) : result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static int call(MethodHandle function, long only) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment state = arena.allocate(STATE);
            final int result = (int) (long) function.invokeExact(state, only);
            return result == -1 ? negatedErrno(state) : result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static int negatedErrno(MemorySegment state) {
        return -state.get(JAVA_INT, ERRNO);
    }

    /// A downcall throws only if its descriptor is wrong, which is this class's mistake.
    static RuntimeException unexpected(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a call of the C library failed", cause);
    }
}
