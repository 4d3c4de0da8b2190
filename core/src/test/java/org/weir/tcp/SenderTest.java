package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;

class SenderTest {
    private static final int GIBIBYTE = 1 << 30;

    private final Flights flights = new Flights(1, new RangePool<>(10, 1, SentRange::new, new SplitMix64(1)));
    private final Sender sender = new Sender(flights.none);

    private void beginsWithAFlight() {
        sender.reset(-1_000, TcpConfig.defaults());
        flights.begin(sender);
    }

    /// Marks that were left behind must not come to lie ahead when the numbers have gone half way round.
    @Test
    void marksMoveAlongWithWhatIsAcknowledged() {
        beginsWithAFlight();
        sender.smallEnd = -900;
        sender.urgent = true;
        sender.urgentEnd = -900;
        sender.recovery.point = -900;
        sender.recovery.reducedUntil = -900;
        sender.recovery.duplicateRoundOpen = true;
        sender.recovery.duplicateRoundEnd = -900;
        sender.recovery.mayUndo = true;
        sender.recovery.undoUntil = -900;
        int una = -1_000;
        for (int i = 0; i < 2 * (GIBIBYTE >> 20) + 100; i++) {
            una += 1 << 20;
            sender.advanceTo(una);
        }
        assertFalse(sender.hasSmallOutstanding());
        assertFalse(sender.urgent);
        assertTrue(SequenceNumber.afterOrAt(una, sender.recovery.point));
        assertTrue(SequenceNumber.afterOrAt(una, sender.recovery.reducedUntil));
        assertFalse(sender.recovery.duplicateRoundOpen);
        assertFalse(sender.recovery.mayUndo);
    }

    @Test
    void theRecoveryPointStaysWhileLossesAreRepaired() {
        beginsWithAFlight();
        sender.recovery.phase = Recovery.Phase.FAST;
        sender.recovery.point = 500;
        sender.advanceTo(600);
        assertTrue(SequenceNumber.before(sender.recovery.point, 600));
    }
}
