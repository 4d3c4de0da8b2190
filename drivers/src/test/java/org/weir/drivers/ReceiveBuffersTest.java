package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

class ReceiveBuffersTest {
    private static final int PAGE = 256;
    private static final int POOL_PAGES = 80;
    private static final int CAPACITY = 20_000;
    private static final int LONG_FRAME = ReceiveBuffers.WORTH_A_BUFFER;

    private final Arena arena = Arena.ofAuto();
    private final PbufPool.Layout layout = new PbufPool.Layout(POOL_PAGES, PAGE, 1, 64, 32, 0, false);
    private final PbufPool pool = new PbufPool(arena.allocate(layout.bytes()), 0, layout);
    private final ReceiveBuffers buffers = new ReceiveBuffers(arena, pool, arena.allocate(10), CAPACITY);
    private final List<Pbuf> taken = new ArrayList<>();

    @AfterEach
    void nothingLeaks() {
        taken.forEach(Pbuf::release);
        buffers.release();
        pool.assertNoLeaks();
    }

    private Pbuf take(int length) {
        final Pbuf frame = buffers.take(length);
        assertNotNull(frame);
        taken.add(frame);
        return frame;
    }

    private static byte octet(Pbuf frame, int at) {
        final byte[] one = new byte[1];
        assertEquals(1, frame.copyTo(at, MemorySegment.ofArray(one), 0, 1));
        return one[0];
    }

    private void arrives(int length) {
        final MemorySegment place = buffers.current();
        for (int i = 0; i < length; i++) {
            place.set(ValueLayout.JAVA_BYTE, i, (byte) (i % 251));
        }
    }

    @Test
    void aShortFrameIsCopiedIntoPages() {
        arrives(PAGE + 1);
        final Pbuf frame = take(PAGE + 1);
        assertEquals(Pbuf.Kind.POOL, frame.kind());
        assertEquals(2, frame.chainLength());
        assertEquals(PAGE + 1, frame.totalLength());
        assertEquals((byte) (PAGE % 251), octet(frame, PAGE));
    }

    @Test
    void aLongFrameGoesUpWhereItLiesAndTheNextOneIsReadElsewhere() {
        arrives(LONG_FRAME);
        final Pbuf first = take(LONG_FRAME);
        assertEquals(Pbuf.Kind.CUSTOM, first.kind());
        assertEquals(1, first.chainLength());
        assertEquals(0, pool.pages().inUse());
        buffers.current().fill((byte) 0xEE);
        assertEquals((byte) (100 % 251), octet(first, 100));
    }

    @Test
    void aBufferComesBackHoweverItsFrameWasCut() {
        for (int i = 0; i < 3 * ReceiveBuffers.COUNT; i++) {
            arrives(LONG_FRAME);
            final Pbuf frame = buffers.take(LONG_FRAME);
            assertNotNull(frame);
            assertEquals(Pbuf.Kind.CUSTOM, frame.kind());
            assertEquals((byte) 54, octet(frame, 54));
            frame.strip(54);
            frame.trimTo(1_000);
            frame.release();
        }
    }

    @Test
    void longFramesAreCopiedOnceUsersHoldTheBuffers() {
        for (int i = 1; i < ReceiveBuffers.COUNT; i++) {
            assertEquals(Pbuf.Kind.CUSTOM, take(LONG_FRAME).kind());
        }
        arrives(LONG_FRAME);
        final Pbuf copied = take(LONG_FRAME);
        assertEquals(Pbuf.Kind.POOL, copied.kind());
        assertEquals((byte) (16_000 % 251), octet(copied, 16_000));
    }

    @Test
    void aPoolThatRunsDryTakesNothingAndKeepsNothing() {
        for (int i = 1; i < ReceiveBuffers.COUNT; i++) {
            take(LONG_FRAME);
        }
        take(LONG_FRAME);
        final int inUse = pool.pages().inUse();
        assertNull(buffers.take(LONG_FRAME));
        assertEquals(inUse, pool.pages().inUse());
    }

    @Test
    void aLongerFrameThanTheLongestIsRefused() {
        assertNull(buffers.refusal(CAPACITY));
        assertEquals(DropReason.FRAME_TOO_LONG, buffers.refusal(CAPACITY + 1));
    }
}
