package org.weir.runtime.sequential;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.base.SplitMix64;
import org.weir.memory.Pbuf;
import org.weir.runtime.StackAccess;
import org.weir.runtime.StackCall;
import org.weir.runtime.os.OsBody;
import org.weir.runtime.os.OsMailbox;
import org.weir.runtime.os.OsPort;
import org.weir.runtime.os.OsThread;
import org.weir.stack.Errno;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;

/// What the sequential interface does on every port, over the loopback of one stack; one subclass for each port.
@Timeout(60)
abstract class SequentialContract<P extends OsPort> {
    static final IpAddress HERE = IpAddress.parse("127.0.0.1");
    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final int PORT = 7_000;

    final P os;
    final StackAccess stack;
    final SequentialStack net;

    SequentialContract(P os, BiFunction<P, Stack, StackAccess> shares) {
        this.os = os;
        this.stack =
                shares.apply(os, Stack.create(StackConfig.small().withTraceLeaks(true), new SplitMix64(1), os.nowNs()));
        this.net = new SequentialStack(stack, os);
    }

    abstract void run(OsBody body) throws Exception;

    abstract void closeStack();

    @AfterEach
    void closes() {
        closeStack();
        os.close();
    }

    void owned(Consumer<Stack> action) {
        stack.call(new StackCall() {
            @Override
            protected void run(Stack owned) {
                action.accept(owned);
            }
        });
    }

    /// Runs `body` and then asserts that nobody holds a buffer of the stack, once what was on its way has arrived.
    private void runWithoutLeak(OsBody body) throws Exception {
        run(() -> {
            body.run();
            final AtomicInteger inUse = new AtomicInteger(1);
            for (int i = 0; i < 1_000 && inUse.get() > 0; i++) {
                os.sleep(MILLISECOND);
                owned(owned -> inUse.set(owned.pool().inUse()));
            }
            if (inUse.get() > 0) {
                owned(owned -> owned.pool().assertNoLeaks());
            }
        });
    }

    private NetConnection listening() throws NetException {
        final NetConnection listener = net.open(NetType.TCP);
        listener.bind(IpAddress.ANY, PORT);
        listener.listen(8);
        return listener;
    }

    /// Both ends of a connection.
    private final class Pair implements AutoCloseable {
        private final NetConnection listener = listening();
        private final NetConnection client = net.open(NetType.TCP);
        private final NetConnection server;

        Pair() throws Exception {
            client.connect(HERE, PORT);
            server = listener.accept();
        }

        @Override
        public void close() {
            client.close();
            server.close();
            listener.close();
        }
    }

    private static byte[] pattern(int octets) {
        final byte[] pattern = new byte[octets];
        for (int i = 0; i < octets; i++) {
            pattern[i] = (byte) (i * 31 + i / 251);
        }
        return pattern;
    }

    private static byte[] receiveAll(NetConnection from) throws Exception {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (NetBuffer buffer = new NetBuffer(from.net.access())) {
            while (from.receive(buffer)) {
                all.writeBytes(buffer.toArray());
            }
        }
        return all.toByteArray();
    }

    // ---- streams ----

    @Test
    void whatIsWrittenArrivesAndThenTheEnd() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                assertEquals(PORT, pair.client.remotePort());
                assertEquals(HERE, pair.client.remoteAddress());
                assertEquals(pair.client.localPort(), pair.server.remotePort());
                assertEquals(NetType.TCP, pair.server.type());
                pair.client.write("hello".getBytes(US_ASCII));
                try (NetBuffer buffer = Objects.requireNonNull(pair.server.receive())) {
                    assertEquals("hello", new String(buffer.toArray(), US_ASCII));
                }
                pair.server.write("and back".getBytes(US_ASCII));
                pair.server.shutdownOutput();
                assertArrayEquals("and back".getBytes(US_ASCII), receiveAll(pair.client));
                pair.client.shutdownOutput();
                assertNull(pair.server.receive());
                assertNull(pair.server.receive());
            }
        });
    }

    @Test
    void aWriterWaitsForASlowReaderAndAllArrives() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                final byte[] sent = pattern(1_000_000);
                final OsThread writer = os.start("writer", () -> {
                    pair.client.write(sent);
                    pair.client.shutdownOutput();
                });
                os.sleep(5 * MILLISECOND);
                assertTrue(writer.isAlive());
                assertArrayEquals(sent, receiveAll(pair.server));
                assertTrue(writer.join(SECOND));
            }
        });
    }

    @Test
    void aConstantIsSentByReferenceHoweverLong() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                final byte[] sent = pattern(300_000);
                final MemorySegment constant = Arena.ofAuto().allocate(sent.length);
                constant.copyFrom(MemorySegment.ofArray(sent));
                final OsThread writer = os.start("writer", () -> {
                    pair.client.writeConstant(constant, 0, sent.length);
                    pair.client.shutdownOutput();
                });
                try (NetBuffer first = Objects.requireNonNull(pair.server.receive())) {
                    assertEquals(constant.address(), first.segment().address(), "loopback passes references on");
                    final byte[] rest = receiveAll(pair.server);
                    assertEquals(sent.length, first.length() + rest.length);
                    assertEquals(sent[sent.length - 1], rest[rest.length - 1]);
                }
                assertTrue(writer.join(SECOND));
                assertThrows(
                        IllegalArgumentException.class,
                        () -> pair.client.writeConstant(MemorySegment.ofArray(sent), 0, 1));
            }
        });
    }

    @Test
    void whatWasReceivedCanBeSentOnWithoutACopy() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                final byte[] sent = pattern(200_000);
                final OsThread echo = os.start("echo", () -> {
                    for (NetBuffer b = pair.server.receive(); b != null; b = pair.server.receive()) {
                        pair.server.send(b);
                        assertEquals(0, b.length());
                    }
                    pair.server.shutdownOutput();
                });
                final OsThread writer = os.start("writer", () -> {
                    pair.client.write(sent);
                    pair.client.shutdownOutput();
                });
                assertArrayEquals(sent, receiveAll(pair.client));
                assertTrue(echo.join(SECOND) && writer.join(SECOND));
            }
        });
    }

    @Test
    void aReceivedBufferLivesUntilAnyThreadClosesIt() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                pair.client.write(pattern(5_000));
                final NetBuffer buffer = Objects.requireNonNull(pair.server.receive());
                final byte[] before = buffer.toArray();
                pair.client.write(pattern(60_000));
                os.sleep(2 * MILLISECOND);
                assertArrayEquals(before, buffer.toArray());
                int octets = buffer.fragmentLength();
                while (buffer.next()) {
                    octets += buffer.fragmentLength();
                }
                assertEquals(buffer.length(), octets);
                assertTrue(os.start("closer", buffer::close).join(SECOND));
                assertEquals(0, buffer.length());
                buffer.close();
                assertThrows(IllegalStateException.class, buffer::segment);
            }
        });
    }

    @Test
    void oneBufferReceivesAgainAndAgain() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair();
                    NetBuffer buffer = net.buffer()) {
                for (int i = 1; i < 20; i++) {
                    pair.client.write(pattern(i * 10));
                    assertTrue(pair.server.receive(buffer));
                    assertArrayEquals(pattern(i * 10), buffer.toArray());
                }
                pair.client.shutdownOutput();
                assertFalse(pair.server.receive(buffer));
                assertEquals(0, buffer.length());
            }
        });
    }

    @Test
    void anAllocatedChainIsWrittenAndSentAsOne() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                final byte[] body = pattern(5_000);
                final NetBuffer buffer = net.allocate(5_000);
                buffer.put(0, MemorySegment.ofArray(body), 0, 1_900);
                buffer.put(3_000, MemorySegment.ofArray(body), 3_000, 2_000);
                buffer.put(1_900, MemorySegment.ofArray(body), 1_900, 1_100);
                final MemorySegment constant = Arena.ofAuto().allocateFrom("and a constant");
                buffer.chain(net.reference(constant, 0, 14));
                assertEquals(5_014, buffer.length());
                pair.client.send(buffer);
                pair.client.shutdownOutput();
                final byte[] received = receiveAll(pair.server);
                assertArrayEquals(body, Arrays.copyOf(received, 5_000));
                assertEquals("and a constant", new String(received, 5_000, 14, US_ASCII));
            }
        });
    }

    // ---- waiting ----

    @Test
    void aReceiveThatNothingEndsTimesOutAndCanBeRepeated() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                pair.server.timeoutNs(5 * MILLISECOND);
                final long beganNs = os.nowNs();
                final NetTimeoutException thrown = assertThrows(NetTimeoutException.class, pair.server::receive);
                assertEquals("receive: not done within 5 ms", thrown.getMessage());
                assertEquals(Errno.EAGAIN, thrown.errno());
                assertTrue(os.nowNs() - beganNs >= 5 * MILLISECOND);
                pair.server.timeoutNs(0);
                assertThrows(NetTimeoutException.class, pair.server::receive);
                pair.server.timeoutNs(SECOND);
                pair.client.write(pattern(3));
                try (NetBuffer buffer = Objects.requireNonNull(pair.server.receive())) {
                    assertEquals(3, buffer.length());
                }
            }
        });
    }

    @Test
    void aWriteThatTimesOutSaysHowMuchWasTaken() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                pair.client.timeoutNs(20 * MILLISECOND);
                final byte[] sent = pattern(1_000_000);
                final NetTimeoutException thrown =
                        assertThrows(NetTimeoutException.class, () -> pair.client.write(sent));
                assertTrue(thrown.octets() > 0 && thrown.octets() < sent.length, thrown.octets() + " octets");
                pair.client.shutdownOutput();
                final byte[] received = receiveAll(pair.server);
                assertArrayEquals(Arrays.copyOf(sent, thrown.octets()), received);
            }
        });
    }

    @Test
    void anAcceptTimesOut() throws Exception {
        run(() -> {
            try (NetConnection listener = listening()) {
                listener.timeoutNs(2 * MILLISECOND);
                assertThrows(NetTimeoutException.class, listener::accept);
            }
        });
    }

    @Test
    void closingTellsWhoWaits() throws Exception {
        run(() -> {
            try (Pair pair = new Pair()) {
                final OsMailbox<NetException> thrown = os.mailbox("thrown", 4);
                os.start("reader", () -> thrown.put(assertThrows(NetException.class, pair.server::receive)));
                os.start("acceptor", () -> thrown.put(assertThrows(NetException.class, pair.listener::accept)));
                os.start(
                        "writer",
                        () -> thrown.put(
                                assertThrows(NetException.class, () -> pair.server.write(pattern(2_000_000)))));
                os.sleep(5 * MILLISECOND);
                pair.server.close();
                pair.listener.close();
                for (int i = 0; i < 3; i++) {
                    final NetException e = Objects.requireNonNull(thrown.poll(10 * SECOND));
                    assertEquals(Errno.EBADF, e.errno(), e.getMessage());
                }
                assertEquals(Errno.EBADF, pair.server.error());
                pair.server.close();
            }
        });
    }

    @Test
    void anInterruptEndsAReceive() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                final OsMailbox<String> ends = os.mailbox("ends", 1);
                final OsThread reader = os.start("reader", () -> {
                    try {
                        pair.server.receive();
                    } catch (InterruptedException e) {
                        ends.offer("interrupted");
                    }
                });
                os.sleep(2 * MILLISECOND);
                reader.interrupt();
                assertEquals("interrupted", ends.poll(10 * SECOND));
            }
        });
    }

    @Test
    void theEndOfTheStackEndsEveryWait() throws Exception {
        run(() -> {
            final Pair pair = new Pair();
            final NetConnection udp = net.open(NetType.UDP);
            final NetBuffer held = net.allocate(10);
            final OsMailbox<NetException> thrown = os.mailbox("thrown", 4);
            os.start("reader", () -> thrown.put(assertThrows(NetException.class, pair.server::receive)));
            os.start("acceptor", () -> thrown.put(assertThrows(NetException.class, pair.listener::accept)));
            os.start("datagrams", () -> thrown.put(assertThrows(NetException.class, udp::receive)));
            os.sleep(5 * MILLISECOND);
            closeStack();
            for (int i = 0; i < 3; i++) {
                final NetException e = Objects.requireNonNull(thrown.poll(10 * SECOND));
                assertEquals(Errno.ECONNABORTED, e.errno(), e.getMessage());
            }
            pair.close();
            held.close();
            assertThrows(NetException.class, () -> net.open(NetType.UDP));
        });
    }

    // ---- errors ----

    @Test
    void errorsSayWhatAndWhy() throws Exception {
        run(() -> {
            try (NetConnection c = net.open(NetType.TCP)) {
                assertEquals(
                        Errno.ENOTCONN,
                        assertThrows(NetException.class, c::receive).errno());
                assertEquals(
                        Errno.ENOTCONN,
                        assertThrows(NetException.class, () -> c.write(pattern(1)))
                                .errno());
                assertEquals(
                        Errno.EINVAL,
                        assertThrows(NetException.class, () -> c.listen(1)).errno());
                assertEquals(
                        Errno.EINVAL,
                        assertThrows(NetException.class, c::accept).errno());
                final NetException refused = assertThrows(NetException.class, () -> c.connect(HERE, 9));
                assertEquals("connect to 127.0.0.1:9: refused by the peer (ECONNREFUSED)", refused.getMessage());
                assertEquals(Errno.ECONNREFUSED, c.error());
            }
            try (NetConnection c = net.open(NetType.TCP)) {
                final IpAddress far = IpAddress.parse("192.0.2.9");
                assertEquals(
                        Errno.ENETUNREACH,
                        assertThrows(NetException.class, () -> c.connect(far, 9))
                                .errno());
            }
            try (NetConnection first = listening();
                    NetConnection second = net.open(NetType.TCP)) {
                assertEquals(
                        Errno.EADDRINUSE,
                        assertThrows(NetException.class, () -> second.bind(IpAddress.ANY, PORT))
                                .errno());
                assertEquals(
                        Errno.EINVAL,
                        assertThrows(NetException.class, () -> first.bind(IpAddress.ANY, PORT))
                                .errno());
            }
        });
    }

    @Test
    void aResetIsToldToReaderAndWriter() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                pair.client.abort();
                assertEquals(
                        Errno.ECONNRESET,
                        assertThrows(NetException.class, pair.server::receive).errno());
                assertEquals(
                        Errno.ECONNRESET,
                        assertThrows(NetException.class, () -> pair.server.write(pattern(1)))
                                .errno());
                assertEquals(Errno.ECONNRESET, pair.server.error());
            }
        });
    }

    @Test
    void nothingIsWrittenAfterTheOutputWasShutDown() throws Exception {
        runWithoutLeak(() -> {
            try (Pair pair = new Pair()) {
                pair.client.shutdownOutput();
                assertEquals(
                        Errno.EPIPE,
                        assertThrows(NetException.class, () -> pair.client.write(pattern(1)))
                                .errno());
                assertEquals(
                        Errno.EISCONN,
                        assertThrows(NetException.class, () -> pair.client.connect(HERE, 9))
                                .errno());
            }
        });
    }

    // ---- datagrams ----

    @Test
    void datagramsArriveWithTheirSender() throws Exception {
        runWithoutLeak(() -> {
            try (NetConnection server = net.open(NetType.UDP);
                    NetConnection client = net.open(NetType.UDP)) {
                server.bind(HERE, PORT);
                client.connect(HERE, PORT);
                assertEquals(PORT, server.localPort());
                assertEquals(NetType.UDP, server.type());
                final NetBuffer question = net.allocate(8);
                question.put(0, MemorySegment.ofArray(pattern(8)), 0, 8);
                client.send(question);
                try (NetBuffer received = Objects.requireNonNull(server.receive())) {
                    assertArrayEquals(pattern(8), received.toArray());
                    assertEquals(HERE, received.senderAddress());
                    assertEquals(client.localPort(), received.senderPort());
                    server.sendTo(received, received.senderAddress(), received.senderPort());
                }
                try (NetBuffer answer = Objects.requireNonNull(client.receive())) {
                    assertArrayEquals(pattern(8), answer.toArray());
                }
            }
        });
    }

    @Test
    void aConstantDatagramGetsRoomForItsHeaders() throws Exception {
        runWithoutLeak(() -> {
            try (NetConnection server = net.open(NetType.UDP);
                    NetConnection client = net.open(NetType.UDP)) {
                server.bind(HERE, PORT);
                final MemorySegment constant = Arena.ofAuto().allocateFrom("constant");
                client.sendTo(net.reference(constant, 0, 8), HERE, PORT);
                try (NetBuffer received = Objects.requireNonNull(server.receive())) {
                    assertEquals("constant", new String(received.toArray(), US_ASCII));
                }
            }
        });
    }

    @Test
    void errorsOfDatagrams() throws Exception {
        runWithoutLeak(() -> {
            try (NetConnection client = net.open(NetType.UDP)) {
                final NetBuffer nowhere = net.allocate(1);
                assertEquals(
                        Errno.EDESTADDRREQ,
                        assertThrows(NetException.class, () -> client.send(nowhere))
                                .errno());
                assertEquals(0, nowhere.length());
                assertEquals(
                        Errno.EOPNOTSUPP,
                        assertThrows(NetException.class, client::accept).errno());
                assertEquals(
                        Errno.EOPNOTSUPP,
                        assertThrows(NetException.class, () -> client.write(pattern(1)))
                                .errno());
                client.connect(HERE, 9);
                client.timeoutNs(10 * SECOND);
                client.send(net.allocate(1));
                assertEquals(
                        Errno.ECONNREFUSED,
                        assertThrows(NetException.class, client::receive).errno());
                client.timeoutNs(0);
                assertThrows(NetTimeoutException.class, client::receive);
            }
        });
    }

    @Test
    void whatTheStackLacksIsSaid() throws Exception {
        runWithoutLeak(() -> {
            assertEquals(
                    Errno.ENOBUFS,
                    assertThrows(NetException.class, () -> net.allocate(100_000_000))
                            .errno());
            final AtomicReference<Pbuf> all = new AtomicReference<>();
            owned(owned -> {
                for (Pbuf p = owned.pool().takePage();
                        p != null;
                        p = owned.pool().takePage()) {
                    p.nextPacket(all.get());
                    all.set(p);
                }
            });
            assertThrows(NetException.class, () -> net.allocate(2_000));
            owned(owned -> {
                for (Pbuf p = all.get(); p != null; ) {
                    final Pbuf following = p.nextPacket();
                    p.release();
                    p = following;
                }
            });
            net.allocate(2_000).close();
        });
    }

    @Test
    void manyAcceptorsShareAListener() throws Exception {
        runWithoutLeak(() -> {
            try (NetConnection listener = listening()) {
                final AtomicInteger served = new AtomicInteger();
                final OsThread[] servers = new OsThread[3];
                for (int i = 0; i < servers.length; i++) {
                    servers[i] = os.start("server " + i, () -> {
                        for (int n = 0; n < 10; n++) {
                            try (NetConnection c = listener.accept()) {
                                c.write(pattern(100));
                                served.incrementAndGet();
                            }
                        }
                    });
                }
                for (int n = 0; n < 30; n++) {
                    try (NetConnection c = net.open(NetType.TCP)) {
                        c.connect(HERE, PORT);
                        assertArrayEquals(pattern(100), receiveAll(c));
                    }
                }
                for (final OsThread server : servers) {
                    assertTrue(server.join(10 * SECOND));
                }
                assertEquals(30, served.get());
                assertNotNull(listener.localAddress());
            }
        });
    }
}
