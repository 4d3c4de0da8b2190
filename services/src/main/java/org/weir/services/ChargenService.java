package org.weir.services;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.base.SplitMix64;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.services.common.Doors;
import org.weir.services.common.RomWriter;
import org.weir.stack.Stack;
import org.weir.tcp.TcpAcceptHandler;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.udp.UdpEndpoint;
import org.weir.udp.UdpHandler;
import org.weir.wire.IpAddress;

/// The character generator protocol, RFC 864, over TCP and UDP.
///
/// A TCP connection is filled with the RFC's pattern as fast as the client reads, and what the client sends is thrown
/// away, until the client closes: its host then answers with a reset. A FIN alone does not end it, since a client may
/// have nothing to say and still listen. The pattern is one constant piece of memory that all connections send by
/// reference.
///
/// Each UDP datagram is answered with one of one to six whole lines. Those of other services are not answered, as in
/// [EchoService]. The answer is larger than the question, so this port is not for networks where senders can lie.
public final class ChargenService implements TcpHandler, TcpAcceptHandler, UdpHandler, AutoCloseable {
    /// RFC 864: a datagram has at most 512 octets.
    private static final int MAXIMUM_LINES = 512 / CharacterPattern.LINE;

    private final PbufPool pool;
    private final RomWriter writer;
    /// Lives as long as a buffer refers to it.
    private final MemorySegment pattern = CharacterPattern.make(Arena.ofAuto());

    private final SplitMix64 random;
    private @Nullable TcpListener listener;
    private @Nullable UdpEndpoint endpoint;
    private @Nullable Place free;

    /// Where one connection is in the pattern.
    private static final class Place {
        private int at;
        private @Nullable Place nextFree;
    }

    private ChargenService(Stack stack) {
        pool = stack.pool();
        writer = new RomWriter(pool);
        random = new SplitMix64(stack.nowNs());
        for (int i = stack.config().tcp().connections(); i > 0; i--) {
            giveBack(new Place());
        }
    }

    /// Serves `port` of `address`, TCP and UDP.
    ///
    /// @throws IllegalStateException if a port cannot be had
    public static ChargenService start(Stack stack, IpAddress address, int port) {
        final ChargenService service = new ChargenService(stack);
        service.listener = Doors.listen(stack, address, port, service);
        service.endpoint = Doors.endpoint(stack, address, port, service);
        return service;
    }

    private void giveBack(Place place) {
        place.nextFree = free;
        free = place;
    }

    // ---- TCP ----

    @Override
    public void acceptable(TcpListener from) {
        for (TcpConnection c = from.accept(); c != null; c = from.accept()) {
            begin(c);
        }
    }

    private void begin(TcpConnection c) {
        final Place place = free;
        if (place == null) {
            c.close();
            return;
        }
        free = place.nextFree;
        place.nextFree = null;
        place.at = 0;
        c.attachment(place);
        c.handler(this);
        writable(c);
    }

    @Override
    public void readable(TcpConnection connection) {
        connection.consume(connection.receivedOctets());
    }

    @Override
    public void writable(TcpConnection connection) {
        if (!(connection.attachment() instanceof Place place)) {
            return;
        }
        long sent;
        long rest;
        do {
            rest = pattern.byteSize() - place.at;
            sent = writer.send(connection, pattern, place.at, rest);
            place.at = (int) ((place.at + sent) % CharacterPattern.PERIOD);
        } while (sent == rest);
    }

    @Override
    public void failed(TcpConnection connection, TcpError error) {
        if (connection.attachment() instanceof Place place) {
            giveBack(place);
        }
    }

    // ---- UDP ----

    @Override
    public void readable(UdpEndpoint at) {
        for (Pbuf datagram = at.poll(); datagram != null; datagram = at.poll()) {
            final int port = UdpEndpoint.senderPort(datagram);
            final long low = UdpEndpoint.senderLow(datagram);
            datagram.release();
            if (LoopGuard.permitsAnswer(port, at.localPort())) {
                answer(at, low, port);
            }
        }
    }

    private void answer(UdpEndpoint at, long low, int port) {
        final int lines = 1 + random.nextInt(MAXIMUM_LINES);
        final int firstLine = random.nextInt(CharacterPattern.PERIOD / CharacterPattern.LINE);
        final Pbuf answer = pool.take(Headroom.TRANSPORT, 0);
        final Pbuf text = pool.rom(pattern, (long) firstLine * CharacterPattern.LINE, lines * CharacterPattern.LINE);
        if (answer == null || text == null) {
            release(answer);
            release(text);
            return;
        }
        answer.chain(text);
        at.sendTo(answer, low, port);
    }

    private static void release(@Nullable Pbuf packet) {
        if (packet != null) {
            packet.release();
        }
    }

    // ---- end ----

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
