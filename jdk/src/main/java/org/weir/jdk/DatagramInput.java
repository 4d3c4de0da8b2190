package org.weir.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;

/// The half of a datagram channel that receives. It remembers the last sender, so that a conversation makes no address
/// for each datagram.
final class DatagramInput extends DatagramHalf {
    private final SocketAddress sender = new SocketAddress();

    // Guarded by the lock.
    private @Nullable InetSocketAddress known;
    private long knownLow;

    DatagramInput(DatagramAssociation association) {
        super(association, association.socket().input(), Octets.toReceive(association.socket()));
    }

    /// Who is told where a datagram came from.
    @FunctionalInterface
    interface SenderStore {
        void is(InetSocketAddress address);
    }

    /// Receives from anybody. Returns the sender, or null if nothing is there.
    @Nullable
    InetSocketAddress receive(ByteBuffer target) throws IOException {
        lock().lock();
        needsPeer(false);
        try {
            move(target);
            return moved() < 0 ? null : sender();
        } finally {
            needsPeer(true);
            lock().unlock();
        }
    }

    /// Receives as the adaptor does: in blocking mode, for `timeoutNs` at most if that is not 0. Stores where from.
    int receive(byte[] target, int offset, int length, long timeoutNs, SenderStore store) throws IOException {
        lock().lock();
        needsPeer(false);
        try {
            final int count = move(target, offset, length, timeoutNs);
            store.is(sender());
            return count;
        } finally {
            needsPeer(true);
            lock().unlock();
        }
    }

    private InetSocketAddress sender() {
        InetSocketAddress last = known;
        if (last == null || last.getPort() != sender.port() || knownLow != sender.low()) {
            last = Addresses.of(sender);
            known = last;
            knownLow = sender.low();
        }
        return last;
    }

    @Override
    int transfer(Sockets sockets, int descriptor) {
        return sockets.receiveFrom(descriptor, octets(), octets().length(), 0, sender);
    }
}
