package org.weir.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.weir.runtime.StackCall;
import org.weir.stack.Errno;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// A listening socket of a Weir stack as a channel. One thread at a time accepts.
final class WeirServerSocketChannel extends ServerSocketChannel implements Watchable {
    private static final int DEFAULT_BACKLOG = 50;

    private final WeirSelectorProvider weir;
    private final StackSocket stackSocket;
    private final ChannelOptions options;
    private final ReentrantLock acceptLock = new ReentrantLock();
    private final Object stateLock = new Object();

    /// Null while it is not bound. Written under the state lock.
    private volatile @Nullable InetSocketAddress localAddress;

    private @Nullable ServerSocket adaptor;

    private WeirServerSocketChannel(WeirSelectorProvider provider, StackSocket socket) {
        super(provider);
        this.weir = provider;
        this.stackSocket = socket;
        this.options = new ChannelOptions(socket, ChannelOptions.LISTENER);
    }

    static WeirServerSocketChannel open(WeirSelectorProvider provider, StackHost host) throws SocketException {
        final WeirServerSocketChannel channel =
                new WeirServerSocketChannel(provider, StackSocket.open(host, Sockets.SOCK_STREAM));
        // As the JDK does on Linux, so that a server starts again while old connections wait.
        channel.options.set(StandardSocketOptions.SO_REUSEADDR, true);
        return channel;
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
        synchronized (stateLock) {
            ensureOpen();
            if (localAddress != null) {
                throw new AlreadyBoundException();
            }
            final int waiting = backlog < 1 ? DEFAULT_BACKLOG : backlog;
            stackSocket.bind(Addresses.checkLocal(local));
            stackSocket.host().demand(sockets -> sockets.listen(stackSocket.descriptor(), waiting));
            localAddress = stackSocket.localAddress();
        }
        stackSocket.lookAgain();
        return this;
    }

    // ---- accepting ----

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        acceptLock.lock();
        try {
            ensureOpen();
            return accept(isBlocking(), Gate.NEVER);
        } finally {
            acceptLock.unlock();
        }
    }

    /// Accepts as the adaptor does: in blocking mode, for `timeoutNs` at most if that is not 0.
    @Nullable
    SocketChannel blockingAccept(long timeoutNs) throws IOException {
        acceptLock.lock();
        try {
            if (!isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            return accept(true, Gate.after(timeoutNs));
        } finally {
            acceptLock.unlock();
        }
    }

    private @Nullable SocketChannel accept(boolean blocking, long deadlineNs) throws IOException {
        WeirSocketChannel accepted = null;
        try {
            if (blocking) {
                begin();
            }
            ensureOpen();
            if (localAddress == null) {
                throw new NotYetBoundException();
            }
            accepted = acceptOne(blocking, deadlineNs);
        } finally {
            if (blocking) {
                end(accepted != null);
            }
        }
        return accepted;
    }

    private @Nullable WeirSocketChannel acceptOne(boolean blocking, long deadlineNs) throws IOException {
        final Acceptance acceptance = new Acceptance();
        while (true) {
            stackSocket.input().close();
            stackSocket.host().call(acceptance);
            final StackSocket taken = acceptance.taken;
            if (taken != null) {
                return WeirSocketChannel.accepted(weir, taken, Addresses.of(acceptance.peer));
            }
            if (!isOpen()) {
                throw new AsynchronousCloseException();
            }
            if (acceptance.result != -Errno.EAGAIN) {
                throw Failures.of(acceptance.result);
            }
            if (!blocking) {
                return null;
            }
            if (deadlineNs != Gate.NEVER && deadlineNs - System.nanoTime() <= 0) {
                throw new SocketTimeoutException("Accept timed out");
            }
            stackSocket.input().await(deadlineNs);
        }
    }

    /// Takes a connection and watches it from the start, so that nothing it tells is missed.
    private final class Acceptance extends StackCall {
        private final org.weir.stack.SocketAddress peer = new org.weir.stack.SocketAddress();
        private @Nullable StackSocket taken;
        private int result;

        @Override
        protected void run(Stack stack) {
            result = stack.sockets().accept(stackSocket.descriptor(), peer);
            taken = result < 0 ? null : StackSocket.adopt(stackSocket.host(), stack.sockets(), result);
        }
    }

    // ---- the rest ----

    @Override
    protected void implCloseSelectableChannel() {
        stackSocket.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        acceptLock.lock();
        try {
            ensureOpen();
        } finally {
            acceptLock.unlock();
        }
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return localAddress;
    }

    @Nullable
    InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
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
    public ServerSocket socket() {
        synchronized (stateLock) {
            ServerSocket made = adaptor;
            if (made == null) {
                made = new ServerSocketAdaptor(this);
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
        return (events & Sockets.POLLIN) != 0 ? SelectionKey.OP_ACCEPT & interest : 0;
    }

    @Override
    public String toString() {
        final String name = getClass().getSuperclass().getName();
        if (!isOpen()) {
            return name + "[closed]";
        }
        return name + '[' + (localAddress == null ? "unbound" : localAddress) + ']';
    }
}
