package org.weir.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Errno;
import org.weir.stack.Sockets;

/// A connection of a Weir stack as a channel. One thread at a time reads, one writes; connecting takes both locks.
/// What threads wait for and selectors watch is the [StackSocket]'s.
final class WeirSocketChannel extends SocketChannel implements Watchable {
    private enum State {
        UNCONNECTED,
        PENDING,
        CONNECTED
    }

    private final StackSocket stackSocket;
    private final StreamTransfer input;
    private final StreamTransfer output;
    private final ChannelOptions options;
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();

    /// For what is below it.
    private final Object stateLock = new Object();

    private volatile State state = State.UNCONNECTED;
    private volatile @Nullable InetSocketAddress localAddress;
    private volatile @Nullable InetSocketAddress remoteAddress;
    private volatile boolean inputShut;
    private volatile boolean outputShut;
    private @Nullable Socket adaptor;

    /// Guarded by the read lock: a reset is told to each reader.
    private boolean wasReset;

    /// Guarded by the write lock: an error that came behind octets which were sent; 0 if there is none.
    private int owedError;

    private WeirSocketChannel(WeirSelectorProvider provider, StackSocket socket) {
        super(provider);
        this.stackSocket = socket;
        this.input = new StreamTransfer(socket, true);
        this.output = new StreamTransfer(socket, false);
        this.options = new ChannelOptions(socket, ChannelOptions.STREAM);
    }

    static WeirSocketChannel open(WeirSelectorProvider provider, StackHost host) throws SocketException {
        return new WeirSocketChannel(provider, StackSocket.open(host, Sockets.SOCK_STREAM));
    }

    /// The channel of a connection that was accepted.
    static WeirSocketChannel accepted(WeirSelectorProvider provider, StackSocket socket, InetSocketAddress peer)
            throws SocketException {
        final WeirSocketChannel channel = new WeirSocketChannel(provider, socket);
        channel.localAddress = socket.localAddress();
        channel.remoteAddress = peer;
        channel.state = State.CONNECTED;
        return channel;
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void ensureConnected() throws ClosedChannelException {
        ensureOpen();
        if (state != State.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    // ---- reading ----

    @Override
    public int read(ByteBuffer target) throws IOException {
        Objects.requireNonNull(target);
        readLock.lock();
        try {
            ensureConnected();
            checkWritable(target);
            input.octets().use(target);
            return receive(isBlocking(), Gate.NEVER);
        } finally {
            input.octets().clear();
            readLock.unlock();
        }
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, targets.length);
        readLock.lock();
        try {
            ensureConnected();
            for (int i = offset; i < offset + length; i++) {
                checkWritable(targets[i]);
            }
            input.octets().use(targets, offset, length);
            return receive(isBlocking(), Gate.NEVER);
        } finally {
            input.octets().clear();
            readLock.unlock();
        }
    }

    private static void checkWritable(ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    /// Reads as a stream of the adaptor does: in blocking mode, for `timeoutNs` at most if that is not 0.
    int blockingRead(byte[] target, int offset, int length, long timeoutNs) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        readLock.lock();
        try {
            ensureConnected();
            if (!isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            input.octets().use(target, offset, length);
            return receive(true, Gate.after(timeoutNs));
        } finally {
            input.octets().clear();
            readLock.unlock();
        }
    }

    /// Octets that can be read without waiting.
    int available() throws IOException {
        readLock.lock();
        try {
            ensureConnected();
            return inputShut
                    ? 0
                    : Math.max(0, stackSocket.host().ask(sockets -> sockets.available(stackSocket.descriptor())));
        } finally {
            readLock.unlock();
        }
    }

    private int receive(boolean blocking, long deadlineNs) throws IOException {
        int count = 0;
        try {
            if (blocking) {
                begin();
                ensureOpen();
            }
            count = receiveSome(blocking, deadlineNs);
        } finally {
            if (blocking) {
                end(count > 0);
            }
        }
        return count <= 0 && inputShut ? -1 : count;
    }

    private int receiveSome(boolean blocking, long deadlineNs) throws IOException {
        if (wasReset) {
            throw Failures.of(-Errno.ECONNRESET);
        }
        if (inputShut) {
            return -1;
        }
        if (input.octets().length() == 0) {
            return 0;
        }
        int result = input.attempt();
        while (blocking && StreamTransfer.isUnavailable(result) && isOpen()) {
            if (deadlineNs != Gate.NEVER && deadlineNs - System.nanoTime() <= 0) {
                throw new SocketTimeoutException("Read timed out");
            }
            input.await(deadlineNs);
            result = input.attempt();
        }
        if (result > 0) {
            return result;
        }
        return result == 0 ? -1 : failedRead(result);
    }

    private int failedRead(int result) throws IOException {
        if (StreamTransfer.isUnavailable(result)) {
            return 0;
        }
        if (!isOpen()) {
            throw new AsynchronousCloseException();
        }
        wasReset = result == -Errno.ECONNRESET;
        throw Failures.of(result);
    }

    // ---- writing ----

    @Override
    public int write(ByteBuffer source) throws IOException {
        Objects.requireNonNull(source);
        writeLock.lock();
        try {
            ensureConnected();
            output.octets().use(source);
            return send(isBlocking());
        } finally {
            output.octets().clear();
            writeLock.unlock();
        }
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        writeLock.lock();
        try {
            ensureConnected();
            output.octets().use(sources, offset, length);
            return send(isBlocking());
        } finally {
            output.octets().clear();
            writeLock.unlock();
        }
    }

    /// Writes all, as a stream of the adaptor does.
    void blockingWriteFully(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        if (length == 0) {
            return;
        }
        writeLock.lock();
        try {
            ensureConnected();
            if (!isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            output.octets().use(source, offset, length);
            while (output.octets().length() > 0) {
                send(true);
            }
        } finally {
            output.octets().clear();
            writeLock.unlock();
        }
    }

    private int send(boolean blocking) throws IOException {
        int count = 0;
        try {
            if (blocking) {
                begin();
            }
            ensureOpen();
            if (outputShut) {
                throw new ClosedChannelException();
            }
            count = sendSome(blocking);
        } finally {
            if (blocking) {
                end(count > 0);
            }
        }
        if (count == 0 && outputShut) {
            throw new AsynchronousCloseException();
        }
        return count;
    }

    private int sendSome(boolean blocking) throws IOException {
        if (owedError != 0) {
            final int error = owedError;
            owedError = 0;
            throw Failures.ofWrite(error);
        }
        int total = 0;
        while (output.octets().length() > 0) {
            final int result = output.attempt();
            if (result >= 0) {
                total += result;
            } else if (!StreamTransfer.isUnavailable(result)) {
                return failedWrite(result, total);
            } else if (!blocking || !isOpen() || outputShut) {
                break;
            } else {
                output.await(Gate.NEVER);
            }
        }
        return total;
    }

    private int failedWrite(int result, int total) throws IOException {
        if (total > 0) {
            owedError = isOpen() ? result : 0;
            return total;
        }
        if (!isOpen() || outputShut) {
            throw new AsynchronousCloseException();
        }
        throw Failures.ofWrite(result);
    }

    // ---- connecting ----

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
        readLock.lock();
        try {
            writeLock.lock();
            try {
                synchronized (stateLock) {
                    ensureOpen();
                    if (state == State.PENDING) {
                        throw new ConnectionPendingException();
                    }
                    if (localAddress != null) {
                        throw new AlreadyBoundException();
                    }
                    stackSocket.bind(Addresses.checkLocal(local));
                    localAddress = stackSocket.localAddress();
                }
            } finally {
                writeLock.unlock();
            }
        } finally {
            readLock.unlock();
        }
        return this;
    }

    @Override
    public boolean isConnected() {
        return state == State.CONNECTED && isOpen();
    }

    @Override
    public boolean isConnectionPending() {
        return state == State.PENDING && isOpen();
    }

    @Override
    public boolean connect(SocketAddress remote) throws IOException {
        return connect(Addresses.check(remote), false, Gate.NEVER);
    }

    /// Connects as the adaptor does: in blocking mode, for `timeoutNs` at most if that is not 0.
    void blockingConnect(SocketAddress remote, long timeoutNs) throws IOException {
        connect(Addresses.check(remote), true, Gate.after(timeoutNs));
    }

    private boolean connect(InetSocketAddress remote, boolean mustBlock, long deadlineNs) throws IOException {
        return connecting(() -> {
            ensureOpen();
            if (mustBlock && !isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            boolean connected = false;
            final boolean blocking = isBlocking();
            try {
                if (blocking) {
                    begin();
                }
                beginConnect(remote);
                stackSocket.output().close();
                final int result = stackSocket
                        .host()
                        .ask(sockets -> sockets.connect(stackSocket.descriptor(), Addresses.ofPeer(remote)));
                if (result < 0 && result != -Errno.EINPROGRESS && isOpen()) {
                    throw Failures.of(result);
                }
                connected = result == 0 || blocking && awaitConnect(deadlineNs);
            } finally {
                if (blocking) {
                    end(connected);
                }
            }
            return connected && becomeConnected();
        });
    }

    private void beginConnect(InetSocketAddress remote) throws IOException {
        synchronized (stateLock) {
            ensureOpen();
            if (state == State.CONNECTED) {
                throw new AlreadyConnectedException();
            }
            if (state == State.PENDING) {
                throw new ConnectionPendingException();
            }
            state = State.PENDING;
            remoteAddress = remote.getAddress().isAnyLocalAddress() ? Addresses.of(Addresses.ofPeer(remote)) : remote;
        }
    }

    private boolean awaitConnect(long deadlineNs) throws IOException {
        while (isOpen()) {
            stackSocket.output().close();
            if (stackSocket.pollConnect()) {
                return isOpen();
            }
            if (deadlineNs != Gate.NEVER && deadlineNs - System.nanoTime() <= 0) {
                throw new SocketTimeoutException("Connect timed out");
            }
            if (isOpen()) {
                stackSocket.output().await(deadlineNs);
            }
        }
        return false;
    }

    private boolean becomeConnected() throws IOException {
        synchronized (stateLock) {
            ensureOpen();
            localAddress = stackSocket.localAddress();
            state = State.CONNECTED;
        }
        stackSocket.lookAgain();
        return true;
    }

    @Override
    public boolean finishConnect() throws IOException {
        return connecting(() -> {
            if (isConnected()) {
                return true;
            }
            ensureOpen();
            boolean connected = false;
            final boolean blocking = isBlocking();
            try {
                if (blocking) {
                    begin();
                }
                synchronized (stateLock) {
                    ensureOpen();
                    if (state != State.PENDING) {
                        throw new NoConnectionPendingException();
                    }
                }
                connected = blocking ? awaitConnect(Gate.NEVER) : stackSocket.pollConnect();
            } finally {
                if (blocking) {
                    end(connected);
                }
            }
            return connected && becomeConnected();
        });
    }

    @FunctionalInterface
    private interface Attempt {
        boolean run() throws IOException;
    }

    /// With both locks; who fails to connect has a closed channel.
    private boolean connecting(Attempt attempt) throws IOException {
        try {
            readLock.lock();
            try {
                writeLock.lock();
                try {
                    return attempt.run();
                } finally {
                    writeLock.unlock();
                }
            } finally {
                readLock.unlock();
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    // ---- ending ----

    @Override
    public SocketChannel shutdownInput() throws IOException {
        synchronized (stateLock) {
            ensureConnected();
            if (!inputShut) {
                inputShut = true;
                stackSocket.host().ask(sockets -> sockets.shutdown(stackSocket.descriptor(), Sockets.SHUT_RD));
                stackSocket.lookAgain();
            }
        }
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        synchronized (stateLock) {
            ensureConnected();
            if (!outputShut) {
                outputShut = true;
                stackSocket.host().ask(sockets -> sockets.shutdown(stackSocket.descriptor(), Sockets.SHUT_WR));
                stackSocket.lookAgain();
            }
        }
        return this;
    }

    boolean isInputOpen() {
        return !inputShut;
    }

    boolean isOutputOpen() {
        return !outputShut;
    }

    @Override
    protected void implCloseSelectableChannel() {
        stackSocket.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        readLock.lock();
        try {
            writeLock.lock();
            try {
                ensureOpen();
            } finally {
                writeLock.unlock();
            }
        } finally {
            readLock.unlock();
        }
    }

    // ---- names, options, adaptor ----

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return localAddress;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return remoteAddress;
    }

    @Nullable
    InetSocketAddress localAddress() {
        return localAddress;
    }

    @Nullable
    InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        options.check(name, value);
        synchronized (stateLock) {
            ensureOpen();
            options.set(name, value);
        }
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        options.check(name);
        synchronized (stateLock) {
            ensureOpen();
            return options.get(name);
        }
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return options.supported();
    }

    @Override
    public Socket socket() {
        synchronized (stateLock) {
            Socket made = adaptor;
            if (made == null) {
                made = SocketAdaptor.of(this);
                adaptor = made;
            }
            return made;
        }
    }

    // ---- selection ----

    @Override
    public ReadinessSource source() {
        return stackSocket;
    }

    @Override
    public int translate(int events, int interest) {
        if ((events & (Sockets.POLLERR | Sockets.POLLHUP)) != 0) {
            return interest;
        }
        int ops = 0;
        if ((events & Sockets.POLLIN) != 0 && state == State.CONNECTED) {
            ops |= SelectionKey.OP_READ;
        }
        if ((events & Sockets.POLLOUT) != 0) {
            ops |= state == State.PENDING ? SelectionKey.OP_CONNECT : 0;
            ops |= state == State.CONNECTED ? SelectionKey.OP_WRITE : 0;
        }
        return ops & interest;
    }

    @Override
    public String toString() {
        final String name = getClass().getSuperclass().getName();
        if (!isOpen()) {
            return name + "[closed]";
        }
        final StringBuilder text = new StringBuilder(name).append('[');
        text.append(
                switch (state) {
                    case UNCONNECTED -> "unconnected";
                    case PENDING -> "connection-pending";
                    case CONNECTED -> "connected" + (inputShut ? " ishut" : "") + (outputShut ? " oshut" : "");
                });
        if (localAddress != null) {
            text.append(" local=").append(localAddress);
        }
        if (remoteAddress != null) {
            text.append(" remote=").append(remoteAddress);
        }
        return text.append(']').toString();
    }
}
