package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weir.link.DropReason;
import org.weir.link.FaultPlan;

/// Whole transfers between two stacks: every octet arrives once, in order, and nothing is left behind.
class BulkTransferTest {
    private static final long MINUTE = 60_000_000_000L;

    private static void echoes(SimulatedNetwork.Plan plan, int octets) {
        try (SimulatedNetwork network = new SimulatedNetwork(plan)) {
            final EchoTransfer transfer = new EchoTransfer(network).start(octets);
            assertTrue(network.runUntil(transfer::isDone, 60 * MINUTE), () -> transfer + " with " + plan);
            assertEquals(octets, transfer.verified(), () -> "octets verified with " + plan);
            network.assertNoLeaks();
        }
    }

    @Test
    void aPerfectCableCarriesEverything() {
        echoes(SimulatedNetwork.Plan.perfect(), 2_000_000);
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8"})
    void lossDuplicationReorderingAndCorruptionLoseNothing(long seed) {
        final FaultPlan faults = FaultPlan.none()
                .withLoss(0.02)
                .withDuplication(0.01)
                .withReordering(0.02, 2_000_000)
                .withCorruption(0.005)
                .withDelay(1_000_000);
        echoes(SimulatedNetwork.Plan.perfect().withFaults(faults).withSeed(seed), 500_000);
    }

    @ParameterizedTest
    @CsvSource({"0.1, 20", "0.3, 30"})
    void heavyLossOnlyTakesLonger(double loss, long seed) {
        final FaultPlan faults = FaultPlan.none().withLoss(loss).withDelay(5_000_000);
        echoes(SimulatedNetwork.Plan.perfect().withFaults(faults).withSeed(seed), 50_000);
    }

    @Test
    void aSlowLinkWithAShortQueueIsFilledAndShared() {
        final FaultPlan slow = FaultPlan.none().withRate(10_000_000, 50).withDelay(10_000_000);
        echoes(SimulatedNetwork.Plan.perfect().withFaults(slow), 3_000_000);
    }

    @ParameterizedTest
    @CsvSource({"68", "296", "576", "1500", "9000"})
    void everyMtuWorks(int mtu) {
        echoes(SimulatedNetwork.Plan.perfect().withMtu(mtu), 200_000);
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertEquals(fingerprint(5), fingerprint(5));
        assertTrue(!fingerprint(5).equals(fingerprint(6)));
    }

    private static String fingerprint(long seed) {
        final FaultPlan faults = FaultPlan.none().withLoss(0.05).withDelay(1_000_000);
        try (SimulatedNetwork network = new SimulatedNetwork(
                SimulatedNetwork.Plan.perfect().withFaults(faults).withSeed(seed))) {
            final EchoTransfer transfer = new EchoTransfer(network).start(200_000);
            network.runUntil(transfer::isDone, 60 * MINUTE);
            return network.nowNs() + " "
                    + network.client().stack().tcp().counters().segmentsSent() + " "
                    + network.client().stack().drops().of(DropReason.INJECTED);
        }
    }
}
