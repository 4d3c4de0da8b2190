package org.weir.runtime.bsd;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.weir.runtime.StackAccess;
import org.weir.runtime.StackCall;
import org.weir.runtime.os.OsPort;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// BSD sockets whose calls wait, for any thread of an [OsPort]: [Sockets] with a queue of those who wait for each
/// socket.
///
/// Descriptors, addresses, options and results are those of [Sockets]: a negative result is an [Errno], negated. A call
/// that waits returns `EAGAIN` once the time-out of its socket has passed, `EINTR` if its thread is interrupted (which
/// stays set) and `EBADF` if another thread closes the socket; what it has done by then is its result instead, if it
/// has done something. Once the stack has ended, calls throw [org.weir.runtime.StackEndedException].
///
/// Each call makes an object, and a semaphore of the port if it has to wait. Programs that must not allocate use
/// [Sockets] or channels.
public final class BlockingSockets {
    /// Flags of sending and receiving, with the values of Linux. What was received stays and is received again.
    public static final int MSG_PEEK = Sockets.MSG_PEEK;
    /// A datagram's whole length is the result, whatever was copied.
    public static final int MSG_TRUNC = Sockets.MSG_TRUNC;
    /// The call does not wait.
    public static final int MSG_DONTWAIT = 0x40;
    /// A stream is read until the memory is full, unless it ends first.
    public static final int MSG_WAITALL = 0x100;
    /// What [#poll] says of a descriptor that is none.
    public static final int POLLNVAL = 0x20;

    private static final int RECEIVE_FLAGS = MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT | MSG_WAITALL;
    private static final int INDEX_MASK = 0xFFFF;

    private final StackAccess access;
    private final OsPort os;
    private @Nullable WaitQueue[] queues = new WaitQueue[0];

    /// Makes the interface of the stack behind `access`, whose threads are those of `os`. One for each stack.
    public BlockingSockets(StackAccess access, OsPort os) {
        this.access = access;
        this.os = os;
        ask(stack -> {
            queues = new WaitQueue[stack.config().sockets()];
            access.atEnd(this::wakeAll);
            return 0;
        });
    }

    StackAccess access() {
        return access;
    }

    OsPort os() {
        return os;
    }

    /// As the owner.
    WaitQueue queueOf(int descriptor) {
        final int index = descriptor & INDEX_MASK;
        WaitQueue queue = queues[index];
        if (queue == null) {
            queue = new WaitQueue();
            queues[index] = queue;
        }
        return queue;
    }

    private void wakeAll() {
        for (final WaitQueue queue : queues) {
            if (queue != null) {
                queue.signal(Sockets.POLLERR);
            }
        }
    }

    private int ask(ToIntFunction<Stack> question) {
        final Question call = new Question(question);
        access.call(call);
        return call.answer;
    }

    private static final class Question extends StackCall {
        private final ToIntFunction<Stack> question;
        private int answer;

        Question(ToIntFunction<Stack> question) {
            this.question = question;
        }

        @Override
        protected void run(Stack stack) {
            answer = question.applyAsInt(stack);
        }
    }

    // ---- descriptors ----

    /// As [Sockets#socket].
    public int socket(int family, int type) {
        return ask(stack -> opened(stack.sockets(), stack.sockets().socket(family, type)));
    }

    /// As the owner: `descriptor` is a new one, or an error.
    private int opened(Sockets sockets, int descriptor) {
        if (descriptor >= 0) {
            final WaitQueue queue = queueOf(descriptor);
            queue.reset();
            sockets.callback(descriptor, queue);
        }
        return descriptor;
    }

    /// As [Sockets#close]. Whoever waits for the socket returns with `EBADF`.
    public int close(int descriptor) {
        return ask(stack -> {
            final int result = stack.sockets().close(descriptor);
            if (result == 0) {
                queueOf(descriptor).signal(Sockets.POLLERR);
            }
            return result;
        });
    }

    /// Whether calls on a socket do not wait: `O_NONBLOCK`. `EBADF`.
    public int nonBlocking(int descriptor, boolean on) {
        return change(descriptor, queue -> queue.nonBlocking = on);
    }

    /// How long [#receive], [#accept] and their like wait, more than 0; `Long.MAX_VALUE`, as at first, for ever:
    /// `SO_RCVTIMEO`. `EBADF`, `EINVAL`.
    public int receiveTimeout(int descriptor, long timeoutNs) {
        return timeoutNs <= 0 ? -Errno.EINVAL : change(descriptor, queue -> queue.receiveTimeoutNs = timeoutNs);
    }

    /// How long [#send], [#connect] and their like wait, as with [#receiveTimeout]: `SO_SNDTIMEO`.
    public int sendTimeout(int descriptor, long timeoutNs) {
        return timeoutNs <= 0 ? -Errno.EINVAL : change(descriptor, queue -> queue.sendTimeoutNs = timeoutNs);
    }

    private int change(int descriptor, Consumer<WaitQueue> change) {
        return ask(stack -> {
            if (stack.sockets().ready(descriptor) < 0) {
                return -Errno.EBADF;
            }
            change.accept(queueOf(descriptor));
            return 0;
        });
    }

    // ---- what does not wait ----

    /// As [Sockets#bind].
    public int bind(int descriptor, SocketAddress local) {
        return ask(stack -> stack.sockets().bind(descriptor, local));
    }

    /// As [Sockets#listen].
    public int listen(int descriptor, int backlog) {
        return ask(stack -> stack.sockets().listen(descriptor, backlog));
    }

    /// As [Sockets#localAddress].
    public int localAddress(int descriptor, SocketAddress local) {
        return ask(stack -> stack.sockets().localAddress(descriptor, local));
    }

    /// As [Sockets#remoteAddress].
    public int remoteAddress(int descriptor, SocketAddress remote) {
        return ask(stack -> stack.sockets().remoteAddress(descriptor, remote));
    }

    /// As [Sockets#shutdown].
    public int shutdown(int descriptor, int how) {
        return ask(stack -> {
            final int result = stack.sockets().shutdown(descriptor, how);
            if (result == 0) {
                queueOf(descriptor).signal(Sockets.POLLIN | Sockets.POLLOUT);
            }
            return result;
        });
    }

    /// As [Sockets#setOption].
    public int setOption(int descriptor, int level, int name, int value) {
        return ask(stack -> stack.sockets().setOption(descriptor, level, name, value));
    }

    /// As [Sockets#option].
    public int option(int descriptor, int level, int name) {
        return ask(stack -> stack.sockets().option(descriptor, level, name));
    }

    // ---- connections ----

    /// Waits for a connection, gives it a descriptor and stores its peer. As [Sockets#accept].
    public int accept(int descriptor, @Nullable SocketAddress peer) {
        return new SocketOperation(this, descriptor, Sockets.POLLIN, 0) {
            @Override
            protected int tryOn(Sockets sockets) {
                return opened(sockets, sockets.accept(descriptor, peer));
            }
        }.perform();
    }

    /// Connects, and waits until that is done: 0, what [Sockets#connect] says, or why it failed (`ECONNREFUSED`,
    /// `ETIMEDOUT`, `EHOSTUNREACH`...). `EINPROGRESS` if the socket does not wait, or its time has passed.
    public int connect(int descriptor, SocketAddress remote) {
        return new Connect(descriptor, remote).perform();
    }

    private final class Connect extends SocketOperation {
        private final SocketAddress remote;
        private boolean begun;

        Connect(int descriptor, SocketAddress remote) {
            super(BlockingSockets.this, descriptor, Sockets.POLLOUT, 0);
            this.remote = remote;
        }

        @Override
        protected int tryOn(Sockets sockets) {
            if (!begun) {
                final int result = sockets.connect(descriptor, remote);
                begun = result == -Errno.EINPROGRESS;
                return begun ? -Errno.EAGAIN : result;
            }
            if (sockets.ready(descriptor) == 0) {
                return -Errno.EAGAIN;
            }
            return -sockets.option(descriptor, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR);
        }

        @Override
        protected int partial(int reason) {
            return reason == -Errno.EAGAIN ? -Errno.EINPROGRESS : reason;
        }
    }

    // ---- data ----

    /// Sends `length` octets of `source` and waits until all are taken, or one datagram to the connected peer.
    /// Returns how many were. As [Sockets#send]; `EINVAL` for a flag other than [#MSG_DONTWAIT].
    public int send(int descriptor, MemorySegment source, long offset, int length, int flags) {
        return sendMessage(descriptor, new Message(null, source.asSlice(offset, length)), flags);
    }

    /// Sends one datagram to `remote`, and waits while there is no room for it. As [Sockets#sendTo].
    public int sendTo(int descriptor, MemorySegment source, long offset, int length, int flags, SocketAddress remote) {
        return sendMessage(descriptor, new Message(remote, source.asSlice(offset, length)), flags);
    }

    /// Sends what `message` gathers: as [#send], or as [#sendTo] if it has an address.
    public int sendMessage(int descriptor, Message message, int flags) {
        return (flags & ~MSG_DONTWAIT) != 0
                ? -Errno.EINVAL
                : new Transfer(this, descriptor, Sockets.POLLOUT, message, flags).perform();
    }

    /// Waits for octets of a connection, or for one datagram, and copies up to `length` to `target`. Returns how
    /// many, 0 at the end of the stream. As [Sockets#receive]; `EINVAL` for another flag than those here, and for
    /// [#MSG_TRUNC] on a stream.
    public int receive(int descriptor, MemorySegment target, long offset, int length, int flags) {
        return receiveMessage(descriptor, new Message(null, target.asSlice(offset, length)), flags);
    }

    /// As [#receive] of one datagram, and stores its sender. As [Sockets#receiveFrom].
    public int receiveFrom(
            int descriptor, MemorySegment target, long offset, int length, int flags, SocketAddress sender) {
        return receiveMessage(descriptor, new Message(sender, target.asSlice(offset, length)), flags);
    }

    /// Receives what `message` scatters: as [#receive], or as [#receiveFrom] if it has an address.
    public int receiveMessage(int descriptor, Message message, int flags) {
        message.flags = 0;
        return (flags & ~RECEIVE_FLAGS) != 0
                ? -Errno.EINVAL
                : new Transfer(this, descriptor, Sockets.POLLIN, message, flags).perform();
    }

    // ---- readiness of many ----

    /// Waits until one of `count` sockets is ready for one of its `events` (bits of [Sockets]), or has failed, and
    /// stores for each what it is ready for; [#POLLNVAL] for a descriptor that is none, 0 for a negative one.
    ///
    /// @param timeoutNs how long to wait: 0 not at all, `Long.MAX_VALUE` for ever
    /// @return how many are ready, 0 if only time has passed, or `EINTR`
    public int poll(int[] descriptors, int[] events, int[] ready, int count, long timeoutNs) {
        return new Poll(this, descriptors, events, ready, count, timeoutNs).perform();
    }

    /// Waits until one socket of `readable` has something to receive or accept, or one of `writable` takes
    /// something, and leaves those in the sets; null for a set that does not matter. A failed socket is in both.
    /// There is no set for exceptions: urgent data is told by nothing here.
    ///
    /// @param timeoutNs as in [#poll]
    /// @return how many stay in the sets together, 0 if only time has passed, `EBADF` if one is no socket, or
    /// `EINTR`
    public int select(@Nullable DescriptorSet readable, @Nullable DescriptorSet writable, long timeoutNs) {
        final int reads = readable == null ? 0 : readable.size();
        final int count = reads + (writable == null ? 0 : writable.size());
        final int[] descriptors = new int[count];
        final int[] events = new int[count];
        final int[] ready = new int[count];
        for (int i = 0; i < count; i++) {
            final boolean reading = i < reads;
            final DescriptorSet set = reading ? readable : writable;
            descriptors[i] = set == null ? -1 : set.member(reading ? i : i - reads);
            events[i] = reading ? Sockets.POLLIN : Sockets.POLLOUT;
        }
        final int result = poll(descriptors, events, ready, count, timeoutNs);
        if (result < 0) {
            return result;
        }
        for (int i = 0; i < count; i++) {
            if (ready[i] == POLLNVAL) {
                return -Errno.EBADF;
            }
            final DescriptorSet set = i < reads ? readable : writable;
            if (ready[i] == 0 && set != null) {
                set.remove(descriptors[i]);
            }
        }
        return result;
    }
}
