package org.weir.preload;

import java.lang.foreign.MemorySegment;
import org.weir.ip.Ipv4;
import org.weir.raw.RawEndpoint;
import org.weir.stack.Errno;
import org.weir.stack.SocketOptions;

/// Does what programs ask for about raw sockets and those for ICMP echo, which are endpoints of
/// [org.weir.raw.Raw] and no sockets of the stack.
final class RawCalls {
    private static final int SOL_RAW = 255;
    private static final int ICMP_FILTER = 1;
    private static final int IP_HDRINCL = 3;
    private static final int SO_BINDTODEVICE = 25;
    private static final int MOST = 0xFF;

    private final Ipv4 ipv4;

    RawCalls(Ipv4 ipv4) {
        this.ipv4 = ipv4;
    }

    /// Returns an errno, or 0.
    int execute(int call, RawEndpoint e, MemorySegment request, MemorySegment reply) {
        return switch (call) {
            case Protocol.BIND -> bind(e, request);
            case Protocol.CONNECT -> connect(e, request);
            case Protocol.LOCAL_NAME -> named(reply, e.localAddress(), e.identifier());
            case Protocol.REMOTE_NAME -> e.remoteAddress() == 0 ? Errno.ENOTCONN : named(reply, e.remoteAddress(), 0);
            case Protocol.GET_OPTION -> get(e, request, reply);
            case Protocol.SET_OPTION -> set(e, request);
            default -> Errno.EOPNOTSUPP;
        };
    }

    private int bind(RawEndpoint e, MemorySegment request) {
        final int address = Protocol.address(request, Protocol.REQUEST_ADDRESS);
        return RawPump.errno(e.bind(address, Protocol.port(request, Protocol.REQUEST_PORT)));
    }

    private static int connect(RawEndpoint e, MemorySegment request) {
        return RawPump.errno(e.connect(Protocol.address(request, Protocol.REQUEST_ADDRESS)));
    }

    private static int named(MemorySegment reply, int address, int port) {
        Protocol.address(reply, Protocol.REPLY_ADDRESS, address);
        Protocol.port(reply, Protocol.REPLY_PORT, port);
        return 0;
    }

    // ---- options ----

    private int set(RawEndpoint e, MemorySegment request) {
        final int level = Protocol.i32(request, Protocol.REQUEST_TYPE);
        final int name = Protocol.i32(request, Protocol.REQUEST_PROTOCOL);
        final int length = Protocol.u16(request, Protocol.REQUEST_LENGTH);
        if (level == SocketOptions.SOL_SOCKET && name == SO_BINDTODEVICE) {
            final String device = OptionValues.text(request.asSlice(Protocol.REQUEST_SIZE, length), length);
            return OptionValues.bindToDevice(ipv4, device);
        }
        if (length < Integer.BYTES) {
            return Errno.EINVAL;
        }
        final int value = Protocol.i32(request, Protocol.REQUEST_SIZE);
        return switch (level) {
            case SocketOptions.SOL_SOCKET -> setSocketLevel(e, name, value);
            case SocketOptions.IPPROTO_IP -> setIpLevel(e, name, value);
            case SOL_RAW -> setFilter(e, name, value);
            default -> Errno.ENOPROTOOPT;
        };
    }

    private static int setSocketLevel(RawEndpoint e, int name, int value) {
        switch (name) {
            case SocketOptions.SO_BROADCAST -> e.broadcast(value != 0);
            case SocketOptions.SO_SNDBUF -> e.sendLimit(Math.max(1, value));
            case SocketOptions.SO_RCVBUF -> e.queueLimit(Math.max(1, value));
            default -> {
                return Errno.ENOPROTOOPT;
            }
        }
        return 0;
    }

    private static int setIpLevel(RawEndpoint e, int name, int value) {
        if (name == IP_HDRINCL) {
            if (e.isEcho()) {
                return Errno.ENOPROTOOPT;
            }
            e.headerIncluded(value != 0);
            return 0;
        }
        if (name != SocketOptions.IP_TTL && name != SocketOptions.IP_TOS) {
            return Errno.ENOPROTOOPT;
        }
        if (value < (name == SocketOptions.IP_TTL ? 1 : 0) || value > MOST) {
            return Errno.EINVAL;
        }
        if (name == SocketOptions.IP_TTL) {
            e.timeToLive(value);
        } else {
            e.typeOfService(value);
        }
        return 0;
    }

    private static int setFilter(RawEndpoint e, int name, int value) {
        if (name != ICMP_FILTER || e.isEcho()) {
            return Errno.ENOPROTOOPT;
        }
        e.icmpFilter(value);
        return 0;
    }

    private static int get(RawEndpoint e, MemorySegment request, MemorySegment reply) {
        final int level = Protocol.i32(request, Protocol.REQUEST_TYPE);
        final int name = Protocol.i32(request, Protocol.REQUEST_PROTOCOL);
        final int value = switch (level) {
            case SocketOptions.SOL_SOCKET -> socketLevel(e, name);
            case SocketOptions.IPPROTO_IP -> ipLevel(e, name);
            default -> -Errno.ENOPROTOOPT;
        };
        if (level == SOL_RAW && name == ICMP_FILTER) {
            return answer(reply, e.icmpFilter());
        }
        return value < 0 ? -value : answer(reply, value);
    }

    private static int socketLevel(RawEndpoint e, int name) {
        return switch (name) {
            case SocketOptions.SO_BROADCAST -> e.broadcast() ? 1 : 0;
            case SocketOptions.SO_SNDBUF -> 2 * e.sendLimit();
            case SocketOptions.SO_RCVBUF -> 2 * e.queueLimit();
            case SocketOptions.SO_ACCEPTCONN -> 0;
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int ipLevel(RawEndpoint e, int name) {
        return switch (name) {
            case SocketOptions.IP_TTL -> e.timeToLive();
            case SocketOptions.IP_TOS -> e.typeOfService();
            case IP_HDRINCL -> e.headerIncluded() ? 1 : 0;
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int answer(MemorySegment reply, int value) {
        Protocol.i32(reply, Protocol.REPLY_SIZE, value);
        Protocol.u16(reply, Protocol.REPLY_LENGTH, Integer.BYTES);
        return 0;
    }
}
