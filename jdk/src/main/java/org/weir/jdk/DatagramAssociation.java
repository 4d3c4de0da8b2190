package org.weir.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Sockets;

/// The two names of a datagram channel: its own, and that of the peer it is connected to. Whoever changes them holds
/// the locks of both halves; who first receives or sends gets a name with the lock of one.
final class DatagramAssociation {
    private final BlockingChannel channel;
    private final StackSocket socket;

    // Written under the monitor.
    private volatile @Nullable InetSocketAddress local;
    private volatile @Nullable InetSocketAddress remote;

    DatagramAssociation(BlockingChannel channel, StackSocket socket) {
        this.channel = channel;
        this.socket = socket;
    }

    BlockingChannel channel() {
        return channel;
    }

    StackSocket socket() {
        return socket;
    }

    @Nullable
    InetSocketAddress local() {
        return local;
    }

    @Nullable
    InetSocketAddress remote() {
        return remote;
    }

    void ensureUsable(boolean needsPeer) throws ClosedChannelException {
        channel.ensureOpen();
        if (needsPeer && remote == null) {
            throw new NotYetConnectedException();
        }
    }

    /// Who receives or sends has a name.
    void ensureBound() throws IOException {
        if (local != null) {
            return;
        }
        synchronized (this) {
            channel.ensureOpen();
            if (local == null) {
                bindTo(null);
            }
        }
    }

    synchronized void bind(@Nullable SocketAddress name) throws IOException {
        channel.ensureOpen();
        if (local != null) {
            throw new AlreadyBoundException();
        }
        bindTo(name);
    }

    private void bindTo(@Nullable SocketAddress name) throws IOException {
        socket.bind(Addresses.checkLocal(name));
        local = socket.localAddress();
    }

    /// Connects, also anew if not `once`. What had arrived before is dropped: it may be another's.
    synchronized void connect(InetSocketAddress to, boolean once) throws IOException {
        channel.ensureOpen();
        if (once && remote != null) {
            throw new AlreadyConnectedException();
        }
        final org.weir.stack.SocketAddress peer = Addresses.ofPeer(to);
        final int result = socket.host().ask(sockets -> connectAndFlush(sockets, peer));
        if (result < 0) {
            remote = null;
            local = local == null ? null : socket.localAddress();
            throw Failures.of(result);
        }
        remote = Addresses.of(peer);
        local = socket.localAddress();
    }

    private int connectAndFlush(Sockets sockets, org.weir.stack.SocketAddress peer) {
        final int descriptor = socket.descriptor();
        sockets.disconnect(descriptor);
        final int result = sockets.connect(descriptor, peer);
        while (result == 0 && (sockets.ready(descriptor) & Sockets.POLLIN) != 0) {
            sockets.receive(descriptor, (at, source, offset, length) -> {}, 0, 0);
        }
        return result;
    }

    synchronized void disconnect() throws IOException {
        if (channel.isOpen() && remote != null) {
            socket.host().demand(sockets -> sockets.disconnect(socket.descriptor()));
            remote = null;
            local = socket.localAddress();
        }
    }
}
