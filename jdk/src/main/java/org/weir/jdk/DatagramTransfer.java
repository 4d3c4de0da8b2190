package org.weir.jdk;

import java.net.InetSocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;
import org.weir.runtime.StackCall;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// Moves one datagram between a socket of the stack and the user's buffers: one call, used again and again under the
/// lock of its direction. It remembers the last peer, so that a conversation makes no address for each datagram.
final class DatagramTransfer extends StackCall {
    private final StackSocket socket;
    private final boolean receives;
    private final Octets octets;
    private final SocketAddress peer = new SocketAddress();
    /// Whose address `peer` was when it was needed last.
    private @Nullable InetSocketAddress known;

    private long knownLow;
    private boolean toConnected;
    private int result;

    DatagramTransfer(StackSocket socket, boolean receives) {
        this.socket = socket;
        this.receives = receives;
        this.octets = new Octets(socket.host().views(), receives);
    }

    Octets octets() {
        return octets;
    }

    /// What is sent goes to `target`, or where the socket is connected to for null.
    void target(@Nullable InetSocketAddress target) {
        toConnected = target == null;
        if (target != null && !target.equals(known)) {
            final SocketAddress resolved = Addresses.ofPeer(target);
            peer.set(resolved.high(), resolved.low(), resolved.port());
            known = target;
        }
    }

    /// Who sent what was received last.
    InetSocketAddress sender() {
        InetSocketAddress sender = known;
        if (sender == null || sender.getPort() != peer.port() || knownLow != peer.low()) {
            sender = Addresses.of(peer);
            known = sender;
            knownLow = peer.low();
        }
        return sender;
    }

    @Override
    protected void run(Stack stack) {
        final Sockets sockets = stack.sockets();
        final int descriptor = socket.descriptor();
        if (receives) {
            result = sockets.receiveFrom(descriptor, octets, octets.length(), 0, peer);
        } else if (toConnected) {
            result = sockets.send(descriptor, octets, octets.length());
        } else {
            result = sockets.sendTo(descriptor, octets, octets.length(), peer);
        }
    }

    /// Moves a datagram if that is possible now. Returns its octets that were moved, or a negated [Errno].
    int attempt() throws SocketException {
        if (receives) {
            socket.input().close();
        }
        socket.host().call(this);
        if (result > 0) {
            octets.advance(result);
        }
        return result;
    }

    static boolean isUnavailable(int result) {
        return result == -Errno.EAGAIN;
    }
}
