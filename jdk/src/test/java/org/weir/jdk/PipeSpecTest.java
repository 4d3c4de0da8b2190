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
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Random;
import java.util.concurrent.Callable;
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
    void buffersThatCannotBeUsedAreRefused() throws Exception {
        final ByteBuffer[] one = {ByteBuffer.allocate(1)};
        assertThrows(IllegalArgumentException.class, () -> pipe.source().read(one[0].asReadOnlyBuffer()));
        assertThrows(NullPointerException.class, () -> pipe.source().read((ByteBuffer) null));
        assertThrows(NullPointerException.class, () -> pipe.sink().write((ByteBuffer) null));
        assertThrows(IndexOutOfBoundsException.class, () -> pipe.source().read(one, 0, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> pipe.sink().write(one, -1, 1));
        assertEquals(0, pipe.sink().write(one, 1, 0));
        assertEquals(0, pipe.sink().write(ByteBuffer.allocate(0)));
    }

    @Test
    void aPartOfTheBuffersIsMoved() throws Exception {
        final ByteBuffer[] sources = {World.octets("a"), World.octets("bc"), World.octets("d")};
        assertEquals(2, pipe.sink().write(sources, 1, 1));
        final ByteBuffer[] targets = {ByteBuffer.allocate(9), ByteBuffer.allocate(1), ByteBuffer.allocate(9)};
        assertEquals(2, pipe.source().read(targets, 1, 2));
        assertEquals("", World.text(targets[0]));
        assertEquals("b", World.text(targets[1]));
        assertEquals("c", World.text(targets[2]));
    }

    @Test
    void aClosedEndHasNoModeAndNoKey() throws Exception {
        final Selector selector = world.selector();
        assertThrows(IllegalBlockingModeException.class, () -> pipe.source().register(selector, SelectionKey.OP_READ));
        World.nonBlocking(pipe.source());
        assertThrows(IllegalArgumentException.class, () -> pipe.source().register(selector, SelectionKey.OP_WRITE));
        pipe.source().close();
        pipe.sink().close();
        assertThrows(ClosedChannelException.class, () -> pipe.source().configureBlocking(true));
        assertThrows(ClosedChannelException.class, () -> pipe.sink().configureBlocking(false));
        assertThrows(ClosedChannelException.class, () -> pipe.source().register(selector, SelectionKey.OP_READ));
    }

    @Test
    void whoIsInterruptedAlreadyDoesNotReadWhatIsThere() throws Exception {
        pipe.sink().write(World.octets("x"));
        final Task<Boolean> reader = World.platform(() -> {
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, () -> pipe.source().read(ByteBuffer.allocate(1)));
            return Thread.interrupted();
        });
        assertTrue(reader.get());
        assertFalse(pipe.source().isOpen());
        assertTrue(pipe.sink().isOpen());
    }

    /// Lets a thread wait in a write of one octet.
    private static Task<Integer> blockedWriter(Pipe full, boolean virtual) throws Exception {
        World.nonBlocking(full.sink());
        while (full.sink().write(ByteBuffer.allocate(1 << 16)) > 0) {
            assertTrue(full.sink().isOpen());
        }
        full.sink().configureBlocking(true);
        final Callable<Integer> write = () -> full.sink().write(ByteBuffer.allocate(1));
        final Task<Integer> writer = virtual ? World.virtual(write) : World.platform(write);
        World.letWait(writer);
        return writer;
    }

    @Test
    void aBlockedWriterIsToldOfACloseAndOfAnInterrupt() throws Exception {
        final Task<Integer> closed = blockedWriter(pipe, false);
        pipe.sink().close();
        assertEquals(AsynchronousCloseException.class, closed.failure().getClass());
        final Pipe other = world.provider.openPipe();
        world.keep(other.source());
        final Task<Integer> interrupted = blockedWriter(other, true);
        interrupted.thread.interrupt();
        assertEquals(ClosedByInterruptException.class, interrupted.failure().getClass());
        assertFalse(other.sink().isOpen());
    }

    @Test
    void aBlockedWriterIsToldThatNobodyWillRead() throws Exception {
        final Task<Integer> writer = blockedWriter(pipe, false);
        pipe.source().close();
        assertEquals("Broken pipe", writer.failure().getMessage());
    }

    @Test
    void aWriterThatHasWrittenAPartIsToldHowMuch() throws Exception {
        final Task<Integer> writer = World.platform(() -> pipe.sink().write(ByteBuffer.allocate(1 << 20)));
        World.letWait(writer);
        pipe.source().close();
        assertTrue(writer.get() > 0 && writer.get() < 1 << 20);
        final IOException thrown =
                assertThrows(IOException.class, () -> pipe.sink().write(World.octets("x")));
        assertEquals("Broken pipe", thrown.getMessage());
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
