package org.weir.preload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.weir.ip.Ipv4;
import org.weir.raw.Raw;
import org.weir.raw.RawEndpoint;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;

/// Does what programs ask for on the control socket: a request in, a reply out.
final class Calls {
    private static final int SOCK_TYPE_MASK = 0xF;
    private static final int SOCK_STREAM = Sockets.SOCK_STREAM;
    private static final int SOCK_DGRAM = Sockets.SOCK_DGRAM;
    private static final int SOCK_RAW = 3;
    private static final int IPPROTO_RAW = 255;
    private static final int LOOPBACK_NET = 127;

    private final PreloadServer server;
    private final Sockets sockets;
    private final Ipv4 ipv4;
    private final Raw raw;
    private final RawCalls rawCalls;
    private final OptionValues options;
    private final Interfaces interfaces;
    private final Scratch replies = new Scratch();
    private final MemorySegment reply = replies.memory();
    private final NameCalls names;
    private final SocketAddress address = new SocketAddress();

    Calls(PreloadServer server, Stack stack) {
        this.server = server;
        this.sockets = stack.sockets();
        this.ipv4 = stack.ipv4();
        this.raw = stack.raw();
        this.rawCalls = new RawCalls(ipv4);
        this.options = new OptionValues(stack);
        this.interfaces = new Interfaces(ipv4);
        this.names = new NameCalls(server, reply);
    }

    /// What [#execute] has written.
    MemorySegment reply() {
        return reply;
    }

    /// Does what `request`, checked in its length, asks for. Returns the length of [#reply]; 0 if that
    /// is sent later, -1 if there is no such call.
    int execute(ControlClient client, MemorySegment request) {
        reply.set(ValueLayout.JAVA_LONG, 0, 0);
        reply.set(ValueLayout.JAVA_LONG, Long.BYTES, 0);
        final int call = Protocol.i32(request, Protocol.REQUEST_CALL);
        final int result = switch (call) {
            case Protocol.SOCKET -> socket(client, request);
            case Protocol.INTERFACES -> interfaces.list(reply);
            case Protocol.ERROR -> error(Protocol.i64(request, Protocol.REQUEST_ID));
            case Protocol.RESOLVE -> names.resolve(client, request);
            case Protocol.REVERSE -> names.reverse(client, request);
            case Protocol.BIND,
                    Protocol.LISTEN,
                    Protocol.CONNECT,
                    Protocol.LOCAL_NAME,
                    Protocol.REMOTE_NAME,
                    Protocol.GET_OPTION,
                    Protocol.SET_OPTION -> onSocket(call, request);
            default -> -1;
        };
        if (result < 0) {
            return result == NameCalls.LATER ? 0 : -1;
        }
        Protocol.i32(reply, Protocol.REPLY_ERROR, result);
        return Protocol.REPLY_SIZE + Protocol.u16(reply, Protocol.REPLY_LENGTH);
    }

    private int onSocket(int call, MemorySegment request) {
        final ProgramSocket s = server.find(Protocol.i64(request, Protocol.REQUEST_ID));
        if (s == null) {
            return Errno.ENOTCONN;
        }
        if (s.raw != null) {
            return elsewhereOr(call, s.raw, request);
        }
        return switch (call) {
            case Protocol.BIND -> bind(s, request);
            case Protocol.LISTEN -> listen(s, Protocol.i32(request, Protocol.REQUEST_ARGUMENT));
            case Protocol.CONNECT -> connect(s, request);
            case Protocol.LOCAL_NAME -> named(sockets.localAddress(s.descriptor, address));
            case Protocol.REMOTE_NAME -> named(sockets.remoteAddress(s.descriptor, address));
            case Protocol.GET_OPTION -> options.get(s, request, reply);
            default -> options.set(s, request);
        };
    }

    private int elsewhereOr(int call, RawEndpoint e, MemorySegment request) {
        final int wanted = Protocol.address(request, Protocol.REQUEST_ADDRESS);
        final boolean elsewhere = wanted != 0
                && (call == Protocol.BIND && isElsewhere(wanted) || call == Protocol.CONNECT && isUnreachable(wanted));
        return elsewhere ? Protocol.ELSEWHERE : rawCalls.execute(call, e, request, reply);
    }

    // ---- sockets ----

    private int socket(ControlClient client, MemorySegment request) {
        final int type = Protocol.i32(request, Protocol.REQUEST_TYPE) & SOCK_TYPE_MASK;
        final int protocol = Protocol.i32(request, Protocol.REQUEST_PROTOCOL);
        return switch (type) {
            case SOCK_STREAM ->
                protocol == 0 || protocol == IpProtocol.TCP
                        ? socket(client, type, Protocol.KIND_STREAM)
                        : Errno.EPROTONOSUPPORT;
            case SOCK_DGRAM -> datagramSocket(client, protocol);
            case SOCK_RAW ->
                protocol <= 0 || protocol > IPPROTO_RAW
                        ? Errno.EPROTONOSUPPORT
                        : opened(client, Protocol.KIND_RAW, raw.open(protocol));
            default -> Errno.ESOCKTNOSUPPORT;
        };
    }

    private int datagramSocket(ControlClient client, int protocol) {
        if (protocol == IpProtocol.ICMP) {
            return opened(client, Protocol.KIND_PING, raw.openEcho());
        }
        return protocol == 0 || protocol == IpProtocol.UDP
                ? socket(client, SOCK_DGRAM, Protocol.KIND_DATAGRAM)
                : Errno.EPROTONOSUPPORT;
    }

    private int socket(ControlClient client, int type, char kind) {
        final int descriptor = sockets.socket(Sockets.AF_INET, type);
        if (descriptor < 0) {
            return -descriptor;
        }
        final ProgramSocket s = server.open(kind, descriptor, client);
        if (s == null) {
            sockets.close(descriptor);
            return refused();
        }
        if (type == SOCK_DGRAM) {
            s.pump = server.pumps().datagram;
        }
        sockets.callback(descriptor, s);
        return made(s);
    }

    private int opened(ControlClient client, char kind, @Nullable RawEndpoint e) {
        if (e == null) {
            return refused();
        }
        final ProgramSocket s = server.open(kind, Watched.NO_FILE, client);
        if (s == null) {
            e.close();
            return refused();
        }
        // As Linux: a socket that sends whole packets hears none.
        e.headerIncluded(e.protocol() == IPPROTO_RAW);
        s.raw = e;
        s.pump = server.pumps().raw;
        e.handler(s);
        return made(s);
    }

    private int refused() {
        server.refused();
        return Errno.EMFILE;
    }

    private int made(ProgramSocket s) {
        reply.set(ValueLayout.JAVA_LONG, Protocol.REPLY_SIZE, s.id);
        Protocol.u16(reply, Protocol.REPLY_LENGTH, Long.BYTES);
        return 0;
    }

    private int bind(ProgramSocket s, MemorySegment request) {
        takeAddress(request);
        final int wanted = IpAddress.ipv4(address.low());
        if (isElsewhere(wanted) && wanted != 0) {
            return Protocol.ELSEWHERE;
        }
        return -sockets.bind(s.descriptor, address);
    }

    private int listen(ProgramSocket s, int backlog) {
        final int result = sockets.listen(s.descriptor, backlog);
        if (result == 0) {
            server.listening(s);
        }
        return -result;
    }

    private int connect(ProgramSocket s, MemorySegment request) {
        takeAddress(request);
        final int wanted = IpAddress.ipv4(address.low());
        if (s.kind != Protocol.KIND_STREAM) {
            return wanted == 0 && address.port() == 0 ? -sockets.disconnect(s.descriptor) : associate(s, wanted);
        }
        final int filler = Math.max(0, Protocol.i32(request, Protocol.REQUEST_ARGUMENT));
        final boolean elsewhere = isUnreachable(wanted) && sockets.remoteAddress(s.descriptor, address) != 0;
        final int result = elsewhere ? Protocol.ELSEWHERE : -sockets.connect(s.descriptor, takeAddress(request));
        if (result == Errno.EINPROGRESS) {
            s.filler = filler;
            s.pump = server.pumps().connect;
        } else if (s.pump == server.pumps().connect) {
            // Somebody else is connecting it: the filler goes with that one's.
            s.filler += filler;
        } else if (s.pump == Pump.NONE) {
            s.filler = filler;
            server.pumps().connect.dropFiller(s);
        }
        return result;
    }

    private int associate(ProgramSocket s, int wanted) {
        return isUnreachable(wanted) ? Protocol.ELSEWHERE : -sockets.connect(s.descriptor, address);
    }

    private SocketAddress takeAddress(MemorySegment request) {
        final int wanted = Protocol.address(request, Protocol.REQUEST_ADDRESS);
        return address.set(0, IpAddress.mapped(wanted), Protocol.port(request, Protocol.REQUEST_PORT));
    }

    /// An address of the kernel, if it is anybody's: of its loopback, or not of this stack.
    private boolean isElsewhere(int wanted) {
        return wanted >>> 24 == LOOPBACK_NET || !ipv4.isLocal(wanted) && !isToAll(wanted);
    }

    private boolean isUnreachable(int wanted) {
        return wanted >>> 24 == LOOPBACK_NET || !isToAll(wanted) && ipv4.routeTo(wanted) == null;
    }

    private boolean isToAll(int wanted) {
        return IpAddress.isMulticast(wanted) || ipv4.isBroadcast(wanted);
    }

    private int named(int result) {
        if (result == 0) {
            Protocol.address(reply, Protocol.REPLY_ADDRESS, IpAddress.ipv4(address.low()));
            Protocol.port(reply, Protocol.REPLY_PORT, address.port());
        }
        return -result;
    }

    private int error(long id) {
        final ProgramSocket s = server.find(id);
        if (s != null && s.raw != null) {
            return 0;
        }
        final int error = s == null
                ? server.lostErrors().take(id)
                : sockets.option(s.descriptor, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR);
        Protocol.i32(reply, Protocol.REPLY_RESULT, error);
        return 0;
    }
}
