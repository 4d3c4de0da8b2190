package org.weir.testkit;

import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.micros;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import org.junit.jupiter.api.Test;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConfig;
import org.weir.tcp.TcpState;

/// Receiving: RFC 9293 section 3.10.7.4, steps one and seven, RFC 5681 section 4.2.
class TcpReceiveTest {
    @Rfc({"9293 SHLD-18", "9293 MUST-40", "5681 M17"})
    @Test
    void aSegmentIsAcknowledgedAfterTheDelay() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(100)).sendsNothing();
            t.application().isTold("readable").canRead(100);
            t.after(millis(39)).sendsNothing();
            t.after(millis(2)).sends(segment().seq(1).ack(101));
            t.application().reads(100);
        }
    }

    @Test
    void theSecondFullSegmentIsAcknowledgedAtOnce() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(1_460)).sendsNothing();
            t.receives(segment().seq(1_461).ack(1).length(1_460));
            t.sends(segment().seq(1).ack(2_921));
            t.application().reads(2_920);
        }
    }

    @Test
    void inADenseStreamAcknowledgmentsKeepTheirDistance() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(1_460));
            t.receives(segment().seq(1_461).ack(1).length(1_460))
                    .sends(segment().seq(1).ack(2_921));
            for (int i = 2; i < 6; i++) {
                t.receives(segment().seq(1 + i * 1_460).ack(1).length(1_460)).sendsNothing();
            }
            t.after(micros(49)).sendsNothing();
            t.after(micros(1)).sends(segment().seq(1).ack(8_761)).sendsNothing();
            t.application().reads(8_760);
        }
    }

    @Test
    void updatesOfTheWindowKeepTheirDistanceToo() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(1_460));
            t.receives(segment().seq(1_461).ack(1).length(1_460))
                    .sends(segment().seq(1).ack(2_921));
            t.application().reads(2_920).sendsNothing();
            t.after(micros(50))
                    .sends(segment().seq(1).ack(2_921).window(65_535))
                    .sendsNothing();
        }
    }

    @Test
    void aQuarterOfASmallBufferIsAcknowledgedAtOnceHoweverDenseTheStream() {
        final StackConfig small =
                StackConfig.small().withTcp(StackConfig.small().tcp().withBuffers(12_000, 12_000));
        try (TcpScenario t = TcpScenario.established(small, segment().mss(1_000).window(65_535))) {
            t.receives(segment().seq(1).ack(1).length(1_000));
            t.receives(segment().seq(1_001).ack(1).length(1_000))
                    .sends(segment().seq(1).ack(2_001));
            t.receives(segment().seq(2_001).ack(1).length(1_000)).sendsNothing();
            t.receives(segment().seq(3_001).ack(1).length(1_000)).sendsNothing();
            t.receives(segment().seq(4_001).ack(1).length(1_000))
                    .sends(segment().seq(1).ack(5_001));
            t.application().reads(5_000);
        }
    }

    @Test
    void asMuchAsALargePacketCarriesIsAcknowledgedAtOnceHoweverDenseTheStream() {
        final StackConfig large =
                StackConfig.small().withTcp(StackConfig.small().tcp().withBuffers(64 * 1024, 512 * 1024));
        try (TcpScenario t =
                TcpScenario.established(large, segment().mss(1_000).wscale(0).window(65_535))) {
            t.receives(segment().seq(1).ack(1).length(1_460));
            t.receives(segment().seq(1_461).ack(1).length(1_460)).skip();
            for (int i = 2; i < 33; i++) {
                t.receives(segment().seq(1 + i * 1_460).ack(1).length(1_460)).sendsNothing();
            }
            t.receives(segment().seq(48_181).ack(1).length(1_460))
                    .sends(segment().seq(1).ack(49_641));
            t.application().reads(49_640);
        }
    }

    @Test
    void withoutADistanceEverySecondSegmentOfADenseStreamIsAcknowledged() {
        final StackConfig config = StackConfig.small();
        final TcpConfig eager =
                config.tcp().toBuilder().acknowledgmentSpacingNs(0).build();
        try (TcpScenario t = TcpScenario.established(
                config.withTcp(eager), segment().mss(1_000).window(65_535))) {
            for (int i = 0; i < 5; i++) {
                t.receives(segment().seq(1 + i * 2_920).ack(1).length(1_460)).sendsNothing();
                t.receives(segment().seq(1_461 + i * 2_920).ack(1).length(1_460));
                t.sends(segment().seq(1).ack(2_921 + i * 2_920));
            }
            t.application().reads(14_600);
        }
    }

    @Rfc("5681 M18")
    @Test
    void anAcknowledgmentRidesOnData() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(100));
            t.application().writes(10);
            t.sends(segment().seq(1).ack(101).length(10));
            t.after(millis(100)).sendsNothing();
        }
    }

    @Rfc({"9293 SHLD-31", "9293 MAY-13", "5681 S5", "5681 S6"})
    @Test
    void aHoleIsReportedAtOnceAndFilled() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(101).ack(1).length(100))
                    .sends(segment().seq(1).ack(1));
            t.receives(segment().seq(301).ack(1).length(100))
                    .sends(segment().seq(1).ack(1));
            t.receives(segment().seq(201).ack(1).length(100))
                    .sends(segment().seq(1).ack(1));
            t.application().canRead(0);
            t.receives(segment().seq(1).ack(1).length(100))
                    .sends(segment().seq(1).ack(401));
            t.application().reads(400);
        }
    }

    @Test
    void overlappingSegmentsLeaveEachOctetOnce() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(201).ack(1).length(100));
            t.receives(segment().seq(151).ack(1).length(300));
            t.receives(segment().seq(51).ack(1).length(120));
            t.receives(segment().seq(1).ack(1).length(60)).skip();
            t.application().reads(450);
        }
    }

    @Test
    void aDuplicateIsAcknowledgedAndDropped() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(100));
            t.receives(segment().seq(1).ack(1).length(100))
                    .sends(segment().seq(1).ack(101));
            t.hasDropped("TCP_DUPLICATE", 1).application().canRead(100);
        }
    }

    @Test
    void theNewPartOfAnOldSegmentIsKept() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(100))
                    .receives(segment().seq(51).ack(1).length(100))
                    .skip();
            t.application().reads(150);
        }
    }

    @Test
    void dataBeyondTheWindowIsCut() {
        try (TcpScenario t = TcpScenario.established()) {
            t.fillWindow();
            t.application().canRead(65_535);
            final int next = 65_536;
            t.receives(segment().seq(next).ack(1).length(1))
                    .sends(segment().seq(1).ack(next).window(0));
            t.application().canRead(65_535);
        }
    }

    @Test
    void aSegmentOutsideTheWindowIsAcknowledgedAndDropped() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(70_000).ack(1).length(10))
                    .sends(segment().seq(1).ack(1));
            t.hasDropped("TCP_OUT_OF_WINDOW", 1).application().canRead(0);
        }
    }

    @Rfc("9293 MUST-39")
    @Test
    void theWindowOpensAgainWhenTheApplicationHasReadTwoSegments() {
        try (TcpScenario t = TcpScenario.established()) {
            t.fillWindow().skip();
            t.application().reads(1_000).sendsNothing();
            t.application().reads(1_921).sends(segment().seq(1).ack(65_536).window(2_921));
            t.application().reads(62_614);
        }
    }

    @Test
    void manySmallSegmentsShareAPage() {
        try (TcpScenario t = TcpScenario.established()) {
            final int before = t.stack().pool().pages().inUse();
            for (int i = 0; i < 100; i++) {
                t.receives(segment().seq(1 + i * 10).ack(1).length(10));
            }
            t.skip().pagesInUse(before + 1).application().reads(1_000);
        }
    }

    @Rfc("7323 M16")
    @Test
    void anOldTimestampIsRefused() {
        final SegmentSpec syn = segment().mss(1_000).window(65_535).timestamps(1_000, 0);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.receives(segment().seq(1).ack(1).length(10).timestamps(1_010, 0)).skip();
            t.receives(segment().seq(11).ack(1).length(10).timestamps(1_005, 0))
                    .sends(segment().seq(1).ack(11));
            t.hasDropped("TCP_OLD_TIMESTAMP", 1);
            t.receives(segment().seq(11).ack(1).length(10).timestamps(1_010, 0)).skip();
            t.application().reads(20);
        }
    }

    @Rfc({"7323 M12", "7323 M15"})
    @Test
    void theTimestampOfTheSegmentThatIsAcknowledgedIsEchoed() {
        final SegmentSpec syn = segment().mss(1_000).window(65_535).timestamps(1_000, 0);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.receives(segment().seq(1).ack(1).length(10).timestamps(1_010, 0));
            t.receives(segment().seq(21).ack(1).length(10).timestamps(1_020, 0)).sendsWithEcho(1_010);
            t.receives(segment().seq(11).ack(1).length(10).timestamps(1_030, 0)).sendsWithEcho(1_030);
        }
    }

    @Rfc({"9293 MAY-12", "5961 M7", "5961 MAY-1"})
    @Test
    void anAcknowledgmentOfWhatWasNeverSentIsRefused() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(100).length(10))
                    .sends(segment().seq(1).ack(1));
            t.hasDropped("TCP_BAD_ACKNOWLEDGMENT", 1).application().canRead(0);
        }
    }

    @Rfc({"9293 MUST-12", "5961 M1"})
    @Test
    void anExactResetEndsTheConnection() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().rst().seq(1)).sendsNothing();
            t.application().isTold("failed RESET");
        }
    }

    @Rfc({"5961 M2", "5961 M3", "5961 M4", "5961 S1"})
    @Test
    void aResetElsewhereInTheWindowIsChallenged() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().rst().seq(2)).sends(segment().seq(1).ack(1)).isIn(TcpState.ESTABLISHED);
            t.receives(segment().rst().seq(70_000)).sendsNothing().isIn(TcpState.ESTABLISHED);
        }
    }

    @Rfc({"5961 M5", "5961 M6", "5961 S2"})
    @Test
    void aSynInAnEstablishedConnectionIsChallenged() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().syn().seq(1)).sends(segment().seq(1).ack(1)).isIn(TcpState.ESTABLISHED);
            t.after(millis(501))
                    .receives(segment().syn().seq(0))
                    .sends(segment().seq(1).ack(1))
                    .isIn(TcpState.ESTABLISHED);
        }
    }

    @Test
    void aSegmentWithoutAnAcknowledgmentIsDropped() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).length(10)).sendsNothing();
            t.application().canRead(0).hasDropped("TCP_UNEXPECTED_FLAGS", 1);
        }
    }

    @Test
    void aResetThatIsExactOnlyAfterTrimmingIsChallenged() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(100)).skip();
            t.receives(segment().rst().seq(51).ack(1).length(100))
                    .isIn(TcpState.ESTABLISHED)
                    .skip();
            t.application().reads(100);
        }
    }

    @Rfc("5961 S3")
    @Test
    void challengesOfOneConnectionAreHalfASecondApart() {
        try (TcpScenario t = TcpScenario.established()) {
            for (int i = 0; i < 10; i++) {
                t.receives(segment().rst().seq(2));
            }
            t.sends(segment().seq(1).ack(1)).sendsNothing();
            t.after(millis(501))
                    .receives(segment().rst().seq(2))
                    .sends(segment().seq(1).ack(1));
        }
    }

    @Test
    void everySecondSegmentOfAPeerWithASmallMssIsAcknowledged() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(536)).sendsNothing();
            t.receives(segment().seq(537).ack(1).length(536))
                    .sends(segment().seq(1).ack(1_073));
            t.application().reads(1_072);
        }
    }

    @Test
    void readingWithoutProgressOfThePeerSendsNoDuplicateAcknowledgments() {
        final StackConfig large =
                StackConfig.small().withTcp(StackConfig.small().tcp().withBuffers(64 * 1024, 512 * 1024));
        try (TcpScenario t = TcpScenario.established(large, segment().mss(1_000).window(65_535))) {
            t.receives(segment().seq(1).ack(1).length(1_000)).after(millis(41)).skip();
            for (int i = 0; i < 10; i++) {
                t.application().reads(100).sendsNothing();
            }
        }
    }

    /// CVE-2005-0356.
    @Test
    void aForgedTimestampDoesNotShutThePeerOut() {
        final SegmentSpec syn = segment().mss(1_000).window(65_535).timestamps(100, 0);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.receives(
                    segment().seq(1).ack(1_000_000).timestamps(0x7000_0000, 0).length(10));
            t.skip().receives(segment().seq(1).ack(1).timestamps(101, 0).length(20));
            t.application().reads(20);
        }
    }

    @Rfc({"9293 MUST-58", "9293 MUST-59"})
    @Test
    void segmentsThatWaitTogetherAreAnsweredByOneAcknowledgment() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receivesTogether(
                    segment().seq(1).ack(1).length(1_000),
                    segment().seq(1_001).ack(1).length(1_000),
                    segment().seq(2_001).ack(1).length(1_000),
                    segment().seq(3_001).ack(1).length(1_000),
                    segment().seq(4_001).ack(1).length(1_000));
            t.sends(segment().seq(1).ack(5_001)).sendsNothing();
            t.application().reads(5_000);
        }
    }

    /// The window is scaled by two: every other acknowledgment cannot tell the last octet of it.
    @Rfc({"7323 M7", "7323 S2"})
    @Test
    void whatAnEarlierWindowCoveredIsTakenThoughRoundingHidesIt() {
        final SegmentSpec syn = segment().mss(1_000).wscale(0).window(65_535);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            for (int i = 0; i < 50; i++) {
                t.receives(segment().seq(1 + i * 1_285).ack(1).length(1_285));
            }
            t.skip().receives(segment().seq(64_251).ack(1).length(10)).after(millis(41));
            t.sends(segment().seq(1).ack(64_261).window(637));
            t.receives(segment().seq(64_261).ack(1).length(1_275))
                    .skip()
                    .application()
                    .reads(65_535);
        }
    }

    @Rfc("7323 S6")
    @Test
    void after24IdleDaysAnOldTimestampIsTaken() {
        final long day = seconds(86_400);
        final SegmentSpec syn = segment().mss(1_000).window(65_535).timestamps(1_000, 0);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.after(23 * day).receives(segment().seq(1).ack(1).length(10).timestamps(999, 0));
            t.sends(segment().seq(1).ack(1)).application().canRead(0);
            t.after(day).receives(segment().seq(1).ack(1).length(10).timestamps(999, 0));
            t.application().reads(10).skip();
        }
    }

    @Rfc("7323 S4")
    @Test
    void aSegmentWithoutTheAgreedTimestampsIsDroppedSilently() {
        final SegmentSpec syn = segment().mss(1_000).window(65_535).timestamps(1_000, 0);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.receives(segment().seq(1).ack(1).length(10)).after(millis(41)).sendsNothing();
            t.hasDropped("TCP_NO_TIMESTAMP", 1).application().canRead(0);
        }
    }
}
