package org.weir.jdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.stack.SelfExercise;
import org.weir.testkit.AllocationGuard;

/// Reading and writing through channels allocates nothing once it has been done before, also in the interpreter.
@Tag("allocation")
@Timeout(120)
final class ChannelAllocationTest {
    private static final int ROUNDS = 30;
    private static final int TIMES = 200;

    private final World world = new World(World.Kind.WEIR);

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    @FunctionalInterface
    private interface Transfer {
        void run() throws IOException;
    }

    private static void assertAllocatesNothing(String what, Transfer transfer) {
        SelfExercise.run();
        final Runnable work = () -> {
            try {
                for (int i = 0; i < TIMES; i++) {
                    transfer.run();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        work.run();
        AllocationGuard.assertAllocatesNothing(what, ROUNDS, work);
    }

    private static void exchange(World.Pair pair, ByteBuffer out, ByteBuffer in) throws IOException {
        pair.near().write(out.clear());
        in.clear();
        while (in.hasRemaining()) {
            pair.far().read(in);
        }
    }

    @Test
    void heapBuffersOnStreams() throws Exception {
        final World.Pair pair = world.pair();
        final ByteBuffer out = ByteBuffer.allocate(1_000);
        final ByteBuffer in = ByteBuffer.allocate(1_000);
        assertAllocatesNothing("heap buffers", () -> exchange(pair, out, in));
    }

    @Test
    void directBuffersOnStreams() throws Exception {
        final World.Pair pair = world.pair();
        final ByteBuffer out = ByteBuffer.allocateDirect(1_000);
        final ByteBuffer in = ByteBuffer.allocateDirect(1_000);
        assertAllocatesNothing("direct buffers", () -> exchange(pair, out, in));
    }

    @Test
    void scatteringAndGathering() throws Exception {
        final World.Pair pair = world.pair();
        final ByteBuffer[] out = {ByteBuffer.allocate(300), ByteBuffer.allocateDirect(700)};
        final ByteBuffer[] in = {ByteBuffer.allocateDirect(400), ByteBuffer.allocate(600)};
        assertAllocatesNothing("several buffers", () -> {
            out[0].clear();
            out[1].clear();
            pair.near().write(out);
            in[0].clear();
            in[1].clear();
            while (in[1].hasRemaining()) {
                pair.far().read(in);
            }
        });
    }

    @Test
    void datagramsOfOnePeer() throws Exception {
        final DatagramChannel near = world.datagram();
        final DatagramChannel far = world.datagram();
        final SocketAddress target = far.getLocalAddress();
        final ByteBuffer out = ByteBuffer.allocate(500);
        final ByteBuffer in = ByteBuffer.allocate(500);
        assertAllocatesNothing("datagrams", () -> {
            near.send(out.clear(), target);
            far.receive(in.clear());
        });
    }

    @Test
    void selectingAndClearing() throws Exception {
        final World.Pair pair = world.pair();
        World.nonBlocking(pair.far());
        final Selector selector = world.selector();
        pair.far().register(selector, SelectionKey.OP_READ);
        final ByteBuffer out = ByteBuffer.allocate(100);
        final ByteBuffer in = ByteBuffer.allocate(100);
        assertAllocatesNothing("selecting", () -> {
            pair.near().write(out.clear());
            in.clear();
            while (in.hasRemaining()) {
                selector.select();
                pair.far().read(in);
                selector.selectedKeys().clear();
            }
        });
    }
}
