package org.weir.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
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
final class WeirServerSocketChannel extends ServerSocketChannel implements BlockingChannel {
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
        this.options = new ChannelOptions(this, socket, ChannelOptions.LISTENER);
    }

    static WeirServerSocketChannel open(WeirSelectorProvider provider, StackHost host) throws IOException {
        final WeirServerSocketChannel channel =
                new WeirServerSocketChannel(provider, StackSocket.open(host, Sockets.SOCK_STREAM));
        // As the JDK does on Linux, so that a server starts again while old connections wait.
        channel.options.set(StandardSocketOptions.SO_REUSEADDR, true);
        return channel;
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
        final Acceptance acceptance = new Acceptance();
        boolean returned = false;
        try {
            perform(acceptance, blocking, deadlineNs);
            returned = true;
        } finally {
            // An interrupt may come when a connection has been taken.
            if (!returned && acceptance.accepted != null) {
                acceptance.accepted.close();
            }
        }
        return acceptance.accepted;
    }

    /// Takes a connection and watches it from the start, so that nothing it tells is missed.
    private final class Acceptance extends StackCall implements Operation {
        private final org.weir.stack.SocketAddress peer = new org.weir.stack.SocketAddress();
        private final org.weir.stack.SocketAddress local = new org.weir.stack.SocketAddress();
        private @Nullable StackSocket taken;
        private @Nullable SocketChannel accepted;
        private int result;

        @Override
        protected void run(Stack stack) {
            result = stack.sockets().accept(stackSocket.descriptor(), peer);
            taken = null;
            if (result >= 0) {
                // Now, for a connection that is reset has no name any more.
                stack.sockets().localAddress(result, local);
                taken = StackSocket.adopt(stackSocket.host(), stack.sockets(), result);
            }
        }

        @Override
        public boolean perform(boolean blocking, long deadlineNs) throws IOException {
            if (localAddress == null) {
                throw new NotYetBoundException();
            }
            while (!attempt()) {
                if (!blocking) {
                    return false;
                }
                stackSocket.input().await(deadlineNs, "Accept timed out");
            }
            return true;
        }

        private boolean attempt() throws IOException {
            stackSocket.input().close();
            stackSocket.host().call(this);
            if (taken != null) {
                accepted = WeirSocketChannel.accepted(weir, taken, Addresses.of(local), Addresses.of(peer));
                return true;
            }
            if (!isOpen()) {
                throw new AsynchronousCloseException();
            }
            if (result != -Errno.EAGAIN) {
                throw Failures.of(result);
            }
            return false;
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
        options.set(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return options.get(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return options.supported();
    }

    @Override
    public synchronized ServerSocket socket() {
        if (adaptor == null) {
            adaptor = new ServerSocketAdaptor(this);
        }
        return adaptor;
    }

    // ---- waiting and selection ----

    @Override
    public void beginWait() {
        begin();
    }

    @Override
    public void endWait(boolean completed) throws AsynchronousCloseException {
        end(completed);
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
