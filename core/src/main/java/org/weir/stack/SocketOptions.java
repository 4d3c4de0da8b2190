package org.weir.stack;

import org.weir.tcp.TcpConnection;
import org.weir.udp.UdpEndpoint;

/// The socket options, with the numbers of Linux. One that is not listed here is refused with `ENOPROTOOPT`.
public final class SocketOptions {
    /// Levels.
    public static final int IPPROTO_IP = 0;

    public static final int SOL_SOCKET = 1;
    public static final int IPPROTO_TCP = 6;
    /// The type of the socket; read only.
    public static final int SO_TYPE = 3;
    /// The pending error, cleared by reading it; read only.
    public static final int SO_ERROR = 4;
    /// Octets that wait for the reader of a datagram socket.
    public static final int SO_RCVBUF = 8;
    /// 1 if the socket accepts connections; read only.
    public static final int SO_ACCEPTCONN = 30;
    /// 1 to switch Nagle's algorithm off.
    public static final int TCP_NODELAY = 1;
    /// Octets of payload in a full segment; read only.
    public static final int TCP_MAXSEG = 2;
    /// Time to live of datagrams, 1 to 255.
    public static final int IP_TTL = 2;

    SocketOptions() {}

    int set(Socket s, int level, int name, int value) {
        if (level == IPPROTO_TCP && name == TCP_NODELAY && s.type == Sockets.SOCK_STREAM) {
            s.noDelay = value != 0;
            if (s.connection != null) {
                s.connection.noDelay(s.noDelay);
            }
            return 0;
        }
        final UdpEndpoint e = s.endpoint;
        if (e != null && level == IPPROTO_IP && name == IP_TTL) {
            if (value < 1 || value > 0xFF) {
                return -Errno.EINVAL;
            }
            e.timeToLive(value);
            return 0;
        }
        if (e != null && level == SOL_SOCKET && name == SO_RCVBUF) {
            if (value < 1) {
                return -Errno.EINVAL;
            }
            e.queueLimit(value);
            return 0;
        }
        return -Errno.ENOPROTOOPT;
    }

    int get(Socket s, int level, int name) {
        return switch (level) {
            case SOL_SOCKET -> socketLevel(s, name);
            case IPPROTO_TCP -> tcpLevel(s, name);
            case IPPROTO_IP -> s.endpoint != null && name == IP_TTL ? s.endpoint.timeToLive() : -Errno.ENOPROTOOPT;
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int socketLevel(Socket s, int name) {
        return switch (name) {
            case SO_TYPE -> s.type;
            case SO_ERROR -> SocketEvents.takeError(s);
            case SO_ACCEPTCONN -> s.listener != null && s.listener.isListening() ? 1 : 0;
            case SO_RCVBUF -> s.endpoint == null ? -Errno.ENOPROTOOPT : s.endpoint.queueLimit();
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int tcpLevel(Socket s, int name) {
        if (s.type != Sockets.SOCK_STREAM) {
            return -Errno.ENOPROTOOPT;
        }
        final TcpConnection c = s.connection;
        return switch (name) {
            case TCP_NODELAY -> s.noDelay ? 1 : 0;
            case TCP_MAXSEG -> c == null ? -Errno.ENOTCONN : c.segmentSize();
            default -> -Errno.ENOPROTOOPT;
        };
    }
}
