package org.weir.memory;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PageQueueTest {
    private static final int PAGE = 64;

    private final PbufPool pool = Pools.pool(8, PAGE, 8, 8);
    private final PageQueue queue = new PageQueue();

    private int write(int octets) {
        return queue.write(MemorySegment.ofArray(new byte[octets]), 0, octets, pool);
    }

    @Test
    void anEmptyQueueHoldsNothing() {
        assertEquals(0, queue.length());
        assertNull(queue.first());
        assertEquals(0, queue.peek(MemorySegment.ofArray(new byte[4]), 0, 4));
        write(100);
        assertEquals(2 * PAGE, queue.trueSize());
        queue.drop(100);
        assertNull(queue.first());
        assertEquals(0, queue.trueSize());
        assertEquals(100, queue.head());
        assertEquals(100, queue.tail());
        pool.assertNoLeaks();
    }

    @Test
    void aWriteStopsWhereThePagesForSendingEnd() {
        assertEquals(6 * PAGE, write(6 * PAGE + 1));
        assertEquals(6 * PAGE, queue.length());
        assertEquals(0, write(1));
        assertNull(queue.claim(pool));
        queue.clear();
        assertEquals(6 * PAGE, queue.head());
        pool.assertNoLeaks();
    }

    @Test
    void aWriteLeavesTheReserve() {
        PbufPool reserved = Pools.pool(new PbufPool.Layout(7, PAGE, 0, 256, 0, 3, false));
        byte[] much = new byte[8 * PAGE];
        assertEquals(3 * PAGE, queue.write(MemorySegment.ofArray(much), 0, much.length, reserved));
        queue.clear();
        reserved.assertNoLeaks();
    }

    @Test
    void aQueueThatIsResetCountsFromZero() {
        write(10);
        queue.reset();
        assertEquals(0, queue.head());
        assertEquals(0, queue.tail());
        pool.assertNoLeaks();
    }

    @Test
    void aClaimedPageIsTheLastOneWhileItHasRoom() {
        Pbuf page = requireNonNull(queue.claim(pool));
        queue.commit(PAGE - 1);
        assertSame(page, queue.claim(pool));
        queue.commit(1);
        assertEquals(PAGE, queue.length());
        Pbuf second = requireNonNull(queue.claim(pool));
        assertFalse(page == second);
        queue.commit(1);
        queue.clear();
        pool.assertNoLeaks();
    }

    @Test
    void aClaimedPageThatTakesNothingIsGivenBack() {
        requireNonNull(queue.claim(pool));
        queue.commit(0);
        pool.assertNoLeaks();
        assertNull(queue.first());
        assertEquals(0, queue.trueSize());
    }

    @Test
    void aClaimedPageThatTakesNothingIsGivenBackAlsoBehindOthers() {
        write(2 * PAGE);
        requireNonNull(queue.claim(pool));
        assertEquals(3, pool.inUse());
        queue.commit(0);
        assertEquals(2, pool.inUse());
        assertEquals(2 * PAGE, queue.trueSize());
        assertEquals(2 * PAGE, queue.length());
        write(1);
        assertEquals(3, pool.inUse());
        queue.drop(2 * PAGE);
        assertEquals(1, requireNonNull(queue.first()).length());
        queue.clear();
        pool.assertNoLeaks();
    }

    @Test
    void aClaimedPageThatWasForgottenIsGivenBackWithTheLastOctet() {
        write(PAGE);
        requireNonNull(queue.claim(pool));
        queue.drop(PAGE);
        assertNull(queue.first());
        assertEquals(0, queue.trueSize());
        pool.assertNoLeaks();
    }

    @Test
    void aPageWithOctetsStaysWhenACommitAddsNone() {
        write(5);
        assertSame(queue.first(), queue.claim(pool));
        queue.commit(0);
        assertEquals(5, queue.length());
        assertEquals(5, requireNonNull(queue.first()).length());
        queue.clear();
        pool.assertNoLeaks();
    }

    @Test
    void aCommitWithoutAClaimOfItsSizeIsRefused() {
        assertEquals(
                "commit of 1 octets without a claim of that size",
                assertThrows(IllegalStateException.class, () -> queue.commit(1)).getMessage());
        requireNonNull(queue.claim(pool));
        assertThrows(IllegalStateException.class, () -> queue.commit(PAGE + 1));
        assertThrows(IllegalStateException.class, () -> queue.commit(-1));
        queue.commit(PAGE);
        assertThrows(IllegalStateException.class, () -> queue.commit(1));
        queue.clear();
        pool.assertNoLeaks();
    }

    @Test
    void aSmallPacketIsCopiedBehindTheLastPageAndALargeOneIsNot() {
        write(10);
        queue.append(Pools.packet(pool, new byte[PAGE / 4]));
        assertEquals(1, pool.inUse());
        assertEquals(PAGE, queue.trueSize());
        queue.append(Pools.packet(pool, new byte[PAGE / 4 + 1]));
        assertEquals(2, pool.inUse());
        assertEquals(2 * PAGE, queue.trueSize());
        assertEquals(10 + PAGE / 4 + PAGE / 4 + 1, queue.length());
        queue.clear();
        pool.assertNoLeaks();
    }

    @Test
    void aSmallPacketThatDoesNotFitTheTailroomKeepsItsPage() {
        write(PAGE - 3);
        queue.append(Pools.packet(pool, new byte[] {1, 2, 3}));
        assertEquals(1, pool.inUse());
        queue.append(Pools.packet(pool, new byte[] {4}));
        assertEquals(2, pool.inUse());
        queue.clear();
        pool.assertNoLeaks();
    }

    @Test
    void aSharedPageIsNotWrittenBehindByAnAppend() {
        Pbuf shared = Pools.packet(pool, new byte[10]).retain();
        queue.append(shared);
        queue.append(Pools.packet(pool, new byte[1]));
        assertEquals(2, pool.inUse());
        queue.clear();
        shared.release();
        pool.assertNoLeaks();
    }

    @Test
    void anEmptyPacketIsReleased() {
        queue.append(Pools.packet(pool, new byte[0]));
        assertNull(queue.first());
        pool.assertNoLeaks();
    }

    @Test
    void anEmptyBufferOfAPacketIsReleased() {
        Pbuf packet = Pools.packet(pool, new byte[0]);
        packet.chain(Pools.packet(pool, new byte[] {1}));
        packet.chain(Pools.packet(pool, new byte[0]));
        queue.append(packet);
        assertEquals(1, pool.inUse());
        assertEquals(1, requireNonNull(queue.first()).length());
        queue.clear();
        pool.assertNoLeaks();
    }

    @Test
    void moreIsNotDroppedThanThereIs() {
        write(3);
        assertEquals(
                "cannot drop 4 octets of 3",
                assertThrows(IllegalStateException.class, () -> queue.drop(4)).getMessage());
        queue.clear();
        pool.assertNoLeaks();
    }

    @Test
    void aGatherForWhichThereAreTooFewHandlesLeavesThePacketAsItWas() {
        PbufPool few = Pools.pool(8, PAGE, 4, 2);
        byte[] three = new byte[3 * PAGE];
        queue.write(MemorySegment.ofArray(three), 0, three.length, few);
        Pbuf header = requireNonNull(few.take(Headroom.LINK, 20));
        assertFalse(queue.gather(header, 0, 3 * PAGE, few));
        assertEquals(20, header.totalLength());
        assertNull(header.next());
        assertEquals(0, few.handles().inUse());
        assertTrue(queue.gather(header, 0, 2 * PAGE, few));
        assertEquals(20 + 2 * PAGE, header.totalLength());
        assertEquals(3, header.chainLength());
        header.release();
        queue.clear();
        few.assertNoLeaks();
    }

    @Test
    void aGatherCopiesNothing() {
        write(PAGE);
        Pbuf header = requireNonNull(pool.take(Headroom.LINK, 0));
        assertTrue(queue.gather(header, 5, 10, pool));
        Pbuf piece = requireNonNull(header.next());
        Pbuf page = requireNonNull(queue.first());
        assertEquals(Pbuf.Kind.REF, piece.kind());
        assertEquals(page.offset() + 5, piece.offset());
        assertArrayEquals(new byte[10], Pools.octets(header));
        header.release();
        queue.clear();
        pool.assertNoLeaks();
    }
}
