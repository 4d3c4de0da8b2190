package org.weir.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.memory.Pools;
import org.weir.time.TimerWheel;

/// The links in memory, and what is said of links and drops.
class LinksTest {
    private static final LinkCapabilities ETHERNET = LinkCapabilities.plainEthernet(0x0200_0000_0001L, 1_500);

    private final PbufPool left = Pools.pool(400, 64, 0, 0);
    private final PbufPool right = Pools.pool(6, 64, 0, 0);
    private final DropCounters leftDrops = new DropCounters();
    private final DropCounters rightDrops = new DropCounters();
    private final List<Pbuf> received = new ArrayList<>();

    @AfterEach
    void nothingLeaks() {
        received.forEach(Pbuf::release);
        left.assertNoLeaks();
        right.assertNoLeaks();
    }

    private static byte[] numbered(int number) {
        return new byte[] {(byte) number, 2, 3};
    }

    // ---- the pair ----

    private final PairLink a = new PairLink(ETHERNET, 9);
    private final PairLink b = new PairLink(ETHERNET, 3);

    private void connect() {
        a.attach(left, leftDrops);
        b.attach(right, rightDrops);
        a.connectTo(b);
    }

    @Test
    void aPairHasACarrierWhileItIsPluggedInAtBothEnds() {
        assertFalse(a.hasCarrier());
        connect();
        assertTrue(a.hasCarrier());
        assertTrue(b.hasCarrier());
        b.close();
        assertFalse(a.hasCarrier());
    }

    @Test
    void aFrameOfAPairArrivesAsACopyInTheReceiversMemory() {
        connect();
        Pbuf frame = Pools.packet(left, numbered(1), 2);
        a.send(frame, 0);
        assertEquals(0, left.inUse());
        assertEquals(1, right.inUse());
        assertEquals(1, b.receive(received::add, 10, 0));
        assertArrayEquals(numbered(1), Pools.octets(received.getFirst()));
    }

    @Test
    void whatTheSenderKnewOfAChecksumIsNotKnownBehindTheWire() {
        connect();
        for (ChecksumState state : ChecksumState.values()) {
            Pbuf frame = Pools.packet(left, numbered(1));
            frame.checksumState(state);
            a.send(frame, 0);
        }
        b.receive(received::add, 10, 0);
        assertEquals(
                List.of(ChecksumState.UNKNOWN, ChecksumState.UNKNOWN, ChecksumState.PARTIAL),
                received.stream().map(Pbuf::checksumState).toList());
    }

    @Test
    void aPairHasTheRoomOfTheOtherEndAndDropsWhatComesMore() {
        connect();
        assertEquals(3, a.room());
        assertEquals(9, b.room());
        for (int i = 0; i < 5; i++) {
            a.send(Pools.packet(left, numbered(i)), 0);
        }
        assertEquals(0, a.room());
        assertEquals(2, leftDrops.of(DropReason.LINK_BUSY));
        assertEquals(2, b.receive(received::add, 2, 0));
        assertEquals(2, a.room());
        assertEquals(Long.MIN_VALUE, b.nextDeadlineNs());
        assertEquals(1, b.receive(received::add, 2, 0));
        assertEquals(TimerWheel.NEVER, b.nextDeadlineNs());
        assertEquals(0, b.receive(received::add, 2, 0));
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(numbered(i), Pools.octets(received.get(i)));
        }
    }

    @Test
    void aReceiverWithoutABufferCountsTheFrame() {
        connect();
        a.send(Pools.packet(left, new byte[64 * 7]), 0);
        assertEquals(1, rightDrops.of(DropReason.NO_BUFFER));
        assertEquals(0, leftDrops.total());
        assertEquals(0, b.receive(received::add, 2, 0));
    }

    @Test
    void whatTheReceiverDoesToItsFrameTheSenderDoesNotSee() {
        connect();
        Pbuf frame = Pools.packet(left, numbered(1)).retain();
        a.send(frame, 0);
        b.receive(received::add, 1, 0);
        Pools.put(received.getFirst().segment(), received.getFirst().offset(), new byte[3]);
        assertArrayEquals(numbered(1), Pools.octets(frame));
        frame.release();
    }

    @Test
    void anEndWithoutACableHasNoRoom() {
        a.attach(left, leftDrops);
        assertEquals(0, a.room());
        a.send(Pools.packet(left, numbered(1)), 0);
        assertEquals(1, leftDrops.of(DropReason.LINK_BUSY));
    }

    @Test
    void aClosedEndReleasesWhatArrivedAndUnplugsTheCable() {
        connect();
        a.send(Pools.packet(left, numbered(1)), 0);
        b.close();
        assertEquals(0, right.inUse());
        assertEquals(0, a.room());
        assertEquals(0, b.room());
        b.close();
    }

    @Test
    void aPairIsWhatItWasSaidToBe() {
        assertSame(ETHERNET, a.capabilities());
        connect();
        a.flush(0);
        assertEquals(TimerWheel.NEVER, a.nextDeadlineNs());
    }

    // ---- the loopback ----

    @Test
    void aLoopbackGivesBackTheVeryPacket() {
        LoopbackLink loopback = new LoopbackLink();
        loopback.attach(left, leftDrops);
        Pbuf packet = Pools.packet(left, numbered(1));
        packet.partialChecksum(packet.offset(), 0);
        packet.segmentSize(1_000);
        loopback.send(packet, 0);
        assertEquals(Long.MIN_VALUE, loopback.nextDeadlineNs());
        assertEquals(1, loopback.receive(received::add, 5, 0));
        assertSame(packet, received.getFirst());
        assertEquals(ChecksumState.VERIFIED, packet.checksumState());
        assertEquals(0, packet.segmentSize());
        assertEquals(TimerWheel.NEVER, loopback.nextDeadlineNs());
    }

    @Test
    void aLoopbackHasRoomForAsManyPacketsAsItSaysAndDropsTheNext() {
        LoopbackLink loopback = new LoopbackLink();
        loopback.attach(left, leftDrops);
        int room = loopback.room();
        for (int i = 0; i < room; i++) {
            loopback.send(Pools.packet(left, numbered(i)), 0);
            assertEquals(room - i - 1, loopback.room());
        }
        assertEquals(0, leftDrops.total());
        loopback.send(Pools.packet(left, numbered(0)), 0);
        assertEquals(1, leftDrops.of(DropReason.LINK_BUSY));
        assertEquals(room, left.inUse());
        assertEquals(7, loopback.receive(received::add, 7, 0));
        for (int i = 0; i < 7; i++) {
            assertArrayEquals(numbered(i), Pools.octets(received.get(i)));
        }
        assertEquals(7, loopback.room());
        loopback.close();
        assertEquals(7, left.inUse());
    }

    @Test
    void aLoopbackLeavesNothingToTheStack() {
        LinkCapabilities loopback = new LoopbackLink().capabilities();
        assertEquals(Framing.IP, loopback.framing());
        assertEquals(65_535, loopback.mtu());
        assertTrue(loopback.checksumOut());
        assertTrue(loopback.segmentationLimit() > 60_000);
    }

    // ---- what is said of links ----

    @Test
    void anMtuIsThatOfAnIpv4Link() {
        assertEquals(68, LinkCapabilities.plainEthernet(1, 68).mtu());
        assertEquals(65_535, LinkCapabilities.plainEthernet(1, 65_535).mtu());
        for (int mtu : new int[] {67, 65_536, 0, -1}) {
            assertEquals(
                    "MTU " + mtu + " is not in 68 to 65535",
                    assertThrows(IllegalArgumentException.class, () -> LinkCapabilities.plainEthernet(1, mtu))
                            .getMessage());
        }
    }

    @Test
    void aPlainEthernetLeavesEverythingToTheStack() {
        assertEquals(
                new LinkCapabilities(Framing.ETHERNET, 5, 1_500, false, 0, false, Integer.MAX_VALUE),
                LinkCapabilities.plainEthernet(5, 1_500));
        assertEquals(
                new LinkCapabilities(Framing.ETHERNET, 5, 1_500, false, 0, false, 3),
                new LinkCapabilities(Framing.ETHERNET, 5, 1_500, true, 60_000, true, 3).withoutOffload());
    }

    // ---- drops ----

    @Test
    void everyDropReasonHasASentenceOfItsOwn() {
        Set<String> sentences = new HashSet<>();
        for (DropReason reason : DropReason.values()) {
            assertFalse(reason.sentence().isBlank(), reason.name());
            assertTrue(sentences.add(reason.sentence()), reason + " shares its sentence");
        }
    }

    @Test
    void dropsAreCountedByReason() {
        int number = 0;
        for (DropReason reason : DropReason.values()) {
            number++;
            for (int i = 0; i < number; i++) {
                leftDrops.count(reason);
            }
        }
        for (DropReason reason : DropReason.values()) {
            assertEquals(reason.ordinal() + 1, leftDrops.of(reason));
        }
        assertEquals(number * (number + 1L) / 2, leftDrops.total());
        leftDrops.drop(Pools.packet(left, numbered(1)), DropReason.NO_ROUTE);
        assertEquals(DropReason.NO_ROUTE.ordinal() + 2, leftDrops.of(DropReason.NO_ROUTE));
    }
}
