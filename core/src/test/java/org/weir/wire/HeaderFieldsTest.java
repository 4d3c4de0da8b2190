package org.weir.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.weir.Property;

/// Every field of every header stands where its RFC puts it, and nowhere else.
class HeaderFieldsTest {
    private static final int MARGIN = 7;
    private static final int ROOM = 80;

    /// A field of `octets` octets, `at` octets into its header.
    private record Field(String name, int at, int octets, LongFunction<Flyweight> write, LongSupplier read) {
        long largest() {
            return -1L >>> Long.SIZE - 8 * octets;
        }
    }

    private final byte[] memory = new byte[ROOM];
    private final MemorySegment segment = MemorySegment.ofArray(memory);

    @Test
    void everyFieldOfAnEthernetHeaderIsReadAsItWasWritten() {
        EthernetHeader h = new EthernetHeader().at(segment, MARGIN);
        roundTrip(List.of(
                new Field("destination", 0, 6, h::destination, h::destination),
                new Field("source", 6, 6, h::source, h::source),
                new Field("type", 12, 2, v -> h.type((int) v), h::type)));
    }

    @Test
    void everyFieldOfAnArpPacketIsReadAsItWasWritten() {
        ArpPacket p = new ArpPacket().at(segment, MARGIN);
        Arrays.fill(memory, (byte) 0xEE);
        p.begin(0xABCD).sender(0x0102_0304_0506L, 0x0708_090A).target(0x0B0C_0D0E_0F10L, 0x1112_1314);
        assertHeader("0001 0800 06 04 abcd 010203040506 0708090a 0b0c0d0e0f10 11121314", ArpPacket.LENGTH);
        assertEquals(0xABCD, p.operation());
        assertEquals(0x0102_0304_0506L, p.senderHardware());
        assertEquals(0x0708_090A, p.senderProtocol());
        assertEquals(0x0B0C_0D0E_0F10L, p.targetHardware());
        assertEquals(0x1112_1314, p.targetProtocol());
        assertSame(
                p, p.begin(ArpPacket.REQUEST).sender(MacAddress.BROADCAST, -1).target(MacAddress.BROADCAST, -1));
        assertEquals(MacAddress.BROADCAST, p.senderHardware());
        assertEquals(-1, p.senderProtocol());
        assertEquals(MacAddress.BROADCAST, p.targetHardware());
        assertEquals(-1, p.targetProtocol());
    }

    @Test
    void anArpPacketIsOfIpv4OverEthernetOnlyIfAllFourFieldsSaySo() {
        ArpPacket p = new ArpPacket().at(segment, MARGIN);
        p.begin(ArpPacket.REPLY);
        assertTrue(p.isEthernetIpv4());
        for (int octet = 0; octet < 6; octet++) {
            p.begin(ArpPacket.REPLY);
            memory[MARGIN + octet] ^= 0x10;
            assertFalse(p.isEthernetIpv4(), "octet " + octet);
        }
    }

    @Test
    void everyFieldOfAnIpv4HeaderIsReadAsItWasWritten() {
        Ipv4Header h = new Ipv4Header().at(segment, MARGIN);
        roundTrip(List.of(
                new Field("TOS", 1, 1, v -> h.typeOfService((int) v), h::typeOfService),
                new Field("total length", 2, 2, v -> h.totalLength((int) v), h::totalLength),
                new Field("identification", 4, 2, v -> h.identification((int) v), h::identification),
                new Field("TTL", 8, 1, v -> h.timeToLive((int) v), h::timeToLive),
                new Field("protocol", 9, 1, v -> h.protocol((int) v), h::protocol),
                new Field("checksum", 10, 2, v -> h.headerChecksum((int) v), h::headerChecksum),
                new Field("source", 12, 4, v -> h.source((int) v), () -> h.source() & 0xFFFF_FFFFL),
                new Field("destination", 16, 4, v -> h.destination((int) v), () -> h.destination() & 0xFFFF_FFFFL)));
    }

    @Test
    void anIpv4HeaderOfAnyLengthIsOfVersionFour() {
        Ipv4Header h = new Ipv4Header().at(segment, MARGIN);
        for (int octets = 20; octets <= 60; octets += 4) {
            h.begin(octets);
            assertEquals(4, h.version());
            assertEquals(octets, h.headerLength());
        }
        memory[MARGIN] = (byte) 0xF5;
        assertEquals(15, h.version());
        assertEquals(20, h.headerLength());
    }

    @Test
    void anIpv4FragmentIsKnownByItsFlagOrItsOffset() {
        Ipv4Header h = new Ipv4Header().at(segment, MARGIN);
        for (int value = 0; value <= 0xFFFF; value++) {
            assertSame(h, h.flagsAndFragmentOffset(value));
            boolean later = (value & 0x1FFF) != 0;
            assertEquals((value & 0x4000) != 0, h.dontFragment());
            assertEquals(later, h.isLaterFragment());
            assertEquals(later || (value & 0x2000) != 0, h.isFragment());
        }
    }

    @Test
    void theChecksumOfAKnownIpv4HeaderIsTheKnownOne() {
        put("4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7");
        Ipv4Header h = new Ipv4Header().at(segment, MARGIN);
        assertFalse(h.checksumIsValid());
        assertEquals(0xB861, h.sealChecksum().headerChecksum());
        assertTrue(h.checksumIsValid());
    }

    @Test
    void anIpv4HeaderWithAnyFlippedBitIsInvalid() {
        Property.holds(200, random -> {
            Ipv4Header h = new Ipv4Header().at(segment, MARGIN);
            random.nextBytes(memory);
            h.begin(20 + 4 * random.nextInt(11)).sealChecksum();
            assertTrue(h.checksumIsValid());
            int octet = 1 + random.nextInt(h.headerLength() - 1);
            memory[MARGIN + octet] ^= (byte) (1 << random.nextInt(8));
            assertFalse(h.checksumIsValid());
        });
    }

    @Test
    void everyFieldOfAnIcmpHeaderIsReadAsItWasWritten() {
        IcmpHeader h = new IcmpHeader().at(segment, MARGIN);
        roundTrip(List.of(
                new Field("type", 0, 1, v -> h.type((int) v), h::type),
                new Field("code", 1, 1, v -> h.code((int) v), h::code),
                new Field("checksum", 2, 2, v -> h.checksum((int) v), h::checksum),
                new Field("identifier", 4, 2, v -> h.identifier((int) v), h::identifier),
                new Field("sequence number", 6, 2, v -> h.sequenceNumber((int) v), h::sequenceNumber),
                new Field("next hop MTU", 6, 2, v -> h.sequenceNumber((int) v), h::nextHopMtu),
                new Field(
                        "rest of header",
                        4,
                        4,
                        v -> h.restOfHeader((int) v),
                        () -> (long) h.identifier() << 16 | h.sequenceNumber())));
    }

    @Test
    void everyFieldOfAnIgmpMessageIsReadAsItWasWritten() {
        IgmpHeader h = new IgmpHeader().at(segment, MARGIN);
        roundTrip(List.of(
                new Field("type", 0, 1, v -> h.type((int) v), h::type),
                new Field("code", 1, 1, v -> h.code((int) v), h::code),
                new Field("checksum", 2, 2, v -> h.checksum((int) v), h::checksum),
                new Field("group", 4, 4, v -> h.group((int) v), () -> h.group() & 0xFFFF_FFFFL),
                new Field("query interval", 9, 1, v -> h.queryIntervalCode((int) v), h::queryIntervalCode),
                new Field("sources", 10, 2, v -> h.sources((int) v), h::sources),
                new Field("third source", 20, 4, v -> h.source(2, (int) v), () -> h.source(2) & 0xFFFF_FFFFL)));
        h.robustness(0xFA);
        assertEquals(2, h.robustness(), "the upper five bits are others");
        h.groupRecords(0x1234);
        assertEquals(0x1234, h.group(), "a report has two reserved octets before the number of its records");
        assertEquals(0x1234, h.groupRecords());
    }

    @Test
    void everyFieldOfAGroupRecordIsReadAsItWasWritten() {
        IgmpGroupRecord r = new IgmpGroupRecord().at(segment, MARGIN);
        Arrays.fill(memory, (byte) 0xEE);
        r.write(IgmpGroupRecord.BLOCK_OLD_SOURCES, 0xEF01_0203, 2);
        r.source(0, 0x0102_0304).source(1, 0x0506_0708);
        assertHeader("06 00 0002 ef010203 01020304 05060708", 16);
        assertEquals(IgmpGroupRecord.BLOCK_OLD_SOURCES, r.type());
        assertEquals(0xEF01_0203, r.group());
        assertEquals(2, r.sources());
        assertEquals(0x0506_0708, r.source(1));
        assertEquals(16, r.recordLength());
        memory[MARGIN + 1] = 3;
        assertEquals(28, r.recordLength(), "auxiliary data count too");
    }

    @Test
    void aCodeOfEightBitsIsANumberOrAFloatingPointNumber() {
        assertEquals(0, IgmpHeader.decoded(0));
        assertEquals(127, IgmpHeader.decoded(127));
        assertEquals(128, IgmpHeader.decoded(0x80));
        assertEquals(136, IgmpHeader.decoded(0x81));
        assertEquals(31_744, IgmpHeader.decoded(0xFF));
    }

    @Test
    void aRouterAlertFollowsTheHeader() {
        Ipv4Header h = new Ipv4Header().at(segment, MARGIN);
        h.begin(Ipv4Header.LENGTH_WITH_ROUTER_ALERT).routerAlert();
        assertEquals(24, h.headerLength());
        assertEquals("94040000", HexFormat.of().formatHex(memory, MARGIN + 20, MARGIN + 24));
    }

    @Test
    void everyFieldOfAUdpHeaderIsReadAsItWasWritten() {
        UdpHeader h = new UdpHeader().at(segment, MARGIN);
        roundTrip(List.of(
                new Field("source port", 0, 2, v -> h.sourcePort((int) v), h::sourcePort),
                new Field("destination port", 2, 2, v -> h.destinationPort((int) v), h::destinationPort),
                new Field("length", 4, 2, v -> h.length((int) v), h::length),
                new Field("checksum", UdpHeader.CHECKSUM, 2, v -> h.checksum((int) v), h::checksum)));
    }

    @Test
    void everyFieldOfATcpHeaderIsReadAsItWasWritten() {
        TcpHeader h = new TcpHeader().at(segment, MARGIN);
        roundTrip(List.of(
                new Field("source port", 0, 2, v -> h.sourcePort((int) v), h::sourcePort),
                new Field("destination port", 2, 2, v -> h.destinationPort((int) v), h::destinationPort),
                new Field("sequence", 4, 4, v -> h.sequenceNumber((int) v), () -> h.sequenceNumber() & 0xFFFF_FFFFL),
                new Field(
                        "acknowledgment",
                        8,
                        4,
                        v -> h.acknowledgmentNumber((int) v),
                        () -> h.acknowledgmentNumber() & 0xFFFF_FFFFL),
                new Field("flags", 13, 1, v -> h.flags((int) v), h::flags),
                new Field("window", 14, 2, v -> h.window((int) v), h::window),
                new Field("checksum", TcpHeader.CHECKSUM, 2, v -> h.checksum((int) v), h::checksum),
                new Field("urgent pointer", 18, 2, v -> h.urgentPointer((int) v), h::urgentPointer)));
    }

    @Test
    void theDataOffsetOfATcpHeaderCountsWordsAndIgnoresTheReservedBits() {
        TcpHeader h = new TcpHeader().at(segment, MARGIN);
        for (int octets = 0; octets <= TcpHeader.MAX_LENGTH; octets += 4) {
            assertSame(h, h.headerLength(octets));
            assertEquals((byte) (octets / 4 << 4), memory[MARGIN + 12]);
            memory[MARGIN + 12] |= 0x0F;
            assertEquals(octets, h.headerLength());
        }
    }

    @Test
    void theControlBitsOfTcpAreThoseOfRfc9293() {
        assertEquals(
                List.of(1, 2, 4, 8, 16, 32, 64, 128),
                List.of(
                        TcpHeader.FIN,
                        TcpHeader.SYN,
                        TcpHeader.RST,
                        TcpHeader.PSH,
                        TcpHeader.ACK,
                        TcpHeader.URG,
                        TcpHeader.ECE,
                        TcpHeader.CWR));
    }

    @Test
    void aHeaderFitsFromItsOwnLengthOn() {
        fits(14, EthernetHeader::fits);
        fits(28, ArpPacket::fits);
        fits(20, Ipv4Header::fits);
        fits(8, IcmpHeader::fits);
        fits(8, IgmpHeader::fits);
        fits(8, IgmpGroupRecord::fits);
        fits(8, UdpHeader::fits);
        fits(20, TcpHeader::fits);
    }

    private static void fits(int least, IntPredicate fits) {
        for (int length = -40; length <= 200; length++) {
            assertEquals(length >= least, fits.test(length), "length " + length);
        }
    }

    @Test
    void accessorsOfAHeaderThatFitsReadNothingBehindIt() {
        readsNoFurther(EthernetHeader.LENGTH, memory -> {
            EthernetHeader h = new EthernetHeader().at(memory, 0);
            return h.destination() | h.source() | h.type();
        });
        readsNoFurther(ArpPacket.LENGTH, memory -> {
            ArpPacket p = new ArpPacket().at(memory, 0);
            assertFalse(p.isEthernetIpv4());
            return p.operation() | p.senderHardware() | p.senderProtocol() | p.targetHardware() | p.targetProtocol();
        });
        readsNoFurther(IcmpHeader.LENGTH, memory -> {
            IcmpHeader h = new IcmpHeader().at(memory, 0);
            return h.type() | h.code() | h.checksum() | h.identifier() | h.sequenceNumber() | h.nextHopMtu();
        });
        readsNoFurther(UdpHeader.LENGTH, memory -> {
            UdpHeader h = new UdpHeader().at(memory, 0);
            return h.sourcePort() | h.destinationPort() | h.length() | h.checksum();
        });
        readsNoFurther(TcpHeader.LENGTH, memory -> {
            TcpHeader h = new TcpHeader().at(memory, 0);
            int numbers = h.sequenceNumber() | h.acknowledgmentNumber() | h.window() | h.checksum() | h.urgentPointer();
            return numbers | h.sourcePort() | h.destinationPort() | h.headerLength() | h.flags();
        });
        readsNoFurther(Ipv4Header.LENGTH, memory -> {
            Ipv4Header h = new Ipv4Header().at(memory, 0);
            int first = h.version() | h.headerLength() | h.typeOfService() | h.totalLength() | h.identification();
            assertTrue(h.isFragment() && h.isLaterFragment() && h.dontFragment());
            return first | h.timeToLive() | h.protocol() | h.headerChecksum() | h.source() | h.destination();
        });
    }

    /// The memory ends with the header, so a read behind it would throw.
    private static void readsNoFurther(int length, ToLongFunction<MemorySegment> readAll) {
        byte[] exactly = new byte[length];
        Arrays.fill(exactly, (byte) 0xFF);
        assertTrue(readAll.applyAsLong(MemorySegment.ofArray(exactly)) != 0);
    }

    @Test
    void aViewThatWasNeverMovedReachesNoMemory() {
        assertThrows(IndexOutOfBoundsException.class, () -> new TcpHeader().flags());
        assertThrows(IndexOutOfBoundsException.class, () -> new UdpHeader().length(8));
    }

    @Test
    void aViewMovesAndOwnsNothing() {
        UdpHeader h = new UdpHeader().at(segment, MARGIN).length(11);
        assertSame(segment, h.segment());
        assertEquals(MARGIN, h.offset());
        assertEquals(22, h.at(segment, MARGIN + 20).length(22).length());
        assertEquals(11, h.at(segment, MARGIN).length());
    }

    @Test
    void sixtyFourBitFieldsAreInNetworkOrder() {
        LongField h = new LongField(segment);
        h.value(0x0102_0304_0506_0708L);
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, Arrays.copyOfRange(memory, MARGIN, MARGIN + 8));
        assertEquals(0x0102_0304_0506_0708L, h.value());
    }

    private static final class LongField extends Flyweight {
        LongField(MemorySegment segment) {
            moveTo(segment, MARGIN - 1);
        }

        long value() {
            return u64(1);
        }

        void value(long value) {
            u64(1, value);
        }
    }

    private void roundTrip(List<Field> fields) {
        for (Field field : fields) {
            long largest = field.largest();
            for (long value :
                    new long[] {0, 1, largest / 3, largest >>> 1, (largest >>> 1) + 1, largest - 1, largest}) {
                roundTrip(field, value, (byte) 0);
                roundTrip(field, value, (byte) 0xFF);
            }
        }
    }

    private void roundTrip(Field field, long value, byte filler) {
        Arrays.fill(memory, filler);
        byte[] expected = memory.clone();
        for (int i = 0; i < field.octets(); i++) {
            expected[MARGIN + field.at() + i] = (byte) (value >>> 8 * (field.octets() - 1 - i));
        }
        assertEquals(MARGIN, field.write().apply(value).offset(), "writers can be chained");
        assertArrayEquals(expected, memory, field.name() + " written as " + value);
        assertEquals(value, field.read().getAsLong(), field.name());
    }

    private void put(String hex) {
        byte[] octets = HexFormat.of().parseHex(hex.replace(" ", ""));
        System.arraycopy(octets, 0, memory, MARGIN, octets.length);
    }

    private void assertHeader(String hex, int length) {
        assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(memory, MARGIN, MARGIN + length));
        assertEquals((byte) 0xEE, memory[MARGIN - 1]);
        assertEquals((byte) 0xEE, memory[MARGIN + length]);
    }
}
