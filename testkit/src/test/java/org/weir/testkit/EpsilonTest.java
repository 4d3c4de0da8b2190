package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Ten gigabytes on a heap of 64 MiB that is never collected: what allocated even an octet for each packet would end
/// here.
@Tag("epsilon")
class EpsilonTest {
    private static final long OCTETS = 5_000_000_000L;
    private static final long DAY = 86_400_000_000_000L;

    @Test
    void tenGigabytesPassWithoutACollector() {
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            final EchoTransfer transfer = new EchoTransfer(network).start(OCTETS);
            assertTrue(network.runUntil(transfer::isDone, DAY), transfer::toString);
            assertEquals(OCTETS, transfer.verified());
            network.assertNoLeaks();
        }
    }
}
