package org.weir.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Errno;

/// How a channel gets its two names and becomes a connection. Whoever binds or connects holds the locks of both halves.
final class StreamConnector {
    enum State {
        UNCONNECTED,
        PENDING,
        CONNECTED
    }

    private final BlockingChannel channel;
    private final StackSocket socket;

    // Written under the monitor.
    private volatile State state = State.UNCONNECTED;
    private volatile @Nullable InetSocketAddress local;
    private volatile @Nullable InetSocketAddress remote;

    StreamConnector(BlockingChannel channel, StackSocket socket) {
        this.channel = channel;
        this.socket = socket;
    }

    BlockingChannel channel() {
        return channel;
    }

    StackSocket socket() {
        return socket;
    }

    State state() {
        return state;
    }

    @Nullable
    InetSocketAddress local() {
        return local;
    }

    @Nullable
    InetSocketAddress remote() {
        return remote;
    }

    void ensureConnected() throws ClosedChannelException {
        channel.ensureOpen();
        if (state != State.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    /// The connection came from `peer` to `name`, and was accepted.
    synchronized void accepted(InetSocketAddress name, InetSocketAddress peer) {
        local = name;
        remote = peer;
        state = State.CONNECTED;
    }

    synchronized void bind(@Nullable SocketAddress name) throws IOException {
        channel.ensureOpen();
        if (state == State.PENDING) {
            throw new ConnectionPendingException();
        }
        if (local != null) {
            throw new AlreadyBoundException();
        }
        socket.bind(Addresses.checkLocal(name));
        local = socket.localAddress();
    }

    /// Returns true if connected, false if that goes on.
    boolean connect(InetSocketAddress peer, boolean blocking, long deadlineNs) throws IOException {
        final BlockingChannel.Operation handshake = (waits, untilNs) -> {
            begin(peer);
            socket.output().close();
            final int result =
                    socket.host().ask(sockets -> sockets.connect(socket.descriptor(), Addresses.ofPeer(peer)));
            if (result < 0 && result != -Errno.EINPROGRESS && channel.isOpen()) {
                throw Failures.of(result);
            }
            return result == 0 || waits && await(untilNs);
        };
        return channel.perform(handshake, blocking, deadlineNs) && succeed();
    }

    /// Returns true if connected, false if that goes on.
    boolean finish(boolean blocking) throws IOException {
        if (state == State.CONNECTED && channel.isOpen()) {
            return true;
        }
        final BlockingChannel.Operation rest = (waits, untilNs) -> {
            if (state != State.PENDING) {
                throw new NoConnectionPendingException();
            }
            return waits ? await(untilNs) : socket.pollConnect();
        };
        return channel.perform(rest, blocking, Gate.NEVER) && succeed();
    }

    private synchronized void begin(InetSocketAddress peer) throws IOException {
        channel.ensureOpen();
        if (state == State.CONNECTED) {
            throw new AlreadyConnectedException();
        }
        if (state == State.PENDING) {
            throw new ConnectionPendingException();
        }
        state = State.PENDING;
        remote = peer.getAddress().isAnyLocalAddress() ? Addresses.of(Addresses.ofPeer(peer)) : peer;
    }

    private boolean await(long deadlineNs) throws IOException {
        while (channel.isOpen()) {
            socket.output().close();
            if (socket.pollConnect()) {
                return channel.isOpen();
            }
            if (channel.isOpen()) {
                socket.output().await(deadlineNs, "Connect timed out");
            }
        }
        return false;
    }

    private boolean succeed() throws IOException {
        synchronized (this) {
            channel.ensureOpen();
            local = socket.connectedAddress();
            state = State.CONNECTED;
        }
        socket.lookAgain();
        return true;
    }
}
