package org.weir.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class TcpOptionsTest {
    private final TcpOptions options = new TcpOptions();

    /// Parses octets that end where the memory ends, so that a read behind them throws.
    private TcpOptions parse(String hex) {
        return parse(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private TcpOptions parse(byte[] octets) {
        assertSame(options, options.parse(MemorySegment.ofArray(octets), 0, octets.length));
        return options;
    }

    @Test
    void theOptionsOfALinuxSynAreAllRead() {
        parse("020405b4 0402 080a 0000000a 00000000 01 030307");
        assertTrue(options.isWellFormed());
        assertTrue(options.hasMaximumSegmentSize());
        assertEquals(1460, options.maximumSegmentSize());
        assertTrue(options.sackPermitted());
        assertTrue(options.hasTimestamps());
        assertEquals(10, options.timestampValue());
        assertEquals(0, options.timestampEcho());
        assertTrue(options.hasWindowScale());
        assertEquals(7, options.windowScale());
        assertEquals(0, options.sackBlocks());
    }

    @Test
    void noOptionsAreNone() {
        parse("020405b4 0402 080a ffffffff 00000000 030307 00");
        parse("");
        assertNothing();
        assertTrue(options.isWellFormed());
    }

    private void assertNothing() {
        assertFalse(options.hasMaximumSegmentSize());
        assertFalse(options.sackPermitted());
        assertFalse(options.hasTimestamps());
        assertFalse(options.hasWindowScale());
        assertEquals(0, options.sackBlocks());
    }

    @Test
    void alignedTimestampsAreReadLikeAnyOthers() {
        parse("0101080a 80000001 fffffffe");
        assertTrue(options.hasTimestamps());
        assertEquals(0x8000_0001, options.timestampValue());
        assertEquals(-2, options.timestampEcho());
        parse("080a 80000001 fffffffe 0101");
        assertTrue(options.hasTimestamps());
        assertEquals(0x8000_0001, options.timestampValue());
        assertEquals(-2, options.timestampEcho());
    }

    @Test
    void whatStandsBehindTheAlignedTimestampsIsReadToo() {
        parse("0101080a 00000001 00000002 020405b4");
        assertTrue(options.hasTimestamps());
        assertEquals(1460, options.maximumSegmentSize());
    }

    @Test
    void whatStandsBehindTheEndOfOptionsIsNot() {
        parse("00 020405b4 0402");
        assertNothing();
        assertTrue(options.isWellFormed());
    }

    @Test
    void aWindowScaleAboveFourteenIsFourteen() {
        for (int shift = 0; shift <= 255; shift++) {
            parse(new byte[] {3, 3, (byte) shift});
            assertEquals(Math.min(shift, 14), options.windowScale());
        }
    }

    @Test
    void oneToFourSackBlocksAreRead() {
        for (int blocks = 1; blocks <= 4; blocks++) {
            ByteBuffer octets =
                    ByteBuffer.allocate(2 + 8 * blocks).put((byte) 5).put((byte) (2 + 8 * blocks));
            for (int i = 0; i < blocks; i++) {
                octets.putInt(-100 + i).putInt(100 + i);
            }
            parse(octets.array());
            assertEquals(blocks, options.sackBlocks());
            for (int i = 0; i < blocks; i++) {
                assertEquals(-100 + i, options.sackLeft(i));
                assertEquals(100 + i, options.sackRight(i));
            }
        }
    }

    @Test
    void anOptionWithALengthThatIsNotItsOwnIsSkipped() {
        parse("0203ff 0205ffffff 0302 0304ffff 0403ff 0509ffffffffffffff 0809ffffffffffffff 080bffffffffffffffffff"
                + " 0104");
        assertNothing();
        assertFalse(options.isWellFormed());
        parse("0203ff 020405b4 0403ff 0402 0302 030307");
        assertEquals(1460, options.maximumSegmentSize());
        assertTrue(options.sackPermitted());
        assertEquals(7, options.windowScale());
        assertTrue(options.isWellFormed());
    }

    @Test
    void anUnknownOptionIsSkipped() {
        parse("fe06aabbccdd 1e0c00000000000000000000 2202 020405b4");
        assertTrue(options.isWellFormed());
        assertEquals(1460, options.maximumSegmentSize());
    }

    @Test
    void anImpossibleLengthEndsTheParse() {
        for (String impossible : List.of("0200", "0201", "0300 030307", "fe00", "fe01", "0206 05b4", "020405", "02")) {
            parse("0402" + impossible);
            assertFalse(options.isWellFormed(), impossible);
            assertTrue(options.sackPermitted(), impossible);
            assertFalse(options.hasMaximumSegmentSize(), impossible);
            assertFalse(options.hasWindowScale(), impossible);
        }
    }

    @Test
    void ofTwoEqualOptionsTheLaterCounts() {
        parse("020405b4 02040218 030301 030302 0402 0402");
        assertTrue(options.isWellFormed());
        assertEquals(0x218, options.maximumSegmentSize());
        assertEquals(2, options.windowScale());
        assertTrue(options.sackPermitted());
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Property.holds(500, random -> {
            byte[] octets = new byte[24];
            MemorySegment segment = MemorySegment.ofArray(octets);
            int size = random.nextInt(0x10000);
            int shift = random.nextInt(15);
            int value = random.nextInt();
            int echo = random.nextInt();
            long at = TcpOptions.writeMaximumSegmentSize(segment, 0, size);
            at = TcpOptions.writeWindowScale(segment, at, shift);
            at = new TcpOptions().writeTimestamps(segment, at, value, echo);
            assertEquals(20, at);
            parse(octets);
            assertTrue(options.isWellFormed());
            assertEquals(size, options.maximumSegmentSize());
            assertEquals(shift, options.windowScale());
            assertEquals(value, options.timestampValue());
            assertEquals(echo, options.timestampEcho());
        });
    }

    @Test
    void theLengthsSayWhatIsWritten() {
        MemorySegment segment = MemorySegment.ofArray(new byte[40]);
        assertEquals(3 + TcpOptions.MAXIMUM_SEGMENT_SIZE_LENGTH, TcpOptions.writeMaximumSegmentSize(segment, 3, 1460));
        assertEquals(3 + TcpOptions.WINDOW_SCALE_LENGTH, TcpOptions.writeWindowScale(segment, 3, 7));
        assertEquals(3 + TcpOptions.TIMESTAMPS_LENGTH, options.writeTimestamps(segment, 3, 1, 2));
    }

    // ---- any octets whatsoever ----

    @Test
    void anyOctetsAreParsedAsByANaiveParserThatCannotLoop() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> Property.holds(50_000, random -> compare(Property.octets(random, random.nextInt(64)))));
    }

    @Test
    void optionsWithRandomDamageAreParsedAsByANaiveParser() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> Property.holds(50_000, random -> {
                    byte[] octets = plausible(random);
                    if (octets.length > 0 && random.nextBoolean()) {
                        octets[random.nextInt(octets.length)] = (byte) random.nextInt(12);
                    }
                    compare(octets);
                }));
    }

    private static byte[] plausible(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (random.nextInt(4) == 0) {
            out.writeBytes(new byte[] {1, 1, 8, 10});
            out.writeBytes(Property.octets(random, 8));
        }
        while (out.size() < 12 + random.nextInt(28)) {
            int kind = random.nextInt(10);
            out.write(kind);
            if (kind < 2) {
                continue;
            }
            int right = switch (kind) {
                case 2 -> 4;
                case 3 -> 3;
                case 4 -> 2;
                case 5 -> 2 + 8 * random.nextInt(5);
                case 8 -> 10;
                default -> 2 + random.nextInt(9);
            };
            int size = random.nextInt(6) == 0 ? 2 + random.nextInt(12) : right;
            out.write(size);
            out.writeBytes(Property.octets(random, size - 2));
        }
        return out.toByteArray();
    }

    /// What a parser that copies everything makes of the octets.
    private static final class Naive {
        boolean wellFormed = true;
        int segmentSize = -1;
        int scale = -1;
        boolean sackPermitted;
        List<Integer> timestamps = List.of();
        final List<Integer> sack = new ArrayList<>();

        Naive(byte[] octets) {
            ByteBuffer in = ByteBuffer.wrap(octets);
            while (in.hasRemaining()) {
                int kind = in.get() & 0xFF;
                if (kind == 0) {
                    return;
                }
                if (kind == 1) {
                    continue;
                }
                int size = in.hasRemaining() ? in.get() & 0xFF : 0;
                if (size < 2 || size - 2 > in.remaining()) {
                    wellFormed = false;
                    return;
                }
                take(kind, in.slice(in.position(), size - 2));
                in.position(in.position() + size - 2);
            }
        }

        private void take(int kind, ByteBuffer data) {
            int size = data.remaining();
            if (kind == 2 && size == 2) {
                segmentSize = data.getShort() & 0xFFFF;
            } else if (kind == 3 && size == 1) {
                scale = Math.min(data.get() & 0xFF, 14);
            } else if (kind == 4 && size == 0) {
                sackPermitted = true;
            } else if (kind == 5 && size % 8 == 0) {
                sack.clear();
                while (data.hasRemaining()) {
                    sack.add(data.getInt());
                }
            } else if (kind == 8 && size == 8) {
                timestamps = List.of(data.getInt(), data.getInt());
            }
        }
    }

    private void compare(byte[] octets) {
        Naive naive = new Naive(octets);
        parse(octets);
        String hex = HexFormat.of().formatHex(octets);
        assertEquals(naive.wellFormed, options.isWellFormed(), hex);
        assertEquals(naive.segmentSize >= 0, options.hasMaximumSegmentSize(), hex);
        assertEquals(naive.segmentSize, options.maximumSegmentSize(), hex);
        assertEquals(naive.scale >= 0, options.hasWindowScale(), hex);
        assertEquals(naive.scale, options.windowScale(), hex);
        assertEquals(naive.sackPermitted, options.sackPermitted(), hex);
        assertEquals(!naive.timestamps.isEmpty(), options.hasTimestamps(), hex);
        if (options.hasTimestamps()) {
            assertEquals(naive.timestamps, List.of(options.timestampValue(), options.timestampEcho()), hex);
        }
        List<Integer> sack = new ArrayList<>();
        for (int i = 0; i < options.sackBlocks(); i++) {
            sack.add(options.sackLeft(i));
            sack.add(options.sackRight(i));
        }
        assertEquals(naive.sack, sack, hex);
    }
}
