package org.weir.stack;

import static org.weir.stack.SocketOptions.ICMP_FILTER;
import static org.weir.stack.SocketOptions.IPPROTO_IP;
import static org.weir.stack.SocketOptions.IP_HDRINCL;
import static org.weir.stack.SocketOptions.IP_MULTICAST_TTL;
import static org.weir.stack.SocketOptions.IP_RECVERR;
import static org.weir.stack.SocketOptions.IP_TOS;
import static org.weir.stack.SocketOptions.IP_TTL;
import static org.weir.stack.SocketOptions.SOL_RAW;
import static org.weir.stack.SocketOptions.SOL_SOCKET;
import static org.weir.stack.SocketOptions.SO_BROADCAST;
import static org.weir.stack.SocketOptions.SO_RCVBUF;
import static org.weir.stack.SocketOptions.SO_SNDBUF;
import static org.weir.stack.SocketOptions.flag;
import static org.weir.stack.SocketOptions.unlessIn;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.ip.ErrorQueue;
import org.weir.memory.OctetSource;
import org.weir.memory.Pbuf;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawResult;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;

/// Raw sockets, and those for ICMP echo: raw(7), icmp(7). A port counts for nothing, but that of the local name of an
/// echo socket is the identifier of its requests.
final class RawCalls extends DatagramCalls {
    private static RawEndpoint of(Socket s) {
        return Objects.requireNonNull(s.raw);
    }

    // ---- naming ----

    @Override
    int bind(Socket s, SocketAddress local) {
        if (!IpAddress.isIpv4(local.high(), local.low())) {
            return -Errno.EADDRNOTAVAIL;
        }
        final RawEndpoint e = of(s);
        if (e.isEcho() && e.identifier() != 0) {
            return -Errno.EINVAL;
        }
        final RawResult result = e.bind(IpAddress.ipv4(local.low()), local.port());
        final boolean isOurs = result == RawResult.NOT_AVAILABLE && local.low() == IpAddress.ANY.low();
        return isOurs ? -Errno.EADDRINUSE : errno(result);
    }

    @Override
    int connect(Socket s, SocketAddress remote) {
        return IpAddress.isIpv4(remote.high(), remote.low())
                ? errno(of(s).connect(IpAddress.ipv4(remote.low())))
                : -Errno.EAFNOSUPPORT;
    }

    @Override
    void disconnect(Socket s) {
        of(s).connect(0);
    }

    @Override
    boolean isConnected(Socket s) {
        return of(s).remoteAddress() != 0;
    }

    @Override
    void localAddress(Socket s, SocketAddress local) {
        final RawEndpoint e = of(s);
        local.set(0, IpAddress.mapped(e.localAddress()), e.identifier());
    }

    @Override
    void remoteAddress(Socket s, SocketAddress remote) {
        remote.set(0, IpAddress.mapped(of(s).remoteAddress()), 0);
    }

    // ---- data ----

    @Override
    boolean isNoDestination(SocketAddress remote) {
        return !IpAddress.isIpv4(remote.high(), remote.low()) || IpAddress.ipv4(remote.low()) == 0;
    }

    @Override
    int send(Socket s, MemorySegment source, long offset, int length, long low, int port) {
        return errno(of(s).sendTo(source, offset, length, IpAddress.ipv4(low)));
    }

    @Override
    int send(Socket s, OctetSource source, int length, long low, int port) {
        return errno(of(s).sendTo(source, length, IpAddress.ipv4(low)));
    }

    @Override
    int send(Socket s, MemorySegment source, long offset, int length) {
        return errno(of(s).sendTo(source, offset, length, of(s).remoteAddress()));
    }

    @Override
    int send(Socket s, OctetSource source, int length) {
        return errno(of(s).sendTo(source, length, of(s).remoteAddress()));
    }

    @Override
    boolean hasRoomFor(Socket s, int length, long low) {
        return of(s).hasRoomFor(length, IpAddress.ipv4(low));
    }

    @Override
    @Nullable
    Pbuf peek(Socket s) {
        return of(s).peek();
    }

    @Override
    void drop(Socket s) {
        of(s).drop();
    }

    @Override
    void sender(Pbuf datagram, SocketAddress sender) {
        sender.set(0, IpAddress.mapped(RawEndpoint.sourceOf(datagram)), 0);
    }

    @Override
    ErrorQueue errors(Socket s) {
        return of(s).errors();
    }

    @Override
    void close(Socket s) {
        of(s).close();
    }

    private static int errno(RawResult result) {
        return switch (result) {
            case DONE -> 0;
            case TOO_LONG -> -Errno.EMSGSIZE;
            case NO_ROUTE -> -Errno.ENETUNREACH;
            case NO_BUFFER -> -Errno.EAGAIN;
            case NOT_PERMITTED -> -Errno.EACCES;
            case NOT_AVAILABLE -> -Errno.EADDRNOTAVAIL;
            case MALFORMED -> -Errno.EINVAL;
            case FILTERED -> -Errno.EPERM;
        };
    }

    // ---- options ----

    @Override
    int set(Socket s, int level, int name, int value) {
        return switch (level) {
            case SOL_SOCKET -> setSocketLevel(of(s), name, value);
            case IPPROTO_IP -> setIpLevel(of(s), name, value);
            case SOL_RAW -> setRawLevel(of(s), name, value);
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int setSocketLevel(RawEndpoint e, int name, int value) {
        if (value < 1 && (name == SO_SNDBUF || name == SO_RCVBUF)) {
            return -Errno.EINVAL;
        }
        switch (name) {
            case SO_BROADCAST -> e.broadcast(value != 0);
            case SO_SNDBUF -> e.sendLimit(value);
            case SO_RCVBUF -> e.queueLimit(value);
            default -> {
                return -Errno.ENOPROTOOPT;
            }
        }
        return 0;
    }

    private static int setIpLevel(RawEndpoint e, int name, int value) {
        final int problem = switch (name) {
            case IP_TTL -> unlessIn(value, 1, 0xFF);
            case IP_MULTICAST_TTL -> value == -1 ? 0 : unlessIn(value, 1, 0xFF);
            case IP_TOS -> unlessIn(value, 0, 0xFF);
            case IP_HDRINCL -> e.isEcho() ? Errno.ENOPROTOOPT : 0;
            case IP_RECVERR -> 0;
            default -> Errno.ENOPROTOOPT;
        };
        if (problem != 0) {
            return -problem;
        }
        switch (name) {
            case IP_TTL -> e.timeToLive(value);
            case IP_MULTICAST_TTL -> e.groupTimeToLive(value < 0 ? 1 : value);
            case IP_TOS -> e.typeOfService(value);
            case IP_HDRINCL -> e.headerIncluded(value != 0);
            default -> e.errors().wanted(value != 0);
        }
        return 0;
    }

    private static int setRawLevel(RawEndpoint e, int name, int value) {
        if (!hasFilter(e, name)) {
            return -Errno.ENOPROTOOPT;
        }
        e.icmpFilter(value);
        return 0;
    }

    private static boolean hasFilter(RawEndpoint e, int name) {
        return name == ICMP_FILTER && e.protocol() == IpProtocol.ICMP && !e.isEcho();
    }

    @Override
    int get(Socket s, int level, int name) {
        final RawEndpoint e = of(s);
        return switch (level) {
            case SOL_SOCKET -> socketLevel(e, name);
            case IPPROTO_IP -> ipLevel(e, name);
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int socketLevel(RawEndpoint e, int name) {
        return switch (name) {
            case SO_BROADCAST -> flag(e.broadcast());
            case SO_SNDBUF -> e.sendLimit();
            case SO_RCVBUF -> e.queueLimit();
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int ipLevel(RawEndpoint e, int name) {
        return switch (name) {
            case IP_TTL -> e.timeToLive();
            case IP_MULTICAST_TTL -> e.groupTimeToLive();
            case IP_TOS -> e.typeOfService();
            case IP_HDRINCL -> e.isEcho() ? -Errno.ENOPROTOOPT : flag(e.headerIncluded());
            case IP_RECVERR -> flag(e.errors().isWanted());
            default -> -Errno.ENOPROTOOPT;
        };
    }
}
