package org.weir.memory;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weir.Property;

/// A packet, whatever is done to it, holds what an array of octets would.
class PbufModelTest {
    private static final int OPERATIONS = 40;

    @Test
    void anySequenceOfOperationsLeavesThePacketAsAnArrayWouldBe() {
        Property.holds(3_000, random -> new Run(random).run());
    }

    private static final class Run {
        private final Random random;
        private final PbufPool pool = Pools.pool(64, 128, 64, 64);
        private final byte[] foreign;
        private final byte[] foreignBefore;
        private int released;
        private int customs;
        private Pbuf packet;
        private byte[] model = {};

        Run(Random random) {
            this.random = random;
            foreign = Property.octets(random, 300);
            foreignBefore = foreign.clone();
            packet = piece();
            model = Pools.octets(packet);
        }

        void run() {
            for (int i = 0; i < OPERATIONS; i++) {
                step();
                check();
            }
            packet.release();
            pool.assertNoLeaks();
            assertEquals(customs, released, "owners told");
            assertArrayEquals(foreignBefore, foreign, "foreign memory");
        }

        /// A buffer of any kind with random content.
        private Pbuf piece() {
            int at = random.nextInt(100);
            int length = random.nextInt(100);
            return switch (random.nextInt(5)) {
                case 0 -> requireNonNull(pool.rom(MemorySegment.ofArray(foreign), at, length));
                case 1 -> custom(at, length);
                case 2 -> reference(1 + length);
                default -> filled(requireNonNull(pool.take(Headroom.values()[random.nextInt(2)], length)));
            };
        }

        private Pbuf custom(int at, int length) {
            customs++;
            return requireNonNull(pool.custom(MemorySegment.ofArray(foreign), at, length, p -> released++));
        }

        private Pbuf reference(int length) {
            Pbuf page = Pools.packet(pool, Property.octets(random, length));
            int skip = random.nextInt(page.length());
            Pbuf ref = requireNonNull(pool.reference(page, page.offset() + skip, page.length() - skip));
            page.release();
            return ref;
        }

        private Pbuf filled(Pbuf p) {
            Pools.put(p.segment(), p.offset(), Property.octets(random, p.length()));
            return p;
        }

        private void step() {
            switch (random.nextInt(7)) {
                case 0 -> prepend(random.nextInt(packet.headroom() + 1));
                case 1 -> strip(random.nextInt(packet.length() + 1));
                case 2 -> extendOrShrink();
                case 3 -> trimFront(small());
                case 4 -> trimTo(Math.max(0, model.length - small()));
                default -> chain();
            }
        }

        private int small() {
            return random.nextInt(random.nextBoolean() ? 10 : 150);
        }

        private void prepend(int octets) {
            long at = packet.prepend(octets);
            model = joined(written(at, octets), model);
        }

        /// What is put into the packet's memory, or what is there if the memory is not the packet's alone.
        private byte[] written(long at, int octets) {
            if (packet.isExclusive()) {
                byte[] content = Property.octets(random, octets);
                Pools.put(packet.segment(), at, content);
                return content;
            }
            return packet.segment().asSlice(at, octets).toArray(ValueLayout.JAVA_BYTE);
        }

        private void strip(int octets) {
            packet.strip(octets);
            model = Arrays.copyOfRange(model, octets, model.length);
        }

        private void extendOrShrink() {
            if (packet.next() != null) {
                return;
            }
            if (random.nextBoolean()) {
                int octets = random.nextInt(packet.length() + 1);
                packet.resize(octets);
                model = Arrays.copyOf(model, octets);
                return;
            }
            int octets = random.nextInt(packet.tailroom() + 1);
            model = joined(model, written(packet.extend(octets), octets));
        }

        private void trimFront(int octets) {
            packet = packet.trimFront(octets);
            model = Arrays.copyOfRange(model, Math.min(octets, model.length), model.length);
        }

        private void trimTo(int octets) {
            packet.trimTo(octets);
            model = Arrays.copyOf(model, Math.min(octets, model.length));
        }

        private void chain() {
            if (packet.chainLength() > 10) {
                trimFront(model.length / 2);
                return;
            }
            Pbuf tail = piece();
            if (random.nextBoolean()) {
                tail.chain(piece());
            }
            byte[] content = Pools.octets(tail);
            if (random.nextBoolean()) {
                packet.chain(tail);
            } else {
                packet.chainAfter(packet.lastBuffer(), tail);
            }
            model = joined(model, content);
        }

        private void check() {
            assertEquals(model.length, packet.totalLength());
            int octets = 0;
            int buffers = 0;
            for (Pbuf p = packet; p != null; p = p.next()) {
                octets += p.length();
                buffers++;
                assertTrue(p.headroom() >= 0 && p.tailroom() >= 0 && p.length() >= 0);
            }
            assertEquals(model.length, octets);
            assertEquals(buffers, packet.chainLength());
            assertArrayEquals(model, Pools.octets(packet));
            checkPart();
        }

        private void checkPart() {
            int from = random.nextInt(model.length + 2);
            int wanted = random.nextInt(model.length + 2);
            byte[] part = new byte[wanted + 4];
            int copied = packet.copyTo(from, MemorySegment.ofArray(part), 2, wanted);
            int there = Math.max(0, Math.min(wanted, model.length - from));
            assertEquals(there, copied);
            byte[] expected = new byte[wanted + 4];
            System.arraycopy(model, Math.min(from, model.length), expected, 2, there);
            assertArrayEquals(expected, part);
        }

        private static byte[] joined(byte[] head, byte[] tail) {
            byte[] both = Arrays.copyOf(head, head.length + tail.length);
            System.arraycopy(tail, 0, both, head.length, tail.length);
            return both;
        }
    }
}
