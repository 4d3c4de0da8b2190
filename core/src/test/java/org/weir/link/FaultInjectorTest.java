package org.weir.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.memory.Pools;
import org.weir.time.TimerWheel;

class FaultInjectorTest {
    private static final int FRAMES = 20_000;
    private static final long MILLISECOND = 1_000_000;

    private final PbufPool pool = Pools.pool(2_100, 128, 0, 8);
    private final DropCounters drops = new DropCounters();
    private final RecordingLink wire = new RecordingLink();
    private final List<byte[]> received = new ArrayList<>();

    @AfterEach
    void nothingLeaks() {
        pool.assertNoLeaks();
    }

    private FaultInjector injector(FaultPlan outbound, FaultPlan inbound, long seed) {
        FaultInjector injector = new FaultInjector(wire, outbound, inbound, seed);
        injector.attach(pool, drops);
        return injector;
    }

    private FaultInjector outbound(FaultPlan plan) {
        return injector(plan, FaultPlan.none(), 11);
    }

    private static byte[] numbered(int number) {
        return ByteBuffer.allocate(40).putInt(number).array();
    }

    private static int number(byte[] frame) {
        return ByteBuffer.wrap(frame).getInt();
    }

    private void send(FaultInjector injector, int count, long nowNs) {
        for (int i = 0; i < count; i++) {
            injector.send(Pools.packet(pool, numbered(i)), nowNs);
            injector.flush(nowNs);
        }
    }

    private void receive(FaultInjector injector, long nowNs) {
        injector.receive(
                frame -> {
                    received.add(Pools.octets(frame));
                    frame.release();
                },
                Integer.MAX_VALUE,
                nowNs);
    }

    private void arrive(FaultInjector injector, int count, long nowNs) {
        for (int i = 0; i < count; i++) {
            wire.arriving.add(Pools.packet(pool, numbered(i)));
            receive(injector, nowNs);
        }
    }

    private List<Integer> sentNumbers() {
        return wire.sent.stream().map(s -> number(s.octets())).toList();
    }

    private static void isAbout(double rate, int count) {
        double deviation = Math.sqrt(FRAMES * rate * (1 - rate));
        assertEquals(FRAMES * rate, count, 5 * deviation);
    }

    // ---- each fault alone ----

    @Test
    void withoutFaultsEveryFramePassesBothWaysUnchanged() {
        FaultInjector injector = outbound(FaultPlan.none());
        send(injector, 100, 5);
        arrive(injector, 100, 6);
        assertEquals(100, wire.sent.size());
        assertEquals(100, received.size());
        for (int i = 0; i < 100; i++) {
            assertArrayEquals(numbered(i), wire.sent.get(i).octets());
            assertArrayEquals(numbered(i), received.get(i));
            assertEquals(5, wire.sent.get(i).atNs());
        }
        assertEquals(0, drops.total());
    }

    @Test
    void framesAreLostAtTheRateOfThePlanAndCounted() {
        send(outbound(FaultPlan.none().withLoss(0.1)), FRAMES, 0);
        isAbout(0.9, wire.sent.size());
        assertEquals(FRAMES, wire.sent.size() + drops.of(DropReason.INJECTED));
        assertEquals(drops.total(), drops.of(DropReason.INJECTED));
    }

    @Test
    void receivedFramesAreLostAtTheRateOfThePlan() {
        arrive(injector(FaultPlan.none(), FaultPlan.none().withLoss(0.25), 3), FRAMES, 0);
        isAbout(0.75, received.size());
        assertEquals(FRAMES, received.size() + drops.of(DropReason.INJECTED));
    }

    @Test
    void framesAreRepeatedAtTheRateOfThePlan() {
        send(outbound(FaultPlan.none().withDuplication(0.05)), FRAMES, 0);
        isAbout(0.05, wire.sent.size() - FRAMES);
        Map<Integer, Integer> copies = new HashMap<>();
        wire.sent.forEach(s -> copies.merge(number(s.octets()), 1, Integer::sum));
        assertEquals(FRAMES, copies.size());
        assertTrue(copies.values().stream().allMatch(n -> n <= 2));
    }

    @Test
    void framesAreCorruptedInOneBitAtTheRateOfThePlan() {
        byte[] frame = new byte[40];
        FaultInjector injector = outbound(FaultPlan.none().withCorruption(0.2));
        int[] flipped = new int[8 * frame.length];
        for (int i = 0; i < FRAMES; i++) {
            injector.send(Pools.packet(pool, frame), 0);
            injector.flush(0);
        }
        int corrupted = 0;
        for (RecordingLink.Sent sent : wire.sent) {
            int bits = 0;
            for (int bit = 0; bit < flipped.length; bit++) {
                boolean isSet = (sent.octets()[bit / 8] >>> bit % 8 & 1) != 0;
                flipped[bit] += isSet ? 1 : 0;
                bits += isSet ? 1 : 0;
            }
            assertTrue(bits <= 1);
            corrupted += bits;
        }
        isAbout(0.2, corrupted);
        for (int count : flipped) {
            assertTrue(count > 0, "every bit has its turn");
        }
    }

    @Test
    void corruptionDoesNotTouchTheMemoryOfTheFrame() {
        FaultInjector injector = outbound(FaultPlan.none().withCorruption(1));
        Pbuf page = Pools.packet(pool, numbered(7));
        for (int i = 0; i < 200; i++) {
            Pbuf ref = pool.reference(page, page.offset(), page.length());
            assertTrue(ref != null);
            if (ref != null) {
                injector.send(ref, 0);
            }
            injector.flush(0);
            assertArrayEquals(numbered(7), Pools.octets(page));
        }
        page.release();
        assertEquals(200, wire.sent.size());
        assertTrue(wire.sent.stream().noneMatch(s -> Arrays.equals(s.octets(), numbered(7))));
    }

    @Test
    void aCorruptedFrameIsNoLongerTakenAsVerified() {
        FaultInjector injector = outbound(FaultPlan.none().withCorruption(1));
        Pbuf frame = Pools.packet(pool, numbered(1));
        frame.checksumState(ChecksumState.VERIFIED);
        injector.send(frame, 0);
        injector.flush(0);
        assertEquals(ChecksumState.UNKNOWN, wire.sent.getFirst().checksum());
    }

    @Test
    void aFrameThatIsNotCorruptedKeepsWhatIsKnownOfIt() {
        FaultInjector injector = outbound(FaultPlan.none().withDuplication(1));
        Pbuf frame = Pools.packet(pool, numbered(1));
        frame.checksumState(ChecksumState.VERIFIED);
        injector.send(frame, 0);
        injector.flush(0);
        assertEquals(2, wire.sent.size());
        assertTrue(wire.sent.stream().allMatch(s -> s.checksum() == ChecksumState.VERIFIED));
    }

    @Test
    void aFrameOfSeveralBuffersIsCorruptedToo() {
        FaultInjector injector = outbound(FaultPlan.none().withCorruption(1));
        injector.send(Pools.packet(pool, numbered(9), 7), 0);
        injector.flush(0);
        assertEquals(40, wire.sent.getFirst().octets().length);
        assertFalse(Arrays.equals(wire.sent.getFirst().octets(), numbered(9)));
    }

    @Test
    void everyFrameTakesTheDelayOfThePlan() {
        FaultInjector injector = outbound(FaultPlan.none().withDelay(30));
        send(injector, 3, 1_000);
        assertEquals(1_030, injector.nextDeadlineNs());
        injector.flush(1_029);
        assertEquals(0, wire.sent.size());
        injector.flush(1_030);
        assertEquals(List.of(0, 1, 2), sentNumbers());
        assertEquals(TimerWheel.NEVER, injector.nextDeadlineNs());
    }

    @Test
    void receivedFramesTakeTheDelayOfThePlanToo() {
        FaultInjector injector = injector(FaultPlan.none(), FaultPlan.none().withDelay(30), 1);
        arrive(injector, 3, 1_000);
        assertEquals(1_030, injector.nextDeadlineNs());
        receive(injector, 1_029);
        assertEquals(0, received.size());
        receive(injector, 1_030);
        assertEquals(3, received.size());
    }

    @Test
    void delayedFramesThatLeaveDuringAReceiveAreFlushed() {
        FaultInjector injector = outbound(FaultPlan.none().withDelay(30));
        send(injector, 3, 1_000);
        receive(injector, 1_029);
        assertEquals(3, wire.flushes, "one for each flush of the stack, none for a receive that sent nothing");
        assertEquals(3, injector.receive(Pbuf::release, 10, 1_030), "what was sent is work");
        assertEquals(3, wire.sent.size());
        assertEquals(0, wire.unflushed);
        assertEquals(4, wire.flushes);
    }

    @Test
    void aReorderedFrameIsOvertakenByThoseThatFollow() {
        FaultInjector injector = outbound(FaultPlan.none().withReordering(0.1, 5 * MILLISECOND));
        for (int i = 0; i < FRAMES; i++) {
            injector.send(Pools.packet(pool, numbered(i)), i * MILLISECOND);
            injector.flush(i * MILLISECOND);
        }
        injector.flush(FRAMES * 2L * MILLISECOND);
        List<Integer> numbers = sentNumbers();
        assertEquals(FRAMES, numbers.size());
        int late = 0;
        int highest = -1;
        for (int number : numbers) {
            late += number < highest ? 1 : 0;
            highest = Math.max(highest, number);
            assertTrue(highest - number <= 5, "a frame is held back by five others at most");
        }
        isAbout(0.1, late);
    }

    @Test
    void aRateSpacesFramesByTheirLength() {
        // 40 octets at 320 kbit/s take a millisecond each.
        FaultInjector injector = outbound(FaultPlan.none().withRate(320_000, 100));
        send(injector, 3, 0);
        for (int i = 1; i <= 3; i++) {
            assertEquals(i * MILLISECOND, injector.nextDeadlineNs());
            injector.flush(i * MILLISECOND - 1);
            assertEquals(i - 1, wire.sent.size());
            injector.flush(i * MILLISECOND);
            assertEquals(i, wire.sent.size());
        }
    }

    @Test
    void anIdleRateSavesUpNothing() {
        FaultInjector injector =
                outbound(FaultPlan.none().withRate(320_000, 100).withDelay(10 * MILLISECOND));
        send(injector, 1, 0);
        assertEquals(11 * MILLISECOND, injector.nextDeadlineNs());
        injector.flush(11 * MILLISECOND);
        send(injector, 2, 500 * MILLISECOND);
        injector.flush(511 * MILLISECOND);
        assertEquals(2, wire.sent.size());
        assertEquals(512 * MILLISECOND, injector.nextDeadlineNs());
        injector.close();
    }

    @Test
    void oneFrameMoreThanTheQueueHoldsIsLost() {
        FaultInjector injector = outbound(FaultPlan.none().withRate(320_000, 5));
        assertEquals(5, injector.room());
        send(injector, 7, 0);
        assertEquals(0, injector.room());
        assertEquals(2, drops.of(DropReason.INJECTED_QUEUE_FULL));
        assertEquals(2, drops.total());
        injector.flush(1_000 * MILLISECOND);
        assertEquals(List.of(0, 1, 2, 3, 4), sentNumbers());
    }

    @Test
    void aRepetitionFindsNoRoomInAFullQueue() {
        FaultInjector injector = outbound(FaultPlan.none().withRate(320_000, 3).withDuplication(1));
        send(injector, 2, 0);
        assertEquals(0, injector.room());
        assertEquals(0, drops.total());
        injector.flush(1_000 * MILLISECOND);
        assertEquals(List.of(0, 0, 1), sentNumbers());
    }

    // ---- together ----

    private static FaultPlan everything() {
        return FaultPlan.none()
                .withLoss(0.1)
                .withDuplication(0.1)
                .withReordering(0.2, 3_000)
                .withCorruption(0.1)
                .withDelay(1_000)
                .withRate(1_000_000_000, 1_000);
    }

    private List<String> fates(long seed) {
        RecordingLink inner = new RecordingLink();
        FaultInjector injector = new FaultInjector(inner, everything(), everything(), seed);
        injector.attach(pool, new DropCounters());
        List<String> fates = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            long nowNs = i * 700L;
            injector.send(Pools.packet(pool, numbered(i)), nowNs);
            inner.arriving.add(Pools.packet(pool, numbered(i)));
            injector.receive(
                    frame -> {
                        fates.add("in " + nowNs + " " + Arrays.toString(Pools.octets(frame)));
                        frame.release();
                    },
                    4,
                    nowNs);
            injector.flush(nowNs);
        }
        injector.close();
        inner.sent.forEach(s -> fates.add("out " + s.atNs() + " " + Arrays.toString(s.octets())));
        assertTrue(inner.closed);
        pool.assertNoLeaks();
        return fates;
    }

    @Test
    void oneSeedHasOneFateAndAnotherSeedAnother() {
        assertEquals(fates(5), fates(5));
        assertNotEquals(fates(5), fates(6));
    }

    @Test
    void theTwoDirectionsHaveDifferentFates() {
        List<String> fates = fates(5);
        List<String> in = fates.stream()
                .filter(f -> f.startsWith("in"))
                .map(f -> f.replaceFirst(".*\\[", ""))
                .toList();
        List<String> out = fates.stream()
                .filter(f -> f.startsWith("out"))
                .map(f -> f.replaceFirst(".*\\[", ""))
                .toList();
        assertTrue(in.size() > 300 && out.size() > 300);
        assertNotEquals(in, out);
    }

    @Test
    void framesInFlightAreReleasedWhenTheLinkCloses() {
        FaultInjector injector = injector(everything(), everything(), 8);
        send(injector, 50, 0);
        arrive(injector, 50, 0);
        assertTrue(pool.inUse() > 0);
        injector.close();
        assertTrue(wire.closed);
    }

    @Test
    void aPoolThatIsDryMakesNoRepetitionsAndNoLeaks() {
        PbufPool tiny = Pools.pool(3, 128, 0, 0);
        FaultInjector injector = new FaultInjector(
                wire, FaultPlan.none().withDuplication(1).withCorruption(1).withDelay(5), FaultPlan.none(), 1);
        injector.attach(tiny, drops);
        for (int i = 0; i < 2; i++) {
            injector.send(Pools.packet(tiny, numbered(i)), 0);
        }
        injector.flush(5);
        assertTrue(wire.sent.size() >= 2);
        tiny.assertNoLeaks();
    }

    // ---- as a link ----

    @Test
    void noOffloadIsDeclared() {
        RecordingLink able = new RecordingLink(new LinkCapabilities(Framing.IP, 0, 9_000, true, 60_000, true, 5));
        FaultInjector injector = new FaultInjector(able, FaultPlan.none(), FaultPlan.none(), 1);
        assertEquals(new LinkCapabilities(Framing.IP, 0, 9_000, false, 0, false, 5), injector.capabilities());
        injector.attach(pool, drops);
        assertEquals(1, able.attached);
    }

    @Test
    void framesWaitWhileTheLinkInsideHasNoRoom() {
        FaultInjector injector = outbound(FaultPlan.none());
        wire.room = 2;
        send(injector, 5, 0);
        assertEquals(2, wire.sent.size());
        wire.room = 10;
        injector.flush(0);
        assertEquals(List.of(0, 1, 2, 3, 4), sentNumbers());
    }

    @Test
    void aBurstFindsRoomAlthoughTheLinkInsideIsFull() {
        FaultInjector injector = outbound(FaultPlan.none());
        wire.room = 0;
        assertEquals(64, injector.room());
        wire.room = 70;
        assertEquals(70, injector.room());
        wire.room = 5_000;
        assertEquals(1_000, injector.room());
    }

    @Test
    void framesThatTheLinkInsideDoesNotTakeUseUpTheRoomForABurst() {
        FaultInjector injector = outbound(FaultPlan.none());
        wire.room = 0;
        send(injector, 60, 0);
        assertEquals(4, injector.room());
        injector.close();
    }

    @Test
    void noMoreFramesThanTheBudgetAreGivenToTheStack() {
        FaultInjector injector = injector(FaultPlan.none(), FaultPlan.none().withDelay(10), 1);
        arrive(injector, 5, 0);
        int[] given = new int[1];
        PacketSink sink = frame -> {
            given[0]++;
            frame.release();
        };
        assertEquals(2, injector.receive(sink, 2, 10));
        assertEquals(2, given[0]);
        assertEquals(3, injector.receive(sink, 9, 10));
        assertEquals(5, given[0]);
    }

    @Test
    void aPlanRefusesWhatIsNoShareAndNamesIt() {
        refused("loss of 1.5 is not in 0 to 1", () -> FaultPlan.none().withLoss(1.5));
        refused("loss of NaN is not in 0 to 1", () -> FaultPlan.none().withLoss(Double.NaN));
        refused("duplication of -0.1 is not in 0 to 1", () -> FaultPlan.none().withDuplication(-0.1));
        refused("reordering of 2.0 is not in 0 to 1", () -> FaultPlan.none().withReordering(2, 1));
        refused("corruption of 2.0 is not in 0 to 1", () -> FaultPlan.none().withCorruption(2));
        refused(
                "delays must not be negative: -1 ns, jitter of 0 ns, reordering by 1000000 ns",
                () -> FaultPlan.none().withDelay(-1));
        refused(
                "delays must not be negative: 0 ns, jitter of 0 ns, reordering by -1 ns",
                () -> FaultPlan.none().withReordering(0, -1));
        refused(
                "delays must not be negative: 0 ns, jitter of -1 ns, reordering by 1000000 ns",
                () -> PathDelay.NONE.withJitter(-1, true));
        String nothing = ": nothing must be negative, the queue limit not 0";
        refused(
                "a bottleneck of -1 bit/s with a queue of 5 frames that marks above 2147483647" + nothing,
                () -> FaultPlan.none().withRate(-1, 5));
        refused(
                "a bottleneck of 1 bit/s with a queue of 0 frames that marks above 2147483647" + nothing,
                () -> FaultPlan.none().withRate(1, 0));
        refused(
                "a bottleneck of 1 bit/s with a queue of 1 frames that marks above -1" + nothing,
                () -> Bottleneck.router(1, 1).withMarking(-1));
    }

    @Test
    void aLossModelRefusesWhatCannotBeAndNamesIt() {
        refused("loss of acknowledgments of 2.0 is not in 0 to 1", () -> LossModel.NONE.withAcknowledgments(2));
        refused("begin of a burst of 2.0 is not in 0 to 1", () -> new LossModel.Burst(2, 0, 0));
        refused("end of a burst of 2.0 is not in 0 to 1", () -> new LossModel.Burst(0, 2, 0));
        refused("loss in a burst of 2.0 is not in 0 to 1", () -> new LossModel.Burst(0, 0, 2));
        refused("longest frame of -1 octets is negative", () -> LossModel.NONE.withLongestFrame(-1));
        refused("data frames [0] are not ascending from 1", () -> LossModel.NONE.withDataFrames(List.of(0)));
        refused("data frames [2, 2] are not ascending from 1", () -> LossModel.NONE.withDataFrames(List.of(2, 2)));
        refused(
                "a blackout after 0 ns, for 5 ns, every 5 ns: times must not be negative, and the path must come back",
                () -> new LossModel.Blackout(0, 5, 5));
    }

    @Test
    void theEndsOfEveryRangeOfAPlanArePermitted() {
        assertEquals(0, FaultPlan.none().withReordering(1, 0).delay().reorderingNs());
        assertEquals(1, FaultPlan.none().withRate(0, 1).bottleneck().queueLimit());
        FaultPlan all = FaultPlan.none().withLoss(1).withDuplication(1).withCorruption(1);
        assertEquals(1.0, all.loss().share());
        assertEquals(1, LossModel.NONE.withDataFrames(List.of(1)).dataFrames().getFirst());
    }

    @Test
    void eachFaultOfAPlanIsSetAlone() {
        FaultPlan expected = new FaultPlan(
                new LossModel(0.1, 0, LossModel.Burst.NONE, LossModel.Blackout.NONE, 0, List.of()),
                0.2,
                0.4,
                new Bottleneck(7, 8, Bottleneck.NEVER, true),
                new PathDelay(5, 9, true, 0.3, 6));
        assertEquals(
                expected,
                FaultPlan.none()
                        .withLoss(0.1)
                        .withDuplication(0.2)
                        .withReordering(0.3, 6)
                        .withCorruption(0.4)
                        .withDelay(PathDelay.NONE.withReordering(0.3, 6).withJitter(9, true))
                        .withDelay(5)
                        .withRate(7, 8));
        assertEquals(
                expected,
                FaultPlan.none()
                        .withRate(7, 8)
                        .withDelay(PathDelay.NONE.withJitter(9, true))
                        .withDelay(5)
                        .withCorruption(0.4)
                        .withReordering(0.3, 6)
                        .withDuplication(0.2)
                        .withLoss(0.1));
    }

    private static void refused(String message, Executable what) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, what).getMessage());
    }
}
