package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

class ReceivePagesTest {
    private static final int PAGE = 256;
    private static final int POOL_PAGES = 8;

    private final Arena arena = Arena.ofAuto();
    private final PbufPool.Layout layout = new PbufPool.Layout(POOL_PAGES, PAGE, 1, 64, 1, 0, false);
    private final PbufPool pool = new PbufPool(arena.allocate(layout.bytes()), 0, layout);
    private final MemorySegment header = arena.allocate(10);
    private final ReceivePages pages = new ReceivePages(arena, pool, header, 1000);

    @AfterEach
    void nothingLeaks() {
        pages.release();
        pool.assertNoLeaks();
    }

    @Test
    void thereIsRoomForTheLongestFrameAndAnOctetToTellALongerOne() {
        pages.refill();
        assertTrue(pages.isFull());
        assertEquals(1024, pages.room());
        assertEquals(1 + 4 + 1, pages.iovecCount());
        assertEntry(0, header.address(), 10);
        assertEquals(PAGE, length(1));
        assertEquals(1, length(5));
    }

    @Test
    void aFrameTakesOnlyThePagesThatItFills() {
        pages.refill();
        final Pbuf frame = pages.take(PAGE + 1);
        assertEquals(2, frame.chainLength());
        assertEquals(PAGE + 1, frame.totalLength());
        assertEquals(PAGE, frame.length());
        assertEquals(2 * PAGE, pages.room());
        assertEquals(4, pool.pages().inUse());
        frame.release();
    }

    @Test
    void afterARefillTheFirstEntriesNameThePagesOfTheNextFrame() {
        pages.refill();
        final Pbuf first = pages.take(10);
        pages.refill();
        assertEquals(6, pages.iovecCount());
        final long named = base(1);
        final Pbuf second = pages.take(PAGE);
        assertEquals(second.segment().address() + second.offset(), named);
        assertEquals(1, second.chainLength());
        first.release();
        second.release();
    }

    @Test
    void aDryPoolLeavesLessRoomAndAtLastNone() {
        pages.refill();
        final Pbuf first = pages.take(1024);
        pages.refill();
        final Pbuf second = pages.take(3 * PAGE);
        pages.refill();
        assertFalse(pages.isFull());
        assertEquals(PAGE, pages.room());
        assertEntry(0, header.address(), 10);
        final Pbuf third = pages.take(1);
        pages.refill();
        assertEquals(0, pages.room());
        assertEquals(2, pages.iovecCount());
        first.release();
        pages.refill();
        assertTrue(pages.isFull());
        second.release();
        third.release();
    }

    @Test
    void aFrameShorterThanAPageLeavesThePagesLastOctetToTellALongerOne() {
        final ReceivePages onePage = new ReceivePages(arena, pool, MemorySegment.NULL, PAGE - 1);
        onePage.refill();
        assertEquals(PAGE - 1, onePage.room());
        onePage.release();
    }

    @Test
    void aFrameAsLongAsAPageNeedsTheOctetBehindThePage() {
        final ReceivePages onePage = new ReceivePages(arena, pool, MemorySegment.NULL, PAGE);
        onePage.refill();
        assertEquals(PAGE, onePage.room());
        onePage.release();
    }

    private void assertEntry(int index, long base, long length) {
        assertEquals(base, base(index));
        assertEquals(length, length(index));
    }

    private long base(int index) {
        return word(index * 2);
    }

    private long length(int index) {
        return word(index * 2 + 1);
    }

    @SuppressWarnings("restricted") // Looks at what the kernel would see.
    private long word(int index) {
        return MemorySegment.ofAddress(pages.iovecs())
                .reinterpret((long) Iovec.SIZE * pages.iovecCount())
                .getAtIndex(ValueLayout.JAVA_LONG, index);
    }
}
