package org.weir.memory;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weir.Property;

/// A page queue, whatever is done to it, holds the octets that an array would, and gathered packets keep theirs.
class PageQueueModelTest {
    private static final int PAGE = 64;
    private static final int PAGES = 40;
    private static final int OPERATIONS = 120;

    @Test
    void anySequenceOfOperationsLeavesTheQueueAsAnArrayWouldBe() {
        Property.holds(1_500, random -> new Run(random).run());
    }

    private record Gathered(Pbuf packet, ByteBuffer octets) {}

    private static final class Run {
        private final Random random;
        private final PbufPool pool = Pools.pool(PAGES, PAGE, 20, 40);
        private final PageQueue queue = new PageQueue();
        private final List<Gathered> gathered = new ArrayList<>();
        private final byte[] rom;
        /// The stream from its beginning.
        private byte[] stream = {};
        private int head;

        Run(Random random) {
            this.random = random;
            this.rom = Property.octets(random, 500);
        }

        void run() {
            for (int i = 0; i < OPERATIONS; i++) {
                step();
                check();
            }
            drop(stream.length - head);
            assertEquals(0, queue.trueSize());
            gathered.forEach(g -> g.packet().release());
            pool.assertNoLeaks();
        }

        private void step() {
            switch (random.nextInt(10)) {
                case 0, 1 -> write(random.nextInt(3 * PAGE));
                case 2 -> claimAndCommit();
                case 3, 4 -> append();
                case 5, 6 -> gather();
                case 7 -> drop(random.nextInt(Math.min(stream.length - head, 3 * PAGE) + 1));
                case 8 -> read();
                default -> letGo();
            }
        }

        private void grow(byte[] octets, int length) {
            int before = stream.length;
            stream = Arrays.copyOf(stream, before + length);
            System.arraycopy(octets, 0, stream, before, length);
        }

        private void write(int length) {
            byte[] octets = Property.octets(random, length + 3);
            int written = queue.write(MemorySegment.ofArray(octets), 3, length, pool);
            if (written < length) {
                assertEquals(0, pool.pagesForSending(), "a short write with pages left");
            }
            grow(Arrays.copyOfRange(octets, 3, 3 + length), written);
        }

        private void claimAndCommit() {
            Pbuf page = queue.claim(pool);
            if (page == null) {
                assertEquals(0, pool.pagesForSending());
                return;
            }
            byte[] octets = Property.octets(random, random.nextInt(page.tailroom() + 1));
            Pools.put(page.segment(), page.offset() + page.length(), octets);
            queue.commit(octets.length);
            grow(octets, octets.length);
        }

        private void append() {
            if (pool.pages().free() < 6 || pool.handles().free() < 1) {
                return;
            }
            int length = random.nextInt(3) == 0 ? random.nextInt(20) : random.nextInt(2 * PAGE);
            Pbuf packet = switch (random.nextInt(3)) {
                case 0 -> requireNonNull(pool.rom(MemorySegment.ofArray(rom), length, length));
                case 1 -> Pools.packet(pool, Property.octets(random, Math.min(length, PAGE)));
                default -> Pools.packet(pool, Property.octets(random, length), 25 + random.nextInt(40));
            };
            byte[] octets = Pools.octets(packet);
            queue.append(packet);
            grow(octets, octets.length);
        }

        private void gather() {
            Pbuf header = pool.take(Headroom.RAW, 2);
            if (header == null) {
                return;
            }
            byte[] front = Pools.octets(header);
            int held = stream.length - head;
            int from = head + (held == 0 ? 0 : random.nextInt(held));
            int length = random.nextInt(stream.length - from + 1);
            if (!queue.gather(header, from, length, pool)) {
                assertEquals(2, header.totalLength());
                assertEquals(1, header.chainLength());
                header.release();
                return;
            }
            byte[] octets = Arrays.copyOf(front, 2 + length);
            System.arraycopy(stream, from, octets, 2, length);
            gathered.add(new Gathered(header, ByteBuffer.wrap(octets)));
        }

        private void drop(int octets) {
            queue.drop(octets);
            head += octets;
        }

        private void read() {
            int wanted = random.nextInt(3 * PAGE);
            byte[] target = new byte[wanted + 1];
            int there = Math.min(wanted, stream.length - head);
            assertEquals(there, queue.peek(MemorySegment.ofArray(target), 1, wanted));
            assertArrayEquals(expected(wanted, there), target);
            Arrays.fill(target, (byte) 0);
            assertEquals(there, queue.read(MemorySegment.ofArray(target), 1, wanted));
            assertArrayEquals(expected(wanted, there), target);
            head += there;
        }

        private byte[] expected(int wanted, int there) {
            byte[] expected = new byte[wanted + 1];
            System.arraycopy(stream, head, expected, 1, there);
            return expected;
        }

        private void letGo() {
            if (!gathered.isEmpty()) {
                gathered.remove(random.nextInt(gathered.size())).packet().release();
            }
            if (random.nextInt(20) == 0) {
                queue.clear();
                head = stream.length;
            }
        }

        private void check() {
            assertEquals(head, queue.head());
            assertEquals(stream.length, queue.tail());
            assertEquals(stream.length - head, queue.length());
            long trueSize = 0;
            for (Pbuf p = queue.first(); p != null; p = p.next()) {
                trueSize += p.trueSize();
                assertEquals(true, p.length() > 0, "an empty page in the queue");
            }
            assertEquals(trueSize, queue.trueSize());
            assertEquals(stream.length > head, queue.first() != null);
            byte[] held = new byte[stream.length - head];
            assertEquals(held.length, queue.peek(MemorySegment.ofArray(held), 0, held.length + 1));
            assertArrayEquals(Arrays.copyOfRange(stream, head, stream.length), held);
            for (Gathered g : gathered) {
                assertEquals(g.octets(), ByteBuffer.wrap(Pools.octets(g.packet())));
            }
        }
    }
}
