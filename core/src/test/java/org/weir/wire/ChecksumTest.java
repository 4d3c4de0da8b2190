package org.weir.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class ChecksumTest {
    /// RFC 1071 section 1, word by word, each carry folded at once.
    private static int naive(byte[] octets, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            int high = octets[from + i] & 0xFF;
            int low = i + 1 < length ? octets[from + i + 1] & 0xFF : 0;
            sum += high << 8 | low;
            if (sum > 0xFFFF) {
                sum = (sum & 0xFFFF) + 1;
            }
        }
        return sum;
    }

    private static int sum(byte[] octets, int from, int length) {
        return Checksum.sum(MemorySegment.ofArray(octets), from, length);
    }

    @Test
    void theExampleOfRfc1071HasItsSum() {
        byte[] octets = HexFormat.of().parseHex("0001f203f4f5f6f7");
        assertEquals(0xDDF2, sum(octets, 0, 8));
        assertEquals(0x220D, Checksum.complement(sum(octets, 0, 8)));
    }

    @Test
    void everyLengthAndAlignmentHasTheSumOfANaiveLoop() {
        byte[] octets = Property.octets(new Random(7), 400);
        for (int from = 0; from < 9; from++) {
            for (int length = 0; from + length <= octets.length; length++) {
                assertEquals(naive(octets, from, length), sum(octets, from, length), from + ", " + length);
            }
        }
    }

    @Test
    void aLargePacketOfAnyOctetsHasTheSumOfANaiveLoop() {
        Property.holds(300, random -> {
            byte[] octets = Property.octets(random, 1 + random.nextInt(70_000));
            if (random.nextInt(4) == 0) {
                Arrays.fill(octets, (byte) -random.nextInt(2));
            }
            int from = random.nextInt(Math.min(octets.length, 16));
            int length = octets.length - from;
            assertEquals(naive(octets, from, length), sum(octets, from, length));
        });
    }

    @Test
    void onlyZerosHaveTheSumZero() {
        assertEquals(0, sum(new byte[1_001], 0, 1_001));
        byte[] ones = new byte[1_000];
        Arrays.fill(ones, (byte) 0xFF);
        assertEquals(0xFFFF, sum(ones, 0, 1_000));
    }

    @Test
    void piecesOfOddLengthsHaveTheSumOfTheWhole() {
        Property.holds(2_000, random -> {
            byte[] octets = Property.octets(random, random.nextInt(600));
            int sum = 0;
            int covered = 0;
            while (covered < octets.length) {
                int piece = Math.min(octets.length - covered, random.nextInt(90));
                sum = Checksum.append(sum, sum(octets, covered, piece), (covered & 1) != 0);
                covered += piece;
            }
            assertEquals(naive(octets, 0, octets.length), sum);
        });
    }

    @Test
    void thePseudoHeaderIsSummedAsItStandsInRfc9293() {
        Property.holds(2_000, random -> {
            int source = random.nextInt();
            int destination = random.nextInt();
            int protocol = random.nextInt(256);
            int length = random.nextInt(0x10000);
            byte[] header = ByteBuffer.allocate(12)
                    .putInt(source)
                    .putInt(destination)
                    .put((byte) 0)
                    .put((byte) protocol)
                    .putShort((short) length)
                    .array();
            assertEquals(naive(header, 0, 12), Checksum.pseudoHeader(source, destination, protocol, length));
        });
        assertEquals(0xFFFF, Checksum.pseudoHeader(-1, -1, 0, 0));
        assertEquals(0xFFFF, Checksum.pseudoHeader(-1, -1, 0, 0xFFFF));
    }

    @Test
    void aKnownUdpDatagramHasTheKnownChecksum() {
        // 192.168.0.31 to 192.168.0.30, ports 20 and 10, payload "Hi".
        byte[] datagram = HexFormat.of().parseHex("0014000a000a00004869");
        int pseudo = Checksum.pseudoHeader(0xC0A8_001F, 0xC0A8_001E, IpProtocol.UDP, 10);
        assertEquals(0x35C5, Checksum.complement(Checksum.append(pseudo, sum(datagram, 0, 10), false)));
    }

    @Test
    void foldingIsTheRemainderOfDivisionBy65535WithoutLosingNonzero() {
        BigInteger modulus = BigInteger.valueOf(0xFFFF);
        for (long sum : new long[] {0, 1, 0xFFFF, 0x10000, 0x1FFFF, 0xFFFF_FFFFL, 0x1_0000_0000L, -1, Long.MIN_VALUE}) {
            folds(sum, modulus);
        }
        Property.holds(5_000, random -> folds(random.nextLong(), modulus));
    }

    private static void folds(long sum, BigInteger modulus) {
        BigInteger value = new BigInteger(Long.toUnsignedString(sum));
        int rest = value.mod(modulus).intValue();
        assertEquals(rest == 0 && sum != 0 ? 0xFFFF : rest, Checksum.fold(sum), Long.toUnsignedString(sum));
    }

    @Test
    void theComplementHasSixteenBits() {
        assertEquals(0xFFFF, Checksum.complement(0));
        assertEquals(0, Checksum.complement(0xFFFF));
        assertEquals(0x1234, Checksum.complement(0xEDCB));
    }
}
