package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.Property;
import org.weir.base.SplitMix64;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.memory.Pools;

class ReassemblyQueueTest {
    /// The number of the first octet of [#STREAM]: the stream lies across the wrap.
    private static final int BASE = -300;

    private static final byte[] STREAM = Property.octets(new Random(4), 600);

    private final PbufPool pool = Pools.pool(300, 32, 0, 0);
    private final ReassemblyQueue queue =
            new ReassemblyQueue(new RangePool<>(800, 0, ReceivedRun::new, new SplitMix64(1)));

    @AfterEach
    void nothingLeaks() {
        queue.clear();
        assertEquals(0, queue.trueSize());
        assertTrue(queue.isEmpty());
        pool.assertNoLeaks();
    }

    private int octetsHeld() {
        return octetsHeld(queue);
    }

    private static int octetsHeld(ReassemblyQueue queue) {
        int octets = 0;
        for (ReceivedRun r = queue.newest(); r != null; r = r.older) {
            octets += r.length();
        }
        return octets;
    }

    /// Octets `from` to `to` of the stream arrive.
    private boolean add(int from, int to) {
        return queue.add(Pools.packet(pool, Arrays.copyOfRange(STREAM, from, to), 20), BASE + from);
    }

    private byte[] poll(int at) {
        Pbuf packet = queue.poll(BASE + at);
        if (packet == null) {
            return new byte[0];
        }
        assertNull(packet.nextPacket());
        byte[] octets = Pools.octets(packet);
        packet.release();
        return octets;
    }

    private static byte[] stream(int from, int to) {
        return Arrays.copyOfRange(STREAM, from, to);
    }

    @Test
    void whatArrivesOutOfOrderIsKeptUntilItsTurn() {
        assertTrue(add(310, 320));
        assertTrue(add(290, 305));
        assertEquals(25, octetsHeld());
        assertEquals(64, queue.trueSize());
        assertNull(queue.poll(BASE + 289));
        assertArrayEquals(stream(290, 305), poll(290));
        assertNull(queue.poll(BASE + 305));
        assertArrayEquals(stream(310, 320), poll(310));
        assertTrue(queue.isEmpty());
        assertEquals(0, octetsHeld());
        assertEquals(0, queue.trueSize());
    }

    @Test
    void whatWasThereBeforeIsToldApart() {
        assertTrue(add(100, 150));
        assertFalse(add(100, 150));
        assertFalse(add(110, 140));
        assertFalse(add(100, 101));
        assertFalse(add(149, 150));
        assertEquals(50, octetsHeld());
    }

    @Test
    void anEmptySegmentIsNotKept() {
        assertFalse(add(100, 100));
        assertTrue(queue.isEmpty());
    }

    @Test
    void anOverlapIsTrimmedAtBothEnds() {
        assertTrue(add(100, 120));
        assertTrue(add(140, 160));
        assertTrue(add(110, 150));
        assertEquals(60, octetsHeld());
        assertArrayEquals(stream(100, 120), poll(100));
        assertArrayEquals(stream(120, 140), poll(120));
        assertArrayEquals(stream(140, 160), poll(140));
    }

    @Test
    void aSegmentThatFillsAHoleExactlyIsKeptWhole() {
        assertTrue(add(100, 120));
        assertTrue(add(130, 140));
        assertTrue(add(120, 130));
        assertFalse(add(122, 135));
        assertEquals(40, octetsHeld());
    }

    @Test
    void aSegmentThatCoversOthersLeavesNoneOfThemTwice() {
        assertTrue(add(110, 115));
        assertTrue(add(120, 125));
        assertTrue(add(130, 135));
        assertTrue(add(100, 132));
        assertEquals(35, octetsHeld());
        int at = 100;
        for (byte[] part = poll(at); part.length > 0; part = poll(at)) {
            assertArrayEquals(stream(at, at + part.length), part);
            at += part.length;
        }
        assertEquals(135, at);
    }

    @Test
    void whatHasBeenReadMeanwhileIsTrimmedOffTheFront() {
        assertTrue(add(100, 160));
        assertArrayEquals(stream(130, 160), poll(130));
    }

    @Test
    void whatLiesBehindUsAltogetherIsReleased() {
        assertTrue(add(100, 120));
        assertTrue(add(120, 140));
        assertTrue(add(150, 160));
        assertNull(queue.poll(BASE + 140));
        assertEquals(10, octetsHeld());
        assertEquals(1, pool.inUse());
    }

    @Test
    void memoryIsAccountedWithoutWhatWasTrimmed() {
        assertTrue(add(100, 160));
        assertEquals(96, queue.trueSize());
        assertTrue(add(99, 159));
        assertEquals(61, octetsHeld());
        assertEquals(128, queue.trueSize());
        assertEquals(128, 32L * pool.inUse());
    }

    @Test
    void anyOverlappingSegmentsAcrossTheWrapGiveTheStream() {
        Property.holds(3_000, random -> new Run(random).run());
    }

    /// The queue beside a set of the octets that have arrived and not been read.
    private static final class Run {
        private final Random random;
        private final PbufPool pool = Pools.pool(400, 32, 0, 0);
        private final ReassemblyQueue queue =
                new ReassemblyQueue(new RangePool<>(200, 0, ReceivedRun::new, new SplitMix64(1)));
        private final BitSet held = new BitSet();
        private int next;

        Run(Random random) {
            this.random = random;
        }

        void run() {
            for (int i = 0; i < 40; i++) {
                if (random.nextInt(5) < 4) {
                    add();
                } else {
                    advance();
                }
                check();
            }
            next = random.nextInt(STREAM.length);
            drain();
            queue.clear();
            assertEquals(0, octetsHeld(queue));
            assertEquals(0, queue.trueSize());
            assertTrue(queue.isEmpty());
            pool.assertNoLeaks();
        }

        private void add() {
            int length = random.nextInt(random.nextInt(4) == 0 ? 200 : 30);
            int from = Math.min(next + random.nextInt(300), STREAM.length - length);
            if (from < next) {
                return;
            }
            boolean fresh = held.get(from, from + length).cardinality() < length;
            Pbuf packet = Pools.packet(pool, stream(from, from + length), 1 + random.nextInt(32));
            boolean added = queue.add(packet, BASE + from);
            assertTrue(added || !fresh, "refused octets " + from + " to " + (from + length));
            held.set(from, from + length);
        }

        /// Segments in order take the reader on, and then what waited for them.
        private void advance() {
            next = Math.min(next + random.nextInt(40), STREAM.length);
            drain();
        }

        private void drain() {
            int expectedEnd = held.nextClearBit(next);
            for (Pbuf p = queue.poll(BASE + next); p != null; p = queue.poll(BASE + next)) {
                byte[] octets = Pools.octets(p);
                assertTrue(octets.length > 0);
                assertArrayEquals(stream(next, next + octets.length), octets);
                next += octets.length;
                p.release();
            }
            assertEquals(Math.max(expectedEnd, next), next);
            held.clear(0, next);
        }

        private void check() {
            assertEquals(held.cardinality(), octetsHeld(queue));
            assertEquals(held.isEmpty(), queue.isEmpty());
            assertEquals(32L * pool.inUse(), queue.trueSize());
        }
    }
}
