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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.weir.Property;

class PbufTest {
    private static final int PAGE = 512;

    private final PbufPool pool = Pools.pool(16, PAGE, 8, 16);
    private final byte[] foreign = Property.octets(new Random(1), 100);
    private final MemorySegment foreignMemory = MemorySegment.ofArray(foreign);

    @AfterEach
    void nothingLeaks() {
        pool.assertNoLeaks();
    }

    private static void refused(String message, Executable what) {
        assertEquals(message, assertThrows(IllegalStateException.class, what).getMessage());
    }

    private Pbuf page(int length) {
        Pbuf page = requireNonNull(pool.takePage());
        page.resize(length);
        return page;
    }

    // ---- kinds ----

    @Test
    void aPageIsOfThePool() {
        Pbuf page = requireNonNull(pool.takePage());
        assertEquals(Pbuf.Kind.POOL, page.kind());
        assertEquals(0, page.length());
        assertEquals(0, page.headroom());
        assertEquals(PAGE, page.tailroom());
        assertEquals(PAGE, page.trueSize());
        assertTrue(page.isExclusive());
        page.release();
    }

    @Test
    void aShortPacketIsABlockBehindItsHeadroom() {
        for (Headroom layer : Headroom.values()) {
            Pbuf block = requireNonNull(pool.take(layer, 10));
            assertEquals(Pbuf.Kind.RAM, block.kind());
            assertEquals(layer.octets(), block.headroom());
            assertEquals(10, block.length());
            assertEquals(10, block.totalLength());
            assertEquals(256 - 10 - layer.octets(), block.tailroom());
            assertEquals(256, block.trueSize());
            block.release();
        }
    }

    @Test
    void aPacketTooLongForABlockIsAPage() {
        Pbuf block = requireNonNull(pool.take(Headroom.TRANSPORT, 256 - 120));
        Pbuf page = requireNonNull(pool.take(Headroom.TRANSPORT, 256 - 119));
        assertEquals(Pbuf.Kind.RAM, block.kind());
        assertEquals(0, block.tailroom());
        assertEquals(Pbuf.Kind.POOL, page.kind());
        assertEquals(120, page.headroom());
        block.release();
        page.release();
        Pbuf largest = requireNonNull(pool.take(Headroom.RAW, PAGE));
        largest.release();
        assertNull(pool.take(Headroom.RAW, PAGE + 1));
    }

    @Test
    void theHeadroomOfALayerHoldsItsHeaderAndThoseBelow() {
        assertEquals(0, Headroom.RAW.octets());
        assertTrue(Headroom.LINK.octets() >= 18 && Headroom.LINK.octets() % 4 == 0);
        assertTrue(Headroom.NETWORK.octets() >= Headroom.LINK.octets() + 40);
        assertTrue(Headroom.TRANSPORT.octets() >= Headroom.NETWORK.octets() + 60);
    }

    @Test
    void romIsForeignMemoryWithoutRoomAroundIt() {
        Pbuf rom = requireNonNull(pool.rom(foreignMemory, 10, 20));
        assertEquals(Pbuf.Kind.ROM, rom.kind());
        assertSame(foreignMemory, rom.segment());
        assertEquals(10, rom.offset());
        assertArrayEquals(Arrays.copyOfRange(foreign, 10, 30), Pools.octets(rom));
        assertEquals(0, rom.headroom());
        assertEquals(0, rom.tailroom());
        assertEquals(0, rom.trueSize());
        assertFalse(rom.isExclusive());
        rom.release();
    }

    @Test
    void aReferenceKeepsItsReferentAlive() {
        Pbuf page = Pools.packet(pool, new byte[] {1, 2, 3, 4, 5});
        Pbuf ref = requireNonNull(pool.reference(page, page.offset() + 1, 3));
        assertEquals(Pbuf.Kind.REF, ref.kind());
        assertFalse(page.isExclusive());
        page.release();
        assertEquals(1, pool.pages().inUse());
        assertArrayEquals(new byte[] {2, 3, 4}, Pools.octets(ref));
        ref.release();
        assertEquals(0, pool.pages().inUse());
    }

    @Test
    void aReferenceToAReferenceKeepsBothAlive() {
        Pbuf page = Pools.packet(pool, new byte[] {1, 2, 3, 4, 5});
        Pbuf outer = requireNonNull(pool.reference(page, page.offset() + 1, 4));
        Pbuf inner = requireNonNull(pool.reference(outer, outer.offset() + 1, 2));
        page.release();
        outer.release();
        assertEquals(3, pool.inUse());
        assertArrayEquals(new byte[] {3, 4}, Pools.octets(inner));
        inner.release();
    }

    @Test
    void aRecycledHandleForgetsItsReferent() {
        Pbuf page = page(4);
        requireNonNull(pool.reference(page, page.offset(), 4)).release();
        requireNonNull(pool.rom(foreignMemory, 0, 4)).release();
        assertTrue(page.isExclusive());
        page.release();
    }

    @Test
    void theOwnerOfCustomMemoryIsToldExactlyOnceAndAtTheEnd() {
        List<Pbuf> told = new ArrayList<>();
        Pbuf custom = requireNonNull(pool.custom(foreignMemory, 5, 50, told::add));
        assertEquals(Pbuf.Kind.CUSTOM, custom.kind());
        Pbuf part = requireNonNull(pool.reference(custom, custom.offset(), 10));
        custom.retain().release();
        custom.release();
        assertEquals(List.of(), told);
        part.release();
        assertEquals(List.of(custom), told);
        requireNonNull(pool.rom(foreignMemory, 0, 4)).release();
        assertEquals(1, told.size());
    }

    @Test
    void theOwnerOfCustomMemorySeesWhichMemoryIsFree() {
        List<Long> freed = new ArrayList<>();
        Pbuf custom = requireNonNull(pool.custom(foreignMemory, 5, 50, p -> {
            assertSame(foreignMemory, p.segment());
            freed.add(p.offset());
        }));
        custom.release();
        assertEquals(List.of(5L), freed);
        assertFalse(foreignMemory.equals(custom.segment()), "a free handle keeps no foreign memory reachable");
    }

    // ---- payload ----

    @Test
    void aHeaderGoesIntoTheHeadroomAndNotBeyond() {
        Pbuf p = requireNonNull(pool.take(Headroom.LINK, 3));
        long at = p.offset();
        assertEquals(at - 14, p.prepend(14));
        assertEquals(17, p.length());
        assertEquals(17, p.totalLength());
        assertEquals(6, p.headroom());
        refused("a header of 7 octets does not fit the headroom of 6", () -> p.prepend(7));
        p.prepend(6);
        p.strip(20);
        assertEquals(at, p.offset());
        refused("cannot strip 4 octets off a buffer of 3", () -> p.strip(4));
        p.strip(3);
        assertEquals(0, p.totalLength());
        p.release();
    }

    @Test
    void aPayloadGrowsIntoTheTailroomAndNotBeyond() {
        Pbuf p = page(PAGE - 10);
        assertEquals(p.offset() + PAGE - 10, p.extend(4));
        assertEquals(PAGE - 6, p.totalLength());
        refused("7 octets do not fit the tailroom of 6", () -> p.extend(7));
        p.extend(6);
        assertEquals(0, p.tailroom());
        p.release();
    }

    @Test
    void aBufferIsResizedWithinItsRoom() {
        Pbuf p = requireNonNull(pool.take(Headroom.LINK, 30));
        p.resize(236);
        assertEquals(236, p.totalLength());
        refused("237 octets do not fit a buffer with room for 236", () -> p.resize(237));
        p.resize(0);
        assertEquals(0, p.length());
        p.release();
    }

    @Test
    void onlyAPacketOfOneBufferIsExtendedOrResized() {
        Pbuf p = page(4);
        p.chain(page(4));
        assertThrows(IllegalStateException.class, () -> p.extend(1));
        assertThrows(IllegalStateException.class, () -> p.resize(1));
        p.release();
    }

    @Test
    void trimmingTheFrontHandsTheStateOfThePacketOver() {
        Pbuf p = page(4);
        p.chain(page(4));
        p.checksumState(ChecksumState.VERIFIED);
        p.segmentSize(1460);
        p.queueKey(77);
        Pbuf rest = p.trimFront(5);
        assertEquals(1, pool.inUse());
        assertEquals(ChecksumState.VERIFIED, rest.checksumState());
        assertEquals(1460, rest.segmentSize());
        assertEquals(77, rest.queueKey());
        assertEquals(3, rest.totalLength());
        rest.release();
    }

    @Test
    void trimmingTheFrontReleasesEachBufferThatBecomesEmptyExceptTheLast() {
        Pbuf p = page(4);
        Pbuf second = page(4);
        p.chain(second);
        Pbuf rest = p.trimFront(4);
        assertSame(second, rest);
        assertEquals(1, pool.inUse());
        assertSame(second, rest.trimFront(4));
        assertEquals(1, pool.inUse());
        rest.release();
    }

    @Test
    void trimmingMoreThanThereIsLeavesAnEmptyPacket() {
        Pbuf p = page(4);
        p.chain(page(4));
        Pbuf rest = p.trimFront(9);
        assertEquals(0, rest.totalLength());
        assertEquals(0, rest.length());
        rest.release();
    }

    @Test
    void trimmingReleasesTheBuffersBehind() {
        Pbuf p = page(4);
        p.chain(page(4));
        p.chain(page(4));
        p.trimTo(12);
        assertEquals(3, pool.inUse());
        p.trimTo(8);
        assertEquals(2, pool.inUse());
        p.trimTo(4);
        assertEquals(1, pool.inUse());
        p.trimTo(0);
        assertEquals(1, pool.inUse());
        p.release();
    }

    @Test
    void aFreshBufferRemembersNothing() {
        Pbuf p = page(4);
        p.partialChecksum(33, 16);
        p.segmentSize(1460);
        p.queueKey(9);
        p.release();
        Pbuf again = requireNonNull(pool.takePage());
        assertSame(p, again);
        assertEquals(ChecksumState.UNKNOWN, again.checksumState());
        assertEquals(0, again.segmentSize());
        assertEquals(0, again.queueKey());
        assertEquals(0, again.transportOffset());
        assertEquals(0, again.checksumOffset());
        assertEquals(0, again.totalLength());
        again.release();
    }

    @Test
    void aPartialChecksumSaysWhereItIs() {
        Pbuf p = page(40);
        p.partialChecksum(p.offset() + 20, 16);
        assertEquals(ChecksumState.PARTIAL, p.checksumState());
        assertEquals(p.offset() + 20, p.transportOffset());
        assertEquals(16, p.checksumOffset());
        p.release();
    }

    @Test
    void aBufferPrintsWhatItIs() {
        Pbuf p = page(4);
        p.chain(page(5));
        assertEquals("POOL[4 of 9 octets, 1 references]", p.toString());
        p.release();
    }

    // ---- ownership ----

    @Test
    void aBufferGoesBackWithItsLastReference() {
        Pbuf p = page(4);
        assertSame(p, p.retain());
        p.retain();
        p.release();
        p.release();
        assertEquals(1, pool.inUse());
        p.release();
        assertEquals(0, pool.inUse());
    }

    @Test
    void aSecondReleaseIsRefusedAndHarmless() {
        Pbuf p = page(4);
        p.release();
        refused("a buffer was released twice", p::release);
        assertEquals(16, pool.pages().free());
    }

    @Test
    void aReleasedBufferIsNotRetained() {
        Pbuf p = page(4);
        p.release();
        refused("a released buffer was retained", p::retain);
    }

    @Test
    void aChainIsReleasedUpToTheFirstBufferThatSomebodyHolds() {
        Pbuf first = page(4);
        Pbuf second = page(4);
        Pbuf third = page(4);
        first.chain(second);
        first.chain(third);
        second.retain();
        first.release();
        assertEquals(2, pool.inUse());
        assertSame(third, second.next());
        second.release();
    }

    @Test
    void aReleasedBufferIsInNoQueue() {
        Pbuf p = page(4);
        Pbuf q = page(4);
        p.nextPacket(q);
        p.release();
        assertNull(p.nextPacket());
        q.release();
    }

    @Test
    void aChainEndsWithItsLastBuffer() {
        Pbuf first = page(4);
        assertSame(first, first.lastBuffer());
        assertEquals(1, first.chainLength());
        Pbuf second = page(6);
        first.chainAfter(first, second);
        assertSame(second, first.lastBuffer());
        assertEquals(2, first.chainLength());
        assertEquals(10, first.totalLength());
        first.release();
    }
}
