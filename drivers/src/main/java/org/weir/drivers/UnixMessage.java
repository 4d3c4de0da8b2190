package org.weir.drivers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A message that is gathered from or scattered to several pieces of memory, with at most one descriptor attached:
/// `struct msghdr` of `sendmsg(2)` and `recvmsg(2)`. Made once and used again; allocates nothing.
///
/// ```text
/// msghdr   0 name | 8 namelen | 16 iov | 24 iovlen | 32 control | 40 controllen | 48 flags
/// cmsghdr  0 len  | 8 level   | 12 type | 16 descriptor
/// ```
public final class UnixMessage implements AutoCloseable {
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int MSG_SIZE = 56;

    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;
    private static final int CMSG_DATA = 16;
    private static final int CMSG_LENGTH = CMSG_DATA + Integer.BYTES;
    private static final int CMSG_SPACE = CMSG_DATA + Long.BYTES;

    // linux/socket.h
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_PEEK = 0x02;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment header = arena.allocate(MSG_SIZE, Long.BYTES);
    private final MemorySegment control = arena.allocate(CMSG_SPACE, Long.BYTES);
    private final MemorySegment pieces;
    private final int limit;
    private int count;
    private long octets;

    /// @param limit pieces at most, 1 to 1,024
    public UnixMessage(int limit) {
        this.limit = limit;
        this.pieces = arena.allocate((long) Iovec.SIZE * limit, Long.BYTES);
        header.set(ValueLayout.JAVA_LONG, MSG_IOV, pieces.address());
        control.set(ValueLayout.JAVA_LONG, 0, CMSG_LENGTH);
        control.set(ValueLayout.JAVA_INT, CMSG_LEVEL, SOL_SOCKET);
        control.set(ValueLayout.JAVA_INT, CMSG_TYPE, SCM_RIGHTS);
    }

    /// Begins a message without pieces and without a descriptor.
    public UnixMessage begin() {
        count = 0;
        octets = 0;
        header.set(ValueLayout.JAVA_LONG, MSG_CONTROL, 0);
        header.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, 0);
        return this;
    }

    /// No further piece fits.
    public boolean isFull() {
        return count == limit;
    }

    /// Octets of all pieces.
    public long octets() {
        return octets;
    }

    /// Adds `length` octets at `offset` of `memory`, which is native, and borrowed until the message has been sent
    /// or received.
    public UnixMessage piece(MemorySegment memory, long offset, int length) {
        Iovec.write(pieces, count++, memory.address() + offset, length);
        octets += length;
        return this;
    }

    /// Attaches `fd`: the receiver gets a descriptor of its own. The caller's stays open.
    public UnixMessage descriptor(int fd) {
        control.set(ValueLayout.JAVA_INT, CMSG_DATA, fd);
        header.set(ValueLayout.JAVA_LONG, MSG_CONTROL, control.address());
        header.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, CMSG_SPACE);
        return this;
    }

    /// Sends without waiting. Returns how many octets went, -1 if none can now.
    public int send(int fd) {
        header.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, count);
        return LibcSockets.sendmsg(fd, header.address(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    /// As [#send]; a failure is told as a negative errno. Allocates.
    public int sendOrTell(int fd) {
        header.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, count);
        return Libc.capturedSendmsg(fd, header.address(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    /// Receives without waiting; descriptors that came along are lost. Returns how many octets came, 0 at the end,
    /// -1 if there are none now.
    public int receive(int fd) {
        header.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, count);
        return LibcSockets.recvmsg(fd, header.address(), MSG_DONTWAIT);
    }

    /// As [#receive], and what was received stays.
    public int peek(int fd) {
        header.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, count);
        return LibcSockets.recvmsg(fd, header.address(), MSG_DONTWAIT | MSG_PEEK);
    }

    @Override
    public void close() {
        arena.close();
    }
}
