package org.weir.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import org.jspecify.annotations.Nullable;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;

/// The half of a datagram channel that sends. It remembers the last target, so that a conversation makes no address
/// for each datagram.
final class DatagramOutput extends DatagramHalf {
    private final SocketAddress target = new SocketAddress();

    // Guarded by the lock.
    private boolean toPeer = true;
    private @Nullable InetSocketAddress known;

    DatagramOutput(DatagramAssociation association) {
        super(association, association.socket().output(), Octets.toSend(association.socket()));
    }

    /// Sends to `to`, which is the peer if there is one.
    int send(ByteBuffer source, InetSocketAddress to) throws IOException {
        lock().lock();
        try {
            channel().ensureOpen();
            final InetSocketAddress peer = association().remote();
            if (peer != null && !to.equals(peer)) {
                throw new AlreadyConnectedException();
            }
            aim(peer == null ? to : null);
            return move(source);
        } finally {
            aimAtPeer();
            lock().unlock();
        }
    }

    /// Sends as the adaptor does, to the peer for null.
    void send(byte[] source, int offset, int length, @Nullable InetSocketAddress to) throws IOException {
        lock().lock();
        try {
            aim(to);
            move(source, offset, length, 0);
        } finally {
            aimAtPeer();
            lock().unlock();
        }
    }

    private void aim(@Nullable InetSocketAddress to) {
        needsPeer(false);
        toPeer = to == null;
        if (to != null && !to.equals(known)) {
            final SocketAddress resolved = Addresses.ofPeer(to);
            target.set(resolved.high(), resolved.low(), resolved.port());
            known = to;
        }
    }

    private void aimAtPeer() {
        needsPeer(true);
        toPeer = true;
    }

    @Override
    int transfer(Sockets sockets, int descriptor) {
        return toPeer
                ? sockets.send(descriptor, octets(), octets().length())
                : sockets.sendTo(descriptor, octets(), octets().length(), target);
    }
}
