package org.weir.stack;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.ip.ErrorQueue;
import org.weir.memory.OctetSource;
import org.weir.memory.Pbuf;

/// What [Sockets] does differently with sockets of datagrams, by what stands behind them. Arguments are checked as far
/// as they are the same for all; results are 0 or a negated [Errno].
abstract class DatagramCalls {
    // ---- naming ----

    abstract int bind(Socket s, SocketAddress local);

    abstract int connect(Socket s, SocketAddress remote);

    abstract void disconnect(Socket s);

    abstract boolean isConnected(Socket s);

    abstract void localAddress(Socket s, SocketAddress local);

    /// Of a socket that is connected.
    abstract void remoteAddress(Socket s, SocketAddress remote);

    // ---- data ----

    /// True if nothing can be sent to `remote`, whatever the routes.
    abstract boolean isNoDestination(SocketAddress remote);

    abstract int send(Socket s, MemorySegment source, long offset, int length, long low, int port);

    abstract int send(Socket s, OctetSource source, int length, long low, int port);

    /// To the connected peer; `s` is connected.
    abstract int send(Socket s, MemorySegment source, long offset, int length);

    /// As above, from `source`.
    abstract int send(Socket s, OctetSource source, int length);

    /// False if `length` octets to `low` would be refused with `EAGAIN` now.
    abstract boolean hasRoomFor(Socket s, int length, long low);

    /// The oldest datagram, borrowed; null if there is none.
    abstract @Nullable Pbuf peek(Socket s);

    /// Drops the oldest datagram.
    abstract void drop(Socket s);

    abstract void sender(Pbuf datagram, SocketAddress sender);

    abstract ErrorQueue errors(Socket s);

    abstract void close(Socket s);

    // ---- options ----

    abstract int set(Socket s, int level, int name, int value);

    abstract int get(Socket s, int level, int name);
}
