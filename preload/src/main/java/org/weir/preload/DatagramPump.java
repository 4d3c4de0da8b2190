package org.weir.preload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.weir.drivers.UnixMessage;
import org.weir.drivers.UnixSockets;
import org.weir.ip.Ipv4;
import org.weir.ip.Route;
import org.weir.memory.Pbuf;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;

/// Moves datagrams between a program and the stack, each behind the header of `protocol.h`.
final class DatagramPump implements Pump {
    /// Datagrams that one call moves at most in each direction.
    private static final int BUDGET = 64;
    /// The header, and the buffers of the longest datagram: 128 fragments, and what they take in pages of 512
    /// octets.
    static final int PIECES = 1 + 128 + 128;

    private final Sockets sockets;
    private final Ipv4 ipv4;
    private final UnixSockets unix;
    private final Scratch scratch;
    private final SocketAddress remote = new SocketAddress();
    private final UnixMessage message = new UnixMessage(PIECES);

    DatagramPump(Sockets sockets, Ipv4 ipv4, UnixSockets unix, Scratch scratch) {
        this.sockets = sockets;
        this.ipv4 = ipv4;
        this.unix = unix;
        this.scratch = scratch;
    }

    @Override
    public boolean serve(PreloadServer server, ProgramSocket s) {
        final boolean moreFromProgram = s.readable && fromProgram(server, s);
        if (s.id == 0) {
            return false;
        }
        if (s.gone && !s.readable) {
            server.close(s);
            return false;
        }
        final boolean moreToProgram = toProgram(s);
        return moreFromProgram || moreToProgram;
    }

    // ---- from the program ----

    /// A datagram that the stack has no room for stays in the program's queue, and the program waits once that is
    /// full.
    private boolean fromProgram(PreloadServer server, ProgramSocket s) {
        for (int i = 0; i < BUDGET; i++) {
            if ((sockets.ready(s.descriptor) & Sockets.POLLOUT) == 0) {
                return false;
            }
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
            final int result = send(s, length - Protocol.DATAGRAM_SIZE);
            if (result == -Errno.EAGAIN) {
                // There was room for one, but not for so large a one.
                server.lostDatagram();
            } else if (result < 0) {
                tellFailure(s, -result);
            }
        }
        return true;
    }

    /// With the time to live and type of service that the program has chosen for this datagram alone, if it has.
    private int send(ProgramSocket s, int length) {
        final MemorySegment memory = scratch.memory();
        final int chosen = Protocol.u8(memory, Protocol.DATAGRAM_TIME_TO_LIVE);
        final boolean choosesTraffic = (Protocol.u8(memory, Protocol.DATAGRAM_FLAGS) & Protocol.TRAFFIC) != 0;
        final UdpEndpoint e = sockets.endpoint(s.descriptor);
        if (e == null || chosen == 0 && !choosesTraffic) {
            return transmit(s, length);
        }
        final int timeToLive = e.timeToLive();
        final int groupTimeToLive = e.groupTimeToLive();
        final int typeOfService = e.typeOfService();
        if (chosen != 0) {
            e.timeToLive(chosen);
            e.groupTimeToLive(chosen);
        }
        if (choosesTraffic) {
            e.typeOfService(Protocol.u8(memory, Protocol.DATAGRAM_TRAFFIC));
        }
        final int result = transmit(s, length);
        e.timeToLive(timeToLive);
        e.groupTimeToLive(groupTimeToLive);
        e.typeOfService(typeOfService);
        return result;
    }

    private int transmit(ProgramSocket s, int length) {
        final MemorySegment memory = scratch.memory();
        final int address = Protocol.address(memory, Protocol.DATAGRAM_ADDRESS);
        final int port = Protocol.port(memory, Protocol.DATAGRAM_PORT);
        if (address == 0 && port == 0) {
            return sockets.send(s.descriptor, memory, Protocol.DATAGRAM_SIZE, length);
        }
        remote.set(0, IpAddress.mapped(address), port);
        return sockets.sendTo(s.descriptor, memory, Protocol.DATAGRAM_SIZE, length, remote);
    }

    // ---- to the program ----

    private boolean toProgram(ProgramSocket s) {
        final int error = sockets.option(s.descriptor, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR);
        if (error > 0) {
            tellFailure(s, error);
        }
        final UdpEndpoint endpoint = sockets.endpoint(s.descriptor);
        for (int i = 0; endpoint != null && i < BUDGET; i++) {
            final Pbuf datagram = endpoint.peek();
            if (datagram == null || !pass(s, endpoint, datagram)) {
                return false;
            }
            final Pbuf taken = endpoint.poll();
            if (taken != null) {
                taken.release();
            }
        }
        return endpoint != null;
    }

    static void clearHeader(MemorySegment header) {
        for (int at = 0; at < Protocol.DATAGRAM_SIZE; at += Long.BYTES) {
            header.set(ValueLayout.JAVA_LONG, at, 0);
        }
    }

    /// Returns false if the program's queue is full.
    private boolean pass(ProgramSocket s, UdpEndpoint endpoint, Pbuf datagram) {
        final MemorySegment header = scratch.memory();
        clearHeader(header);
        Protocol.address(header, Protocol.DATAGRAM_ADDRESS, IpAddress.ipv4(UdpEndpoint.senderLow(datagram)));
        Protocol.port(header, Protocol.DATAGRAM_PORT, UdpEndpoint.senderPort(datagram));
        Protocol.u8(header, Protocol.DATAGRAM_TIME_TO_LIVE, UdpEndpoint.timeToLiveOf(datagram));
        Protocol.u8(header, Protocol.DATAGRAM_TRAFFIC, UdpEndpoint.typeOfServiceOf(datagram));
        writeArrival(header, endpoint, IpAddress.ipv4(UdpEndpoint.senderLow(datagram)));
        message.begin().piece(header, 0, Protocol.DATAGRAM_SIZE);
        for (Pbuf p = datagram; p != null && !message.isFull(); p = p.next()) {
            message.piece(p.segment(), p.offset(), p.length());
        }
        return message.send(s.fd) >= 0;
    }

    /// Where it arrived: an endpoint that is bound to no address has it by the interface that leads to the sender.
    private void writeArrival(MemorySegment header, UdpEndpoint endpoint, int sender) {
        final Route route = ipv4.routeTo(sender);
        final int local = IpAddress.ipv4(endpoint.localLow());
        if (route != null) {
            Protocol.u16(header, Protocol.DATAGRAM_INTERFACE, route.netif().index());
        }
        Protocol.address(header, Protocol.DATAGRAM_DESTINATION, local == 0 && route != null ? route.source() : local);
    }

    /// The program's next call on the socket reports it.
    void tellFailure(ProgramSocket s, int error) {
        final MemorySegment header = scratch.memory();
        clearHeader(header);
        Protocol.u8(header, Protocol.DATAGRAM_KIND, Protocol.FAILED);
        Protocol.i32(header, Protocol.DATAGRAM_ERROR, error);
        message.begin().piece(header, 0, Protocol.DATAGRAM_SIZE);
        message.send(s.fd);
    }
}
