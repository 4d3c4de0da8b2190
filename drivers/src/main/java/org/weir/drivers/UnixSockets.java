package org.weir.drivers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/// Sockets between the programs of one machine, `unix(7)`, named by their descriptors. None of the calls waits; those
/// without an exception allocate nothing and answer -1 for "not now" and for whatever else is in the way. For one
/// thread at a time.
public final class UnixSockets implements AutoCloseable {
    /// Octets without boundaries.
    public static final int STREAM = Libc.SOCK_STREAM;
    /// Messages, and an end that is seen.
    public static final int MESSAGES = Libc.SOCK_SEQPACKET;

    // linux/un.h: struct sockaddr_un { u16 family; char path[108]; }
    private static final int SUN_PATH = 2;
    private static final int SUN_PATH_LENGTH = 108;
    // asm-generic/socket.h
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_PEERCRED = 17;
    // linux/socket.h: struct ucred { pid; uid; gid }
    private static final int UCRED_SIZE = 12;
    private static final int UCRED_PID = 0;
    private static final int UCRED_UID = 4;
    private static final int SHUT_WR = 1;
    // asm-generic/ioctls.h
    private static final long TIOCOUTQ = 0x5411;
    private static final long FIONREAD = 0x541B;

    private static final int MSG_PEEK = 0x02;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int NEW = Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK;
    private static final int ONLY_OWNER = 0177;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment words = arena.allocate(16, Long.BYTES);
    private final MemorySegment address = arena.allocate(SUN_PATH + SUN_PATH_LENGTH, Long.BYTES);

    public UnixSockets() {
        LibcSockets.exercise();
        address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_UNIX);
    }

    // ---- a listening socket ----

    /// Listens on `path`, for messages, as a file that its user alone may write to. A file that is left from a
    /// process that has gone is replaced.
    ///
    /// @throws IOException if another process listens there, what is there is no socket, or the file cannot be made
    public int listen(Path path, int backlog) throws IOException {
        final int length = writePath(path);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isSpecial(path)) {
            // To connect to it would be refused as by a socket that nobody listens on.
            throw new IOException("cannot listen on " + path + ": it is a file and no socket");
        }
        final int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_SEQPACKET | NEW, 0);
        if (fd < 0) {
            throw new IOException("cannot make a UNIX-domain socket: " + Libc.strerror(-fd));
        }
        int result = bindPrivately(fd, length);
        if (result == -Errno.EADDRINUSE && Libc.connect(fd, address.address(), length) == -Errno.ECONNREFUSED) {
            Files.delete(path);
            result = bindPrivately(fd, length);
        }
        if (result == 0) {
            result = Libc.listen(fd, backlog);
        }
        if (result != 0) {
            Libc.close(fd);
            final String reason = result == -Errno.EADDRINUSE ? "another process does" : Libc.strerror(-result);
            throw new IOException("cannot listen on " + path + ": " + reason);
        }
        return fd;
    }

    /// True if a process listens on `path`, for messages.
    ///
    /// @throws IOException if that cannot be found out
    public static boolean isListening(Path path) throws IOException {
        try (UnixSockets sockets = new UnixSockets()) {
            final int length = sockets.writePath(path);
            final int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_SEQPACKET | NEW, 0);
            if (fd < 0) {
                throw new IOException("cannot make a UNIX-domain socket: " + Libc.strerror(-fd));
            }
            final int result = Libc.connect(fd, sockets.address.address(), length);
            Libc.close(fd);
            return result == 0;
        }
    }

    private static boolean isSpecial(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther();
    }

    private int bindPrivately(int fd, int length) {
        final int mask = Libc.umask(ONLY_OWNER);
        final int result = Libc.bind(fd, address.address(), length);
        Libc.umask(mask);
        return result;
    }

    /// Returns the length of the address.
    private int writePath(Path path) throws IOException {
        final byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length >= SUN_PATH_LENGTH) {
            throw new IOException("the path " + path + " is longer than " + (SUN_PATH_LENGTH - 1) + " octets");
        }
        MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, SUN_PATH, name.length);
        address.set(ValueLayout.JAVA_BYTE, SUN_PATH + name.length, (byte) 0);
        return SUN_PATH + name.length + 1;
    }

    /// The next connection of a listening socket.
    public int accept(int fd) {
        return LibcSockets.accept4(fd, NEW);
    }

    /// The user of the process at the other end of an accepted connection.
    public int peerUserId(int fd) {
        return credential(fd, UCRED_UID);
    }

    /// The process at the other end of an accepted connection, as it was then.
    public int peerProcessId(int fd) {
        return credential(fd, UCRED_PID);
    }

    private int credential(int fd, int field) {
        final long at = words.address();
        words.set(ValueLayout.JAVA_INT, UCRED_SIZE, UCRED_SIZE);
        return LibcSockets.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, at, at + UCRED_SIZE) == 0
                ? words.get(ValueLayout.JAVA_INT, field)
                : -1;
    }

    // ---- pairs ----

    /// Makes a pair of connected sockets. Returns [#first] and [#second] in one number.
    public long pair(int type) {
        final long at = words.address();
        if (LibcSockets.socketpair(type | Libc.SOCK_CLOEXEC, 0, at) != 0) {
            return -1;
        }
        return (long) words.get(ValueLayout.JAVA_INT, 0) << Integer.SIZE | words.get(ValueLayout.JAVA_INT, 4);
    }

    public static int first(long pair) {
        return (int) (pair >>> Integer.SIZE);
    }

    public static int second(long pair) {
        return (int) pair;
    }

    /// Gives `fd` the abstract name of `length` octets at the beginning of `name`. Returns false if it is taken.
    public boolean nameAbstractly(int fd, MemorySegment name, int length) {
        address.set(ValueLayout.JAVA_BYTE, SUN_PATH, (byte) 0);
        MemorySegment.copy(name, 0, address, SUN_PATH + 1, length);
        return LibcSockets.bind(fd, address.address(), SUN_PATH + 1 + length) == 0;
    }

    /// What may be on its way to the other end, in octets; the kernel counts its own overhead and doubles the
    /// number.
    public void sendBuffer(int fd, int octets) {
        words.set(ValueLayout.JAVA_INT, 0, octets);
        LibcSockets.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, words.address(), Integer.BYTES);
    }

    // ---- octets ----

    /// Octets that wait to be read, of all messages together.
    public int available(int fd) {
        return LibcSockets.ioctl(fd, FIONREAD, words.address()) == 0 ? words.get(ValueLayout.JAVA_INT, 0) : 0;
    }

    /// What is on its way to the other end and not read there: 0 if nothing, otherwise octets with the kernel's
    /// overhead.
    public int unsent(int fd) {
        return LibcSockets.ioctl(fd, TIOCOUTQ, words.address()) == 0 ? words.get(ValueLayout.JAVA_INT, 0) : 0;
    }

    /// Receives up to `length` octets, or a message, to `offset` of `target`, which is native. Returns how many; 0
    /// at the end.
    public int receive(int fd, MemorySegment target, long offset, int length) {
        return LibcSockets.recv(fd, target.address() + offset, length, MSG_DONTWAIT);
    }

    /// As [#receive], and what was received stays.
    public int peek(int fd, MemorySegment target, long offset, int length) {
        return LibcSockets.recv(fd, target.address() + offset, length, MSG_DONTWAIT | MSG_PEEK);
    }

    /// Sends nothing more: the other end reads what is on its way, and then its end.
    public void shutdownOutput(int fd) {
        LibcSockets.shutdown(fd, SHUT_WR);
    }

    /// Closes `fd`.
    public void close(int fd) {
        LibcSockets.close(fd);
    }

    @Override
    public void close() {
        arena.close();
    }
}
