package org.weir.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.base.SplitMix64;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.runtime.bsd.BlockingSockets;
import org.weir.runtime.os.ThreadPort;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.time.TimerWheel;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

@Timeout(60)
final class CableLinkTest {
    private static final SocketAddress SERVER = new SocketAddress(IpAddress.parse("10.0.0.2"), 7);
    private static final int OCTETS = 5_000_000;
    private static final int FRAMES = 256;

    // ---- two stacks ----

    private static SharedStack host(String address, CableLink link, Waiter waiter, IdleStrategy idle) {
        final long nowNs = System.nanoTime();
        final Stack stack = Stack.create(StackConfig.defaults(), new SplitMix64(nowNs), nowNs);
        stack.addAddress(stack.addInterface("cable", link), IpPrefix.parse(address));
        stack.release();
        return SharedStack.start(stack, waiter, idle, address);
    }

    @ParameterizedTest
    @EnumSource
    void whatOneHostSendsTheOtherEchoes(IdleStrategy idle) throws Exception {
        final ParkingWaiter first = new ParkingWaiter();
        final ParkingWaiter second = new ParkingWaiter();
        final CableLink.Ends cable = CableLink.between(first, second, 1_500);
        try (SharedStack near = host("10.0.0.1/24", cable.first(), first, idle);
                SharedStack far = host("10.0.0.2/24", cable.second(), second, idle)) {
            final BlockingSockets server = new BlockingSockets(far, ThreadPort.platform());
            final int listener = server.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            assertEquals(0, server.bind(listener, SERVER));
            assertEquals(0, server.listen(listener, 1));
            final Thread echo = Thread.ofPlatform().start(() -> echo(server, listener));
            final BlockingSockets client = new BlockingSockets(near, ThreadPort.platform());
            final int socket = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            assertEquals(0, client.connect(socket, SERVER));
            converse(client, socket);
            echo.join();
        }
    }

    private static void echo(BlockingSockets sockets, int listener) {
        final MemorySegment buffer = MemorySegment.ofArray(new byte[10_000]);
        final int socket = sockets.accept(listener, null);
        for (int n = sockets.receive(socket, buffer, 0, 10_000, 0);
                n > 0;
                n = sockets.receive(socket, buffer, 0, 10_000, 0)) {
            sockets.send(socket, buffer, 0, n, 0);
        }
        sockets.close(socket);
    }

    private static void converse(BlockingSockets sockets, int socket) throws InterruptedException {
        final byte[] sent = new byte[OCTETS];
        new Random(5).nextBytes(sent);
        final byte[] echoed = new byte[OCTETS];
        final Thread sender = Thread.ofPlatform().start(() -> {
            sockets.send(socket, MemorySegment.ofArray(sent), 0, OCTETS, 0);
            sockets.shutdown(socket, Sockets.SHUT_WR);
        });
        final int count =
                sockets.receive(socket, MemorySegment.ofArray(echoed), 0, OCTETS, BlockingSockets.MSG_WAITALL);
        assertEquals(OCTETS, count);
        assertArrayEquals(sent, echoed);
        sender.join();
        assertEquals(0, sockets.receive(socket, MemorySegment.ofArray(echoed), 0, 1, 0));
    }

    // ---- one link ----

    private final List<Pbuf> received = new ArrayList<>();
    private final DropCounters drops = new DropCounters();
    private int wakes;

    private final Waiter counting = new Waiter() {
        @Override
        public void await(long timeoutNs) {
            throw new AssertionError("nobody waits here");
        }

        @Override
        public void wake() {
            wakes++;
        }
    };

    private final CableLink.Ends ends = CableLink.between(counting, counting, 1_500);

    private static PbufPool pool() {
        return Stack.create(StackConfig.small(), new SplitMix64(1), 0).pool();
    }

    private static Pbuf frame(PbufPool pool, int length) {
        final Pbuf frame = pool.copyOf(Headroom.RAW, MemorySegment.ofArray(new byte[length]), 0, length);
        assertNotNull(frame);
        return frame;
    }

    private int receiveAll() {
        final int count = ends.second().receive(received::add, Integer.MAX_VALUE, 0);
        received.forEach(Pbuf::release);
        received.clear();
        return count;
    }

    @Test
    void aFullCableTakesNoMoreUntilFramesAreReceivedAndThenWakesTheSender() {
        final PbufPool pool = pool();
        ends.first().attach(pool, drops);
        ends.second().attach(pool, drops);
        for (int i = 0; i < FRAMES; i++) {
            assertEquals(FRAMES - i, ends.first().room());
            ends.first().send(frame(pool, 60), 0);
        }
        assertEquals(0, ends.first().room());
        ends.first().send(frame(pool, 60), 0);
        assertEquals(1, drops.of(DropReason.LINK_BUSY));
        assertEquals(0, wakes);
        assertEquals(FRAMES, receiveAll());
        assertEquals(1, wakes);
        assertEquals(FRAMES, ends.first().room());
    }

    @Test
    void aReceiverIsDueWhileFramesAreOnTheirWay() {
        final PbufPool pool = pool();
        ends.first().attach(pool, drops);
        ends.second().attach(pool, drops);
        assertEquals(TimerWheel.NEVER, ends.second().nextDeadlineNs());
        ends.first().send(frame(pool, 60), 0);
        ends.first().flush(0);
        assertEquals(1, wakes);
        assertTrue(ends.second().nextDeadlineNs() < 0);
        assertEquals(1, receiveAll());
        assertEquals(TimerWheel.NEVER, ends.second().nextDeadlineNs());
    }

    @Test
    void aFrameThatIsTooLongIsDropped() {
        final PbufPool pool = pool();
        ends.first().attach(pool, drops);
        ends.second().attach(pool, drops);
        ends.first().send(frame(pool, 1_515), 0);
        assertEquals(1, drops.of(DropReason.FRAME_TOO_LONG));
        ends.first().send(frame(pool, 1_514), 0);
        assertEquals(1, receiveAll());
        assertEquals(pool.pages().total(), pool.pages().free());
    }

    @Test
    void whereThePoolIsDryAFrameIsDroppedAndTheCableGoesOn() {
        final PbufPool pool = pool();
        ends.first().attach(pool, drops);
        ends.second().attach(pool, drops);
        ends.first().send(frame(pool, 60), 0);
        final List<Pbuf> taken = new ArrayList<>();
        for (Pbuf p = pool.take(Headroom.RAW, 60); p != null; p = pool.take(Headroom.RAW, 60)) {
            taken.add(p);
        }
        assertEquals(1, receiveAll());
        assertEquals(1, drops.of(DropReason.NO_BUFFER));
        assertEquals(FRAMES, ends.first().room());
        taken.forEach(Pbuf::release);
        ends.first().send(frame(pool, 60), 0);
        assertEquals(1, ends.second().receive(received::add, 10, 0));
        assertEquals(1, received.size());
    }
}
