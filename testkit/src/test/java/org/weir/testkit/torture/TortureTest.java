package org.weir.testkit.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weir.link.FaultInjector;
import org.weir.link.FaultPlan;
import org.weir.link.Link;
import org.weir.link.LossModel;
import org.weir.testkit.LinkTap;
import org.weir.testkit.PacketTrace;

class TortureTest {
    private static final int RUNS = 10_000;

    private static void passes(Torture torture, long seed, long run) {
        assertEquals(
                "",
                torture.run(run, LinkTap.NONE),
                () -> "./weir torture --seed " + seed + " --run " + run + " --trace does it again");
    }

    @Test
    void everyOctetArrivesOnceAndInOrderOrTheApplicationIsTold() {
        final Torture torture = new Torture(1);
        for (long run = 0; run < RUNS; run++) {
            passes(torture, 1, run);
        }
    }

    /// Runs that failed once, by series and number, with what they showed.
    @ParameterizedTest
    @CsvSource({
        "1, 7, SACK blocks that left no room for payload at an MTU of 68",
        "1, 438, an acknowledgment with SACK blocks that was longer than an MTU of 68",
        "1, 16776, a time-out that stayed backed off although data was acknowledged",
        "1, 34641, a reset below the octet of a window probe that the peer had taken",
        "3, 5337, a writer that was woken for one page and wanted two",
        "3, 11052, a writer that was woken for one page and wanted two"
    })
    void whatFailedOnceNoLongerDoes(long seed, long run, String what) {
        passes(new Torture(seed), seed, run);
    }

    private static List<String> trace(long seed, long run) {
        final List<String> lines = new ArrayList<>();
        new Torture(seed).run(run, new PacketTrace(lines::add));
        return lines;
    }

    @Test
    void aRunIsTheSameEachTimeAndOthersAreOther() {
        assertEquals(trace(3, 5), trace(3, 5));
        assertNotEquals(trace(3, 5), trace(3, 6));
        assertNotEquals(trace(3, 5), trace(4, 5));
    }

    @Test
    void aFailureSaysWhatTheRunWasToDo() {
        final Torture torture = new Torture(1);
        int failed = 0;
        for (long run = 0; run < 20; run++) {
            final String failure = torture.run(run, TortureTest::silent);
            failed += failure.isEmpty() ? 0 : 1;
            assertTrue(
                    failure.isEmpty() || failure.contains("  client 0: EndPlan[") && failure.contains("to the server:"),
                    failure);
        }
        assertTrue(failed > 0);
        assertEquals(failed, torture.failedRuns());
        assertTrue(torture.summary().startsWith("20 runs, " + failed + " failed, "), torture::summary);
    }

    /// A server that acknowledges nothing, of which the plan knows nothing.
    private static Link silent(String host, Link link) {
        final FaultPlan mute = FaultPlan.none().withLoss(LossModel.NONE.withAcknowledgments(1));
        return host.equals("client") ? link : new FaultInjector(link, mute, FaultPlan.none(), 1);
    }

    @Test
    void aWrongOctetIsFoundWhereItIs() {
        final Pattern pattern = new Pattern(77);
        final MemorySegment octets = MemorySegment.ofArray(new byte[1_000]);
        pattern.fill(octets, 0, 5_000, 1_000);
        pattern.check(octets, 0, 5_000, 1_000);
        final AssertionError displaced = assertThrows(AssertionError.class, () -> pattern.check(octets, 0, 5_001, 999));
        assertTrue(displaced.toString().contains("octet 5001 came as "), displaced::toString);
    }
}
