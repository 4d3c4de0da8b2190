package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.runtime.SharedStack;
import org.weir.runtime.StackCall;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// What closing does with octets that are not sent, as the JDK's own channels do it and as Weir's do.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class LingerSpecTest {
    private final World world;

    LingerSpecTest(World.Kind kind) {
        world = new World(kind);
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    /// Writes until neither end takes more. Returns how many octets.
    private static long fill(SocketChannel channel) throws Exception {
        World.nonBlocking(channel);
        final ByteBuffer much = ByteBuffer.allocate(1 << 16);
        long total = 0;
        for (int idle = 0; idle < 20; ) {
            final int count = channel.write(much.clear());
            total += count;
            idle = count == 0 ? idle + 1 : 0;
            Thread.sleep(count == 0 ? 1 : 0);
        }
        return total;
    }

    private static long readToTheEnd(SocketChannel channel) throws IOException {
        final ByteBuffer sink = ByteBuffer.allocate(1 << 16);
        long total = 0;
        for (int count = 0; count >= 0; count = channel.read(sink.clear())) {
            total += count;
        }
        return total;
    }

    @Test
    void withoutLingeringWhatWasWrittenArrivesAfterTheClose() throws Exception {
        final World.Pair pair = world.pair();
        final long written = fill(pair.near());
        pair.near().close();
        assertEquals(written, readToTheEnd(pair.far()));
    }

    @Test
    void aLingerOfZeroResetsWhatIsNotSent() throws Exception {
        final World.Pair pair = world.pair();
        fill(pair.near());
        World.reset(pair.near());
        final SocketException thrown = assertThrows(SocketException.class, () -> readToTheEnd(pair.far()));
        assertEquals("Connection reset", thrown.getMessage());
    }

    @Test
    void lingeringForATimeSendsAllToAPeerThatReads() throws Exception {
        final World.Pair pair = world.pair();
        final long written = fill(pair.near());
        pair.near().setOption(StandardSocketOptions.SO_LINGER, 20);
        final World.Task<Long> reader = World.platform(() -> readToTheEnd(pair.far()));
        pair.near().close();
        assertEquals(written, reader.get());
    }

    @Test
    void lingeringForATimeEndsWithIt() throws Exception {
        assumeTrue(world.isWeir(), "the kernel stops waiting, and goes on sending");
        final SharedStack stack = Objects.requireNonNull(world.stack);
        final World.Pair pair = world.pair();
        fill(pair.near());
        pair.near().setOption(StandardSocketOptions.SO_LINGER, 1);
        pair.near().close();
        assertEquals(0, events(stack, pair.far()) & Sockets.POLLERR);
        while ((events(stack, pair.far()) & Sockets.POLLERR) == 0) {
            Thread.sleep(10);
        }
        final SocketException thrown = assertThrows(SocketException.class, () -> readToTheEnd(pair.far()));
        assertEquals("Connection reset", thrown.getMessage());
    }

    /// What holds of a channel of Weir, without reading from it.
    private static int events(SharedStack stack, SocketChannel channel) {
        final ReadinessSource source = ((Watchable) channel).source();
        final int[] events = new int[1];
        stack.call(new StackCall() {
            @Override
            protected void run(Stack owned) {
                events[0] = source.poll(owned);
            }
        });
        return events[0];
    }

    @Test
    void lingeringIsSetAndSwitchedOff() throws Exception {
        final SocketChannel channel = world.stream();
        assertEquals(-1, channel.getOption(StandardSocketOptions.SO_LINGER));
        channel.setOption(StandardSocketOptions.SO_LINGER, 3);
        assertEquals(3, channel.getOption(StandardSocketOptions.SO_LINGER));
        channel.setOption(StandardSocketOptions.SO_LINGER, -5);
        assertEquals(-1, channel.getOption(StandardSocketOptions.SO_LINGER));
        assertTrue(channel.isOpen());
    }
}
