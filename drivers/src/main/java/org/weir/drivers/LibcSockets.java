package org.weir.drivers;

import java.lang.invoke.MethodHandle;

/// The calls of the C library that serve the sockets of other programs, linked on first use. All of them are hot: a
/// result of -1 means "not now", and they allocate nothing.
final class LibcSockets {
    private static final MethodHandle SOCKETPAIR = Libc.link("socketpair", Libc.FOUR_WORDS);
    private static final MethodHandle ACCEPT4 = Libc.link("accept4", Libc.FOUR_WORDS);
    private static final MethodHandle BIND = Libc.link("bind", Libc.THREE_WORDS);
    private static final MethodHandle RECV = Libc.link("recv", Libc.FOUR_WORDS);
    private static final MethodHandle SENDMSG = Libc.link("sendmsg", Libc.THREE_WORDS);
    private static final MethodHandle RECVMSG = Libc.link("recvmsg", Libc.THREE_WORDS);
    private static final MethodHandle SHUTDOWN = Libc.link("shutdown", Libc.TWO_WORDS);
    private static final MethodHandle CLOSE = Libc.link("close", Libc.ONE_WORD);
    private static final MethodHandle IOCTL = Libc.link("ioctl", Libc.THREE_WORDS);
    private static final MethodHandle GETSOCKOPT = Libc.link("getsockopt", Libc.FIVE_WORDS);
    private static final MethodHandle SETSOCKOPT = Libc.link("setsockopt", Libc.FIVE_WORDS);
    private static final MethodHandle EPOLL_CTL = Libc.link("epoll_ctl", Libc.FOUR_WORDS);
    private static final MethodHandle EPOLL_WAIT = Libc.link("epoll_wait", Libc.FOUR_WORDS);

    private static boolean isExercised;

    private LibcSockets() {}

    /// As [Libc#exercise].
    static synchronized void exercise() {
        if (isExercised) {
            return;
        }
        isExercised = true;
        for (int i = 0; i < Libc.EXERCISES; i++) {
            // Each fails at once: there is no such file, family or length.
            socketpair(-1, 0, 0);
            accept4(Libc.NO_FILE, 0);
            bind(Libc.NO_FILE, 0, 0);
            recv(Libc.NO_FILE, 0, 0, 0);
            sendmsg(Libc.NO_FILE, 0, 0);
            recvmsg(Libc.NO_FILE, 0, 0);
            shutdown(Libc.NO_FILE, 0);
            close(Libc.NO_FILE);
            ioctl(Libc.NO_FILE, 0, 0);
            getsockopt(Libc.NO_FILE, 0, 0, 0, 0);
            setsockopt(Libc.NO_FILE, 0, 0, 0, 0);
            epollCtl(Libc.NO_FILE, 0, Libc.NO_FILE, 0);
            epollWait(Libc.NO_FILE, 0, 0);
        }
    }

    /// Makes a pair of UNIX-domain sockets; the two descriptors go to `descriptors`.
    static int socketpair(int type, int protocol, long descriptors) {
        return hot(SOCKETPAIR, Libc.AF_UNIX, type, protocol, descriptors);
    }

    static int accept4(int fd, int flags) {
        return hot(ACCEPT4, fd, 0, 0, flags);
    }

    static int bind(int fd, long address, int length) {
        return (int) hot(BIND, fd, address, length);
    }

    static int recv(int fd, long address, long count, int flags) {
        return hot(RECV, fd, address, count, flags);
    }

    static int sendmsg(int fd, long message, int flags) {
        return (int) hot(SENDMSG, fd, message, flags);
    }

    static int recvmsg(int fd, long message, int flags) {
        return (int) hot(RECVMSG, fd, message, flags);
    }

    static int shutdown(int fd, int how) {
        try {
            return (int) (long) SHUTDOWN.invokeExact((long) fd, (long) how);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int close(int fd) {
        try {
            return (int) (long) CLOSE.invokeExact((long) fd);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int ioctl(int fd, long request, long argument) {
        return (int) hot(IOCTL, fd, request, argument);
    }

    static int getsockopt(int fd, int level, int name, long value, long length) {
        try {
            return (int) (long) GETSOCKOPT.invokeExact((long) fd, (long) level, (long) name, value, length);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int setsockopt(int fd, int level, int name, long value, int length) {
        try {
            return (int) (long) SETSOCKOPT.invokeExact((long) fd, (long) level, (long) name, value, (long) length);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    static int epollCtl(int epoll, int operation, int fd, long event) {
        return hot(EPOLL_CTL, epoll, operation, fd, event);
    }

    /// What is ready now.
    static int epollWait(int epoll, long events, int count) {
        return hot(EPOLL_WAIT, epoll, events, count, 0);
    }

    private static long hot(MethodHandle function, long first, long second, long third) {
        try {
            return (long) function.invokeExact(first, second, third);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    private static int hot(MethodHandle function, long first, long second, long third, long fourth) {
        try {
            return (int) (long) function.invokeExact(first, second, third, fourth);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }
}
