package org.weir.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;
import org.weir.base.UniversalHash;
import org.weir.time.StackClock;

/// The table of narrow paths.
class PathMtusTest {
    private static final int CAPACITY = 4;
    private static final int LINK = 1_500;

    private final StackClock clock = new StackClock(1);
    private final PathMtus paths = new PathMtus(clock, new UniversalHash(new SplitMix64(1)), CAPACITY);

    @Test
    void whatIsNotKnownIsTheLinks() {
        assertEquals(LINK, paths.of(0, 7, LINK));
    }

    @Test
    void aReportLowersAndNeverRaises() {
        paths.learn(0, 7, 1_400);
        paths.learn(0, 7, 1_300);
        paths.learn(0, 7, 1_450);
        assertEquals(1_300, paths.of(0, 7, LINK));
        assertEquals(1_280, paths.of(0, 7, 1_280), "the link carries less by now");
        assertEquals(LINK, paths.of(1, 7, LINK), "another host");
        assertEquals(1, paths.size());
    }

    @Test
    void nobodyIsBelievedBelow552() {
        paths.learn(0, 7, 68);
        paths.learn(0, 8, 0);
        assertEquals(552, paths.of(0, 7, LINK));
        assertEquals(LINK, paths.of(0, 8, LINK), "a router that does not say tells nothing");
    }

    @Test
    void whatIsTenMinutesOldIsForgotten() {
        paths.learn(0, 7, 1_400);
        clock.advanceTo(300 * StackClock.SECOND);
        paths.learn(0, 7, 1_400);
        paths.learn(0, 7, 1_450);
        clock.advanceTo(600 * StackClock.SECOND);
        assertEquals(1_400, paths.of(0, 7, LINK));
        clock.advanceTo(600 * StackClock.SECOND + 1);
        assertEquals(LINK, paths.of(0, 7, LINK), "though it was said again");
        assertEquals(0, paths.size());
        paths.learn(0, 7, 1_450);
        assertEquals(1_450, paths.of(0, 7, LINK));
    }

    @Test
    void theOldestGivesWay() {
        for (int i = 0; i < CAPACITY; i++) {
            paths.learn(0, i, 1_000 + i);
        }
        paths.learn(0, 0, 999);
        paths.learn(0, 99, 1_099);
        assertEquals(999, paths.of(0, 0, LINK), "it became narrower");
        assertEquals(LINK, paths.of(0, 1, LINK));
        assertEquals(1_002, paths.of(0, 2, LINK));
        assertEquals(1_099, paths.of(0, 99, LINK));
        assertEquals(CAPACITY, paths.size());
    }
}
