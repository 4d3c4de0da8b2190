package org.weir.preload;

import java.lang.foreign.MemorySegment;
import org.weir.drivers.UnixMessage;
import org.weir.drivers.UnixSockets;
import org.weir.memory.Pbuf;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawResult;
import org.weir.stack.Errno;

/// As [DatagramPump], for raw sockets and those for ICMP echo.
final class RawPump implements Pump {
    private static final int BUDGET = 64;

    private final UnixSockets unix;
    private final Scratch scratch;
    private final UnixMessage message = new UnixMessage(DatagramPump.PIECES);

    RawPump(UnixSockets unix, Scratch scratch) {
        this.unix = unix;
        this.scratch = scratch;
    }

    @Override
    public boolean serve(PreloadServer server, ProgramSocket s) {
        final RawEndpoint e = s.raw;
        if (e == null) {
            return false;
        }
        final boolean more = s.readable && fromProgram(server, s, e);
        if (s.id == 0) {
            return false;
        }
        if (s.gone && !s.readable) {
            server.close(s);
            return false;
        }
        return toProgram(s, e) || more;
    }

    private boolean fromProgram(PreloadServer server, ProgramSocket s, RawEndpoint e) {
        for (int i = 0; i < BUDGET; i++) {
            final int length = unix.receive(s.fd, scratch.memory(), 0, Scratch.SIZE);
            // 0 is the end, which may be told of only later.
            if (length <= 0) {
                s.readable = false;
                return false;
            }
            if (length < Protocol.DATAGRAM_SIZE || Protocol.u8(scratch.memory(), Protocol.DATAGRAM_KIND) != 0) {
                server.misbehaved(s);
                return false;
            }
            final int error = send(e, length - Protocol.DATAGRAM_SIZE);
            if (error != 0) {
                server.pumps().datagram.tellFailure(s, error);
            }
        }
        return true;
    }

    private int send(RawEndpoint e, int length) {
        final MemorySegment memory = scratch.memory();
        final int given = Protocol.address(memory, Protocol.DATAGRAM_ADDRESS);
        final int to = given == 0 ? e.remoteAddress() : given;
        if (to == 0) {
            return Errno.EDESTADDRREQ;
        }
        final int timeToLive = e.timeToLive();
        final int typeOfService = e.typeOfService();
        choose(e, memory);
        final RawResult result = e.sendTo(memory, Protocol.DATAGRAM_SIZE, length, to);
        e.timeToLive(timeToLive);
        e.typeOfService(typeOfService);
        return errno(result);
    }

    /// Takes over what the program has chosen for this packet alone.
    private static void choose(RawEndpoint e, MemorySegment header) {
        final int timeToLive = Protocol.u8(header, Protocol.DATAGRAM_TIME_TO_LIVE);
        if (timeToLive != 0) {
            e.timeToLive(timeToLive);
        }
        if ((Protocol.u8(header, Protocol.DATAGRAM_FLAGS) & Protocol.TRAFFIC) != 0) {
            e.typeOfService(Protocol.u8(header, Protocol.DATAGRAM_TRAFFIC));
        }
    }

    /// As Linux says it.
    static int errno(RawResult result) {
        return switch (result) {
            case DONE -> 0;
            case TOO_LONG -> Errno.EMSGSIZE;
            case NO_ROUTE -> Errno.ENETUNREACH;
            case NO_BUFFER -> Errno.ENOBUFS;
            case NOT_PERMITTED -> Errno.EACCES;
            case NOT_AVAILABLE -> Errno.EADDRNOTAVAIL;
            case MALFORMED -> Errno.EINVAL;
            case FILTERED -> Errno.EPERM;
        };
    }

    private boolean toProgram(ProgramSocket s, RawEndpoint e) {
        for (int i = 0; i < BUDGET; i++) {
            final Pbuf packet = e.peek();
            if (packet == null || !pass(s, e, packet)) {
                return false;
            }
            e.drop();
        }
        return true;
    }

    /// Returns false if the program's queue is full.
    private boolean pass(ProgramSocket s, RawEndpoint e, Pbuf packet) {
        final MemorySegment header = scratch.memory();
        DatagramPump.clearHeader(header);
        Protocol.address(header, Protocol.DATAGRAM_ADDRESS, RawEndpoint.sourceOf(packet));
        Protocol.u8(header, Protocol.DATAGRAM_TIME_TO_LIVE, RawEndpoint.timeToLiveOf(packet));
        Protocol.u8(header, Protocol.DATAGRAM_TRAFFIC, RawEndpoint.typeOfServiceOf(packet));
        Protocol.address(header, Protocol.DATAGRAM_DESTINATION, e.localAddress());
        message.begin().piece(header, 0, Protocol.DATAGRAM_SIZE);
        for (Pbuf p = packet; p != null && !message.isFull(); p = p.next()) {
            message.piece(p.segment(), p.offset(), p.length());
        }
        return message.send(s.fd) >= 0;
    }
}
