package org.weir.runtime.bsd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.base.SplitMix64;
import org.weir.runtime.StackAccess;
import org.weir.runtime.StackEndedException;
import org.weir.runtime.os.OsBody;
import org.weir.runtime.os.OsPort;
import org.weir.runtime.os.OsThread;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;

/// What blocking sockets do on every port, over the loopback of one stack; one subclass for each port.
@Timeout(60)
abstract class BlockingSocketsContract<P extends OsPort> {
    private static final IpAddress HERE = IpAddress.parse("127.0.0.1");
    private static final SocketAddress SERVER = new SocketAddress(HERE, 7_000);
    private static final long MILLISECOND = 1_000_000;

    final P os;
    final StackAccess stack;
    final BlockingSockets sockets;

    BlockingSocketsContract(P os, BiFunction<P, Stack, StackAccess> shares) {
        this.os = os;
        this.stack = shares.apply(os, Stack.create(StackConfig.small(), new SplitMix64(1), os.nowNs()));
        this.sockets = new BlockingSockets(stack, os);
    }

    abstract void run(OsBody body) throws Exception;

    abstract void closeStack();

    @AfterEach
    void closes() {
        closeStack();
        os.close();
    }

    // ---- what tests need ----

    private static MemorySegment memory(int octets) {
        return MemorySegment.ofArray(new byte[octets]);
    }

    private static MemorySegment text(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(MemorySegment memory, int octets) {
        return new String(memory.asSlice(0, octets).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    private int stream() {
        return sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
    }

    private int datagram(int port) {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.bind(socket, new SocketAddress(HERE, port)));
        return socket;
    }

    private int listener() {
        final int listener = stream();
        assertEquals(0, sockets.bind(listener, SERVER));
        assertEquals(0, sockets.listen(listener, 8));
        return listener;
    }

    /// Both ends of a connection: the one that connected, and the one that was accepted.
    private int[] connection() {
        final int listener = listener();
        final int client = stream();
        assertEquals(0, sockets.connect(client, SERVER));
        final int accepted = sockets.accept(listener, null);
        assertTrue(accepted >= 0);
        assertEquals(0, sockets.close(listener));
        return new int[] {client, accepted};
    }

    private void send(int socket, String text) {
        assertEquals(text.length(), sockets.send(socket, text(text), 0, text.length(), 0));
    }

    private void receives(int socket, String text, int flags) {
        final MemorySegment memory = memory(100);
        assertEquals(text, text(memory, sockets.receive(socket, memory, 0, 100, flags)));
    }

    private void awaitReadable(int socket) {
        assertEquals(1, sockets.poll(new int[] {socket}, new int[] {Sockets.POLLIN}, new int[1], 1, Long.MAX_VALUE));
    }

    private void after(long durationNs, Runnable action) {
        os.start("later", () -> {
            os.sleep(durationNs);
            action.run();
        });
    }

    // ---- connections ----

    @Test
    void acceptWaitsForAConnection() throws Exception {
        run(() -> {
            final int listener = listener();
            final int client = stream();
            after(20 * MILLISECOND, () -> sockets.connect(client, SERVER));
            final SocketAddress peer = new SocketAddress();
            final int accepted = sockets.accept(listener, peer);
            assertTrue(accepted >= 0);
            final SocketAddress local = new SocketAddress();
            assertEquals(0, sockets.localAddress(client, local));
            assertEquals(local.port(), peer.port());
        });
    }

    @Test
    void connectSaysWhyItFailed() throws Exception {
        run(() -> assertEquals(-Errno.ECONNREFUSED, sockets.connect(stream(), SERVER)));
    }

    @Test
    void aSocketThatDoesNotWaitConnectsInTheBackground() throws Exception {
        run(() -> {
            final int listener = listener();
            final int client = stream();
            assertEquals(0, sockets.nonBlocking(client, true));
            final int result = sockets.connect(client, SERVER);
            assertEquals(-Errno.EINPROGRESS, result);
            assertTrue(sockets.accept(listener, null) >= 0);
            final int[] ready = new int[1];
            assertEquals(1, sockets.poll(new int[] {client}, new int[] {Sockets.POLLOUT}, ready, 1, Long.MAX_VALUE));
            assertEquals(Sockets.POLLOUT, ready[0]);
        });
    }

    // ---- streams ----

    @Test
    void sendWaitsUntilAllIsTaken() throws Exception {
        run(() -> {
            final int[] ends = connection();
            final byte[] sent = new byte[1_000_000];
            new Random(1).nextBytes(sent);
            final MemorySegment received = memory(sent.length);
            final AtomicInteger result = new AtomicInteger();
            final OsThread reader = os.start("reader", () -> {
                os.sleep(10 * MILLISECOND);
                result.set(sockets.receive(ends[1], received, 0, sent.length, BlockingSockets.MSG_WAITALL));
            });
            assertEquals(sent.length, sockets.send(ends[0], MemorySegment.ofArray(sent), 0, sent.length, 0));
            assertTrue(reader.join(Long.MAX_VALUE));
            assertEquals(sent.length, result.get());
            assertArrayEquals(sent, received.toArray(ValueLayout.JAVA_BYTE));
        });
    }

    @Test
    void receiveWaitsForTheFirstOctets() throws Exception {
        run(() -> {
            final int[] ends = connection();
            after(20 * MILLISECOND, () -> send(ends[0], "late"));
            receives(ends[1], "late", 0);
        });
    }

    @Test
    void withoutWaitingNothingIsEagain() throws Exception {
        run(() -> {
            final int[] ends = connection();
            final MemorySegment memory = memory(10);
            assertEquals(-Errno.EAGAIN, sockets.receive(ends[1], memory, 0, 10, BlockingSockets.MSG_DONTWAIT));
            assertEquals(0, sockets.nonBlocking(ends[1], true));
            assertEquals(-Errno.EAGAIN, sockets.receive(ends[1], memory, 0, 10, 0));
            final MemorySegment much = memory(1_000_000);
            final int taken = sockets.send(ends[0], much, 0, 1_000_000, BlockingSockets.MSG_DONTWAIT);
            assertTrue(taken > 0 && taken < 1_000_000);
        });
    }

    @Test
    void aReceiveTimeOutIsEagainAndWhatCameBeforeCounts() throws Exception {
        run(() -> {
            final int[] ends = connection();
            assertEquals(0, sockets.receiveTimeout(ends[1], 30 * MILLISECOND));
            final long beganNs = os.nowNs();
            assertEquals(-Errno.EAGAIN, sockets.receive(ends[1], memory(10), 0, 10, 0));
            assertTrue(os.nowNs() - beganNs >= 30 * MILLISECOND);
            send(ends[0], "part");
            receives(ends[1], "part", BlockingSockets.MSG_WAITALL);
        });
    }

    @Test
    void aSendTimeOutSaysHowMuchWasTaken() throws Exception {
        run(() -> {
            final int[] ends = connection();
            assertEquals(0, sockets.sendTimeout(ends[0], 30 * MILLISECOND));
            final int taken = sockets.send(ends[0], memory(1_000_000), 0, 1_000_000, 0);
            assertTrue(taken > 0 && taken < 1_000_000);
            int last = taken;
            while (last > 0) {
                last = sockets.send(ends[0], memory(1_000_000), 0, 1_000_000, 0);
            }
            assertEquals(-Errno.EAGAIN, last);
        });
    }

    @Test
    void waitingForAllEndsWithTheStream() throws Exception {
        run(() -> {
            final int[] ends = connection();
            send(ends[0], "the end");
            assertEquals(0, sockets.shutdown(ends[0], Sockets.SHUT_WR));
            receives(ends[1], "the end", BlockingSockets.MSG_WAITALL);
            receives(ends[1], "", 0);
        });
    }

    @Test
    void whatIsPeekedAtStays() throws Exception {
        run(() -> {
            final int[] ends = connection();
            send(ends[0], "again");
            receives(ends[1], "again", BlockingSockets.MSG_PEEK);
            receives(ends[1], "again", BlockingSockets.MSG_PEEK);
            receives(ends[1], "again", 0);
        });
    }

    @Test
    void shutdownEndsTheWaitOfAReader() throws Exception {
        run(() -> {
            final int[] ends = connection();
            after(20 * MILLISECOND, () -> sockets.shutdown(ends[1], Sockets.SHUT_RD));
            assertEquals(0, sockets.receive(ends[1], memory(10), 0, 10, 0));
        });
    }

    @Test
    void closeEndsTheWaitOfAReader() throws Exception {
        run(() -> {
            final int[] ends = connection();
            after(20 * MILLISECOND, () -> sockets.close(ends[1]));
            assertEquals(-Errno.EBADF, sockets.receive(ends[1], memory(10), 0, 10, 0));
            assertEquals(-Errno.EBADF, sockets.send(ends[1], memory(10), 0, 10, 0));
        });
    }

    // ---- datagrams and messages ----

    @Test
    void aLongDatagramIsCutAndSaysSo() throws Exception {
        run(() -> {
            final int a = datagram(1_000);
            final int b = datagram(2_000);
            final SocketAddress toB = new SocketAddress(HERE, 2_000);
            for (int i = 0; i < 3; i++) {
                assertEquals(10, sockets.sendTo(a, text("0123456789"), 0, 10, 0, toB));
            }
            final SocketAddress sender = new SocketAddress();
            final MemorySegment memory = memory(4);
            assertEquals(10, sockets.receiveFrom(b, memory, 0, 4, BlockingSockets.MSG_TRUNC, sender));
            assertEquals("0123", text(memory, 4));
            assertEquals(1_000, sender.port());
            assertEquals(4, sockets.receive(b, memory, 0, 4, 0));
            final Message message = new Message(sender, memory);
            assertEquals(4, sockets.receiveMessage(b, message, 0));
            assertEquals(BlockingSockets.MSG_TRUNC, message.flags());
            assertEquals(-Errno.EAGAIN, sockets.receiveMessage(b, message, BlockingSockets.MSG_DONTWAIT));
            assertEquals(0, message.flags());
        });
    }

    @Test
    void messagesAreGatheredAndScattered() throws Exception {
        run(() -> {
            final int a = datagram(1_000);
            final int b = datagram(2_000);
            final SocketAddress toB = new SocketAddress(HERE, 2_000);
            final Message sent = new Message(toB, text("one "), text(""), text("two "), text("three"));
            assertEquals(13, sockets.sendMessage(a, sent, 0));
            final MemorySegment head = memory(6);
            final MemorySegment tail = memory(20);
            assertEquals(13, sockets.receiveMessage(b, new Message(null, head, tail), 0));
            assertEquals("one tw", text(head, 6));
            assertEquals("o three", text(tail, 7));

            final int[] ends = connection();
            assertEquals(8, sockets.sendMessage(ends[0], new Message(null, text("stre"), text("ams!")), 0));
            receives(ends[1], "streams!", BlockingSockets.MSG_PEEK);
            assertEquals(8, sockets.receiveMessage(ends[1], new Message(null, head, tail), 0));
            assertEquals("s!", text(tail, 2));
        });
    }

    @Test
    void whatFitsNotIsRefused() throws Exception {
        run(() -> {
            final int[] ends = connection();
            final MemorySegment memory = memory(10);
            assertEquals(-Errno.EINVAL, sockets.receive(ends[0], memory, 0, 10, BlockingSockets.MSG_TRUNC));
            assertEquals(-Errno.EINVAL, sockets.receive(ends[0], memory, 0, 10, 1 << 20));
            assertEquals(-Errno.EINVAL, sockets.send(ends[0], memory, 0, 10, BlockingSockets.MSG_PEEK));
            assertEquals(-Errno.EOPNOTSUPP, sockets.receiveFrom(ends[0], memory, 0, 10, 0, new SocketAddress()));
            assertEquals(-Errno.EOPNOTSUPP, sockets.sendTo(ends[0], memory, 0, 10, 0, SERVER));
            assertEquals(-Errno.EINVAL, sockets.receiveTimeout(ends[0], 0));
            assertEquals(-Errno.EBADF, sockets.receiveTimeout(0x7FFF_FFFF, 1));
            assertEquals(-Errno.EBADF, sockets.accept(-1, null));
            assertEquals(-Errno.ENOPROTOOPT, sockets.setOption(ends[0], SocketOptions.SOL_SOCKET, 12_345, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> sockets.send(ends[0], memory, 5, 6, 0));
        });
    }

    // ---- readiness of many ----

    @Test
    void pollWaitsForOneOfMany() throws Exception {
        run(() -> {
            final int[] ends = connection();
            final int udp = datagram(1_000);
            final int[] descriptors = {ends[1], udp, -5};
            final int[] events = {Sockets.POLLIN, Sockets.POLLIN, Sockets.POLLIN};
            final int[] ready = new int[3];
            assertEquals(0, sockets.poll(descriptors, events, ready, 3, 0));
            assertEquals(0, sockets.poll(descriptors, events, ready, 3, 20 * MILLISECOND));
            after(20 * MILLISECOND, () -> sockets.sendTo(udp, text("x"), 0, 1, 0, new SocketAddress(HERE, 1_000)));
            assertEquals(1, sockets.poll(descriptors, events, ready, 3, Long.MAX_VALUE));
            assertArrayEquals(new int[] {0, Sockets.POLLIN, 0}, ready);
            send(ends[0], "y");
            awaitReadable(ends[1]);
            assertEquals(2, sockets.poll(descriptors, events, ready, 3, Long.MAX_VALUE));
        });
    }

    @Test
    void pollNamesWhatIsNoSocket() throws Exception {
        run(() -> {
            final int[] ready = new int[1];
            assertEquals(1, sockets.poll(new int[] {77}, new int[] {Sockets.POLLIN}, ready, 1, Long.MAX_VALUE));
            assertEquals(BlockingSockets.POLLNVAL, ready[0]);
        });
    }

    @Test
    void selectLeavesWhatIsReadyInTheSets() throws Exception {
        run(() -> {
            final int[] ends = connection();
            final DescriptorSet readable = new DescriptorSet();
            readable.add(ends[0]);
            readable.add(ends[1]);
            final DescriptorSet writable = new DescriptorSet();
            writable.add(ends[0]);
            send(ends[0], "x");
            awaitReadable(ends[1]);
            assertEquals(2, sockets.select(readable, writable, Long.MAX_VALUE));
            assertFalse(readable.contains(ends[0]));
            assertTrue(readable.contains(ends[1]));
            assertTrue(writable.contains(ends[0]));
            receives(ends[1], "x", 0);
            assertEquals(0, sockets.select(readable, null, MILLISECOND));
            assertEquals(0, readable.size());
            readable.add(77);
            assertEquals(-Errno.EBADF, sockets.select(readable, null, Long.MAX_VALUE));
        });
    }

    @Test
    void theEndOfTheStackEndsAllWaits() throws Exception {
        run(() -> {
            final int[] ends = connection();
            after(20 * MILLISECOND, this::closeStack);
            assertThrows(StackEndedException.class, () -> sockets.receive(ends[1], memory(10), 0, 10, 0));
        });
    }
}
