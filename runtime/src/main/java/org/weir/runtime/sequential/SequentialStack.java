package org.weir.runtime.sequential;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.runtime.StackAccess;
import org.weir.runtime.StackCall;
import org.weir.runtime.os.OsPort;
import org.weir.stack.Errno;
import org.weir.stack.Stack;

/// The sequential interface of a stack: makes connections and buffers. Any thread of the port may use it.
///
/// A connection costs two mutexes and two semaphores of the port; a call on it allocates nothing itself, but what the
/// port's waiting needs, if it is given the buffer to receive into.
public final class SequentialStack {
    private final StackAccess stack;
    private final OsPort os;
    /// Those that hold something of the stack; belongs to its owner.
    private @Nullable NetConnection open;

    /// Makes the interface of `stack`, whose threads are those of `os`.
    public SequentialStack(StackAccess stack, OsPort os) {
        this.stack = stack;
        this.os = os;
        stack.call(new StackCall() {
            @Override
            protected void run(Stack owned) {
                stack.atEnd(SequentialStack.this::endAll);
            }
        });
    }

    StackAccess access() {
        return stack;
    }

    OsPort os() {
        return os;
    }

    /// A connection without addresses.
    ///
    /// @throws NetException `ENOBUFS` if the stack has no more endpoints
    public NetConnection open(NetType type) throws NetException {
        return switch (type) {
            case TCP -> new TcpNetConnection(this);
            case UDP -> UdpNetConnection.open(this);
        };
    }

    /// A buffer that holds nothing, to receive into.
    public NetBuffer buffer() {
        return new NetBuffer(stack);
    }

    /// A buffer of `octets` octets of the stack's memory, with room for headers in front, to write and send.
    ///
    /// @throws NetException `ENOBUFS` if the stack has not that much now
    public NetBuffer allocate(int octets) throws NetException {
        final NetBuffer buffer = buffer();
        if (!buffer.allocate(octets)) {
            throw new NetException("allocate " + octets + " octets", Errno.ENOBUFS);
        }
        return buffer;
    }

    /// A buffer that refers to `octets` octets of `memory`, which never change and never go away, to send them
    /// without a copy.
    ///
    /// @throws IllegalArgumentException if `memory` is on the heap, where devices cannot read it
    /// @throws NetException `ENOBUFS` if the stack has no handle left
    public NetBuffer reference(MemorySegment memory, long offset, int octets) throws NetException {
        final NetBuffer buffer = buffer();
        if (!buffer.reference(memory, offset, octets)) {
            throw new NetException("refer to memory", Errno.ENOBUFS);
        }
        return buffer;
    }

    // ---- for connections, as the owner of the stack ----

    void add(NetConnection connection) {
        connection.next = open;
        if (open != null) {
            open.previous = connection;
        }
        open = connection;
    }

    void remove(NetConnection connection) {
        final NetConnection before = connection.previous;
        final NetConnection after = connection.next;
        if (before != null) {
            before.next = after;
        } else if (open == connection) {
            open = after;
        }
        if (after != null) {
            after.previous = before;
        }
        connection.previous = null;
        connection.next = null;
    }

    private void endAll() {
        for (NetConnection c = open; c != null; c = open) {
            c.end(Errno.ECONNABORTED);
        }
    }
}
