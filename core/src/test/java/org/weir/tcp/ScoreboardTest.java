package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.weir.Property;
import org.weir.base.SplitMix64;
import org.weir.tcp.SentRange.Fate;

class ScoreboardTest {
    private static final int BASE = -300;

    private final RangePool<SentRange> pool = new RangePool<>(2_000, 10, SentRange::new, new SplitMix64(9));
    private final Scoreboard board = new Scoreboard(pool);

    private void sack(int left, int right) {
        for (SentRange r = board.unreported(BASE + left, BASE + right);
                r != null;
                r = board.unreported(BASE + left, BASE + right)) {
            board.sacked(r);
        }
    }

    @Test
    void whatIsSentInOneGoIsOneRange() {
        board.sent(BASE, BASE + 10, 1);
        board.sent(BASE + 10, BASE + 20, 1);
        board.sent(BASE + 20, BASE + 30, 2);
        assertEquals(20, first().length());
        assertEquals(30, board.inFlight());
    }

    @Test
    void aReportCutsARangeAndJoinsItsNeighbours() {
        board.sent(BASE, BASE + 30, 1);
        sack(10, 20);
        assertEquals(10, first().length());
        assertEquals(10, board.sacked());
        sack(20, 30);
        assertEquals(20, last().length());
        assertSame(last(), first().next);
        assertEquals(10, board.inFlight());
    }

    @Test
    void aReportThatWasMadeBeforeIsNoNews() {
        board.sent(BASE, BASE + 30, 1);
        sack(10, 20);
        assertNull(board.unreported(BASE + 10, BASE + 20));
    }

    @Test
    void lostRangesAreFoundFromTheLeft() {
        board.sent(BASE, BASE + 10, 1);
        board.sent(BASE + 10, BASE + 20, 2);
        board.sent(BASE + 20, BASE + 30, 3);
        board.lost(last());
        board.lost(first());
        assertEquals(BASE, firstLost().start);
        board.retransmitted(firstLost(), 4, 7);
        assertEquals(BASE + 4, firstLost().start);
        board.retransmitted(firstLost(), 6, 7);
        assertEquals(10, first().length());
        assertTrue(first().retransmitted);
        assertEquals(BASE + 20, firstLost().start);
    }

    @Test
    void withoutSpareRangesTheLastOneGrowsAndNothingIsCut() {
        final Scoreboard poor = new Scoreboard(new RangePool<>(2, 2, SentRange::new, new SplitMix64(1)));
        assertTrue(poor.hasRoom());
        poor.sent(BASE, BASE + 10, 1);
        poor.sent(BASE + 10, BASE + 20, 2);
        assertEquals(20, poor.inFlight());
        assertNull(poor.unreported(BASE + 5, BASE + 10));
        assertTrue(poor.hasRoom());
        poor.clear();
        assertTrue(poor.hasRoom());
    }

    @Test
    void aPeerThatCutsOneConnectionsRangesLeavesSomeToTheOthers() {
        final RangePool<SentRange> shared = new RangePool<>(100, 4, SentRange::new, new SplitMix64(1));
        final Scoreboard attacked = new Scoreboard(shared);
        attacked.sent(BASE, BASE + 1_000, 1);
        for (int i = 1; i < 999; i += 2) {
            final SentRange r = attacked.unreported(BASE + i, BASE + i + 1);
            if (r != null) {
                attacked.sacked(r);
            }
        }
        assertTrue(shared.available() >= 70, shared.available() + " of 100 are left");
        final Scoreboard other = new Scoreboard(shared);
        assertTrue(other.hasRoom());
        other.sent(BASE, BASE + 10, 1);
        attacked.clear();
        other.clear();
        assertEquals(100, shared.available());
    }

    @Test
    void itAgreesWithAModelThatKnowsEachOctet() {
        Property.holds(300, random -> new Model(random).run());
    }

    private static SentRange present(@Nullable SentRange range) {
        if (range == null) {
            throw new AssertionError("there is no such range");
        }
        return range;
    }

    private SentRange first() {
        return present(board.first());
    }

    private SentRange last() {
        return present(board.last());
    }

    private SentRange firstLost() {
        return present(board.firstLost());
    }

    /// Random operations on the board and on an array of octets.
    private final class Model {
        private static final int OCTETS = 600;

        private final Random random;
        private final Fate[] fates = new Fate[OCTETS];
        private int una;
        private int nxt;
        private long nowNs;

        Model(Random random) {
            this.random = random;
        }

        void run() {
            for (int step = 0; step < 300; step++) {
                nowNs += random.nextInt(2);
                switch (random.nextInt(6)) {
                    case 0, 1 -> send();
                    case 2 -> report();
                    case 3 -> lose();
                    case 4 -> sendAgain();
                    default -> acknowledge();
                }
                compare();
            }
            board.clear();
            assertEquals(2_000, pool.available());
            assertEquals(0, board.inFlight() + board.sacked() + board.lost());
        }

        private void send() {
            final int end = Math.min(OCTETS, nxt + 1 + random.nextInt(20));
            if (end > nxt && board.hasRoom()) {
                board.sent(BASE + nxt, BASE + end, nowNs);
                fill(nxt, end, Fate.IN_FLIGHT);
                nxt = end;
            }
        }

        private void report() {
            if (nxt > una) {
                final int left = una + random.nextInt(nxt - una);
                final int right = left + 1 + random.nextInt(nxt - left);
                sack(left, right);
                fill(left, right, Fate.SACKED);
            }
        }

        private void lose() {
            final SentRange oldest = board.oldest();
            if (oldest != null) {
                fill(oldest.start - BASE, oldest.end - BASE, Fate.LOST);
                board.lost(oldest);
            }
        }

        private void sendAgain() {
            final SentRange lost = board.firstLost();
            if (lost != null) {
                final int start = lost.start - BASE;
                final int octets = 1 + random.nextInt(lost.length());
                board.retransmitted(lost, octets, nowNs);
                fill(start, start + octets, Fate.IN_FLIGHT);
            }
        }

        private void acknowledge() {
            final int ack = una + random.nextInt(nxt - una + 1);
            for (SentRange r = board.first(); r != null && r.end - BASE <= ack; r = board.first()) {
                board.dropFirst();
            }
            final SentRange r = board.first();
            if (r != null && r.start - BASE < ack) {
                board.trimFirst(BASE + ack);
            }
            una = ack;
        }

        private void fill(int from, int to, Fate fate) {
            for (int i = from; i < to; i++) {
                fates[i] = fate;
            }
        }

        private void compare() {
            int at = una;
            for (SentRange r = board.first(); r != null; r = r.next) {
                assertEquals(at, r.start - BASE);
                for (; at < r.end - BASE; at++) {
                    assertEquals(fates[at], r.fate, "octet " + at);
                }
            }
            assertEquals(nxt, at);
            assertEquals(count(Fate.IN_FLIGHT), board.inFlight());
            assertEquals(count(Fate.SACKED), board.sacked());
            assertEquals(count(Fate.LOST), board.lost());
            compareTimes();
            compareFirstLost();
        }

        private void compareTimes() {
            long before = Long.MIN_VALUE;
            int inFlight = 0;
            for (SentRange r = board.oldest(); r != null; r = r.newer) {
                assertTrue(r.sentNs >= before);
                before = r.sentNs;
                inFlight += r.length();
            }
            assertEquals(board.inFlight(), inFlight);
        }

        private void compareFirstLost() {
            int expected = una;
            while (expected < nxt && fates[expected] != Fate.LOST) {
                expected++;
            }
            final SentRange lost = board.firstLost();
            assertEquals(expected, lost == null ? nxt : lost.start - BASE);
        }

        private int count(Fate fate) {
            int count = 0;
            for (int i = una; i < nxt; i++) {
                count += fates[i] == fate ? 1 : 0;
            }
            return count;
        }
    }
}
