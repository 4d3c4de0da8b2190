package org.weir.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class KeyedHashTest {
    private static final long KEY0 = 0x0706_0504_0302_0100L;
    private static final long KEY1 = 0x0F0E_0D0C_0B0A_0908L;

    /// SipHash-2-4 over octets, written from the paper.
    private static final class SipHash {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        static long of(byte[] message, long key0, long key1) {
            return new SipHash().hash(message, key0, key1);
        }

        private long hash(byte[] message, long key0, long key1) {
            v0 = key0 ^ 0x736F6D6570736575L;
            v1 = key1 ^ 0x646F72616E646F6DL;
            v2 = key0 ^ 0x6C7967656E657261L;
            v3 = key1 ^ 0x7465646279746573L;
            byte[] padded = new byte[message.length / 8 * 8 + 8];
            System.arraycopy(message, 0, padded, 0, message.length);
            padded[padded.length - 1] = (byte) message.length;
            ByteBuffer words = ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN);
            while (words.hasRemaining()) {
                long word = words.getLong();
                v3 ^= word;
                rounds(2);
                v0 ^= word;
            }
            v2 ^= 0xFF;
            rounds(4);
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void rounds(int count) {
            for (int i = 0; i < count; i++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13);
                v3 = Long.rotateLeft(v3, 16);
                v1 ^= v0;
                v3 ^= v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17);
                v3 = Long.rotateLeft(v3, 21);
                v1 ^= v2;
                v3 ^= v0;
                v2 = Long.rotateLeft(v2, 32);
            }
        }
    }

    private static byte[] counting(int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) i;
        }
        return octets;
    }

    @Test
    void theImplementationOfThePaperGivesThePublishedVectors() {
        assertEquals(0x93F5_F579_9A93_2462L, SipHash.of(counting(8), KEY0, KEY1));
        assertEquals(0xA129_CA61_49BE_45E5L, SipHash.of(counting(15), KEY0, KEY1));
        assertEquals(0x0E3E_A96B_5304_A7D0L, SipHash.of(counting(40), KEY0, KEY1));
        assertEquals(0x958A_324C_EB06_4572L, SipHash.of(counting(63), KEY0, KEY1));
    }

    @Test
    void theHashOfOneLongIsThePublishedVector() {
        assertEquals(0x93F5_F579_9A93_2462L, new KeyedHash(KEY0, KEY1).hash(0x0706_0504_0302_0100L));
    }

    @Test
    void theHashOfFiveLongsIsThePublishedVector() {
        ByteBuffer words = ByteBuffer.wrap(counting(40)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(
                0x0E3E_A96B_5304_A7D0L,
                new KeyedHash(KEY0, KEY1)
                        .hash(words.getLong(), words.getLong(), words.getLong(), words.getLong(), words.getLong()));
    }

    @Test
    void anyInputHasTheHashOfThePaper() {
        Property.holds(2_000, random -> {
            long key0 = random.nextLong();
            long key1 = random.nextLong();
            KeyedHash hash = new KeyedHash(key0, key1);
            byte[] octets = Property.octets(random, 40);
            ByteBuffer words = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
            long a = words.getLong();
            assertEquals(SipHash.of(Arrays.copyOf(octets, 8), key0, key1), hash.hash(a));
            assertEquals(
                    SipHash.of(octets, key0, key1),
                    hash.hash(a, words.getLong(), words.getLong(), words.getLong(), words.getLong()));
        });
    }

    @Test
    void theKeyIsTwoSecretNumbersInTheirOrder() {
        Deque<Long> secrets = new ArrayDeque<>(List.of(KEY0, KEY1));
        assertEquals(new KeyedHash(KEY0, KEY1).hash(5), new KeyedHash(secrets::removeFirst).hash(5));
        assertEquals(0, secrets.size());
        assertNotEquals(new KeyedHash(KEY0, KEY1).hash(5), new KeyedHash(KEY1, KEY0).hash(5));
    }
}
