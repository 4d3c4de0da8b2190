package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;

class FlightsTest {
    private static final int RANGES = 8;

    private final RangePool<SentRange> ranges = new RangePool<>(RANGES, 2, SentRange::new, new SplitMix64(1));
    private final Flights flights = new Flights(2, ranges);
    private final Sender a = sender();
    private final Sender b = sender();
    private final Sender c = sender();

    private Sender sender() {
        final Sender sender = new Sender(flights.none);
        sender.reset(-10, TcpConfig.defaults());
        return sender;
    }

    private void sends(Sender sender, int octets) {
        flights.begin(sender);
        sender.board.sent(sender.nxt, sender.nxt + octets, 1);
        sender.nxt += octets;
    }

    private void hearsOfAll(Sender sender) {
        sender.board.clear();
        sender.advanceTo(sender.nxt);
        flights.end(sender);
    }

    private static void wasRepaired(Sender sender) {
        sender.maximumWindow = 1_000;
        sender.recovery.hasRetransmitted = true;
        sender.recovery.undoUntil = sender.nxt;
    }

    @Test
    void aSenderHasAFlightWhileSomethingIsOnTheWay() {
        sends(a, 5);
        final Flight flight = a.flight;
        assertNotSame(flights.none, flight);
        flights.end(a);
        assertSame(flight, a.flight);
        hearsOfAll(a);
        assertSame(flights.none, a.flight);
        assertSame(flights.none.board, a.board);
        assertSame(flights.none.recovery, a.recovery);
    }

    @Test
    void aFlightBeginsWithoutThePastOfAnother() {
        sends(a, 5);
        a.recovery.duplicateAcks = 3;
        a.recovery.mayUndo = true;
        a.recovery.reducedUntil = 77;
        hearsOfAll(a);
        sends(b, 1);
        assertEquals(0, b.recovery.duplicateAcks);
        assertFalse(b.recovery.mayUndo);
        assertEquals(-10, b.recovery.reducedUntil);
        assertEquals(-10, b.recovery.forwardAck);
    }

    @Test
    void whereAllFliesNothingElseBegins() {
        sends(a, 1);
        sends(b, 1);
        assertTrue(flights.hasOneFor(a));
        assertFalse(flights.hasOneFor(c));
        assertThrows(IllegalStateException.class, () -> flights.begin(c));
        hearsOfAll(b);
        assertTrue(flights.hasOneFor(c));
    }

    @Test
    void aRepairThatMayHaveBeenNeedlessIsRemembered() {
        sends(a, 5);
        wasRepaired(a);
        final Flight flight = a.flight;
        hearsOfAll(a);
        assertSame(flight, a.flight);
        assertTrue(a.recovery.hasRetransmitted);
        sends(a, 5);
        assertSame(flight, a.flight);
        assertTrue(a.recovery.hasRetransmitted);
    }

    @Test
    void itIsForgottenOnceReportsOfItWouldBeTooOld() {
        sends(a, 5);
        wasRepaired(a);
        hearsOfAll(a);
        sends(a, 2_001);
        hearsOfAll(a);
        assertSame(flights.none, a.flight);
    }

    @Test
    void theOneThatHasRestedForLongestIsTakenAway() {
        sends(a, 5);
        sends(b, 5);
        wasRepaired(a);
        wasRepaired(b);
        final Flight ofB = b.flight;
        hearsOfAll(b);
        hearsOfAll(a);
        sends(c, 1);
        assertSame(ofB, c.flight);
        assertSame(flights.none, b.flight);
        assertEquals(1, flights.takenAway());
        assertTrue(a.recovery.hasRetransmitted);
    }

    @Test
    void oneThatFliesAgainIsNotTakenAway() {
        sends(a, 5);
        sends(b, 5);
        wasRepaired(a);
        wasRepaired(b);
        hearsOfAll(b);
        hearsOfAll(a);
        sends(b, 1);
        sends(c, 1);
        assertSame(flights.none, a.flight);
        assertFalse(flights.hasOneFor(a));
    }

    @Test
    void whatIsAbandonedLeavesNothingBehind() {
        sends(a, 5);
        a.board.isolate(-8);
        wasRepaired(a);
        flights.abandon(a);
        assertSame(flights.none, a.flight);
        assertEquals(RANGES, ranges.available());
        flights.abandon(a);
        sends(b, 1);
        sends(c, 1);
        assertNotSame(b.flight, c.flight);
    }
}
