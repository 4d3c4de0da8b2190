package org.weir.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.memory.Pools;
import org.weir.time.TimerWheel;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// One direction: which frames are lost, in what order and when the others come out, and what the queue does.
class FaultyPathTest {
    private static final int FRAMES = 20_000;
    private static final int HEADERS = EthernetHeader.LENGTH + Ipv4Header.LENGTH + TcpHeader.LENGTH;
    private static final int NOT_ECN_CAPABLE = 0;
    private static final int ECN_CAPABLE = 2;
    private static final int CONGESTION_EXPERIENCED = 3;

    private final PbufPool pool = Pools.pool(2_100, 128, 0, 8);
    private final DropCounters drops = new DropCounters();
    private final List<Integer> out = new ArrayList<>();
    private int sent;

    @AfterEach
    void nothingLeaks() {
        pool.assertNoLeaks();
    }

    private FaultyPath path(FaultPlan plan) {
        return path(plan, Framing.ETHERNET);
    }

    private FaultyPath path(FaultPlan plan, Framing framing) {
        FaultyPath path = new FaultyPath(plan, framing, 7);
        path.attach(pool, drops);
        return path;
    }

    private FaultyPath lossy(LossModel model) {
        return path(FaultPlan.none().withLoss(model));
    }

    /// A TCP segment; its number is the sequence number.
    private Pbuf segment(int payload, int typeOfService) {
        byte[] octets = new byte[HEADERS + payload];
        MemorySegment memory = MemorySegment.ofArray(octets);
        new EthernetHeader().at(memory, 0).type(EtherType.IPV4);
        new Ipv4Header()
                .at(memory, EthernetHeader.LENGTH)
                .begin(Ipv4Header.LENGTH)
                .typeOfService(typeOfService)
                .totalLength(octets.length - EthernetHeader.LENGTH)
                .protocol(IpProtocol.TCP)
                .sealChecksum();
        new TcpHeader()
                .at(memory, EthernetHeader.LENGTH + Ipv4Header.LENGTH)
                .headerLength(TcpHeader.LENGTH)
                .sequenceNumber(sent++);
        return Pools.packet(pool, octets);
    }

    private void enter(FaultyPath path, int count, int payload, long nowNs) {
        for (int i = 0; i < count; i++) {
            path.enter(segment(payload, NOT_ECN_CAPABLE), nowNs);
            leave(path, nowNs);
        }
    }

    private void leave(FaultyPath path, long nowNs) {
        for (Pbuf frame = path.leave(nowNs); frame != null; frame = path.leave(nowNs)) {
            TcpHeader tcp = new TcpHeader().at(frame.segment(), frame.offset() + HEADERS - TcpHeader.LENGTH);
            out.add(tcp.sequenceNumber());
            frame.release();
        }
    }

    // ---- loss ----

    @Test
    void acknowledgmentsAreLostAndDataIsNot() {
        FaultyPath path = lossy(LossModel.NONE.withAcknowledgments(0.3));
        enter(path, FRAMES, 0, 0);
        assertEquals(0.7 * FRAMES, out.size(), 300);
        assertEquals(FRAMES, out.size() + drops.of(DropReason.INJECTED));
        out.clear();
        enter(path, FRAMES, 1, 0);
        assertEquals(FRAMES, out.size());
    }

    @Test
    void whatIsNoTcpIsNoAcknowledgment() {
        FaultyPath path = lossy(LossModel.NONE.withAcknowledgments(1));
        int[] lengths = {0, 13, 14, 33, 34, 53};
        for (int length : lengths) {
            Pbuf whole = segment(0, NOT_ECN_CAPABLE);
            whole.trimTo(Math.max(1, length));
            path.enter(whole, 0);
        }
        byte[] other = new byte[HEADERS];
        path.enter(Pools.packet(pool, other), 0);
        assertEquals(0, drops.total());
        path.clear();
    }

    @Test
    void exactlyTheChosenDataFramesAreLost() {
        FaultyPath path = lossy(LossModel.NONE.withDataFrames(List.of(1, 4, 5)));
        for (int i = 0; i < 8; i++) {
            enter(path, 1, 0, 0);
            enter(path, 1, 9, 0);
        }
        assertEquals(List.of(0, 2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 14, 15), out);
    }

    @Test
    void burstsHaveTheLengthAndTheDistanceOfTheModel() {
        FaultyPath path = lossy(LossModel.NONE.withBurst(new LossModel.Burst(0.01, 0.25, 1)));
        enter(path, FRAMES, 1, 0);
        int lost = FRAMES - out.size();
        int bursts = 0;
        for (int i = 1; i < out.size(); i++) {
            bursts += out.get(i) - out.get(i - 1) > 1 ? 1 : 0;
        }
        assertEquals(FRAMES / 104.0, bursts, 60, "a burst each 100 good frames and 4 bad ones");
        assertEquals(4, (double) lost / bursts, 0.8);
    }

    @Test
    void aBadPathLosesItsShareOnly() {
        FaultyPath path = lossy(LossModel.NONE.withBurst(new LossModel.Burst(1, 0, 0.5)));
        enter(path, FRAMES, 1, 0);
        assertEquals(0.5 * FRAMES, out.size(), 400);
    }

    @Test
    void nothingPassesDuringABlackoutAndItComesAgain() {
        FaultyPath path = lossy(LossModel.NONE.withBlackout(new LossModel.Blackout(100, 50, 1_000)));
        long firstNs = 5_000;
        enter(path, 1, 1, firstNs);
        for (long at : new long[] {99, 100, 149, 150, 1_099, 1_100, 1_149, 1_150}) {
            enter(path, 1, 1, firstNs + at);
        }
        assertEquals(List.of(0, 1, 4, 5, 8), out);
    }

    @Test
    void aBlackoutWithoutAPeriodComesOnce() {
        FaultyPath path = lossy(LossModel.NONE.withBlackout(new LossModel.Blackout(0, 50, 0)));
        for (long at : new long[] {0, 49, 50, 1_000}) {
            enter(path, 1, 1, at);
        }
        assertEquals(List.of(2, 3), out);
    }

    @Test
    void longFramesVanish() {
        FaultyPath path = lossy(LossModel.NONE.withLongestFrame(HEADERS + 10));
        enter(path, 1, 10, 0);
        enter(path, 1, 11, 0);
        enter(path, 1, 0, 0);
        assertEquals(List.of(0, 2), out);
    }

    // ---- delay ----

    private int[] ordersAndLatest(boolean reorders) {
        FaultyPath path =
                path(FaultPlan.none().withDelay(PathDelay.NONE.withNs(1_000).withJitter(500, reorders)));
        int latest = 0;
        for (int i = 0; i < 2_000; i++) {
            path.enter(segment(1, NOT_ECN_CAPABLE), i * 10L);
            while (path.nextDeadlineNs() <= i * 10L) {
                final int before = out.size();
                final long dueNs = path.nextDeadlineNs();
                leave(path, dueNs);
                for (int j = before; j < out.size(); j++) {
                    latest = Math.max(latest, (int) (dueNs - out.get(j) * 10L));
                }
            }
        }
        leave(path, Long.MAX_VALUE / 2);
        int inversions = 0;
        for (int i = 1; i < out.size(); i++) {
            inversions += out.get(i) < out.get(i - 1) ? 1 : 0;
        }
        return new int[] {inversions, latest};
    }

    @Test
    void jitterInOrderKeepsTheOrderAndItsBound() {
        int[] result = ordersAndLatest(false);
        assertEquals(2_000, out.size());
        assertEquals(0, result[0]);
        assertTrue(result[1] > 1_400 && result[1] <= 1_500, "latest " + result[1]);
    }

    @Test
    void jitterThatReordersReordersWithinItsBound() {
        int[] result = ordersAndLatest(true);
        assertEquals(2_000, out.size());
        assertTrue(result[0] > 500, "inversions " + result[0]);
        assertTrue(result[1] > 1_400 && result[1] <= 1_500, "latest " + result[1]);
    }

    // ---- the bottleneck ----

    @Test
    void framesOnTheirWayDoNotFillTheQueue() {
        // 64 octets at 512 kbit/s take a millisecond.
        FaultyPath path = path(FaultPlan.none().withRate(512_000, 2).withDelay(1_000_000_000));
        for (int i = 0; i < 10; i++) {
            enter(path, 1, 10, i * 1_000_000L);
        }
        assertEquals(0, drops.total());
        assertEquals(9, path.inFlight());
        assertEquals(1_001_000_000, path.nextDeadlineNs());
        path.clear();
    }

    @Test
    void aRouterTakesWhatComesAndDropsWhatDoesNotFit() {
        FaultyPath path = path(FaultPlan.none().withBottleneck(Bottleneck.router(512_000, 3)));
        enter(path, 5, 10, 0);
        assertEquals(Integer.MAX_VALUE, path.room());
        assertEquals(2, drops.of(DropReason.INJECTED_QUEUE_FULL));
        enter(path, 2, 10, 1_000_000);
        assertEquals(3, drops.of(DropReason.INJECTED_QUEUE_FULL), "one frame has left, one finds room");
        leave(path, 10_000_000);
        assertEquals(List.of(0, 1, 2, 5), out);
        assertEquals(TimerWheel.NEVER, path.nextDeadlineNs());
    }

    private List<Integer> marks(Framing framing, int typeOfService, int frames) {
        FaultyPath path = path(
                FaultPlan.none().withBottleneck(Bottleneck.router(512_000, 10).withMarking(2)), framing);
        for (int i = 0; i < frames; i++) {
            Pbuf frame = segment(10, typeOfService);
            frame.strip(framing == Framing.IP ? EthernetHeader.LENGTH : 0);
            path.enter(frame, 0);
        }
        List<Integer> marks = new ArrayList<>();
        for (int i = 0; i < frames; i++) {
            Pbuf frame = path.leave(1_000_000_000);
            assertNotNull(frame);
            long at = frame.offset() + (framing == Framing.IP ? 0 : EthernetHeader.LENGTH);
            Ipv4Header ipv4 = new Ipv4Header().at(frame.segment(), at);
            assertTrue(ipv4.checksumIsValid());
            marks.add(ipv4.typeOfService());
            frame.release();
        }
        return marks;
    }

    @Test
    void packetsThatFindALongQueueAreMarkedIfTheyAreEcnCapable() {
        int marked = CONGESTION_EXPERIENCED;
        assertEquals(List.of(2, 2, 2, marked, marked), marks(Framing.ETHERNET, ECN_CAPABLE, 5));
        assertEquals(List.of(1, 1, 1, marked), marks(Framing.IP, 1, 4));
        assertEquals(List.of(0, 0, 0, 0, 0), marks(Framing.ETHERNET, NOT_ECN_CAPABLE, 5));
        assertEquals(List.of(0xBA, 0xBA, 0xBA, 0xBB), marks(Framing.ETHERNET, 0xBA, 4));
    }

    @Test
    void aMarkIsNotSeenInMemoryThatOthersHold() {
        FaultyPath path = path(
                FaultPlan.none().withBottleneck(Bottleneck.router(512_000, 10).withMarking(0)));
        path.enter(segment(1, NOT_ECN_CAPABLE), 0);
        Pbuf frame = segment(10, ECN_CAPABLE);
        byte[] before = Pools.octets(frame);
        path.enter(frame.retain(), 0);
        assertEquals(List.of(before.length), List.of(frame.totalLength()));
        Ipv4Header ipv4 = new Ipv4Header().at(frame.segment(), frame.offset() + EthernetHeader.LENGTH);
        assertEquals(ECN_CAPABLE, ipv4.typeOfService());
        frame.release();
        path.clear();
    }
}
