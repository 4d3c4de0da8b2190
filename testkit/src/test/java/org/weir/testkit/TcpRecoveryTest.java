package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import org.junit.jupiter.api.Test;
import org.weir.stack.StackConfig;

/// Loss recovery with selective acknowledgments: RFC 6675, RFC 8985 (RACK-TLP), RFC 6937 (PRR), and what takes a
/// needless reduction back (RFC 5682, RFC 3522, RFC 3708).
class TcpRecoveryTest {
    private static final int MSS = 1_000;
    private static final int RTT_MS = 20;

    /// A connection whose round-trip time of 20 ms is known and which has nothing on the way; 1,001 comes next. The
    /// congestion window is ten segments.
    private static TcpScenario established() {
        final TcpScenario t = TcpScenario.listening();
        t.receives(segment().mss(MSS).window(65_535).sackPermitted().syn().seq(0))
                .sends(segment().syn().seq(0).ack(1));
        t.after(millis(RTT_MS)).receives(segment().seq(1).ack(1));
        t.application().accepts();
        t.application().writes(MSS).skip();
        return t.after(millis(RTT_MS)).receives(ack(1 + MSS)).sendsNothing();
    }

    private static SegmentSpec ack(int number, int... edges) {
        return segment().seq(1).ack(number).sack(edges);
    }

    private static SegmentSpec data(int first) {
        return segment().seq(first).ack(1).length(MSS);
    }

    private static int at(int segment) {
        return 1 + segment * MSS;
    }

    /// Ten segments, 1 to 10, are on the way, and the first acknowledgments are due.
    private static TcpScenario tenOnTheWay() {
        final TcpScenario t = established();
        t.application().writes(10 * MSS).sendsSegments(10, at(1), MSS).sendsNothing();
        return t.after(millis(RTT_MS));
    }

    @Rfc({"6675 M3", "6675 M4", "6675 M6", "8985 M1", "8985 S2"})
    @Test
    void aHoleIsRepairedWhenThreeSegmentsBeyondItHaveArrived() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(1), at(2), at(3))).sendsNothing();
            t.receives(ack(at(1), at(2), at(4))).sendsNothing();
            t.receives(ack(at(1), at(2), at(5))).sends(data(at(1))).sendsNothing();
            t.receives(ack(at(11))).sendsNothing();
            assertEquals(0, t.stack().tcp().counters().timeouts());
        }
    }

    @Rfc({"5681 S13", "6675 M7", "6675 M11", "6675 M12"})
    @Test
    void everyHoleIsRepairedInOneRoundTrip() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(1), at(2), at(3)));
            t.receives(ack(at(1), at(4), at(5), at(2), at(3)));
            t.receives(ack(at(1), at(6), at(7), at(4), at(5), at(2), at(3))).skip();
            t.receives(ack(at(1), at(6), at(11), at(4), at(5), at(2), at(3)));
            t.after(millis(RTT_MS));
            t.receives(ack(at(3), at(6), at(11), at(4), at(5))).skip();
            t.receives(ack(at(11))).sendsNothing();
            assertEquals(0, t.stack().tcp().counters().timeouts());
            assertEquals(3, t.stack().tcp().counters().retransmittedSegments());
        }
    }

    @Rfc("6675 M1")
    @Test
    void whatHasArrivedIsNotSentAgain() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(1), at(2), at(11)));
            t.sends(data(at(1))).sendsNothing();
        }
    }

    @Rfc("8985 S3")
    @Test
    void aReorderedSegmentIsNotSentAgain() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(1), at(2), at(3))).sendsNothing();
            t.receives(ack(at(3))).sendsNothing();
            t.application().writes(10 * MSS).skip();
            t.after(millis(RTT_MS));
            t.receives(ack(at(11))).skip();
            t.receives(ack(at(11), at(12), at(15))).sendsNothing();
            t.after(millis(3)).sendsNothing();
            t.receives(ack(at(21))).sendsNothing();
            assertEquals(0, t.stack().tcp().counters().retransmittedSegments());
        }
    }

    @Rfc({"8985 M3", "8985 M5", "8985 M6"})
    @Test
    void patienceWithReorderingEndsAfterAQuarterOfARoundTrip() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(1), at(2), at(3))).receives(ack(at(3)));
            t.receives(ack(at(11)));
            t.application().writes(10 * MSS).skip();
            t.after(millis(RTT_MS));
            t.receives(ack(at(11), at(12), at(15))).sendsNothing();
            t.after(millis(6)).sends(data(at(11))).sendsNothing();
            t.receives(ack(at(21)));
        }
    }

    @Rfc({"8985 S8", "8985 S9", "8985 S10"})
    @Test
    void aLostTailIsProbedAfterTwoRoundTripsAndRepaired() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(8))).sendsNothing();
            t.after(millis(2 * RTT_MS - 2)).sendsNothing();
            t.after(millis(4)).sends(data(at(10))).sendsNothing();
            t.after(millis(RTT_MS)).receives(ack(at(8), at(10), at(11)));
            t.sends(data(at(8))).sendsNothing();
            t.after(millis(RTT_MS)).receives(ack(at(9), at(10), at(11)));
            t.sends(data(at(9))).sendsNothing();
            t.receives(ack(at(11)));
            assertEquals(0, t.stack().tcp().counters().timeouts());
        }
    }

    /// Beyond a hole the peer echoes what came before it, which says nothing about the probe.
    @Rfc("8985 M4")
    @Test
    void aProbedTailIsRepairedWithTimestampsToo() {
        final SegmentSpec syn =
                segment().syn().seq(0).mss(MSS + 12).window(65_535).sackPermitted();
        try (TcpScenario t = TcpScenario.listening()) {
            t.receives(syn.timestamps(1, 0)).sends(segment().syn().seq(0).ack(1));
            t.after(millis(RTT_MS)).receives(segment().seq(1).ack(1).timestamps(21, 0));
            t.application().accepts();
            t.application().writes(5 * MSS);
            final int stamp = t.timestampSent();
            t.skip().after(millis(RTT_MS)).receives(ack(at(2)).timestamps(41, stamp));
            t.after(millis(2 * RTT_MS + 2)).sends(data(at(4)));
            t.after(millis(RTT_MS)).receives(ack(at(2), at(4), at(5)).timestamps(61, stamp));
            t.sends(data(at(2))).sendsNothing();
            assertEquals(0, t.stack().tcp().counters().timeouts());
        }
    }

    @Rfc("8985 S10")
    @Test
    void aProbePrefersNewData() {
        try (TcpScenario t = established()) {
            t.application().writes(30 * MSS).sendsSegments(10, at(1), MSS).sendsNothing();
            t.after(millis(2 * RTT_MS + 4)).sends(data(at(11))).sendsNothing();
        }
    }

    @Rfc({"8985 M9", "8985 M11"})
    @Test
    void aProbeThatRepairedTheOnlyLossReducesTheWindow() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(10)));
            t.after(millis(250)).sends(data(at(10))).sendsNothing();
            t.receives(ack(at(11)));
            final int before = t.application().connection().congestion().window();
            t.application().writes(MSS).skip();
            t.after(millis(RTT_MS)).receives(ack(at(12)));
            final int after = t.application().connection().congestion().window();
            assertEquals(true, after < before, after + " is not less than " + before);
        }
    }

    @Rfc({"8985 M9", "8985 M12"})
    @Test
    void aNeedlessProbeChangesNothing() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(10)));
            t.after(millis(250)).sends(data(at(10)));
            final int before = t.application().connection().congestion().window();
            t.receives(ack(at(11))).receives(ack(at(11), at(10), at(11)));
            t.application().writes(MSS).skip();
            t.after(millis(RTT_MS)).receives(ack(at(12)));
            assertEquals(true, t.application().connection().congestion().window() >= before);
        }
    }

    @Rfc({"8985 M2", "8985 M5"})
    @Test
    void aLostRetransmissionIsFoundByWhatWasSentAfterIt() {
        try (TcpScenario t = established()) {
            t.application().writes(30 * MSS).sendsSegments(10, at(1), MSS);
            t.after(millis(RTT_MS));
            t.receives(ack(at(1), at(2), at(11))).sends(data(at(1)));
            t.skip();
            t.after(millis(RTT_MS)).receives(ack(at(1), at(2), at(12)));
            t.sends(data(at(1)));
            assertEquals(0, t.stack().tcp().counters().timeouts());
        }
    }

    @Rfc({"6675 M5", "5681 M13", "5681 S12", "5681 M19"})
    @Test
    void theLossOfARetransmissionReducesTheWindowAgain() {
        try (TcpScenario t = established()) {
            t.application().writes(60 * MSS).sendsSegments(10, at(1), MSS);
            t.after(millis(RTT_MS)).receives(ack(at(1), at(2), at(11))).skip();
            t.slowStartThresholdIs(5 * MSS);
            t.after(millis(RTT_MS)).receives(ack(at(1), at(2), at(15))).skip();
            assertTrue(t.application().connection().congestion().slowStartThreshold() < 5 * MSS);
        }
    }

    @Test
    void recoverySendsAsMuchAsTheNewWindowIsOfTheOld() {
        try (TcpScenario t = established()) {
            t.application().writes(60 * MSS).sendsSegments(10, at(1), MSS).sendsNothing();
            t.after(millis(RTT_MS));
            int sent = 0;
            for (int i = 3; i <= 10; i++) {
                t.receives(ack(at(1), at(2), at(i + 1)));
                sent += t.countSent();
            }
            assertEquals(true, sent <= 6, sent + " segments for eight that arrived");
            t.after(millis(RTT_MS)).receives(ack(at(12))).skip();
            t.slowStartThresholdIs(5 * MSS);
        }
    }

    @Test
    void aDuplicateReportOfAllRetransmissionsPutsTheWindowBack() {
        try (TcpScenario t = tenOnTheWay()) {
            final int before = t.application().connection().congestion().window();
            t.receives(ack(at(1), at(2), at(5))).sends(data(at(1)));
            t.receives(ack(at(11))).receives(ack(at(11), at(1), at(2)));
            assertEquals(before, t.application().connection().congestion().window());
            assertEquals(1, t.stack().tcp().counters().spuriousRetransmissions());
        }
    }

    @Test
    void anEchoOlderThanTheRetransmissionPutsTheWindowBack() {
        final SegmentSpec syn =
                segment().mss(MSS).window(65_535).sackPermitted().timestamps(1, 0);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.application().writes(5 * 988);
            final int stamp = t.timestampSent();
            t.skip().after(millis(250)).skip().after(millis(500)).skip();
            t.receives(segment().seq(1).ack(989).timestamps(2, stamp)).skip();
            t.congestionWindowIs(11 * 988);
            assertEquals(1, t.stack().tcp().counters().undone());
        }
    }

    @Rfc("8985 M10")
    @Test
    void afterATimeOutNewDataTellsThatTheOldWasOnlyLate() {
        try (TcpScenario t = established()) {
            t.application().writes(30 * MSS).sendsSegments(10, at(1), MSS);
            t.after(millis(45)).sends(data(at(11)));
            t.after(millis(260)).sends(data(at(1))).sendsNothing();
            t.receives(ack(at(2)));
            t.sends(data(at(12))).sends(data(at(13))).sendsNothing();
            t.receives(ack(at(3))).sendsNothing();
            assertEquals(1, t.stack().tcp().counters().undone());
            assertEquals(1, t.stack().tcp().counters().retransmittedSegments());
        }
    }

    @Test
    void aTimeOutAfterWhichNothingOldArrivesIsATrueOne() {
        try (TcpScenario t = established()) {
            t.application().writes(30 * MSS).sendsSegments(10, at(1), MSS);
            t.after(millis(45)).sends(data(at(11)));
            t.after(millis(260)).sends(data(at(1)));
            t.receives(ack(at(2))).sends(data(at(12))).sends(data(at(13)));
            t.receives(ack(at(2), at(12), at(13))).sends(data(at(2)));
            assertEquals(0, t.stack().tcp().counters().undone());
        }
    }

    @Test
    void aBlockOfWhatWasNeverSentIsNotBelieved() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(1), at(12), at(20)))
                    .receives(ack(at(1), at(5), at(3)))
                    .receives(ack(at(1), at(8), at(12)));
            t.sendsNothing();
            t.receives(ack(at(11)));
        }
    }

    @Test
    void aPeerThatForgetsWhatItReportedGetsItAgain() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(1), at(2), at(11))).sends(data(at(1)));
            t.receives(ack(at(2)));
            t.after(millis(250)).sends(data(at(2))).sendsNothing();
            t.receives(ack(at(3))).sends(data(at(3))).sends(data(at(4)));
            t.receives(ack(at(11)));
        }
    }

    /// What waited behind a hole at the peer is acknowledged late: that is no round-trip time.
    @Test
    void whatWaitedBehindAHoleGivesNoRoundTripTime() {
        final SegmentSpec syn = segment().mss(MSS).window(65_535);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.application().writes(2 * MSS).skip();
            t.after(millis(20)).receives(segment().seq(1).ack(2_001));
            final long before = t.application().connection().roundTripTimeNs();
            t.application().writes(2 * MSS).skip();
            t.after(seconds(2)).skip().receives(segment().seq(1).ack(4_001));
            assertEquals(before, t.application().connection().roundTripTimeNs());
        }
    }

    /// The window closes while something old is lost and something young is on the way: the timer must go on.
    @Test
    void aWindowThatClosesOverALossIsProbed() {
        try (TcpScenario t = established()) {
            t.application().writes(MSS).skip();
            t.after(millis(180)).skip();
            t.application().writes(MSS).skip();
            t.receives(ack(at(1)).window(0)).skip();
            t.after(seconds(3));
            assertTrue(t.countSent() > 0, "the connection has fallen silent");
            t.receives(ack(at(3)).window(65_535));
        }
    }

    @Test
    void afterATimeOutWithoutNewDataToSendTheOldIsSentAgain() {
        try (TcpScenario t = established()) {
            t.application().writes(3 * MSS + 10).skip();
            t.after(millis(1_000)).skip();
            t.receives(ack(at(2)));
            assertTrue(t.countSent() > 0, "the connection waits for nothing");
            t.receives(ack(at(4) + 10));
        }
    }

    @Rfc({"6675 S4", "6675 M13"})
    @Test
    void recoveryFillsTheNewWindowAndNoMore() {
        try (TcpScenario t = established()) {
            t.application().writes(60 * MSS).sendsSegments(10, at(1), MSS);
            t.after(millis(RTT_MS)).receives(ack(at(1), at(2), at(11)));
            t.sends(data(at(1))).sendsSegments(4, at(11), MSS).sendsNothing();
            t.receives(ack(at(1), at(2), at(12))).sendsSegments(1, at(15), MSS).sendsNothing();
        }
    }

    @Rfc({"6675 M10", "5681 S12", "5681 M19"})
    @Test
    void aLossBeyondTheRecoveryPointReducesTheWindowAgainAndOneBeforeItDoesNot() {
        try (TcpScenario t = established()) {
            t.application().writes(60 * MSS).sendsSegments(10, at(1), MSS);
            t.after(millis(RTT_MS)).receives(ack(at(1), at(2), at(5))).skip();
            t.slowStartThresholdIs(5 * MSS);
            t.after(millis(RTT_MS)).receives(ack(at(5), at(6), at(11))).skip();
            t.slowStartThresholdIs(5 * MSS);
            t.after(millis(RTT_MS)).receives(ack(at(11))).skip();
            t.slowStartThresholdIs(5 * MSS);
            t.after(millis(RTT_MS)).receives(ack(at(11), at(12), at(15))).skip();
            assertTrue(t.application().connection().congestion().slowStartThreshold() < 5 * MSS);
        }
    }

    @Rfc("6675 S3")
    @Test
    void whatWasReportedIsRememberedWhenRecoveryEnds() {
        try (TcpScenario t = established()) {
            t.application().writes(60 * MSS).sendsSegments(10, at(1), MSS);
            t.after(millis(RTT_MS)).receives(ack(at(1), at(2), at(11)));
            t.sends(data(at(1))).sendsSegments(4, at(11), MSS);
            t.after(millis(RTT_MS)).receives(ack(at(11), at(12), at(15)));
            t.sends(data(at(11))).skip();
            t.receives(ack(at(12))).skip();
            assertEquals(2, t.stack().tcp().counters().retransmittedSegments());
        }
    }

    /// A recovery, and the time-out of the segment that was sent again in it.
    private static TcpScenario timedOutInRecovery() {
        final TcpScenario t = tenOnTheWay();
        t.receives(ack(at(1), at(2), at(5))).sends(data(at(1))).sendsNothing();
        t.after(millis(250)).sends(data(at(1))).sendsNothing();
        assertEquals(1, t.stack().tcp().counters().timeouts());
        assertEquals(1, t.stack().tcp().counters().fastRetransmits());
        return t;
    }

    @Rfc({"6675 M14", "6675 M15"})
    @Test
    void afterATimeOutRecoveryBeginsAgainOnlyBeyondWhatWasSent() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(1), at(2), at(11))).sends(data(at(1)));
            t.after(millis(170)).application().writes(4 * MSS).sendsSegments(4, at(11), MSS);
            t.after(millis(15)).sends(data(at(1))).sendsNothing();
            final int threshold = t.application().connection().congestion().slowStartThreshold();
            t.after(millis(RTT_MS)).receives(ack(at(11), at(12), at(15))).sends(data(at(11)));
            t.slowStartThresholdIs(threshold);
            assertEquals(1, t.stack().tcp().counters().fastRetransmits());
            t.after(millis(RTT_MS)).receives(ack(at(15)));
            t.application().writes(4 * MSS).skip();
            t.after(millis(RTT_MS)).receives(ack(at(15), at(16), at(19))).skip();
            assertEquals(2, t.stack().tcp().counters().fastRetransmits());
        }
    }

    @Rfc({"6675 S5", "6675 S6"})
    @Test
    void afterATimeOutReportsStillTellWhatIsNotToBeSentAgain() {
        try (TcpScenario t = timedOutInRecovery()) {
            t.after(millis(RTT_MS)).receives(ack(at(5), at(6), at(8)));
            t.sends(data(at(5))).sends(data(at(8))).sendsNothing();
            t.after(millis(RTT_MS)).receives(ack(at(8), at(9), at(10)));
            t.sends(data(at(10))).sendsNothing();
            t.receives(ack(at(11))).sendsNothing();
        }
    }

    /// A connection that has seen reordering; segment 11 comes next.
    private static TcpScenario thatSawReordering() {
        final TcpScenario t = tenOnTheWay();
        return t.receives(ack(at(1), at(2), at(3)))
                .receives(ack(at(3)))
                .receives(ack(at(11)))
                .skip();
    }

    /// Ten segments from `first` on are sent, and all but the first arrive.
    private static void losesTheFirstOfTen(TcpScenario t, int first, int rttMs) {
        t.application().writes(10 * MSS).sendsSegments(10, at(first), MSS);
        t.after(millis(rttMs))
                .receives(ack(at(first), at(first + 1), at(first + 10)))
                .sendsNothing();
    }

    /// As above; the first one was only late, and the peer gets it twice.
    private static void sendsTheFirstOfTenNeedlessly(TcpScenario t, int first) {
        losesTheFirstOfTen(t, first, RTT_MS);
        t.after(millis(100)).sends(data(at(first)));
        t.receives(ack(at(first + 10)))
                .receives(ack(at(first + 10), at(first), at(first + 1)))
                .sendsNothing();
    }

    @Rfc({"8985 S1", "8985 S4"})
    @Test
    void aNeedlessRetransmissionMakesItMorePatient() {
        try (TcpScenario t = thatSawReordering()) {
            sendsTheFirstOfTenNeedlessly(t, 11);
            losesTheFirstOfTen(t, 21, RTT_MS);
            t.after(millis(9)).sendsNothing();
            t.after(millis(2)).sends(data(at(21)));
            t.receives(ack(at(31))).skip();
        }
    }

    @Rfc("8985 S5")
    @Test
    void patienceWithReorderingEndsAfterOneRoundTripHoweverManyRetransmissionsWereNeedless() {
        try (TcpScenario t = thatSawReordering()) {
            for (int i = 0; i < 10; i++) {
                sendsTheFirstOfTenNeedlessly(t, 11 + 10 * i);
            }
            losesTheFirstOfTen(t, 111, RTT_MS);
            final long smoothedNs = t.application().connection().roundTripTimeNs();
            t.after(smoothedNs - millis(1)).sendsNothing();
            t.after(millis(2)).sends(data(at(111)));
            t.receives(ack(at(121))).skip();
        }
    }

    @Rfc("8985 S6")
    @Test
    void theLeastRoundTripIsForgottenAfterFiveMinutes() {
        try (TcpScenario t = thatSawReordering()) {
            t.after(seconds(301)).application().writes(2 * MSS).sendsSegments(2, at(11), MSS);
            t.after(millis(80)).receives(ack(at(13))).skip();
            losesTheFirstOfTen(t, 13, 80);
            t.after(millis(19)).sendsNothing();
            t.after(millis(2)).sends(data(at(13)));
            t.receives(ack(at(23))).skip();
        }
    }

    @Rfc("8985 S7")
    @Test
    void aTimeOutLeavesAloneWhatWasSentJustBefore() {
        try (TcpScenario t = established()) {
            t.application().writes(5 * MSS).sendsSegments(5, at(1), MSS);
            t.after(millis(45)).sends(data(at(5)));
            t.after(millis(185)).application().writes(2 * MSS).sendsSegments(2, at(6), MSS);
            t.after(millis(12)).sends(data(at(1))).sendsNothing();
            t.after(millis(5)).receives(ack(at(6))).sendsNothing();
            t.after(millis(5)).receives(ack(at(8))).sendsNothing();
            assertEquals(1, t.stack().tcp().counters().timeouts());
        }
    }

    @Rfc({"8985 M7", "8985 M8"})
    @Test
    void whileAProbeIsOutThereIsNoOtherAndTheTimeOutComes() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(8))).after(millis(42)).sends(data(at(10)));
            t.after(millis(5)).receives(ack(at(9))).sendsNothing();
            t.after(millis(190)).sendsNothing();
            t.after(millis(20)).sends(data(at(9)));
            assertEquals(1, t.stack().tcp().counters().timeouts());
            t.receives(ack(at(11)));
        }
    }

    @Rfc({"8985 M7", "8985 M8"})
    @Test
    void afterAProbeThereIsNoOtherBeforeARoundTripIsMeasured() {
        try (TcpScenario t = tenOnTheWay()) {
            t.receives(ack(at(8))).after(millis(42)).sends(data(at(10)));
            t.receives(ack(at(11), at(10), at(11)));
            t.application().writes(2 * MSS).sendsSegments(2, at(11), MSS);
            t.after(millis(190)).sendsNothing();
            t.after(millis(20)).sends(data(at(11))).sendsNothing();
            assertEquals(1, t.stack().tcp().counters().timeouts());
            t.receives(ack(at(13)));
        }
    }
}
