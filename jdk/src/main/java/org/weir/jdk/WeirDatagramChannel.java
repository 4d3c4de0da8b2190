package org.weir.jdk;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Sockets;

/// A UDP socket of a Weir stack as a channel. One thread at a time receives, one sends; connecting takes both locks.
final class WeirDatagramChannel extends DatagramChannel implements Watchable {
    /// Between two attempts to send where a link or the pool is full: nobody tells when that ends.
    private static final long SEND_PAUSE_NS = 200_000;

    private final StackSocket stackSocket;
    private final DatagramTransfer input;
    private final DatagramTransfer output;
    private final ChannelOptions options;
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final Object stateLock = new Object();

    // Written under the state lock.
    private volatile @Nullable InetSocketAddress localAddress;
    private volatile @Nullable InetSocketAddress remoteAddress;
    private @Nullable DatagramSocket adaptor;

    private WeirDatagramChannel(WeirSelectorProvider provider, StackSocket socket) {
        super(provider);
        this.stackSocket = socket;
        this.input = new DatagramTransfer(socket, true);
        this.output = new DatagramTransfer(socket, false);
        this.options = new ChannelOptions(socket, ChannelOptions.DATAGRAM);
    }

    static WeirDatagramChannel open(WeirSelectorProvider provider, StackHost host) throws SocketException {
        return new WeirDatagramChannel(provider, StackSocket.open(host, Sockets.SOCK_DGRAM));
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void ensureConnected() throws ClosedChannelException {
        ensureOpen();
        if (remoteAddress == null) {
            throw new NotYetConnectedException();
        }
    }

    /// Who receives or sends has a name.
    private void ensureBound() throws IOException {
        if (localAddress == null) {
            synchronized (stateLock) {
                ensureOpen();
                if (localAddress == null) {
                    bindTo(Addresses.checkLocal(null));
                }
            }
        }
    }

    private void bindTo(InetSocketAddress local) throws IOException {
        stackSocket.bind(local);
        localAddress = stackSocket.localAddress();
    }

    // ---- receiving ----

    private static void checkWritable(ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    @Override
    public @Nullable SocketAddress receive(ByteBuffer target) throws IOException {
        checkWritable(target);
        readLock.lock();
        try {
            ensureOpen();
            input.octets().use(target);
            return receive(isBlocking(), Gate.NEVER) < 0 ? null : input.sender();
        } finally {
            input.octets().clear();
            readLock.unlock();
        }
    }

    /// Receives as the adaptor does: in blocking mode, for `timeoutNs` at most if that is not 0. Stores where from.
    int blockingReceive(byte[] target, int offset, int length, long timeoutNs, Sender sender) throws IOException {
        readLock.lock();
        try {
            ensureOpen();
            if (!isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            input.octets().use(target, offset, length);
            final int count = receive(true, Gate.after(timeoutNs));
            sender.is(input.sender());
            return count;
        } finally {
            input.octets().clear();
            readLock.unlock();
        }
    }

    /// Who is told where a datagram came from.
    @FunctionalInterface
    interface Sender {
        void is(InetSocketAddress address);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        checkWritable(target);
        readLock.lock();
        try {
            ensureConnected();
            input.octets().use(target);
            return Math.max(0, receive(isBlocking(), Gate.NEVER));
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
            return Math.max(0, receive(isBlocking(), Gate.NEVER));
        } finally {
            input.octets().clear();
            readLock.unlock();
        }
    }

    /// Returns the octets of one datagram; negative if there is none.
    private int receive(boolean blocking, long deadlineNs) throws IOException {
        boolean completed = false;
        try {
            if (blocking) {
                begin();
            }
            ensureOpen();
            ensureBound();
            int result = input.attempt();
            while (blocking && DatagramTransfer.isUnavailable(result) && isOpen()) {
                if (deadlineNs != Gate.NEVER && deadlineNs - System.nanoTime() <= 0) {
                    throw new SocketTimeoutException("Receive timed out");
                }
                stackSocket.input().await(deadlineNs);
                result = input.attempt();
            }
            completed = result >= 0;
            return checked(result);
        } finally {
            if (blocking) {
                end(completed);
            }
        }
    }

    /// `result` if it is a count or says that nothing could be moved; anything else is thrown.
    private int checked(int result) throws IOException {
        if (result >= 0 || DatagramTransfer.isUnavailable(result)) {
            return result;
        }
        if (!isOpen()) {
            throw new AsynchronousCloseException();
        }
        throw Failures.ofDatagram(result);
    }

    // ---- sending ----

    @Override
    public int send(ByteBuffer source, SocketAddress target) throws IOException {
        Objects.requireNonNull(source);
        final InetSocketAddress checked = Addresses.check(target);
        writeLock.lock();
        try {
            ensureOpen();
            final InetSocketAddress remote = remoteAddress;
            if (remote != null && !checked.equals(remote)) {
                throw new AlreadyConnectedException();
            }
            output.target(remote == null ? checked : null);
            output.octets().use(source);
            return send(isBlocking());
        } finally {
            output.octets().clear();
            writeLock.unlock();
        }
    }

    /// Sends as the adaptor does, to where it is connected to for null.
    void blockingSend(byte[] source, int offset, int length, @Nullable InetSocketAddress target) throws IOException {
        writeLock.lock();
        try {
            ensureOpen();
            if (!isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            output.target(target);
            output.octets().use(source, offset, length);
            send(true);
        } finally {
            output.octets().clear();
            writeLock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        Objects.requireNonNull(source);
        writeLock.lock();
        try {
            ensureConnected();
            output.target(null);
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
            output.target(null);
            output.octets().use(sources, offset, length);
            return send(isBlocking());
        } finally {
            output.octets().clear();
            writeLock.unlock();
        }
    }

    private int send(boolean blocking) throws IOException {
        boolean completed = false;
        try {
            if (blocking) {
                begin();
            }
            ensureOpen();
            ensureBound();
            int result = output.attempt();
            while (blocking && DatagramTransfer.isUnavailable(result) && isOpen()) {
                LockSupport.parkNanos(this, SEND_PAUSE_NS);
                result = output.attempt();
            }
            completed = result >= 0;
            return Math.max(0, checked(result));
        } finally {
            if (blocking) {
                end(completed);
            }
        }
    }

    // ---- naming ----

    @Override
    public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
        readLock.lock();
        try {
            writeLock.lock();
            try {
                synchronized (stateLock) {
                    ensureOpen();
                    if (localAddress != null) {
                        throw new AlreadyBoundException();
                    }
                    bindTo(Addresses.checkLocal(local));
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
        return remoteAddress != null;
    }

    @Override
    public DatagramChannel connect(SocketAddress remote) throws IOException {
        return connect(Addresses.check(remote), true);
    }

    /// Connects, also anew if not `once`. What had arrived before is dropped: it may be another's.
    DatagramChannel connect(InetSocketAddress remote, boolean once) throws IOException {
        readLock.lock();
        try {
            writeLock.lock();
            try {
                synchronized (stateLock) {
                    ensureOpen();
                    if (once && remoteAddress != null) {
                        throw new AlreadyConnectedException();
                    }
                    final org.weir.stack.SocketAddress peer = Addresses.ofPeer(remote);
                    stackSocket.host().demand(sockets -> connectAndFlush(sockets, peer));
                    remoteAddress = Addresses.of(peer);
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

    private int connectAndFlush(Sockets sockets, org.weir.stack.SocketAddress peer) {
        final int descriptor = stackSocket.descriptor();
        sockets.disconnect(descriptor);
        final int result = sockets.connect(descriptor, peer);
        while (result == 0 && (sockets.ready(descriptor) & Sockets.POLLIN) != 0) {
            sockets.receive(descriptor, (at, source, offset, length) -> {}, 0, 0);
        }
        return result;
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        readLock.lock();
        try {
            writeLock.lock();
            try {
                synchronized (stateLock) {
                    if (isOpen() && remoteAddress != null) {
                        stackSocket.host().demand(sockets -> sockets.disconnect(stackSocket.descriptor()));
                        remoteAddress = null;
                        localAddress = stackSocket.localAddress();
                    }
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

    // ---- multicast ----

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on) {
        throw new UnsupportedOperationException("The stack does not join multicast groups");
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on, InetAddress source) {
        return join(group, on);
    }

    // ---- the rest ----

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

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
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
    public DatagramSocket socket() {
        synchronized (stateLock) {
            DatagramSocket made = adaptor;
            if (made == null) {
                made = new DatagramSocketAdaptor(this);
                adaptor = made;
            }
            return made;
        }
    }

    @Override
    public ReadinessSource source() {
        return stackSocket;
    }

    @Override
    public int translate(int events, int interest) {
        if ((events & (Sockets.POLLERR | Sockets.POLLHUP)) != 0) {
            return interest;
        }
        final int read = (events & Sockets.POLLIN) != 0 ? SelectionKey.OP_READ : 0;
        final int write = (events & Sockets.POLLOUT) != 0 ? SelectionKey.OP_WRITE : 0;
        return (read | write) & interest;
    }

    @Override
    public String toString() {
        final String name = getClass().getSuperclass().getName();
        return isOpen()
                ? name + "[local=" + localAddress + (remoteAddress == null ? "" : ", remote=" + remoteAddress) + "]"
                : name + "[closed]";
    }
}
