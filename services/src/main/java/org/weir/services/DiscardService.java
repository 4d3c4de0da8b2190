package org.weir.services;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
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

/// The discard protocol, RFC 863, over TCP and UDP: throws away what it receives, and answers nothing.
public final class DiscardService implements TcpHandler, TcpAcceptHandler, UdpHandler, AutoCloseable {
    private @Nullable TcpListener listener;
    private @Nullable UdpEndpoint endpoint;

    private DiscardService() {}

    /// Serves `port` of `address`, TCP and UDP.
    ///
    /// @throws IllegalStateException if a port cannot be had
    public static DiscardService start(Stack stack, IpAddress address, int port) {
        final DiscardService service = new DiscardService();
        service.listener = Doors.listen(stack, address, port, service);
        service.endpoint = Doors.endpoint(stack, address, port, service);
        return service;
    }

    @Override
    public void acceptable(TcpListener from) {
        for (TcpConnection c = from.accept(); c != null; c = from.accept()) {
            c.handler(this);
        }
    }

    @Override
    public void readable(TcpConnection connection) {
        connection.consume(connection.receivedOctets());
        if (connection.endOfStream()) {
            connection.close();
        }
    }

    @Override
    public void failed(TcpConnection connection, TcpError error) {
        // There is nothing to give back.
    }

    @Override
    public void readable(UdpEndpoint at) {
        for (Pbuf datagram = at.poll(); datagram != null; datagram = at.poll()) {
            datagram.release();
        }
    }

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
