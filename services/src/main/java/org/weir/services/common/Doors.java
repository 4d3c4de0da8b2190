package org.weir.services.common;

import org.weir.stack.Stack;
import org.weir.tcp.TcpAcceptHandler;
import org.weir.tcp.TcpListener;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.udp.UdpHandler;
import org.weir.wire.IpAddress;

/// Opens the ports that services wait on.
public final class Doors {
    /// Half-open connections, and those that wait for a poll.
    private static final int BACKLOG = 512;

    private Doors() {}

    /// @throws IllegalStateException if the port cannot be had; the message names it and the cause
    public static TcpListener listen(Stack stack, IpAddress address, int port, TcpAcceptHandler handler) {
        return listen(stack, address, port, BACKLOG, handler);
    }

    /// As above.
    ///
    /// @param backlog connections that may be half open or wait for a poll
    public static TcpListener listen(Stack stack, IpAddress address, int port, int backlog, TcpAcceptHandler handler) {
        final TcpListener listener = stack.tcp().bind(address.high(), address.low(), checked(port));
        if (listener == null) {
            throw new IllegalStateException(
                    refused("TCP", address, port, stack.tcp().refusal().name()));
        }
        listener.listen(backlog, handler);
        return listener;
    }

    /// @throws IllegalStateException if the port cannot be had; the message names it and the cause
    public static UdpEndpoint endpoint(Stack stack, IpAddress address, int port, UdpHandler handler) {
        final UdpEndpoint endpoint = stack.udp().open();
        if (endpoint == null) {
            throw new IllegalStateException(refused("UDP", address, port, "NONE_FREE"));
        }
        final int result = endpoint.bind(address.high(), address.low(), checked(port));
        if (result != Udp.OK) {
            endpoint.close();
            throw new IllegalStateException(refused("UDP", address, port, cause(result)));
        }
        endpoint.handler(handler);
        return endpoint;
    }

    private static int checked(int port) {
        if (port < 1 || port > 0xFFFF) {
            throw new IllegalArgumentException("port " + port + " is not in 1 to 65535");
        }
        return port;
    }

    private static String cause(int result) {
        return switch (result) {
            case Udp.FILTERED -> "FILTERED";
            case Udp.IN_USE -> "IN_USE";
            case Udp.NOT_LOCAL -> "NOT_LOCAL";
            default -> "error " + result;
        };
    }

    private static String refused(String protocol, IpAddress address, int port, String cause) {
        return "cannot serve " + protocol + " " + address + ":" + port + ": " + cause;
    }
}
