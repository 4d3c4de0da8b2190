package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import org.junit.jupiter.api.Test;
import org.weir.stack.StackConfig;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.tcp.TcpSettings;
import org.weir.tcp.TcpState;
import org.weir.wire.EthernetHeader;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// Single requirements of RFC 9293, 5681 and 7323 that no other test is about.
class TcpRequirementsTest {
    private static final int MSS = 1_000;
    private static final SegmentSpec PLAIN_DATA = segment().seq(1).ack(1).length(10);

    private static TcpScenario withTimestamps() {
        return TcpScenario.established(
                StackConfig.small(), segment().mss(MSS).window(65_535).timestamps(1_000, 0));
    }

    // ---- options ----

    @Rfc({"9293 MUST-4", "9293 MUST-5", "9293 MUST-6"})
    @Test
    void anUnknownOptionInADataSegmentIsPassedOver() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(10).options((byte) 253, (byte) 5, (byte) 1, (byte) 2, (byte) 3));
            t.receives(segment().seq(11).ack(1).length(10).options((byte) 1, (byte) 1, (byte) 0, (byte) 77));
            t.application().reads(20);
        }
    }

    @Rfc("9293 MUST-7")
    @Test
    void anImpossibleOptionLengthDoesNoHarm() {
        try (TcpScenario t = TcpScenario.listening()) {
            t.receives(segment().syn().seq(0).options((byte) 3, (byte) 0, (byte) 9, (byte) 9));
            t.sends(segment().syn().seq(0).ack(1));
            t.receives(segment().seq(1).ack(1).options((byte) 8, (byte) 200, (byte) 0, (byte) 0));
            t.application().accepts().isIn(TcpState.ESTABLISHED);
        }
    }

    @Rfc("9293 MUST-64")
    @Test
    void anOptionOnAnOddPlaceCounts() {
        try (TcpScenario t = TcpScenario.listening()) {
            t.receives(segment().syn().seq(0).options((byte) 1, (byte) 2, (byte) 4, (byte) 1, (byte) 0xF4));
            t.sends(segment().syn().seq(0).ack(1)).receives(segment().seq(1).ack(1));
            t.application().accepts();
            t.application().writes(1_000).sendsSegments(2, 1, 500);
        }
    }

    @Rfc({"9293 MUST-65", "9293 MUST-2"})
    @Test
    void onlyASynCarriesAnMss() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10).sends(segment().seq(1).ack(1).length(10).mss(-1));
            t.receives(segment().seq(1).ack(11).length(10)).after(millis(41));
            t.sends(segment().seq(11).ack(11).mss(-1));
            t.application().reads(10).application().closes();
            t.sends(segment().fin().seq(11).ack(11).mss(-1));
        }
    }

    @Rfc({"9293 MUST-68", "9293 MUST-69"})
    @Test
    void optionsFillTheHeaderAndHaveLengths() {
        try (TcpScenario t = TcpScenario.listening()) {
            t.receives(segment().syn().seq(0).mss(MSS).wscale(7).timestamps(5_000, 0));
            final byte[] frame = t.wire().frames().element();
            final int tcp = EthernetHeader.LENGTH + Ipv4Header.LENGTH;
            final int end = tcp + (frame[tcp + 12] >>> 4 & 0xF) * 4;
            int at = tcp + TcpHeader.LENGTH;
            while (at < end && frame[at] != 0) {
                at += frame[at] == 1 ? 1 : Math.max(1, frame[at + 1]);
            }
            while (at < end) {
                assertEquals(0, frame[at++]);
            }
            assertEquals(end, at);
        }
    }

    // ---- numbers ----

    @Rfc("9293 MUST-8")
    @Test
    void initialSequenceNumbersFollowAClockOfFourMicroseconds() {
        try (TcpScenario t = TcpScenario.listening()) {
            final int first = t.initialSequenceNumberFor();
            t.receives(segment().rst().seq(1)).after(seconds(1));
            assertEquals(250_000, t.initialSequenceNumberFor() - first);
        }
    }

    @Rfc("9293 MUST-11")
    @Test
    void aResetInSynReceivedIsToldOnlyToWhoHasConnected() {
        try (TcpScenario t = TcpScenario.listening()) {
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
            t.receives(segment().rst().seq(1)).sendsNothing().connectionsInUse(0);
            t.application().isNotTold("failed REFUSED");
            t.receives(segment().syn().seq(0)).skip().connectionsInUse(1);
        }
        try (TcpScenario t = TcpScenario.connecting()) {
            t.sends(segment().syn().seq(0)).receives(segment().syn().seq(0)).skip();
            t.receives(segment().rst().seq(1).ack(1));
            t.application().isTold("failed REFUSED");
        }
    }

    @Rfc("9293 MUST-42")
    @Test
    void aPortListensWhileItsConnectionsAreBeingOpened() {
        try (TcpScenario t = TcpScenario.listening()) {
            t.fromPort(40_001).receives(segment().syn().seq(0)).sendsSynAckOf(0);
            t.fromPort(40_002).receives(segment().syn().seq(0)).sendsSynAckOf(0);
            t.receives(segment().seq(1).ack(1));
            t.fromPort(40_003).receives(segment().syn().seq(0)).sendsSynAckOf(0);
        }
    }

    @Rfc("9293 SHLD-2")
    @Test
    void aResetMayCarryData() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().rst().seq(1).ack(1).length(10)).sendsNothing();
            t.application().isTold("failed RESET");
        }
    }

    // ---- windows ----

    @Rfc("9293 MUST-1")
    @Test
    void aWindowAbove32767IsNotNegative() {
        try (TcpScenario t =
                TcpScenario.established(StackConfig.small(), segment().mss(MSS).window(40_000))) {
            t.application().writes(60 * MSS).sendsSegments(10, 1, MSS);
            t.receives(segment().seq(1).ack(10_001).window(40_000)).sendsSegments(20, 10_001, MSS);
            t.receives(segment().seq(1).ack(30_001).window(40_000)).skip();
            t.application().writes(20 * MSS).sendsSegments(10, 60_001, MSS).sendsNothing();
        }
    }

    @Rfc({"9293 MUST-34", "9293 SHLD-15", "9293 SHLD-16", "7323 M6"})
    @Test
    void aWindowThatShrinksStopsNewDataAndNotTheOld() {
        try (TcpScenario t =
                TcpScenario.established(StackConfig.small(), segment().mss(MSS).window(5_000))) {
            t.application().writes(10 * MSS).sendsSegments(5, 1, MSS);
            t.receives(segment().seq(1).ack(1_001).window(2_000)).sendsNothing();
            t.after(millis(201)).sends(segment().seq(1_001).ack(1).length(MSS)).skip();
            t.receives(segment().seq(1).ack(5_001).window(5_000)).sendsSegments(2, 5_001, MSS);
        }
    }

    @Rfc("9293 SHLD-17")
    @Test
    void dataBeyondAWindowThatShrankDoesNotEndTheConnection() {
        final StackConfig impatient =
                StackConfig.small().withTcp(StackConfig.small().tcp().withRetries(2, 3));
        try (TcpScenario t =
                TcpScenario.established(impatient, segment().mss(MSS).window(3_000))) {
            t.application().writes(3 * MSS).sendsSegments(3, 1, MSS);
            t.receives(segment().seq(1).ack(1_001).window(0));
            for (int i = 0; i < 20; i++) {
                t.after(seconds(5)).skip().receives(segment().seq(1).ack(1_001).window(0));
            }
            t.isIn(TcpState.ESTABLISHED);
        }
    }

    @Rfc("9293 SHLD-14")
    @Test
    void theRightEdgeOfOurWindowStaysWhereItIs() {
        try (TcpScenario t = TcpScenario.established()) {
            for (int i = 0; i < 10; i++) {
                t.receives(segment().seq(1 + 2 * i * 1_460).ack(1).length(1_460));
                t.receives(segment().seq(1 + (2 * i + 1) * 1_460).ack(1).length(1_460));
                final int acknowledged = 1 + (i + 1) * 2_920;
                t.sends(segment().seq(1).ack(acknowledged).window(65_536 - acknowledged))
                        .after(millis(1));
            }
            t.application().reads(29_200);
        }
    }

    @Rfc("9293 MAY-8")
    @Test
    void aWindowThatNobodyReadsStaysClosed() {
        try (TcpScenario t = TcpScenario.established()) {
            t.fillWindow();
            for (int i = 0; i < 5; i++) {
                t.after(seconds(60))
                        .skip()
                        .receives(segment().seq(65_536).ack(1).length(1));
                t.sends(segment().seq(1).ack(65_536).window(0)).sendsNothing();
            }
            t.application().reads(65_535);
        }
    }

    @Rfc("9293 MUST-66")
    @Test
    void urgentPointersAndResetsCountWhileOurWindowIsClosed() {
        try (TcpScenario t = TcpScenario.established()) {
            t.fillWindow().receives(segment().urg(5).seq(65_536).ack(1));
            t.application().isTold("urgent");
            t.receives(segment().rst().seq(65_536));
            t.application().isTold("failed RESET");
        }
    }

    @Rfc("7323 M2")
    @Test
    void windowScaleWithoutSynIsIgnored() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).window(2_000).wscale(7));
            t.application().writes(5 * MSS).sendsSegments(2, 1, MSS).sendsNothing();
        }
    }

    @Rfc("7323 M3")
    @Test
    void theWindowOfASynIsNotScaled() {
        try (TcpScenario t = TcpScenario.listening()) {
            t.receives(segment().syn().seq(0).mss(MSS).wscale(7));
            t.sends(segment().syn().seq(0).ack(1).wscale(1).window(65_535));
        }
    }

    @Rfc("7323 M4")
    @Test
    void aShiftAboveFourteenCountsAsFourteen() {
        final SegmentSpec syn = segment().mss(MSS).wscale(20).window(1);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.application().writes(40 * MSS).sendsSegments(10, 1, MSS);
            t.receives(segment().seq(1).ack(10_001).window(1))
                    .sendsSegments(16, 10_001, MSS)
                    .sendsNothing();
        }
    }

    // ---- timestamps ----

    @Rfc({"7323 M8", "7323 M11"})
    @Test
    void timestampsThatWereNotAgreedAreNeitherSentNorHeeded() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(10).timestamps(9_000, 0)).skip();
            t.receives(segment().seq(11).ack(1).length(10).timestamps(1, 0)).after(millis(41));
            assertThrows(AssertionError.class, t::timestampSent);
            t.application().reads(20);
        }
    }

    @Rfc({"7323 M9", "7323 S3"})
    @Test
    void agreedTimestampsAreInEverySegmentAndInResets() {
        try (TcpScenario t = withTimestamps()) {
            t.application().writes(10);
            t.timestampSent();
            t.receives(segment().seq(1).ack(11).length(10).timestamps(1_001, 0)).after(millis(41));
            t.timestampSent();
            t.application().reads(10).application().aborts();
            t.timestampSent();
        }
    }

    @Rfc("7323 S5")
    @Test
    void theSynThatOpensEchoesZero() {
        try (TcpScenario t = TcpScenario.connecting()) {
            t.sendsWithEcho(0);
        }
    }

    @Rfc("7323 M10")
    @Test
    void aMissingTimestampDoesNotEndTheConnection() {
        try (TcpScenario t = withTimestamps()) {
            t.receives(PLAIN_DATA).isIn(TcpState.ESTABLISHED).skip();
            t.receives(segment().seq(11).ack(1).length(10).timestamps(1_001, 0)).isIn(TcpState.ESTABLISHED);
        }
    }

    @Rfc("7323 M17")
    @Test
    void aResetIsNotJudgedByItsTimestamp() {
        try (TcpScenario t = withTimestamps()) {
            t.receives(segment().rst().seq(1).timestamps(5, 0));
            t.application().isTold("failed RESET");
        }
    }

    @Rfc("7323 MAY-2")
    @Test
    void theSynThatOpensOffersTimestamps() {
        try (TcpScenario t = TcpScenario.connecting()) {
            t.timestampSent();
        }
    }

    // ---- congestion ----

    /// With a round-trip time of 20 ms: without one, nothing may be late.
    private static TcpScenario tenSegmentsWithSack() {
        final TcpScenario t = TcpScenario.listening();
        t.receives(segment().syn().seq(0).mss(MSS).sackPermitted())
                .sends(segment().syn().seq(0).ack(1));
        t.after(millis(20)).receives(segment().seq(1).ack(1)).application().accepts();
        t.application().writes(30 * MSS).sendsSegments(10, 1, MSS);
        return t.after(millis(20));
    }

    @Rfc("5681 M12")
    @Test
    void aDuplicateThatReportsNothingLetsNothingOut() {
        try (TcpScenario t = tenSegmentsWithSack()) {
            t.receives(segment().seq(1).ack(1))
                    .receives(segment().seq(1).ack(1))
                    .sendsNothing();
        }
    }

    @Rfc("6675 MAY-1")
    @Test
    void aDuplicateThatReportsASegmentLetsANewOneOut() {
        try (TcpScenario t = tenSegmentsWithSack()) {
            t.receives(segment().seq(1).ack(1).sack(1_001, 2_001))
                    .sendsSegments(1, 10_001, MSS)
                    .sendsNothing();
        }
    }

    @Rfc("6675 M8")
    @Test
    void withoutAHoleToFillRecoverySendsNewData() {
        try (TcpScenario t = tenSegmentsWithSack()) {
            t.receives(segment().seq(1).ack(1).sack(1_001, 4_001))
                    .sends(segment().seq(1).ack(1).length(MSS));
            t.skip().receives(segment().seq(1).ack(1).sack(1_001, 10_001));
            t.sends(segment().seq(10_001).ack(1).length(MSS));
        }
    }

    @Rfc({"5681 M4", "5681 S2"})
    @Test
    void theHandshakeLeavesTheWindowAloneAndTheThresholdIsHigh() {
        try (TcpScenario t = TcpScenario.established()) {
            t.congestionWindowIs(10 * MSS);
            assertTrue(t.application().connection().congestion().slowStartThreshold() >= 1 << 20);
        }
    }

    @Rfc("9293 MAY-18")
    @Test
    void cubicKeepsSevenTenthsOfTheWindow() {
        final StackConfig cubic =
                StackConfig.small().withTcp(StackConfig.small().tcp().withCongestion(CongestionAlgorithm.CUBIC));
        try (TcpScenario t = TcpScenario.established(cubic, segment().mss(MSS).window(65_535))) {
            t.application().writes(10 * MSS).sendsSegments(10, 1, MSS);
            for (int i = 0; i < 3; i++) {
                t.receives(segment().seq(1).ack(1));
            }
            t.skip().slowStartThresholdIs(7 * MSS);
        }
    }

    @Rfc("9293 MUST-28")
    @Test
    void keepAliveWaitsTwoHoursUnlessToldOtherwise() {
        try (TcpScenario t = TcpScenario.established()) {
            final TcpSettings settings = new TcpSettings();
            settings.copyFrom(t.application().connection().settings());
            settings.keepAlive = true;
            t.application().connection().use(settings);
            t.after(seconds(7_199)).sendsNothing();
            t.after(seconds(2)).sends(segment().seq(0).ack(1));
        }
    }

    @Rfc({"5681 M8", "5681 M10"})
    @Test
    void aTimeOutHalvesTheThresholdOnceAndNotBelowTwoSegments() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10 * MSS).sendsSegments(10, 1, MSS);
            t.after(millis(201)).slowStartThresholdIs(5 * MSS);
            t.after(millis(402)).slowStartThresholdIs(5 * MSS).skip();
        }
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(MSS).after(millis(201)).slowStartThresholdIs(2 * MSS);
        }
    }

    @Rfc("5681 M11")
    @Test
    void limitedTransmitLeavesTheCongestionWindowAlone() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(20 * MSS).sendsSegments(10, 1, MSS);
            t.receives(segment().seq(1).ack(1))
                    .receives(segment().seq(1).ack(1))
                    .congestionWindowIs(10 * MSS);
        }
    }
}
