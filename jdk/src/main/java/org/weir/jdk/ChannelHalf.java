package org.weir.jdk;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.IllegalBlockingModeException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.weir.runtime.StackCall;
import org.weir.stack.Errno;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// The half of a channel that reads, or the one that writes: one thread at a time moves octets between the user's
/// buffers and the stack's. It is itself the call of the stack that moves them, so that to move allocates nothing.
abstract class ChannelHalf extends StackCall implements BlockingChannel.Operation {
    /// Nothing could be moved, but something may be later.
    static final int UNAVAILABLE = -Errno.EAGAIN;

    private final BlockingChannel channel;
    private final StackSocket socket;
    private final Gate gate;
    private final Octets octets;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private int result;
    private int moved;

    /// @param gate where its thread waits
    ChannelHalf(BlockingChannel channel, StackSocket socket, Gate gate, Octets octets) {
        this.channel = channel;
        this.socket = socket;
        this.gate = gate;
        this.octets = octets;
    }

    final BlockingChannel channel() {
        return channel;
    }

    final StackSocket socket() {
        return socket;
    }

    final Gate gate() {
        return gate;
    }

    final Octets octets() {
        return octets;
    }

    final ReentrantLock lock() {
        return lock;
    }

    /// What the last move has come to: a number of octets, a negative one if there were none to move.
    final int moved() {
        return moved;
    }

    // ---- what halves differ in ----

    /// Throws what the specification says of a channel that is not in the state to do this.
    abstract void ensureUsable() throws IOException;

    /// Moves octets by [#attempt]. Returns how many, [#UNAVAILABLE], or -1 at the end of a stream.
    abstract int moveSome(boolean blocking, long deadlineNs) throws IOException;

    /// Moves what can be moved now, as the owner of `sockets`. Returns how many octets, or a negated [Errno].
    abstract int transfer(Sockets sockets, int descriptor);

    // ---- moving ----

    /// Moves what `buffer` has or has room for. Returns how many octets, or -1 at the end of a stream.
    final int move(ByteBuffer buffer) throws IOException {
        Objects.requireNonNull(buffer);
        lock.lock();
        try {
            ensureUsable();
            octets.use(buffer);
            return move(channel.isBlocking(), Gate.NEVER);
        } finally {
            octets.clear();
            lock.unlock();
        }
    }

    /// As [#move(ByteBuffer)], for several in a row.
    final int move(ByteBuffer[] buffers, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffers.length);
        lock.lock();
        try {
            ensureUsable();
            octets.use(buffers, offset, length);
            return move(channel.isBlocking(), Gate.NEVER);
        } finally {
            octets.clear();
            lock.unlock();
        }
    }

    /// As an adaptor does: in blocking mode, for `timeoutNs` at most if that is not 0.
    final int move(byte[] array, int offset, int length, long timeoutNs) throws IOException {
        Objects.checkFromIndexSize(offset, length, array.length);
        lock.lock();
        try {
            ensureUsable();
            if (!channel.isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            octets.use(array, offset, length);
            return move(true, Gate.after(timeoutNs));
        } finally {
            octets.clear();
            lock.unlock();
        }
    }

    private int move(boolean blocking, long deadlineNs) throws IOException {
        channel.perform(this, blocking, deadlineNs);
        return moved == UNAVAILABLE ? 0 : moved;
    }

    @Override
    public final boolean perform(boolean blocking, long deadlineNs) throws IOException {
        moved = moveSome(blocking, deadlineNs);
        return moved >= 0;
    }

    @Override
    protected final void run(Stack stack) {
        result = transfer(stack.sockets(), socket.descriptor());
    }

    /// Moves what can be moved now. Returns how many octets, or a negated [Errno]; 0 is the end of the stream where
    /// octets were wanted.
    final int attempt() throws SocketException {
        gate.close();
        socket.host().call(this);
        if (result > 0) {
            octets.advance(result);
        }
        return result;
    }

    /// Attempts again and again if `blocking`, until something was moved or has failed.
    ///
    /// @throws java.net.SocketTimeoutException `timedOut`, after `deadlineNs`
    final int attemptUntil(boolean blocking, long deadlineNs, String timedOut) throws IOException {
        int outcome = attempt();
        while (blocking && outcome == UNAVAILABLE && channel.isOpen()) {
            gate.await(deadlineNs, timedOut);
            outcome = attempt();
        }
        return outcome;
    }

    // ---- both halves ----

    @FunctionalInterface
    interface Action<T> {
        T run() throws IOException;
    }

    /// Runs `action` while nobody reads or writes.
    static <T> T exclusively(ChannelHalf input, ChannelHalf output, Action<T> action) throws IOException {
        input.lock.lock();
        try {
            output.lock.lock();
            try {
                return action.run();
            } finally {
                output.lock.unlock();
            }
        } finally {
            input.lock.unlock();
        }
    }
}
