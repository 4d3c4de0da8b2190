package org.weir.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.stack.Stack;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;

/// A name server that says what a test wants it to, over UDP and TCP.
final class ScriptedServer {
    private static final int TCP_PREFIX = 2;

    private final List<Asked> asked = new ArrayList<>();
    private final UdpEndpoint endpoint;
    private final TcpListener listener;
    private Function<Asked, List<byte[]>> script = _ -> List.of();
    private int connections;
    private boolean hasEnded;

    /// What a client asked.
    ///
    /// @param port from which
    record Asked(int id, Question question, boolean isExtended, boolean overTcp, int port) {
        Reply reply() {
            return new Reply(this);
        }
    }

    ScriptedServer(Stack stack, IpAddress address) {
        final UdpEndpoint open = stack.udp().open();
        assertNotNull(open);
        assertEquals(Udp.OK, open.bind(0, address.low(), NameServer.PORT));
        open.handler(this::readable);
        endpoint = open;
        final TcpListener bound = stack.tcp().bind(0, address.low(), NameServer.PORT);
        assertNotNull(bound);
        bound.listen(64, this::accept);
        listener = bound;
    }

    /// Says what `replies` makes of each question: any number of messages.
    void says(Function<Asked, List<byte[]>> replies) {
        script = replies;
    }

    /// Says one thing to each question, as long as `reply` makes one.
    void answers(Function<Asked, Reply> reply) {
        says(question -> List.of(reply.apply(question).octets()));
    }

    void saysNothing() {
        says(_ -> List.of());
    }

    /// Answers from a zone: records as text. What is not in it is not there.
    void has(String... records) {
        final List<ResourceRecord> zone = new ArrayList<>();
        for (final String record : records) {
            zone.add(Reply.record(record));
        }
        answers(question -> {
            final Reply reply = question.reply();
            zone.stream()
                    .filter(r -> r.owner().equals(question.question().name()))
                    .filter(r -> r.is(question.question().type()) || r.is(RecordType.CNAME))
                    .forEach(r -> reply.answer(r.toString()));
            final boolean isKnown = zone.stream()
                    .anyMatch(r -> r.owner().equals(question.question().name()));
            return isKnown ? reply : reply.code(Message.NAME_ERROR);
        });
    }

    /// Nothing listens here any more.
    void ends() {
        if (!hasEnded) {
            hasEnded = true;
            endpoint.close();
            listener.close();
        }
    }

    List<Asked> asked() {
        return asked;
    }

    int connections() {
        return connections;
    }

    private List<byte[]> hear(byte[] message, boolean overTcp, int port) {
        final WireReader reader = new WireReader(message, message.length);
        final int id = reader.u16();
        assertEquals(0x0100, reader.u16(), "flags");
        reader.skip(6);
        final int additional = reader.u16();
        final DnsName name = reader.name();
        final RecordType type = RecordType.of(reader.u16());
        assertNotNull(type);
        final Asked question = new Asked(id, new Question(name, type), additional == 1, overTcp, port);
        asked.add(question);
        return script.apply(question);
    }

    // ---- UDP ----

    private void readable(UdpEndpoint from) {
        for (Pbuf p = from.poll(); p != null; p = from.poll()) {
            final byte[] octets = new byte[p.totalLength()];
            p.copyTo(0, MemorySegment.ofArray(octets), 0, octets.length);
            final long address = UdpEndpoint.senderLow(p);
            final int port = UdpEndpoint.senderPort(p);
            p.release();
            for (final byte[] reply : hear(octets, false, port)) {
                from.sendTo(MemorySegment.ofArray(reply), 0, reply.length, address, port);
            }
        }
    }

    // ---- TCP ----

    private void accept(TcpListener from) {
        for (TcpConnection c = from.accept(); c != null; c = from.accept()) {
            connections++;
            c.handler(new Stream());
        }
    }

    private final class Stream implements TcpHandler {
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();

        @Override
        public void readable(TcpConnection c) {
            final byte[] octets = new byte[c.receivedOctets()];
            c.read(MemorySegment.ofArray(octets), 0, octets.length);
            received.writeBytes(octets);
            for (byte[] message = next(); message != null; message = next()) {
                for (final byte[] reply : hear(message, true, c.remotePort())) {
                    unsent.write(reply.length >> 8);
                    unsent.write(reply.length);
                    unsent.writeBytes(reply);
                }
            }
            writable(c);
            if (c.endOfStream()) {
                c.close();
            }
        }

        private byte @Nullable [] next() {
            final byte[] all = received.toByteArray();
            final int length = all.length < TCP_PREFIX ? 0 : (all[0] & 0xFF) << 8 | all[1] & 0xFF;
            if (all.length < TCP_PREFIX + length || all.length < TCP_PREFIX) {
                return null;
            }
            received.reset();
            received.write(all, TCP_PREFIX + length, all.length - TCP_PREFIX - length);
            return java.util.Arrays.copyOfRange(all, TCP_PREFIX, TCP_PREFIX + length);
        }

        @Override
        public void writable(TcpConnection c) {
            final byte[] octets = unsent.toByteArray();
            final int count = c.write(MemorySegment.ofArray(octets), 0, octets.length);
            unsent.reset();
            unsent.write(octets, count, octets.length - count);
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            // Its client knows.
        }
    }
}
