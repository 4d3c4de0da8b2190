package org.weir.runtime.bsd;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.stack.SocketAddress;

/// What [BlockingSockets#sendMessage] sends and [BlockingSockets#receiveMessage] fills: `struct msghdr`, without
/// ancillary data.
public final class Message {
    private final @Nullable SocketAddress address;
    private final MemorySegment[] pieces;
    int flags;

    /// @param address where to send to, or where the sender is stored; null for the peer of a connected socket
    /// @param pieces memory to gather from or to scatter to, in this order
    public Message(@Nullable SocketAddress address, MemorySegment... pieces) {
        this.address = address;
        this.pieces = pieces.clone();
    }

    public @Nullable SocketAddress address() {
        return address;
    }

    /// [BlockingSockets#MSG_TRUNC] if the datagram that was received is longer than the pieces; else 0.
    public int flags() {
        return flags;
    }

    Pieces pieces() {
        return new Pieces(pieces);
    }
}
