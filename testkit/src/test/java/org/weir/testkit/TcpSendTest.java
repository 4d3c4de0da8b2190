package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.weir.link.FaultPlan;
import org.weir.memory.OctetSource;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConnection;

/// Sending: RFC 9293 sections 3.7.4 and 3.8.6, RFC 5681, RFC 6298, RFC 6582.
class TcpSendTest {
    private static final int MSS = 1_000;

    @Rfc({"9293 MUST-60", "9293 MUST-61", "9293 SHLD-27", "9293 SHLD-28"})
    @Test
    void dataIsCutIntoSegmentsAndTheLastOneIsPushed() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(2_500);
            t.sends(segment().seq(1).ack(1).length(MSS));
            t.sends(segment().seq(1_001).ack(1).length(MSS));
            t.sends(segment().psh().seq(2_001).ack(1).length(500));
            t.sendsNothing();
        }
    }

    @Test
    void whatASourceGaveBeforeItFailedIsSentAndNothingLeaks() {
        try (TcpScenario t = TcpScenario.established()) {
            final TcpConnection c = t.application().connection();
            assertThrows(ArithmeticException.class, () -> c.write(failingAt(2_000), 5_000));
            assertEquals(2_048, c.unacknowledged());
            t.after(millis(1)).sendsSegments(2, 1, MSS);
            t.sends(segment().psh().seq(2_001).ack(1).length(48));
            assertThrows(ArithmeticException.class, () -> c.write(failingAt(0), 5_000));
            t.after(millis(1)).sendsNothing();
        }
    }

    /// Asked for octet `limit` or a later one it throws; the pages of the queue have 2,048.
    private static OctetSource failingAt(int limit) {
        return (from, target, offset, length) -> {
            if (from >= limit) {
                throw new ArithmeticException("of the source");
            }
            for (int i = 0; i < length; i++) {
                target.set(ValueLayout.JAVA_BYTE, offset + i, SegmentSpec.patternAt(1 + from + i));
            }
        };
    }

    @Rfc("9293 MUST-16")
    @Test
    void timestampsMakeSegmentsShorter() {
        final SegmentSpec syn = segment().mss(MSS).window(65_535).timestamps(1, 0);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.application().writes(2_000);
            t.sends(segment().seq(1).ack(1).length(988));
            t.sends(segment().seq(989).ack(1).length(988));
        }
    }

    @Rfc("5681 M3")
    @Test
    void theInitialWindowIsTenSegments() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(20 * MSS);
            t.sendsSegments(10, 1, MSS).sendsNothing();
        }
    }

    @Rfc({"9293 MUST-19", "5681 M1"})
    @Test
    void slowStartSendsTwoSegmentsForEachOneAcknowledged() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(40 * MSS);
            t.sendsSegments(10, 1, MSS);
            t.receives(segment().seq(1).ack(1 + MSS))
                    .sendsSegments(2, 1 + 10 * MSS, MSS)
                    .sendsNothing();
            t.receives(segment().seq(1).ack(1 + 3 * MSS))
                    .sendsSegments(4, 1 + 12 * MSS, MSS)
                    .sendsNothing();
        }
    }

    @Rfc("5681 M2")
    @Test
    void thePeersWindowIsNeverOverrun() {
        try (TcpScenario t =
                TcpScenario.established(StackConfig.small(), segment().mss(MSS).window(2_500))) {
            t.application().writes(10 * MSS);
            t.sends(segment().seq(1).ack(1).length(MSS))
                    .sends(segment().seq(1_001).ack(1).length(MSS));
            t.sendsNothing();
            t.receives(segment().seq(1).ack(2_001).window(1_000))
                    .sends(segment().seq(2_001).ack(1).length(MSS));
            t.sendsNothing();
        }
    }

    @Rfc({"9293 REC-1", "7323 M5"})
    @Test
    void aScaledWindowCountsInFull() {
        try (TcpScenario t = TcpScenario.established(
                StackConfig.small(), segment().mss(MSS).wscale(4).window(500))) {
            t.application().writes(10 * MSS);
            t.sendsSegments(8, 1, MSS).sendsNothing();
        }
    }

    @Rfc({"9293 SHLD-7", "9293 MAY-16"})
    @Test
    void aShortSegmentWaitsForTheOneBeforeIt() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10);
            t.sends(segment().seq(1).ack(1).length(10));
            t.application().writes(10).sendsNothing();
            t.application().writes(10).sendsNothing();
            t.receives(segment().seq(1).ack(11)).sends(segment().seq(11).ack(1).length(20));
        }
    }

    @Test
    void aShortSegmentDoesNotWaitForFullOnes() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(MSS);
            t.sends(segment().seq(1).ack(1).length(MSS));
            t.application().writes(10).sends(segment().seq(1_001).ack(1).length(10));
        }
    }

    @Rfc("9293 MUST-17")
    @Test
    void withoutNagleShortSegmentsLeaveAtOnce() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().switchesNagleOff();
            t.application().writes(10).sends(segment().seq(1).ack(1).length(10));
            t.application().writes(10).sends(segment().seq(11).ack(1).length(10));
        }
    }

    @Rfc({"9293 MUST-19", "6298 S4", "6298 S7", "6298 M7"})
    @Test
    void lostDataIsSentAgainAfterTheTimeOutWithBackOff() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10);
            t.sends(segment().seq(1).ack(1).length(10));
            t.after(millis(199)).sendsNothing();
            t.after(millis(2)).sends(segment().seq(1).ack(1).length(10));
            t.after(millis(398)).sendsNothing();
            t.after(millis(4)).sends(segment().seq(1).ack(1).length(10));
            t.after(millis(796)).sendsNothing();
            t.after(millis(8)).sends(segment().seq(1).ack(1).length(10));
        }
    }

    @Rfc("5681 M9")
    @Test
    void aTimeOutStartsAgainWithOneSegment() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(5 * MSS);
            t.sendsSegments(5, 1, MSS);
            t.after(millis(201)).sends(segment().seq(1).ack(1).length(MSS)).sendsNothing();
            t.receives(segment().seq(1).ack(1_001)).sendsSegments(2, 1_001, MSS).sendsNothing();
        }
    }

    @Rfc("9293 MUST-12")
    @Test
    void aConnectionWhosePeerIsSilentTimesOut() {
        final StackConfig impatient =
                StackConfig.small().withTcp(StackConfig.small().tcp().withRetries(2, 3));
        try (TcpScenario t =
                TcpScenario.established(impatient, segment().mss(MSS).window(65_535))) {
            t.application().writes(10);
            t.after(seconds(10)).skip();
            t.application().isTold("failed TIMED_OUT");
        }
    }

    @Rfc("5681 S7")
    @Test
    void threeDuplicatesBringTheFirstSegmentAgainWithoutATimeOut() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10 * MSS);
            t.sendsSegments(10, 1, MSS);
            t.receives(segment().seq(1).ack(1))
                    .receives(segment().seq(1).ack(1))
                    .sendsNothing();
            t.receives(segment().seq(1).ack(1))
                    .sends(segment().seq(1).ack(1).length(MSS))
                    .sendsNothing();
            t.receives(segment().seq(1).ack(10_001)).sendsNothing();
        }
    }

    @Rfc("5681 S8")
    @Test
    void theFirstTwoDuplicatesLetNewSegmentsOut() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(20 * MSS);
            t.sendsSegments(10, 1, MSS);
            t.receives(segment().seq(1).ack(1)).sendsSegments(1, 10_001, MSS);
            t.receives(segment().seq(1).ack(1)).sendsSegments(1, 11_001, MSS);
        }
    }

    @Rfc("5681 S13")
    @Test
    void aPartialAcknowledgmentBringsTheNextHoleAgain() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10 * MSS);
            t.sendsSegments(10, 1, MSS);
            for (int i = 0; i < 3; i++) {
                t.receives(segment().seq(1).ack(1));
            }
            t.sends(segment().seq(1).ack(1).length(MSS));
            t.receives(segment().seq(1).ack(5_001))
                    .sends(segment().seq(5_001).ack(1).length(MSS));
            t.receives(segment().seq(1).ack(10_001)).sendsNothing();
        }
    }

    @Rfc({"5681 M6", "5681 M13"})
    @Test
    void aFastRetransmissionHalvesTheWindow() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(40 * MSS);
            t.sendsSegments(10, 1, MSS);
            for (int i = 0; i < 3; i++) {
                t.receives(segment().seq(1).ack(1));
            }
            t.skip().receives(segment().seq(1).ack(12_001)).skip();
            t.slowStartThresholdIs(5 * MSS);
        }
    }

    @Rfc({"9293 MUST-35", "9293 MUST-36", "9293 MUST-37", "9293 SHLD-29", "9293 SHLD-30"})
    @Test
    void aClosedWindowIsProbedWithGrowingPauses() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(MSS);
            t.sends(segment().seq(1).ack(1).length(MSS));
            t.receives(segment().seq(1).ack(1_001).window(0));
            t.application().writes(MSS).sendsNothing();
            t.after(millis(202)).sends(segment().seq(1_001).ack(1).length(1));
            long pauseMs = 400;
            for (int i = 0; i < 30; i++) {
                t.receives(segment().seq(1).ack(1_001).window(0)).sendsNothing();
                t.after(millis(pauseMs - 4)).sendsNothing();
                t.after(millis(4)).sends(segment().seq(1_001).ack(1).length(1));
                pauseMs = Math.min(2 * pauseMs, 60_000);
            }
            t.receives(segment().seq(1).ack(1_001).window(5_000))
                    .sends(segment().seq(1_001).ack(1).length(MSS));
        }
    }

    @Test
    void aProbedOctetThatWasTakenIsNotSentAgain() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(MSS);
            t.sends(segment().seq(1).ack(1).length(MSS));
            t.receives(segment().seq(1).ack(1_001).window(0));
            t.application().writes(10);
            t.after(millis(202)).sends(segment().seq(1_001).ack(1).length(1));
            t.receives(segment().seq(1).ack(1_002).window(5_000))
                    .sends(segment().seq(1_002).ack(1).length(9));
        }
    }

    @Test
    void aWindowSmallerThanASegmentStillMoves() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(MSS);
            t.sends(segment().seq(1).ack(1).length(MSS));
            t.receives(segment().seq(1).ack(1_001).window(100));
            t.application().writes(250);
            t.after(millis(250)).sends(segment().seq(1_001).ack(1).length(100));
            t.receives(segment().seq(1).ack(1_101).window(150));
            t.after(millis(600)).sends(segment().seq(1_101).ack(1).length(150));
        }
    }

    @Test
    void theApplicationIsToldWhenThereIsRoomAgain() {
        try (TcpScenario t = TcpScenario.established()) {
            final int taken = t.application().offers(100_000);
            t.wire().settle();
            t.application().isNotTold("writable");
            t.skip().receives(segment().seq(1).ack(10_001)).skip();
            t.application().isNotTold("writable");
            t.receives(segment().seq(1).ack(20_001)).skip();
            t.application().isTold("writable").takenWas(taken, 65_536);
        }
    }

    @Rfc("5681 S10")
    @Test
    void anIdleConnectionStartsAgainWithTheInitialWindow() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(30 * MSS);
            t.sendsSegments(10, 1, MSS);
            t.receives(segment().seq(1).ack(10_001)).sendsSegments(20, 10_001, MSS);
            t.receives(segment().seq(1).ack(30_001));
            t.after(seconds(5)).application().writes(20 * MSS);
            t.sendsSegments(10, 30_001, MSS).sendsNothing();
        }
    }

    @Test
    void aLinkThatCutsSegmentsGetsManyInOnePacket() {
        try (TcpScenario t = TcpScenario.establishedWithOffload()) {
            t.application().writes(5_500);
            t.sends(segment().seq(1).ack(1).length(5_000))
                    .sends(segment().psh().seq(5_001).ack(1).length(500));
            t.receives(segment().seq(1).ack(5_501));
            t.application().writes(30 * MSS);
            t.sends(segment().seq(5_501).ack(1).length(15_000)).sendsNothing();
        }
    }

    @Rfc("9293 MUST-38")
    @Test
    void aLinkThatCutsSegmentsStillGetsWholeSegments() {
        try (TcpScenario t = TcpScenario.establishedWithOffload()) {
            t.application().switchesNagleOff();
            t.receives(segment().seq(1).ack(1).window(4_500));
            t.application()
                    .writes(10 * MSS)
                    .sends(segment().seq(1).ack(1).length(4_000))
                    .sendsNothing();
        }
    }

    @Rfc("9293 MUST-38")
    @Test
    void halfTheLargestWindowMayBeFilledByAShortSegment() {
        try (TcpScenario t =
                TcpScenario.established(StackConfig.small(), segment().mss(MSS).window(1_200))) {
            t.application().writes(5 * MSS);
            t.sends(segment().seq(1).ack(1).length(MSS)).sendsNothing();
            t.receives(segment().seq(1).ack(1_001).window(700))
                    .sends(segment().seq(1_001).ack(1).length(700));
        }
    }

    @Rfc("5961 M7")
    @Test
    void anAcknowledgmentOlderThanTheLargestWindowIsChallenged() {
        try (TcpScenario t =
                TcpScenario.established(StackConfig.small(), segment().mss(MSS).window(5_000))) {
            for (int i = 0; i < 10; i++) {
                t.application().writes(MSS).skip();
                t.receives(segment().seq(1).ack(1 + (i + 1) * MSS).window(5_000));
            }
            t.receives(segment().seq(1).ack(2_001).window(5_000).length(10))
                    .sends(segment().seq(10_001).ack(1));
            t.hasDropped("TCP_BAD_ACKNOWLEDGMENT", 1).application().canRead(0);
        }
    }

    @Test
    void anOldSegmentDoesNotShrinkTheWindow() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(10).window(50_000));
            t.receives(segment().seq(11).ack(1).length(10).window(60_000)).skip();
            t.receives(segment().seq(5).ack(1).length(20).window(500)).skip();
            t.application().reads(24);
            t.application().writes(5 * MSS);
            t.sendsSegments(5, 1, MSS);
        }
    }

    @Test
    void dataInTheOtherDirectionIsNoDuplicateAcknowledgment() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10 * MSS);
            t.sendsSegments(10, 1, MSS);
            for (int i = 0; i < 5; i++) {
                t.receives(segment().seq(1 + 10 * i).ack(1).length(10));
            }
            t.sendsNothing();
        }
    }

    @Test
    void duplicatesOfWhatATimeOutHasSentAgainDoNotHalveTheWindowAgain() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10 * MSS);
            t.sendsSegments(10, 1, MSS);
            t.after(millis(201)).sends(segment().seq(1).ack(1).length(MSS));
            for (int i = 0; i < 4; i++) {
                t.receives(segment().seq(1).ack(1));
            }
            t.skip().slowStartThresholdIs(5 * MSS);
            t.receives(segment().seq(1).ack(5_001)).skip();
            for (int i = 0; i < 4; i++) {
                t.receives(segment().seq(1).ack(5_001));
            }
            t.slowStartThresholdIs(5 * MSS);
        }
    }

    @Test
    void everyTimeOutSendsOneSegmentOnly() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10 * MSS);
            t.sendsSegments(10, 1, MSS);
            t.after(millis(201)).sends(segment().seq(1).ack(1).length(MSS)).sendsNothing();
            t.receives(segment().seq(1).ack(1_001)).sendsSegments(2, 1_001, MSS).sendsNothing();
            t.after(millis(402)).sends(segment().seq(1_001).ack(1).length(MSS)).sendsNothing();
            t.after(millis(804)).sends(segment().seq(1_001).ack(1).length(MSS)).sendsNothing();
        }
    }

    @Rfc("7323 M5")
    @Test
    void theWindowOfTheLastHandshakeSegmentIsScaled() {
        final SegmentSpec syn = segment().mss(MSS).wscale(3).window(1_000);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.application().writes(10 * MSS);
            t.sendsSegments(8, 1, MSS).sendsNothing();
        }
    }

    @Test
    void dataIntoOurClosedWindowIsNoDuplicateAcknowledgment() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10 * MSS);
            t.sendsSegments(10, 1, MSS);
            t.fillWindow();
            for (int i = 0; i < 4; i++) {
                t.receives(segment().seq(65_536).ack(1).length(10))
                        .sends(segment().seq(10_001).ack(65_536));
            }
            t.sendsNothing();
            t.application().reads(65_535);
        }
    }

    @Test
    void aWindowThatIsNotUsedDoesNotGrow() {
        try (TcpScenario t = TcpScenario.established()) {
            for (int i = 0; i < 20; i++) {
                t.application()
                        .writes(MSS)
                        .sends(segment().seq(1 + i * MSS).ack(1).length(MSS));
                t.receives(segment().seq(1).ack(1 + (i + 1) * MSS));
            }
            t.congestionWindowIs(10 * MSS);
        }
    }

    @Rfc({"9293 MUST-19", "5681 S4", "5681 M7"})
    @Test
    void aboveTheThresholdTheWindowGrowsByOneSegmentForEachWindowAcknowledged() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(60 * MSS);
            t.sendsSegments(10, 1, MSS);
            t.after(millis(201)).skip().slowStartThresholdIs(5 * MSS);
            t.receives(segment().seq(1).ack(10_001)).skip().congestionWindowIs(11 * MSS);
            for (int acknowledged = 11; acknowledged <= 20; acknowledged++) {
                t.receives(segment().seq(1).ack(1 + acknowledged * MSS)).congestionWindowIs(11 * MSS);
            }
            t.receives(segment().seq(1).ack(21_001))
                    .congestionWindowIs(12 * MSS)
                    .skip();
        }
    }

    @Test
    void aProbeIsNotSentOnceOnlyTheFinIsMissing() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writesAndCloses(MSS);
            t.sends(segment().fin().seq(1).ack(1).length(MSS));
            t.receives(segment().seq(1).ack(1).window(0));
            t.after(millis(201)).skip();
            t.receives(segment().seq(1).ack(1_001).window(0)).skip();
            t.after(seconds(20)).skip();
            t.receives(segment().seq(1).ack(1_002).window(0));
        }
    }

    @Test
    void acknowledgmentsStayWithinAWindowThatHasClosed() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(MSS);
            t.sends(segment().seq(1).ack(1).length(MSS));
            t.receives(segment().seq(1).ack(1_001).window(0));
            t.application().writes(MSS);
            t.after(millis(202)).sends(segment().seq(1_001).ack(1).length(1));
            t.receives(segment().seq(1).ack(1_001).window(0).length(3_00));
            t.after(millis(41)).sends(segment().seq(1_001).ack(301));
            t.application().reads(300);
        }
    }

    @Test
    void aClosedConnectionWhosePeerNeverOpensItsWindowIsGivenUp() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(MSS);
            t.sends(segment().seq(1).ack(1).length(MSS));
            t.receives(segment().seq(1).ack(1_001).window(0));
            t.application().writesAndCloses(MSS);
            for (int i = 0; i < 20; i++) {
                t.after(seconds(60)).skip().receives(segment().seq(1).ack(1_001).window(0));
            }
            t.connectionsInUse(0);
        }
    }

    @Test
    void aFastRetransmissionSendsNothingNew() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().switchesNagleOff();
            t.application().writes(100).skip();
            t.application().writes(100).skip();
            t.application().writes(100).skip();
            t.receives(segment().seq(1).ack(1).window(300));
            t.application().writes(2_000).skip();
            for (int i = 0; i < 3; i++) {
                t.receives(segment().seq(1).ack(1).window(300));
            }
            t.sends(segment().seq(1).ack(1).length(300));
        }
    }

    @Rfc({"9293 MUST-18", "6298 M3"})
    @Test
    void withoutASampleTheBackOffStays() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(2 * MSS);
            t.sendsSegments(2, 1, MSS);
            t.after(millis(201)).sends(segment().seq(1).ack(1).length(MSS));
            t.receives(segment().seq(1).ack(1_001))
                    .sends(segment().seq(1_001).ack(1).length(MSS));
            t.after(millis(390)).sendsNothing();
            t.after(millis(20)).sends(segment().seq(1_001).ack(1).length(MSS));
        }
    }

    @Rfc({"9293 SHLD-6", "9293 MUST-54"})
    @Test
    void aRouterThatCarriesLessMakesSegmentsShorter() {
        try (TcpScenario t = TcpScenario.established(
                StackConfig.small(), segment().mss(1_400).window(65_535))) {
            t.application().writes(2_800);
            t.sendsSegments(2, 1, 1_400);
            t.receivesFragmentationNeeded(1_040, 1);
            t.sends(segment().seq(1).ack(1).length(1_000))
                    .sends(segment().seq(1_001).ack(1).length(1_000))
                    .skip();
            t.receivesFragmentationNeeded(100_000, 1).sendsNothing();
        }
    }

    @Test
    void aBlockedLinkMakesNoWork() {
        final FaultPlan tiny = FaultPlan.none().withRate(1_000_000, 4);
        try (SimulatedNetwork network =
                new SimulatedNetwork(SimulatedNetwork.Plan.perfect().withFaults(tiny))) {
            final EchoTransfer transfer = new EchoTransfer(network).start(100_000);
            network.runUntil(transfer::isDone, seconds(3_600));
            assertEquals(100_000, transfer.verified());
            network.assertNoLeaks();
        }
    }

    @Rfc("6675 M2")
    @Test
    void anAcknowledgmentOfNewDataForgetsTheDuplicatesBeforeIt() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10 * MSS).sendsSegments(10, 1, MSS);
            t.receives(segment().seq(1).ack(1)).receives(segment().seq(1).ack(1));
            t.receives(segment().seq(1).ack(1_001));
            t.receives(segment().seq(1).ack(1_001)).receives(segment().seq(1).ack(1_001));
            t.sendsNothing().receives(segment().seq(1).ack(1_001));
            t.sends(segment().seq(1_001).ack(1).length(MSS)).sendsNothing();
        }
    }
}
