package org.weir.preload;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.weir.drivers.Epoll;
import org.weir.drivers.UnixMessage;
import org.weir.drivers.UnixSockets;
import org.weir.stack.Errno;

/// A program with sockets behind the door, without `libweir.so`: asks on the control socket, and has the ends that come
/// with the answers. The host works whenever something is waited for.
@SuppressWarnings("restricted") // Connecting to the door is what this class is for.
final class Program implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;
    private static final int ADDRESS_LENGTH = 110;
    private static final int MOST_TURNS = 100_000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final FunctionDescriptor THREE_WORDS =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SOCKET = link("socket");
    private static final MethodHandle CONNECT = link("connect");
    private static final MethodHandle RECVMSG = link("recvmsg");

    /// A socket: its name, and the program's end of its pair.
    record End(long id, int fd) {}

    private final Arena arena = Arena.ofShared();
    private final UnixSockets unix = new UnixSockets();
    private final UnixMessage message = new UnixMessage(2);
    private final MemorySegment request = arena.allocate(Protocol.REQUEST_SIZE + Protocol.VALUE_MAX);
    private final MemorySegment reply = arena.allocate(Protocol.REPLY_SIZE + Protocol.VALUE_MAX);
    private final MemorySegment header = arena.allocate(56, 8);
    private final MemorySegment piece = arena.allocate(16, 8);
    private final MemorySegment control = arena.allocate(24, 8);
    private final Runnable host;
    private final int door;

    /// @param host lets the host work
    Program(Path path, Runnable host) {
        this.host = host;
        this.door = (int) call(SOCKET, AF_UNIX, SOCK_SEQPACKET, 0);
        final MemorySegment address = arena.allocate(ADDRESS_LENGTH, 8);
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        address.setString(2, path.toString());
        assertEquals(0, (int) call(CONNECT, door, address.address(), ADDRESS_LENGTH));
    }

    private static MethodHandle link(String symbol) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(symbol), THREE_WORDS);
    }

    private static long call(MethodHandle function, long first, long second, long third) {
        try {
            return (long) function.invokeExact(first, second, third);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    // ---- requests ----

    /// Begins a request about the socket `id`; what is not set is 0.
    MemorySegment request(int call, long id) {
        request.fill((byte) 0);
        Protocol.i32(request, Protocol.REQUEST_VERSION, Protocol.VERSION);
        Protocol.i32(request, Protocol.REQUEST_CALL, call);
        request.set(JAVA_LONG, Protocol.REQUEST_ID, id);
        return request;
    }

    /// Sends the request. Returns the error of the reply.
    int ask() {
        send(Protocol.REQUEST_SIZE + Protocol.u16(request, Protocol.REQUEST_LENGTH));
        for (int i = 0; i < MOST_TURNS; i++) {
            if (receive(door, reply) >= Protocol.REPLY_SIZE) {
                return Protocol.i32(reply, Protocol.REPLY_ERROR);
            }
            host.run();
        }
        throw new AssertionError("no reply");
    }

    /// Sends the first `length` octets of the request.
    void send(int length) {
        assertEquals(length, message.begin().piece(request, 0, length).send(door));
    }

    /// Answers that have come and were not asked for by [#ask]; they are read.
    int answers() {
        int count = 0;
        while (receive(door, reply) >= Protocol.REPLY_SIZE) {
            count++;
        }
        return count;
    }

    /// As [#ask], with an address and an argument.
    int ask(int call, End end, int address, int port, int argument) {
        request(call, end.id);
        Protocol.address(request, Protocol.REQUEST_ADDRESS, address);
        Protocol.port(request, Protocol.REQUEST_PORT, port);
        Protocol.i32(request, Protocol.REQUEST_ARGUMENT, argument);
        return ask();
    }

    int ask(int call, End end) {
        return ask(call, end, 0, 0, 0);
    }

    MemorySegment reply() {
        return reply;
    }

    /// The value of the latest reply.
    MemorySegment value() {
        return reply.asSlice(Protocol.REPLY_SIZE, Protocol.u16(reply, Protocol.REPLY_LENGTH));
    }

    /// Octets of the next message, -1 if there is none; a descriptor that came along is to be had from
    /// [#descriptor].
    private int receive(int fd, MemorySegment target) {
        piece.set(JAVA_LONG, 0, target.address());
        piece.set(JAVA_LONG, 8, target.byteSize());
        header.set(JAVA_LONG, 16, piece.address());
        header.set(JAVA_LONG, 24, 1);
        header.set(JAVA_LONG, 32, control.address());
        header.set(JAVA_LONG, 40, control.byteSize());
        return (int) call(RECVMSG, fd, header.address(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    }

    private int descriptor() {
        assertTrue(header.get(JAVA_LONG, 40) > 0, "no descriptor came along");
        return control.get(JAVA_INT, 16);
    }

    // ---- sockets ----

    /// Asks for a socket, which must be granted.
    End socket(int type, int protocol) {
        assertEquals(0, askForSocket(type, protocol));
        return new End(value().get(JAVA_LONG, 0), descriptor());
    }

    int askForSocket(int type, int protocol) {
        request(Protocol.SOCKET, 0);
        Protocol.i32(request, Protocol.REQUEST_TYPE, type);
        Protocol.i32(request, Protocol.REQUEST_PROTOCOL, protocol);
        return ask();
    }

    /// Fills the end of a stream and asks for a connection. Returns the error of the reply.
    int connect(End end, int address, int port) {
        int filler = 0;
        for (int n = 0; n >= 0; n = message.begin().piece(request, 0, 4_096).send(end.fd)) {
            filler += n;
        }
        return ask(Protocol.CONNECT, end, address, port, filler);
    }

    /// The next connection of a listening socket, and who made it, in the latest reply.
    End accept(End listener) {
        for (int i = 0; i < MOST_TURNS; i++) {
            if (receive(listener.fd, reply) == Protocol.ACCEPTED_SIZE) {
                return new End(0, descriptor());
            }
            host.run();
        }
        throw new AssertionError("no connection");
    }

    /// The pending error of a socket, or of one whose end the host has closed.
    int error(End end) {
        assertEquals(0, ask(Protocol.ERROR, end));
        return Protocol.i32(reply, Protocol.REPLY_RESULT);
    }

    // ---- the ends ----

    /// Sends up to `length` octets, or a message. Returns how many went, -1 if none.
    int write(End end, MemorySegment source, long offset, int length) {
        return message.begin().piece(source, offset, length).send(end.fd);
    }

    /// Sends a datagram behind its header. Returns how many octets of it went.
    int write(End end, MemorySegment head, MemorySegment source, int length) {
        return message.begin()
                        .piece(head, 0, Protocol.DATAGRAM_SIZE)
                        .piece(source, 0, length)
                        .send(end.fd)
                - Protocol.DATAGRAM_SIZE;
    }

    int read(End end, MemorySegment target, long offset, int length) {
        return unix.receive(end.fd, target, offset, length);
    }

    void shutdownOutput(End end) {
        unix.shutdownOutput(end.fd);
    }

    void close(End end) {
        unix.close(end.fd);
    }

    /// As `poll(2)` would tell of an end.
    int events(End end) {
        try (Epoll epoll = Epoll.create()) {
            assertTrue(epoll.add(end.fd, Epoll.EPOLLIN | Epoll.EPOLLOUT | Epoll.EPOLLRDHUP, 0));
            return epoll.ready() == 0 ? 0 : epoll.events(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Lets the host work until `events` of an end have happened.
    void await(End end, int events) {
        for (int i = 0; i < MOST_TURNS && (events(end) & events) != events; i++) {
            host.run();
        }
        assertEquals(events, events(end) & events);
    }

    /// True if the host has closed the control socket.
    boolean isExpelled() {
        return message.begin().piece(request, 0, 1).sendOrTell(door) == -Errno.EPIPE;
    }

    @Override
    public void close() {
        unix.close(door);
        message.close();
        unix.close();
        arena.close();
    }
}
