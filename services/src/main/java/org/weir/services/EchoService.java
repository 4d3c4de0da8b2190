package org.weir.services;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.services.common.Doors;
import org.weir.stack.Stack;
import org.weir.tcp.TcpAcceptHandler;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.udp.UdpEndpoint;
import org.weir.udp.UdpHandler;
import org.weir.wire.IpAddress;

/// The echo protocol, RFC 862, over TCP and UDP: sends back what it receives.
///
/// Well-filled pages go from the receive queue to the send queue by reference. While the send queue is full nothing
/// is read, so a client that does not read is not read from for long. After the client's FIN everything is sent back
/// before ours. There is no state between events, so a connection costs nothing beyond TCP's own.
///
/// Over UDP no datagram is answered that claims to come from a well-known port or from the echo port itself: two
/// services that answer each other would never stop (CVE-1999-0103).
public final class EchoService implements TcpHandler, TcpAcceptHandler, UdpHandler, AutoCloseable {
    private final PbufPool pool;
    /// Shorter pieces are copied together, so that they do not keep a page each.
    private final int leastByReference;

    private @Nullable TcpListener listener;
    private @Nullable UdpEndpoint endpoint;

    private EchoService(Stack stack) {
        pool = stack.pool();
        leastByReference = pool.pageSize() / 2;
    }

    /// Serves `port` of `address`, TCP and UDP.
    ///
    /// @throws IllegalStateException if a port cannot be had
    public static EchoService start(Stack stack, IpAddress address, int port) {
        final EchoService service = new EchoService(stack);
        service.listener = Doors.listen(stack, address, port, service);
        service.endpoint = Doors.endpoint(stack, address, port, service);
        return service;
    }

    // ---- TCP ----

    @Override
    public void acceptable(TcpListener from) {
        for (TcpConnection c = from.accept(); c != null; c = from.accept()) {
            c.handler(this);
        }
    }

    @Override
    public void readable(TcpConnection connection) {
        pump(connection);
    }

    @Override
    public void writable(TcpConnection connection) {
        pump(connection);
    }

    @Override
    public void failed(TcpConnection connection, TcpError error) {
        // There is nothing to give back.
    }

    private void pump(TcpConnection c) {
        for (Pbuf piece = c.received(); piece != null; piece = c.received()) {
            if (!sendBack(c, piece)) {
                return;
            }
        }
        if (c.endOfStream()) {
            c.close();
        }
    }

    /// Moves `piece`, the first of the receive queue, to the send queue. False if not all of it fits now:
    /// [#writable] follows.
    private boolean sendBack(TcpConnection c, Pbuf piece) {
        final int length = piece.length();
        if (length < leastByReference || length > c.sendRoom()) {
            final int copied = c.write(piece.segment(), piece.offset(), length);
            c.consume(copied);
            return copied == length;
        }
        piece.retain();
        c.consume(length);
        if (!c.send(piece)) {
            throw new IllegalStateException("a piece that fits was not taken");
        }
        return true;
    }

    // ---- UDP ----

    @Override
    public void readable(UdpEndpoint at) {
        for (Pbuf datagram = at.poll(); datagram != null; datagram = at.poll()) {
            sendBack(at, datagram);
        }
    }

    /// Takes `datagram`. Its headers are in front of it still, and not necessarily as much room as ours need, so it
    /// is chained behind a buffer that has it.
    private void sendBack(UdpEndpoint at, Pbuf datagram) {
        final int port = UdpEndpoint.senderPort(datagram);
        final long low = UdpEndpoint.senderLow(datagram);
        final Pbuf answer = LoopGuard.permitsAnswer(port, at.localPort()) ? pool.take(Headroom.TRANSPORT, 0) : null;
        if (answer == null) {
            datagram.release();
            return;
        }
        answer.chain(datagram);
        at.sendTo(answer, low, port);
    }

    // ---- end ----

    /// Frees the ports. Connections that were accepted are served on.
    @Override
    public void close() {
        if (listener != null && endpoint != null) {
            listener.close();
            endpoint.close();
            listener = null;
            endpoint = null;
        }
    }
}
