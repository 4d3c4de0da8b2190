package org.weir.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weir.Property;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.memory.Pools;
import org.weir.time.TimerWheel;

/// A capture is read back block by block, as draft-ietf-opsawg-pcapng lays it out.
class PcapngWriterTest {
    private record Packet(int number, long timestamp, ByteBuffer octets, int flags) {}

    /// A reader that checks every length and every padding octet.
    private static final class Capture {
        final List<Packet> packets = new ArrayList<>();
        final List<Integer> linkTypes = new ArrayList<>();

        Capture(byte[] file) {
            ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.nativeOrder());
            assertEquals(0x0A0D0D0A, in.getInt(0));
            while (in.hasRemaining()) {
                int type = in.getInt();
                int length = in.getInt();
                assertEquals(0, length % 4);
                ByteBuffer body = in.slice(in.position(), length - 12).order(ByteOrder.nativeOrder());
                in.position(in.position() + length - 12);
                assertEquals(length, in.getInt(), "the length behind the block");
                switch (type) {
                    case 0x0A0D0D0A -> section(body);
                    case 1 -> description(body);
                    case 6 -> packet(body);
                    default -> throw new AssertionError("block of type " + type);
                }
                assertEquals(0, body.remaining());
            }
        }

        private void section(ByteBuffer body) {
            assertEquals(0x1A2B3C4D, body.getInt());
            assertEquals(1, body.getShort());
            assertEquals(0, body.getShort());
            assertEquals(-1, body.getLong());
        }

        private void description(ByteBuffer body) {
            linkTypes.add((int) body.getShort());
            assertEquals(0, body.getShort());
            assertEquals(0, body.getInt(), "no snap length");
            assertEquals(9, body.getShort(), "if_tsresol");
            assertEquals(1, body.getShort());
            assertEquals(9, body.get(), "nanoseconds");
            body.position(body.position() + 3);
            assertEquals(0, body.getInt(), "end of options");
        }

        private void packet(ByteBuffer body) {
            int number = body.getInt();
            assertTrue(number < linkTypes.size(), "an interface that is described before");
            long timestamp = (long) body.getInt() << 32 | body.getInt() & 0xFFFF_FFFFL;
            byte[] octets = new byte[body.getInt()];
            assertEquals(octets.length, body.getInt());
            body.get(octets);
            while (body.position() % 4 != 0) {
                assertEquals(0, body.get());
            }
            assertEquals(2, body.getShort(), "epb_flags");
            assertEquals(4, body.getShort());
            int flags = body.getInt();
            assertEquals(0, body.getInt(), "end of options");
            packets.add(new Packet(number, timestamp, ByteBuffer.wrap(octets), flags));
        }
    }

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private int writes;

    private PcapngWriter writer(int buffer, Framing framing, long epochOffsetNs) {
        MemorySegment memory = MemorySegment.ofArray(new byte[buffer]);
        memory.fill((byte) 0xEE);
        return new PcapngWriter(memory, this::take, framing, epochOffsetNs);
    }

    private void take(MemorySegment memory, long offset, long length) {
        writes++;
        file.writeBytes(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void anEmptyCaptureHasASectionAndAnInterface() {
        writer(256, Framing.ETHERNET, 0);
        assertEquals(28 + 32, file.size());
        assertEquals(List.of(1), new Capture(file.toByteArray()).linkTypes);
    }

    @Test
    void aCaptureOfIpPacketsSaysSo() {
        writer(256, Framing.IP, 0);
        assertEquals(List.of(101), new Capture(file.toByteArray()).linkTypes);
    }

    @Test
    void eachInterfaceHasItsNumber() {
        PbufPool pool = Pools.pool(1, 100, 0, 0);
        PcapngWriter writer = writer(64, Framing.ETHERNET, 0);
        Pbuf frame = Pools.packet(pool, new byte[] {7});
        writer.write(frame, PcapngWriter.Direction.INBOUND, 1);
        int second = writer.addInterface(Framing.IP);
        writer.write(second, frame, PcapngWriter.Direction.OUTBOUND, 2);
        writer.flush();
        frame.release();
        Capture capture = new Capture(file.toByteArray());
        assertEquals(List.of(1, 101), capture.linkTypes);
        assertEquals(0, capture.packets.getFirst().number());
        assertEquals(1, capture.packets.getLast().number());
    }

    @Test
    void framesOfAnyLengthAreReadBack() {
        Property.holds(200, random -> {
            file.reset();
            PbufPool pool = Pools.pool(300, 100, 0, 0);
            long offset = 1_700_000_000_000_000_000L;
            PcapngWriter writer = writer(44 + 5_200, Framing.ETHERNET, offset);
            List<Packet> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Pbuf frame = Pools.randomPacket(pool, random, random.nextInt(i % 4 == 0 ? 300 : 40));
                boolean inbound = random.nextBoolean();
                long nowNs = random.nextLong() >>> 8;
                writer.write(frame, inbound ? PcapngWriter.Direction.INBOUND : PcapngWriter.Direction.OUTBOUND, nowNs);
                expected.add(new Packet(0, nowNs + offset, ByteBuffer.wrap(Pools.octets(frame)), inbound ? 1 : 2));
                frame.release();
            }
            writer.flush();
            assertEquals(expected, new Capture(file.toByteArray()).packets);
            pool.assertNoLeaks();
        });
    }

    @Test
    void theBufferIsHandedOverWhenItIsFull() {
        PbufPool pool = Pools.pool(1, 100, 0, 0);
        PcapngWriter writer = writer(3 * (44 + 40), Framing.ETHERNET, 0);
        Pbuf frame = Pools.packet(pool, new byte[38]);
        assertEquals(1, writes);
        for (int i = 0; i < 3; i++) {
            writer.write(frame, PcapngWriter.Direction.INBOUND, 1);
        }
        assertEquals(1, writes);
        writer.write(frame, PcapngWriter.Direction.INBOUND, 1);
        assertEquals(2, writes);
        assertEquals(3, new Capture(file.toByteArray()).packets.size());
        writer.flush();
        writer.flush();
        assertEquals(3, writes);
        assertEquals(4, new Capture(file.toByteArray()).packets.size());
    }

    @Test
    void aFrameLargerThanTheBufferIsLeftOut() {
        PbufPool pool = Pools.pool(20, 100, 0, 0);
        PcapngWriter writer = writer(44 + 200, Framing.ETHERNET, 0);
        writer.write(Pools.packet(pool, new byte[201]), PcapngWriter.Direction.INBOUND, 1);
        writer.write(Pools.packet(pool, new byte[200]), PcapngWriter.Direction.INBOUND, 1);
        writer.flush();
        List<Packet> read = new Capture(file.toByteArray()).packets;
        assertEquals(1, read.size());
        assertEquals(200, read.getFirst().octets().remaining());
    }

    // ---- the capturing link ----

    @Test
    void aCapturedLinkPassesEverythingOnAndWritesItDown() {
        PbufPool pool = Pools.pool(20, 100, 0, 0);
        RecordingLink wire = new RecordingLink();
        wire.room = 3;
        CaptureLink link = new CaptureLink(wire, writer(1 << 17, Framing.ETHERNET, 100));
        link.attach(pool, new DropCounters());
        link.send(Pools.packet(pool, new byte[] {1, 2}), 5);
        wire.arriving.add(Pools.packet(pool, new byte[] {3}));
        assertEquals(Long.MIN_VALUE, link.nextDeadlineNs());
        List<byte[]> received = new ArrayList<>();
        int count = link.receive(
                frame -> {
                    received.add(Pools.octets(frame));
                    frame.release();
                },
                4,
                6);
        assertEquals(1, count);
        assertArrayEquals(new byte[] {3}, received.getFirst());
        assertArrayEquals(new byte[] {1, 2}, wire.sent.getFirst().octets());
        assertEquals(5, wire.sent.getFirst().atNs());
        assertEquals(TimerWheel.NEVER, link.nextDeadlineNs());
        assertEquals(2, link.room());
        assertEquals(wire.capabilities(), link.capabilities());
        assertEquals(1, wire.attached);
        link.flush(7);
        assertEquals(1, wire.flushes);
        link.close();
        assertTrue(wire.closed);
        List<Packet> packets = new Capture(file.toByteArray()).packets;
        assertEquals(
                "[105, 106]",
                Arrays.toString(packets.stream().mapToLong(Packet::timestamp).toArray()));
        assertEquals(
                "[2, 1]",
                Arrays.toString(packets.stream().mapToInt(Packet::flags).toArray()));
        pool.assertNoLeaks();
    }
}
