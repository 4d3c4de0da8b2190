package org.weir.stack;

import static org.weir.stack.SocketOptions.IPPROTO_IP;
import static org.weir.stack.SocketOptions.IPPROTO_UDP;
import static org.weir.stack.SocketOptions.IP_MULTICAST_IF;
import static org.weir.stack.SocketOptions.IP_MULTICAST_LOOP;
import static org.weir.stack.SocketOptions.IP_MULTICAST_TTL;
import static org.weir.stack.SocketOptions.IP_RECVERR;
import static org.weir.stack.SocketOptions.IP_TOS;
import static org.weir.stack.SocketOptions.IP_TTL;
import static org.weir.stack.SocketOptions.SOL_SOCKET;
import static org.weir.stack.SocketOptions.SO_BROADCAST;
import static org.weir.stack.SocketOptions.SO_RCVBUF;
import static org.weir.stack.SocketOptions.SO_REUSEADDR;
import static org.weir.stack.SocketOptions.SO_REUSEPORT;
import static org.weir.stack.SocketOptions.SO_SNDBUF;
import static org.weir.stack.SocketOptions.UDP_SEGMENT;
import static org.weir.stack.SocketOptions.flag;
import static org.weir.stack.SocketOptions.unlessIn;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.ip.ErrorQueue;
import org.weir.memory.OctetSource;
import org.weir.memory.Pbuf;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;

/// Sockets of UDP.
final class UdpCalls extends DatagramCalls {
    private final SocketGroups groups;

    UdpCalls(SocketGroups groups) {
        this.groups = groups;
    }

    private static UdpEndpoint of(Socket s) {
        return Objects.requireNonNull(s.endpoint);
    }

    // ---- naming ----

    @Override
    int bind(Socket s, SocketAddress local) {
        final UdpEndpoint e = of(s);
        return e.localPort() != 0 ? -Errno.EINVAL : errno(e.bind(local.high(), local.low(), local.port()));
    }

    @Override
    int connect(Socket s, SocketAddress remote) {
        return remote.port() == 0 ? -Errno.EINVAL : errno(of(s).connect(remote.high(), remote.low(), remote.port()));
    }

    @Override
    void disconnect(Socket s) {
        of(s).disconnect();
    }

    @Override
    boolean isConnected(Socket s) {
        return of(s).isConnected();
    }

    @Override
    void localAddress(Socket s, SocketAddress local) {
        final UdpEndpoint e = of(s);
        local.set(e.localHigh(), e.localLow(), e.localPort());
    }

    @Override
    void remoteAddress(Socket s, SocketAddress remote) {
        final UdpEndpoint e = of(s);
        remote.set(e.remoteHigh(), e.remoteLow(), e.remotePort());
    }

    // ---- data ----

    @Override
    boolean isNoDestination(SocketAddress remote) {
        return remote.port() == 0;
    }

    @Override
    int send(Socket s, MemorySegment source, long offset, int length, long low, int port) {
        return errno(of(s).sendTo(source, offset, length, low, port));
    }

    @Override
    int send(Socket s, OctetSource source, int length, long low, int port) {
        return errno(of(s).sendTo(source, length, low, port));
    }

    @Override
    int send(Socket s, MemorySegment source, long offset, int length) {
        final UdpEndpoint e = of(s);
        return errno(e.sendTo(source, offset, length, e.remoteLow(), e.remotePort()));
    }

    @Override
    int send(Socket s, OctetSource source, int length) {
        final UdpEndpoint e = of(s);
        return errno(e.sendTo(source, length, e.remoteLow(), e.remotePort()));
    }

    @Override
    boolean hasRoomFor(Socket s, int length, long low) {
        return of(s).hasRoomFor(length, low);
    }

    @Override
    @Nullable
    Pbuf peek(Socket s) {
        return of(s).peek();
    }

    @Override
    void drop(Socket s) {
        final Pbuf datagram = of(s).poll();
        if (datagram != null) {
            datagram.release();
        }
    }

    @Override
    void sender(Pbuf datagram, SocketAddress sender) {
        sender.set(0, UdpEndpoint.senderLow(datagram), UdpEndpoint.senderPort(datagram));
    }

    @Override
    ErrorQueue errors(Socket s) {
        return of(s).errors();
    }

    @Override
    void close(Socket s) {
        of(s).close();
    }

    private static int errno(int result) {
        return switch (result) {
            case Udp.OK -> 0;
            case Udp.IN_USE -> -Errno.EADDRINUSE;
            case Udp.NOT_LOCAL, Udp.NO_PORT -> -Errno.EADDRNOTAVAIL;
            case Udp.NO_ROUTE -> -Errno.ENETUNREACH;
            case Udp.TOO_LONG -> -Errno.EMSGSIZE;
            case Udp.NOT_PERMITTED -> -Errno.EACCES;
            case Udp.FILTERED -> -Errno.EPERM;
            default -> -Errno.EAGAIN;
        };
    }

    // ---- options ----

    @Override
    int set(Socket s, int level, int name, int value) {
        return switch (level) {
            case SOL_SOCKET -> setSocketLevel(of(s), name, value);
            case IPPROTO_UDP -> setUdpLevel(of(s), name, value);
            case IPPROTO_IP -> setIpLevel(of(s), name, value);
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int setSocketLevel(UdpEndpoint e, int name, int value) {
        if (value < 1 && (name == SO_SNDBUF || name == SO_RCVBUF)) {
            return -Errno.EINVAL;
        }
        switch (name) {
            case SO_REUSEADDR -> e.reuseAddress(value != 0);
            case SO_REUSEPORT -> e.reusePort(value != 0);
            case SO_BROADCAST -> e.broadcast(value != 0);
            case SO_SNDBUF -> e.sendLimit(value);
            case SO_RCVBUF -> e.queueLimit(value);
            default -> {
                return -Errno.ENOPROTOOPT;
            }
        }
        return 0;
    }

    private static int setUdpLevel(UdpEndpoint e, int name, int value) {
        if (name != UDP_SEGMENT) {
            return -Errno.ENOPROTOOPT;
        }
        if (unlessIn(value, 0, 0xFFFF) != 0) {
            return -Errno.EINVAL;
        }
        e.segmentSize(value);
        return 0;
    }

    private int setIpLevel(UdpEndpoint e, int name, int value) {
        final int problem = switch (name) {
            case IP_TTL -> unlessIn(value, 1, 0xFF);
            case IP_TOS -> unlessIn(value, 0, 0xFF);
            case IP_MULTICAST_TTL -> unlessIn(value, -1, 0xFF);
            case IP_MULTICAST_IF, IP_MULTICAST_LOOP, IP_RECVERR -> 0;
            default -> Errno.ENOPROTOOPT;
        };
        if (problem != 0) {
            return -problem;
        }
        switch (name) {
            case IP_TTL -> e.timeToLive(value);
            case IP_TOS -> e.typeOfService(value);
            case IP_MULTICAST_TTL -> e.groupTimeToLive(value < 0 ? 1 : value);
            case IP_MULTICAST_LOOP -> e.groupLoop(value != 0);
            case IP_RECVERR -> e.errors().wanted(value != 0);
            default -> {
                return groups.sendBy(e, value);
            }
        }
        return 0;
    }

    @Override
    int get(Socket s, int level, int name) {
        final UdpEndpoint e = of(s);
        return switch (level) {
            case SOL_SOCKET -> socketLevel(e, name);
            case IPPROTO_UDP -> name == UDP_SEGMENT ? e.segmentSize() : -Errno.ENOPROTOOPT;
            case IPPROTO_IP -> ipLevel(e, name);
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int socketLevel(UdpEndpoint e, int name) {
        return switch (name) {
            case SO_REUSEADDR -> flag(e.reuseAddress());
            case SO_REUSEPORT -> flag(e.reusePort());
            case SO_BROADCAST -> flag(e.broadcast());
            case SO_SNDBUF -> e.sendLimit();
            case SO_RCVBUF -> e.queueLimit();
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int ipLevel(UdpEndpoint e, int name) {
        return switch (name) {
            case IP_TTL -> e.timeToLive();
            case IP_TOS -> e.typeOfService();
            case IP_MULTICAST_IF -> e.groupNetif() == null ? 0 : e.groupNetif().index();
            case IP_MULTICAST_TTL -> e.groupTimeToLive();
            case IP_MULTICAST_LOOP -> flag(e.groupLoop());
            case IP_RECVERR -> flag(e.errors().isWanted());
            default -> -Errno.ENOPROTOOPT;
        };
    }
}
