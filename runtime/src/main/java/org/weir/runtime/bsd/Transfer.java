package org.weir.runtime.bsd;

import org.jspecify.annotations.Nullable;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;

/// Sends a message or receives one.
final class Transfer extends SocketOperation {
    private final Message message;
    private final @Nullable SocketAddress address;
    private final Pieces pieces;
    private final boolean sends;
    private final int flags;

    Transfer(BlockingSockets home, int descriptor, int events, Message message, int flags) {
        super(home, descriptor, events, flags);
        this.message = message;
        this.address = message.address();
        this.pieces = message.pieces();
        this.sends = events == Sockets.POLLOUT;
        this.flags = flags;
    }

    @Override
    protected int tryOn(Sockets sockets) {
        final boolean isStream =
                sockets.option(descriptor, SocketOptions.SOL_SOCKET, SocketOptions.SO_TYPE) == Sockets.SOCK_STREAM;
        if (sends) {
            return isStream && address == null ? sendStream(sockets) : sendDatagram(sockets);
        }
        return isStream ? receiveStream(sockets) : receiveDatagram(sockets);
    }

    private int sendDatagram(Sockets sockets) {
        return address == null
                ? sockets.send(descriptor, pieces, pieces.length())
                : sockets.sendTo(descriptor, pieces, pieces.length(), address);
    }

    /// Goes on where it was, until all is taken.
    private int sendStream(Sockets sockets) {
        final int sent = sockets.send(descriptor, pieces, pieces.length());
        if (sent < 0) {
            return sent == -Errno.EAGAIN ? sent : partial(sent);
        }
        pieces.skipped += sent;
        return pieces.length() == 0 ? pieces.skipped : -Errno.EAGAIN;
    }

    private int receiveStream(Sockets sockets) {
        if (address != null || (flags & BlockingSockets.MSG_TRUNC) != 0) {
            return address != null ? -Errno.EOPNOTSUPP : -Errno.EINVAL;
        }
        final boolean peeks = (flags & BlockingSockets.MSG_PEEK) != 0;
        final boolean all = (flags & BlockingSockets.MSG_WAITALL) != 0 && !peeks;
        final int received = sockets.receive(descriptor, pieces, pieces.length(), flags & BlockingSockets.MSG_PEEK);
        if (!all || received == -Errno.EAGAIN) {
            return received;
        }
        if (received <= 0) {
            return pieces.skipped > 0 ? pieces.skipped : received;
        }
        pieces.skipped += received;
        return pieces.length() == 0 ? pieces.skipped : -Errno.EAGAIN;
    }

    private int receiveDatagram(Sockets sockets) {
        final int stays = flags & BlockingSockets.MSG_PEEK;
        final int whole = address == null
                ? sockets.receive(descriptor, pieces, pieces.length(), stays | Sockets.MSG_TRUNC)
                : sockets.receiveFrom(descriptor, pieces, pieces.length(), stays | Sockets.MSG_TRUNC, address);
        if (whole <= pieces.length()) {
            return whole;
        }
        message.flags = BlockingSockets.MSG_TRUNC;
        return (flags & BlockingSockets.MSG_TRUNC) != 0 ? whole : pieces.length();
    }

    /// What a stream has done counts more than why it ends.
    @Override
    protected int partial(int reason) {
        return pieces.skipped > 0 ? pieces.skipped : reason;
    }
}
