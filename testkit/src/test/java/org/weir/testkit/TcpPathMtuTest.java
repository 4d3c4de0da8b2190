package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import org.junit.jupiter.api.Test;
import org.weir.ip.Netif;
import org.weir.stack.StackConfig;

/// Path MTU discovery: RFC 1191, RFC 4821 and RFC 8899.
class TcpPathMtuTest {
    private static final int FULL = 1_460;
    /// What an IP packet of 1,200 octets carries.
    private static final int FALLBACK = 1_160;

    private static TcpScenario established() {
        return TcpScenario.established(
                StackConfig.small(), segment().mss(FULL).window(65_535).sackPermitted());
    }

    @Rfc("5681 S1")
    @Test
    void whatARouterReportsIsCutAnewAtOnceAndTheWindowKeepsItsSegments() {
        try (TcpScenario t = established()) {
            t.application().writes(2 * FULL).sendsSegments(2, 1, FULL);
            t.receivesFragmentationNeeded(1_000, 1);
            t.sendsSegments(3, 1, 960)
                    .sends(segment().seq(2_881).ack(1).length(40))
                    .sendsNothing();
            t.congestionWindowIs(10 * 960);
        }
    }

    @Test
    void anInterfaceWithASmallerMtuSendsSmallerSegmentsAtOnce() {
        try (TcpScenario t = established()) {
            final Netif netif = t.stack().ipv4().interfaces().getLast();
            t.application().writes(FULL).sendsSegments(1, 1, FULL);
            t.receives(segment().seq(1).ack(1 + FULL));
            netif.mtu(1_000);
            t.application().writes(2 * 960).sendsSegments(2, 1 + FULL, 960);
            assertThrows(IllegalArgumentException.class, () -> netif.mtu(67));
            assertThrows(IllegalArgumentException.class, () -> netif.mtu(1_501));
        }
    }

    @Test
    void aReportAboutWhatIsNotOnTheWayIsNotBelieved() {
        try (TcpScenario t = established()) {
            t.application().writes(FULL).skip();
            t.receivesFragmentationNeeded(1_000, 1 + FULL).sendsNothing();
            t.receivesFragmentationNeeded(1_000, 0).sendsNothing();
        }
    }

    @Test
    void largeSegmentsThatVanishThreeTimesComeAgainSmaller() {
        try (TcpScenario t =
                TcpScenario.established(StackConfig.small(), segment().mss(FULL).window(65_535))) {
            t.application().writes(2 * FULL).sendsSegments(2, 1, FULL);
            t.after(millis(201)).sends(segment().seq(1).ack(1).length(FULL)).sendsNothing();
            t.after(millis(402)).sends(segment().seq(1).ack(1).length(FULL)).sendsNothing();
            t.after(millis(804)).sends(segment().seq(1).ack(1).length(FALLBACK)).sendsNothing();
            t.receives(segment().seq(1).ack(1 + FALLBACK));
            t.sends(segment().seq(1 + FALLBACK).ack(1).length(FALLBACK));
            assertEquals(1, t.stack().tcp().counters().pathMtuReductions());
        }
    }

    @Test
    void smallSegmentsThatVanishSayNothingAboutThePath() {
        try (TcpScenario t = established()) {
            t.application().writes(100).skip();
            t.after(seconds(3)).skip();
            t.receives(segment().seq(1).ack(101));
            t.application().writes(FULL).sends(segment().seq(101).ack(1).length(FULL));
        }
    }

    /// A connection that has fallen back and has got its first small segments through.
    private static TcpScenario fallenBack() {
        final TcpScenario t = established();
        t.application().writes(2 * FULL).skip();
        t.after(millis(2_000)).skip();
        t.receives(segment().seq(1).ack(1 + FALLBACK)).skip();
        t.receives(segment().seq(1).ack(1 + 2 * FALLBACK)).skip();
        return t.receives(segment().seq(1).ack(1 + 2 * FULL)).skip();
    }

    private static int next(int octets) {
        return 1 + 2 * FULL + octets;
    }

    @Test
    void afterABlackHoleTheLargestSegmentIsSearchedForAndFound() {
        try (TcpScenario t = fallenBack()) {
            int una = next(0);
            int largest = 0;
            for (int i = 0; i < 40; i++) {
                t.application().offers(20 * FULL);
                t.wire().settle();
                final int sent = t.lengthSent();
                final int end = t.highestSent();
                largest = Math.max(largest, sent);
                una = end;
                t.after(millis(20)).receives(segment().seq(1).ack(una));
            }
            assertTrue(largest > FULL - 40, "the largest segment was " + largest);
            assertEquals(0, t.stack().tcp().counters().pathMtuReductions() - 1);
        }
    }

    @Test
    void aProbeThatVanishesReducesNothing() {
        try (TcpScenario t = fallenBack()) {
            int una = next(0);
            int probe = 0;
            while (probe <= FALLBACK) {
                t.after(millis(20)).receives(segment().seq(1).ack(una));
                t.application().offers(20 * FULL);
                t.wire().settle();
                probe = t.lengthSent();
                una = Math.max(una, t.highestSent());
            }
            final int first = t.largestSentAt();
            final int window = t.application().connection().congestion().window();
            t.after(millis(20)).skip().receives(segment().seq(1).ack(first).sack(first + probe, una));
            assertTrue(t.application().connection().congestion().window() >= window);
            t.sends(segment().seq(first).ack(1).length(FALLBACK));
        }
    }

    @Test
    void aProbeThatATimeOutSentAgainInPiecesHasNotArrived() {
        try (TcpScenario t = fallenBack()) {
            int una = next(0);
            int probe = 0;
            while (probe <= FALLBACK) {
                t.after(millis(20)).receives(segment().seq(1).ack(una));
                t.application().offers(20 * FULL);
                t.wire().settle();
                probe = t.lengthSent();
                una = Math.max(una, t.highestSent());
            }
            t.receives(segment().seq(1).ack(t.largestSentAt()));
            t.after(seconds(1)).skip().receives(segment().seq(1).ack(una)).skip();
            assertEquals(FALLBACK, t.application().connection().segmentSize());
        }
    }
}
