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
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class PbufPoolTest {
    @Test
    void aPoolThatRunsDryGivesNullAndCounts() {
        PbufPool pool = Pools.pool(2, 512, 1, 1);
        Deque<Pbuf> held = new ArrayDeque<>();
        held.add(requireNonNull(pool.takePage()));
        held.add(requireNonNull(pool.take(Headroom.RAW, 300)));
        held.add(requireNonNull(pool.take(Headroom.RAW, 3)));
        held.add(requireNonNull(pool.rom(MemorySegment.NULL, 0, 0)));
        assertNull(pool.takePage());
        assertNull(pool.take(Headroom.RAW, 300));
        assertNull(pool.takeSendPage());
        assertNull(pool.take(Headroom.RAW, 3));
        assertNull(pool.rom(MemorySegment.NULL, 0, 0));
        assertNull(pool.custom(MemorySegment.NULL, 0, 0, p -> {}));
        assertNull(pool.reference(held.getFirst(), 0, 0));
        assertEquals(3, pool.pages().failures());
        assertEquals(1, pool.blocks().failures());
        assertEquals(3, pool.handles().failures());
        held.forEach(Pbuf::release);
        assertThere(pool.takePage()).release();
        pool.assertNoLeaks();
        assertEquals(3, pool.pages().failures());
    }

    private static <T> T assertThere(@Nullable T thing) {
        assertTrue(thing != null);
        return requireNonNull(thing);
    }

    @Test
    void aFailedReferenceLeavesItsTargetAlone() {
        PbufPool pool = Pools.pool(1, 512, 0, 0);
        Pbuf page = requireNonNull(pool.takePage());
        assertNull(pool.reference(page, 0, 0));
        assertTrue(page.isExclusive());
        page.release();
        pool.assertNoLeaks();
    }

    @Test
    void theCountsAreThoseOfATally() {
        Property.holds(300, random -> {
            PbufPool pool = Pools.pool(8, 256, 4, 4);
            Deque<Pbuf> held = new ArrayDeque<>();
            int lowest = 8;
            int failures = 0;
            for (int i = 0; i < 60; i++) {
                if (random.nextInt(5) < 3) {
                    Pbuf p = pool.takePage();
                    if (p == null) {
                        failures++;
                    } else {
                        held.add(p);
                    }
                } else if (!held.isEmpty()) {
                    held.removeLast().release();
                }
                lowest = Math.min(lowest, 8 - held.size());
                assertEquals(8 - held.size(), pool.pages().free());
                assertEquals(held.size(), pool.pages().inUse());
                assertEquals(held.size(), pool.inUse());
                assertEquals(lowest, pool.pages().lowestFree());
                assertEquals(failures, pool.pages().failures());
            }
            held.forEach(Pbuf::release);
        });
    }

    @Test
    void thePartsOfAPoolHaveNamesAndSizes() {
        PbufPool pool = Pools.pool(3, 512, 2, 1);
        assertEquals(
                List.of("pages", "blocks", "handles"),
                List.of(
                        pool.pages().name(),
                        pool.blocks().name(),
                        pool.handles().name()));
        assertEquals(3, pool.pages().total());
        assertEquals(2, pool.blocks().total());
        assertEquals(1, pool.handles().total());
        assertEquals(512, pool.pageSize());
        assertEquals(3 * 512 + 2 * 256, new PbufPool.Layout(3, 512, 2, 256, 1, 0, false).bytes());
        assertEquals(1L << 40, new PbufPool.Layout(1 << 24, 1 << 16, 0, 0, 0, 0, false).bytes());
    }

    @Test
    void whatWasReleasedLastIsTakenFirst() {
        PbufPool pool = Pools.pool(4, 512, 0, 0);
        Pbuf a = requireNonNull(pool.takePage());
        Pbuf b = requireNonNull(pool.takePage());
        b.release();
        a.release();
        assertSame(a, pool.takePage());
        assertSame(b, pool.takePage());
    }

    @Test
    void noTwoBuffersShareAnOctetAndAllLieInThePieceOfMemory() {
        PbufPool.Layout layout = new PbufPool.Layout(5, 300, 3, 130, 0, 0, false);
        MemorySegment memory = MemorySegment.ofArray(new byte[40 + (int) layout.bytes() + 40]);
        PbufPool pool = new PbufPool(memory, 40, layout);
        List<Pbuf> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(requireNonNull(pool.takePage()));
        }
        for (int i = 0; i < 3; i++) {
            all.add(requireNonNull(pool.take(Headroom.RAW, 0)));
        }
        for (int i = 0; i < all.size(); i++) {
            byte[] filler = new byte[all.get(i).tailroom()];
            Arrays.fill(filler, (byte) (i + 1));
            Pools.put(memory, all.get(i).extend(filler.length), filler);
        }
        for (int i = 0; i < all.size(); i++) {
            byte[] expected = new byte[i < 5 ? 300 : 130];
            Arrays.fill(expected, (byte) (i + 1));
            assertArrayEquals(expected, Pools.octets(all.get(i)));
        }
        for (int i = 0; i < 40; i++) {
            assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, i));
            assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, memory.byteSize() - 1 - i));
        }
    }

    // ---- the shares ----

    @Test
    void sendQueuesLeaveTheReserveToTheLinksAndAQuarterToReceivedData() {
        PbufPool pool = Pools.pool(new PbufPool.Layout(18, 512, 0, 256, 0, 2, false));
        assertEquals(2, pool.reserve());
        for (int i = 12; i > 0; i--) {
            assertEquals(i, pool.pagesForSending());
            assertThere(pool.takeSendPage());
        }
        assertEquals(0, pool.pagesForSending());
        assertNull(pool.takeSendPage());
        assertEquals(1, pool.pages().failures());
        for (int i = 0; i < 4; i++) {
            assertTrue(pool.hasPagesForReceiving());
            assertThere(pool.takePage());
        }
        assertFalse(pool.hasPagesForReceiving());
        assertThere(pool.takePage());
        Pbuf last = assertThere(pool.takePage());
        assertNull(pool.takePage());
        last.release();
        assertNull(pool.takeSendPage());
    }

    @Test
    void receivedDataLeavesAQuarterToSendQueues() {
        PbufPool pool = Pools.pool(new PbufPool.Layout(18, 512, 0, 256, 0, 2, false));
        for (int i = 0; i < 12; i++) {
            assertTrue(pool.hasPagesForReceiving());
            assertThere(pool.takePage());
        }
        assertFalse(pool.hasPagesForReceiving());
        for (int i = 4; i > 0; i--) {
            assertEquals(i, pool.pagesForSending());
            assertThere(pool.takeSendPage());
        }
        assertEquals(0, pool.pagesForSending());
        assertFalse(pool.hasPagesForReceiving());
    }

    @Test
    void aPageOfASendQueueCountsAsOneUntilItsLastReferenceHasGone() {
        PbufPool pool = Pools.pool(8, 512, 0, 1);
        Pbuf page = assertThere(pool.takeSendPage());
        assertEquals(5, pool.pagesForSending());
        Pbuf ref = assertThere(pool.reference(page, page.offset(), 0));
        page.release();
        assertEquals(5, pool.pagesForSending());
        ref.release();
        assertEquals(6, pool.pagesForSending());
        assertThere(pool.takePage()).release();
        assertEquals(6, pool.pagesForSending());
    }

    @Test
    void noUseOfThePoolTakesTheLastQuarterFromEitherDirection() {
        Property.holds(300, random -> {
            int reserve = random.nextInt(5);
            int shared = 8 + random.nextInt(30);
            PbufPool pool = Pools.pool(new PbufPool.Layout(reserve + shared, 64, 0, 256, 0, reserve, false));
            Deque<Pbuf> sending = new ArrayDeque<>();
            Deque<Pbuf> receiving = new ArrayDeque<>();
            for (int i = 0; i < 200; i++) {
                boolean send = random.nextBoolean();
                if (random.nextInt(3) == 0) {
                    Deque<Pbuf> held = send ? sending : receiving;
                    if (!held.isEmpty()) {
                        held.removeFirst().release();
                    }
                } else if (send) {
                    int before = pool.pagesForSending();
                    Pbuf page = pool.takeSendPage();
                    assertEquals(before > 0, page != null);
                    if (page != null) {
                        sending.add(page);
                    }
                } else if (pool.hasPagesForReceiving()) {
                    receiving.add(assertThere(pool.takePage()));
                }
                assertTrue(pool.pages().free() >= reserve);
                assertTrue(sending.size() <= shared - shared / 4 && receiving.size() <= shared - shared / 4);
            }
            sending.forEach(Pbuf::release);
            receiving.forEach(Pbuf::release);
            assertEquals(shared - shared / 4, pool.pagesForSending());
            pool.assertNoLeaks();
        });
    }

    @Test
    void aPacketForSendingHasItsLengthInPages() {
        PbufPool pool = Pools.pool(8, 512, 0, 0);
        Pbuf packet = assertThere(pool.takeForSending(2 * 512 + 1));
        assertEquals(1_025, packet.totalLength());
        assertEquals(3, packet.chainLength());
        assertEquals(512, packet.length());
        assertEquals(1, packet.lastBuffer().length());
        packet.release();
        Pbuf full = assertThere(pool.takeForSending(2 * 512));
        assertEquals(2, full.chainLength());
        full.release();
        assertNull(pool.takeForSending(0));
        pool.assertNoLeaks();
    }

    @Test
    void aPacketForSendingIsShorterWherePagesAreKeptForOthers() {
        PbufPool pool = Pools.pool(new PbufPool.Layout(10, 512, 0, 256, 0, 2, false));
        Pbuf packet = assertThere(pool.takeForSending(100 * 512));
        assertEquals(6 * 512, packet.totalLength());
        assertEquals(4, pool.pages().free());
        assertEquals(0, pool.pagesForSending());
        assertNull(pool.takeForSending(1));
        packet.release();
        assertEquals(6, pool.pagesForSending());
        pool.assertNoLeaks();
    }

    // ---- copies ----

    @Test
    void aCopyHoldsTheSameOctetsInPagesOfTheOtherPool() {
        Property.holds(2_000, random -> {
            PbufPool from = Pools.pool(700, 100, 0, 0);
            PbufPool to = Pools.pool(12, 64, 0, 0);
            Pbuf packet = Pools.randomPacket(from, random, random.nextInt(700));
            packet.segmentSize(random.nextInt(2_000));
            packet.checksumState(random.nextBoolean() ? ChecksumState.VERIFIED : ChecksumState.UNKNOWN);
            int leading = Math.min(packet.length(), random.nextInt(30));
            packet.strip(leading);
            boolean partial = packet.length() > 20 && random.nextBoolean();
            if (partial) {
                packet.partialChecksum(packet.offset() + 13, 6);
            }
            byte[] octets = Pools.octets(packet);
            Pbuf copy = to.copy(packet);
            assertEquals(octets.length <= 12 * 64, copy != null);
            if (copy != null) {
                assertArrayEquals(octets, Pools.octets(copy));
                assertEquals(packet.checksumState(), copy.checksumState());
                assertEquals(packet.segmentSize(), copy.segmentSize());
                assertEquals(partial ? copy.offset() + 13 : 0, copy.transportOffset());
                assertEquals(partial ? 6 : 0, copy.checksumOffset());
                assertEquals(Math.max(1, (octets.length + 63) / 64), copy.chainLength());
                copy.release();
            }
            assertArrayEquals(octets, Pools.octets(packet));
            packet.release();
            from.assertNoLeaks();
            to.assertNoLeaks();
        });
    }

    @Test
    void aCopyForWhichThereAreTooFewPagesIsNoneAndLeaksNothing() {
        PbufPool from = Pools.pool(4, 100, 0, 0);
        PbufPool to = Pools.pool(2, 64, 0, 0);
        Pbuf packet = Pools.packet(from, new byte[129]);
        assertNull(to.copy(packet));
        to.assertNoLeaks();
        packet.trimTo(128);
        assertThere(to.copy(packet));
        assertNull(to.copy(packet));
        packet.release();
        from.assertNoLeaks();
    }

    // ---- leaks ----

    @Test
    void aLeakIsCountedByKind() {
        PbufPool pool = Pools.pool(3, 512, 2, 1);
        Pbuf page = requireNonNull(pool.takePage());
        Pbuf other = requireNonNull(pool.takePage());
        Pbuf ref = requireNonNull(pool.reference(page, 0, 0));
        AssertionError error = assertThrows(AssertionError.class, pool::assertNoLeaks);
        assertEquals("3 buffers leaked: 2 pages, 0 blocks, 1 handles", error.getMessage());
        assertEquals(0, error.getSuppressed().length);
        ref.release();
        page.release();
        other.release();
        Pbuf block = requireNonNull(pool.take(Headroom.RAW, 1));
        error = assertThrows(AssertionError.class, pool::assertNoLeaks);
        assertEquals("1 buffers leaked: 0 pages, 1 blocks, 0 handles", error.getMessage());
        block.release();
        pool.assertNoLeaks();
    }

    @Test
    void aTracingPoolNamesThePlaceWhereALeakWasTaken() {
        PbufPool pool = Pools.pool(new PbufPool.Layout(3, 512, 0, 256, 2, 0, true));
        requireNonNull(pool.takePage()).release();
        Pbuf leak = leakHere(pool);
        Pbuf ref = requireNonNull(pool.reference(leak, leak.offset(), 0));
        AssertionError error = assertThrows(AssertionError.class, pool::assertNoLeaks);
        List<String> places = new ArrayList<>();
        for (Throwable each : error.getSuppressed()) {
            Throwable taken = requireNonNull(each.getCause());
            places.add(each.getMessage() + " "
                    + Arrays.stream(taken.getStackTrace())
                            .anyMatch(f -> f.getMethodName().equals("leakHere")));
        }
        assertEquals(
                List.of("POOL[0 of 0 octets, 2 references] true", "REF[0 of 0 octets, 1 references] false"), places);
        ref.release();
        leak.release();
        pool.assertNoLeaks();
    }

    private static Pbuf leakHere(PbufPool pool) {
        return requireNonNull(pool.takePage());
    }
}
