package org.weir.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.weir.Property;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.memory.Pools;
import org.weir.wire.Checksum;

class PacketChecksumTest {
    private final PbufPool pool = Pools.pool(64, 64, 0, 0);

    @Test
    void aPacketInAnyBuffersHasTheSumOfItsOctets() {
        Property.holds(2_000, random -> {
            Pbuf packet = Pools.randomPacket(pool, random, 1 + random.nextInt(60));
            if (random.nextBoolean()) {
                packet.chain(Pools.randomPacket(pool, random, random.nextInt(60)));
            }
            int skip = random.nextInt(packet.length() + 1);
            byte[] octets = Pools.octets(packet);
            int whole = Checksum.sum(MemorySegment.ofArray(octets), skip, octets.length - skip);
            assertEquals(whole, PacketChecksum.sum(packet, skip));
            packet.release();
            pool.assertNoLeaks();
        });
    }

    @Test
    void aPartialChecksumIsCompletedSoThatTheWholeSumsToAllOnes() {
        Property.holds(2_000, random -> {
            int pseudo = 1 + random.nextInt(0xFFFF);
            byte[] octets = Property.octets(random, 40 + random.nextInt(100));
            octets[20 + 16] = (byte) (pseudo >>> 8);
            octets[20 + 17] = (byte) pseudo;
            Pbuf packet = Pools.packet(pool, octets, 38 + random.nextInt(27));
            packet.partialChecksum(packet.offset() + 20, 16);
            PacketChecksum.complete(packet);
            assertEquals(ChecksumState.VERIFIED, packet.checksumState());
            assertEquals(0xFFFF, Checksum.append(pseudo, PacketChecksum.sum(packet, 20), false));
            byte[] after = Pools.octets(packet);
            assertTrue(after[36] != 0 || after[37] != 0, "zero would mean that there is none");
            assertTrue(Arrays.equals(octets, 0, 36, after, 0, 36) && Arrays.mismatch(octets, after) <= 37);
            packet.release();
        });
    }

    @Test
    void aChecksumOfZeroIsWrittenAsAllOnes() {
        byte[] octets = new byte[20];
        octets[0] = (byte) 0xFF;
        octets[1] = (byte) 0xFF;
        Pbuf packet = Pools.packet(pool, octets);
        packet.partialChecksum(packet.offset(), 6);
        PacketChecksum.complete(packet);
        byte[] after = Pools.octets(packet);
        assertEquals(-1, after[6]);
        assertEquals(-1, after[7]);
    }

    @Test
    void onlyAnUnknownChecksumIsVerified() {
        Pbuf packet = Pools.packet(pool, new byte[] {0x12, 0x34});
        assertFalse(PacketChecksum.isValid(packet, 0));
        assertTrue(PacketChecksum.isValid(packet, 0xFFFF - 0x1234));
        assertFalse(PacketChecksum.isValid(packet, 0xFFFF - 0x1235));
        packet.checksumState(ChecksumState.VERIFIED);
        assertTrue(PacketChecksum.isValid(packet, 0));
        packet.checksumState(ChecksumState.PARTIAL);
        assertTrue(PacketChecksum.isValid(packet, 0));
    }
}
