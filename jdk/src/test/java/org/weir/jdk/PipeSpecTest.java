package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.jdk.World.Task;

/// `Pipe`, as the JDK's own does it and as Weir's does.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class PipeSpecTest {
    private final World world;
    private final Pipe pipe;

    PipeSpecTest(World.Kind kind) throws IOException {
        world = new World(kind);
        pipe = world.provider.openPipe();
    }

    @BeforeEach
    void keeps() {
        world.keep(pipe.source());
        world.keep(pipe.sink());
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    @Test
    void octetsComeOutInTheirOrder() throws Exception {
        final ByteBuffer[] sources = {World.octets("abc"), World.octets("defg")};
        assertEquals(7, pipe.sink().write(sources));
        final ByteBuffer[] targets = {ByteBuffer.allocate(2), ByteBuffer.allocateDirect(9)};
        assertEquals(7, pipe.source().read(targets));
        assertEquals("ab", World.text(targets[0]));
        assertEquals("cdefg", World.text(targets[1]));
        assertEquals(0, pipe.source().read(ByteBuffer.allocate(0)));
        assertEquals(SelectionKey.OP_READ, pipe.source().validOps());
        assertEquals(SelectionKey.OP_WRITE, pipe.sink().validOps());
    }

    @Test
    void aNonBlockingPipeMovesWhatItCan() throws Exception {
        World.nonBlocking(pipe.source());
        World.nonBlocking(pipe.sink());
        assertEquals(0, pipe.source().read(ByteBuffer.allocate(1)));
        final ByteBuffer much = ByteBuffer.allocate(1 << 20);
        long written = 0;
        for (int count = pipe.sink().write(much); count > 0; count = pipe.sink().write(much)) {
            written += count;
        }
        assertTrue(written > 0 && written < 1 << 20);
        assertEquals(written, much.position());
        long read = 0;
        while (read < written) {
            read += pipe.source().read(ByteBuffer.allocate(10_007));
        }
        assertEquals(written, read);
        assertEquals(0, pipe.source().read(ByteBuffer.allocate(1)));
    }

    @Test
    void aBlockingPipeCarriesMoreThanItHolds() throws Exception {
        final byte[] sent = new byte[1_000_000];
        new Random(3).nextBytes(sent);
        final Task<Integer> writer = World.platform(() -> pipe.sink().write(ByteBuffer.wrap(sent)));
        final ByteBuffer received = ByteBuffer.allocate(sent.length);
        while (received.hasRemaining()) {
            assertTrue(pipe.source().read(received) > 0);
        }
        assertEquals(sent.length, writer.get());
        assertArrayEquals(sent, received.array());
    }

    @Test
    void theEndOfTheSinkIsTheEndOfTheStream() throws Exception {
        pipe.sink().write(World.octets("x"));
        final Task<Integer> reader = World.platform(() -> {
            pipe.source().read(ByteBuffer.allocate(1));
            return pipe.source().read(ByteBuffer.allocate(1));
        });
        World.letWait(reader);
        pipe.sink().close();
        assertEquals(-1, reader.get());
        assertThrows(ClosedChannelException.class, () -> pipe.sink().write(World.octets("x")));
    }

    @Test
    void aPipeWithoutASourceIsBroken() throws Exception {
        pipe.source().close();
        final IOException thrown =
                assertThrows(IOException.class, () -> pipe.sink().write(World.octets("x")));
        assertEquals("Broken pipe", thrown.getMessage());
        assertThrows(ClosedChannelException.class, () -> pipe.source().read(ByteBuffer.allocate(1)));
    }

    @Test
    void aBlockedEndIsToldOfACloseAndOfAnInterrupt() throws Exception {
        final Task<Integer> reader = World.virtual(() -> pipe.source().read(ByteBuffer.allocate(1)));
        World.letWait(reader);
        reader.thread.interrupt();
        assertEquals(ClosedByInterruptException.class, reader.failure().getClass());
        assertFalse(pipe.source().isOpen());
        final Pipe other = world.provider.openPipe();
        world.keep(other.source());
        final Task<Integer> second = World.platform(() -> other.source().read(ByteBuffer.allocate(1)));
        World.letWait(second);
        other.source().close();
        assertEquals(AsynchronousCloseException.class, second.failure().getClass());
        other.sink().close();
    }

    @Test
    void bothEndsAreSelected() throws Exception {
        final Selector selector = world.selector();
        World.nonBlocking(pipe.source());
        World.nonBlocking(pipe.sink());
        final SelectionKey read = pipe.source().register(selector, SelectionKey.OP_READ);
        final SelectionKey write = pipe.sink().register(selector, SelectionKey.OP_WRITE);
        assertEquals(1, selector.select());
        assertTrue(write.isWritable());
        final ByteBuffer much = ByteBuffer.allocate(1 << 20);
        while (pipe.sink().write(much.clear()) > 0) {
            assertTrue(pipe.sink().isOpen());
        }
        selector.selectedKeys().clear();
        assertEquals(1, selector.select());
        assertTrue(read.isReadable());
        final Task<Integer> reader = World.platform(() -> {
            Thread.sleep(50);
            return pipe.source().read(ByteBuffer.allocate(1 << 20));
        });
        read.interestOps(0);
        selector.selectedKeys().clear();
        assertEquals(1, selector.select());
        assertTrue(write.isWritable());
        assertTrue(reader.get() > 0);
        while (pipe.source().read(ByteBuffer.allocate(1 << 20)) > 0) {
            assertTrue(pipe.source().isOpen());
        }
        write.cancel();
        read.interestOps(SelectionKey.OP_READ);
        selector.selectedKeys().clear();
        assertEquals(0, selector.selectNow());
        pipe.sink().close();
        assertEquals(1, selector.select());
        assertEquals(-1, pipe.source().read(ByteBuffer.allocate(1)));
    }
}
