package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.weir.stack.StackConfig;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.tcp.TcpInfo;
import org.weir.tcp.TcpSettings;
import org.weir.tcp.TcpState;
import org.weir.wire.EthernetHeader;
import org.weir.wire.Ipv4Header;

/// What users set on a connection: keep-alive, user timeout, cork, linger and the like.
class TcpSettingsTest {
    private static final int MSS = 1_000;

    private static TcpScenario established(Consumer<TcpSettings> change) {
        final TcpScenario t = TcpScenario.established();
        return set(t, change);
    }

    private static TcpScenario set(TcpScenario t, Consumer<TcpSettings> change) {
        final TcpSettings settings = new TcpSettings();
        settings.copyFrom(t.application().connection().settings());
        change.accept(settings);
        t.application().connection().use(settings);
        t.wire().settle();
        return t;
    }

    private static void keepAlive(TcpSettings s) {
        s.keepAlive = true;
        s.keepAliveIdleNs = seconds(10);
        s.keepAliveIntervalNs = seconds(2);
        s.keepAliveProbes = 3;
    }

    // ---- keep-alive ----

    @Rfc("9293 MUST-25")
    @Test
    void aSilentConnectionIsLeftAloneUnlessTheUserSaysOtherwise() {
        try (TcpScenario t = TcpScenario.established()) {
            t.after(seconds(100_000)).sendsNothing();
        }
    }

    @Rfc({"9293 MAY-5", "9293 MUST-24", "9293 MUST-26", "9293 MUST-27", "9293 SHLD-12"})
    @Test
    void aSilentConnectionIsProbedOneBelowTheNextOctet() {
        try (TcpScenario t = established(TcpSettingsTest::keepAlive)) {
            t.after(millis(9_990)).sendsNothing();
            t.after(millis(20)).sends(segment().seq(0).ack(1)).sendsNothing();
            t.receives(segment().seq(1).ack(1));
            t.after(millis(9_990)).sendsNothing();
            t.after(millis(20)).sends(segment().seq(0).ack(1));
        }
    }

    @Rfc("9293 MUST-29")
    @Test
    void aPeerThatAnswersNoProbeIsGivenUpAndReset() {
        try (TcpScenario t = established(TcpSettingsTest::keepAlive)) {
            t.after(millis(10_010)).sends(segment().seq(0).ack(1));
            t.after(seconds(2)).sends(segment().seq(0).ack(1));
            t.after(seconds(2)).sends(segment().seq(0).ack(1));
            t.after(seconds(2)).sends(segment().rst().seq(1).ack(1)).sendsNothing();
            t.application().isTold("failed TIMED_OUT");
        }
    }

    @Rfc("9293 MUST-26")
    @Test
    void whatArrivesPutsTheProbeOff() {
        try (TcpScenario t = established(TcpSettingsTest::keepAlive)) {
            t.after(seconds(9))
                    .receives(segment().seq(1).ack(1).length(10))
                    .after(millis(50))
                    .skip();
            t.after(seconds(9)).sendsNothing();
            t.after(seconds(1)).sends(segment().seq(0).ack(11));
        }
    }

    @Test
    void theProbeOfAPeerIsAnswered() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(0).ack(1)).sends(segment().seq(1).ack(1));
        }
    }

    // ---- user timeout ----

    @Rfc("9293 MUST-21")
    @Test
    void aUserTimeoutEndsWaitingForAnAcknowledgment() {
        try (TcpScenario t = established(s -> s.userTimeoutNs = seconds(3))) {
            t.application().writes(10).skip();
            t.after(millis(2_900)).skip().application().isNotTold("failed TIMED_OUT");
            t.after(millis(200)).sends(segment().rst().seq(11).ack(1));
            t.application().isTold("failed TIMED_OUT");
        }
    }

    @Rfc("9293 MUST-21")
    @Test
    void aUserTimeoutIsLongerThanTheRetransmissionsWouldLast() {
        try (TcpScenario t = established(s -> s.userTimeoutNs = seconds(5_000))) {
            t.application().writes(10).skip();
            t.after(seconds(4_900)).skip().application().isNotTold("failed TIMED_OUT");
            t.after(seconds(101)).skip().application().isTold("failed TIMED_OUT");
        }
    }

    @Test
    void aUserTimeoutEndsProbingAClosedWindow() {
        try (TcpScenario t = established(s -> s.userTimeoutNs = seconds(3))) {
            t.application().writes(MSS).skip();
            t.receives(segment().seq(1).ack(1_001).window(0));
            t.application().writes(10);
            for (int i = 0; i < 8; i++) {
                t.after(millis(400))
                        .receives(segment().seq(1).ack(1_001).window(0))
                        .skip();
            }
            t.after(seconds(2)).skip().application().isTold("failed TIMED_OUT");
        }
    }

    @Test
    void progressRestartsTheUserTimeout() {
        try (TcpScenario t = established(s -> s.userTimeoutNs = seconds(3))) {
            for (int i = 0; i < 4; i++) {
                t.application().writes(10).skip();
                t.after(seconds(2))
                        .skip()
                        .receives(segment().seq(1).ack(11 + 10 * i))
                        .skip();
            }
            t.isIn(TcpState.ESTABLISHED);
        }
    }

    @Test
    void aUserTimeoutDoesNotHurryTheHandshake() {
        final TcpSettings impatient = new TcpSettings();
        try (TcpScenario t = TcpScenario.listening()) {
            impatient.reset(t.stack().tcp().config());
            impatient.userTimeoutNs = seconds(30);
            t.listener().use(impatient);
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
            t.after(millis(900)).sendsNothing();
            t.receives(segment().seq(1).ack(1)).application().accepts();
        }
    }

    // ---- when to send ----

    @Test
    void aCorkHoldsShortSegmentsBack() {
        try (TcpScenario t = established(s -> s.cork = true)) {
            t.application().writes(600).sendsNothing();
            t.application()
                    .writes(600)
                    .sends(segment().seq(1).ack(1).length(MSS))
                    .sendsNothing();
            set(t, s -> s.cork = false).sends(segment().seq(1_001).ack(1).length(200));
        }
    }

    @Test
    void aCorkHoldsFor200MillisecondsAtMost() {
        try (TcpScenario t = established(s -> s.cork = true)) {
            t.application().writes(600);
            t.after(millis(199)).sendsNothing();
            t.after(millis(2)).sends(segment().seq(1).ack(1).length(600)).sendsNothing();
        }
    }

    @Test
    void theEndOfTheStreamPullsTheCork() {
        try (TcpScenario t = established(s -> s.cork = true)) {
            t.application().writes(600).sendsNothing();
            t.application()
                    .shutsDownOutput()
                    .sends(segment().fin().seq(1).ack(1).length(600));
        }
    }

    @Test
    void theApplicationIsToldToWriteOnlyBelowTheLowWaterMark() {
        try (TcpScenario t = established(s -> s.notSentLowWater = 4 * MSS)) {
            final int taken = t.application().offers(20 * MSS);
            t.wire().settle();
            t.skip().application().isNotTold("writable").takenWas(taken, 20 * MSS);
            assertEquals(0, t.application().connection().sendRoom());
            t.application().takenWas(t.application().offers(1), 0);
            t.receives(segment().seq(1).ack(3 * MSS + 1)).skip();
            t.application().takenWas(t.application().offers(1), 0);
            t.receives(segment().seq(1).ack(5 * MSS + 1)).skip();
            t.application().isTold("writable");
        }
    }

    @Test
    void pacingSpreadsSegmentsOverTime() {
        try (TcpScenario t = established(s -> s.maximumPacingRate = 100_000)) {
            t.application()
                    .writes(5 * MSS)
                    .sends(segment().seq(1).ack(1).length(MSS))
                    .sendsNothing();
            t.after(millis(8)).sendsNothing();
            t.after(millis(2)).sends(segment().seq(1_001).ack(1).length(MSS)).sendsNothing();
            t.after(millis(10)).sends(segment().seq(2_001).ack(1).length(MSS)).sendsNothing();
        }
    }

    // ---- acknowledgments ----

    @Test
    void quickAcknowledgmentsAreNotDelayed() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(10)).sendsNothing();
            t.application().connection().quickAck(true);
            t.wire().settle();
            t.sends(segment().seq(1).ack(11));
            t.receives(segment().seq(11).ack(1).length(10))
                    .sends(segment().seq(1).ack(21));
        }
    }

    @Test
    void whereDataBeginsToFlowEverySegmentIsAcknowledgedAtOnceUntilTheApplicationAnswers() {
        final StackConfig quick = StackConfig.small()
                .withTcp(StackConfig.small().tcp().toBuilder().quickAcks(3).build());
        try (TcpScenario t = TcpScenario.established(quick, segment().mss(MSS).window(65_535))) {
            t.receives(segment().seq(1).ack(1).length(10))
                    .sends(segment().seq(1).ack(11));
            t.receives(segment().seq(11).ack(1).length(10))
                    .sends(segment().seq(1).ack(21));
            t.application().writes(5).sends(segment().seq(1).ack(21).length(5));
            t.receives(segment().seq(21).ack(6).length(10)).sendsNothing();
            t.after(millis(41)).sends(segment().seq(6).ack(31));
            t.after(seconds(3)).receives(segment().seq(31).ack(6).length(10));
            t.sends(segment().seq(6).ack(41));
        }
    }

    // ---- sizes ----

    @Test
    void theUsersLargestSegmentIsOfferedAndKept() {
        final TcpSettings small = new TcpSettings();
        try (TcpScenario t = TcpScenario.listening()) {
            small.reset(t.stack().tcp().config());
            small.maximumSegmentSize = 500;
            t.listener().use(small);
            t.receives(segment().syn().seq(0).mss(MSS))
                    .sends(segment().syn().seq(0).ack(1).mss(500));
            t.receives(segment().seq(1).ack(1)).application().accepts();
            t.application().writes(MSS).sendsSegments(2, 1, 500);
        }
    }

    @Test
    void theUsersReceiveBufferIsTheWindow() {
        final TcpSettings small = new TcpSettings();
        try (TcpScenario t = TcpScenario.listening()) {
            small.reset(t.stack().tcp().config());
            small.receiveBuffer = 5_000;
            t.listener().use(small);
            t.receives(segment().syn().seq(0).mss(MSS))
                    .sends(segment().syn().seq(0).ack(1).window(5_000));
        }
    }

    @Test
    void aSettingOutOfItsRangeIsRefusedWithItsName() {
        try (TcpScenario t = TcpScenario.established()) {
            final IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> set(t, s -> s.maximumSegmentSize = 10));
            assertEquals("TCP maximum segment size of 10 is not in 88 to 65495", refused.getMessage());
        }
    }

    // ---- the end ----

    @Test
    void lingeringForNoTimeResets() {
        try (TcpScenario t = established(s -> s.linger = true)) {
            t.application().writes(10).skip();
            t.application().closes().sends(segment().rst().seq(11).ack(1)).sendsNothing();
            t.connectionsInUse(0);
        }
    }

    @Test
    void lingeringEndsWithAReset() {
        try (TcpScenario t = established(s -> {
            s.linger = true;
            s.lingerNs = seconds(2);
        })) {
            t.application().writes(10).skip();
            t.application().closes().skip();
            t.after(millis(1_900)).skip().connectionsInUse(1);
            t.after(millis(200)).sends(segment().rst().seq(12).ack(1)).connectionsInUse(0);
        }
    }

    @Test
    void lingeringEndsEarlyWhenAllIsAcknowledged() {
        try (TcpScenario t = established(s -> {
            s.linger = true;
            s.lingerNs = seconds(2);
        })) {
            t.application().writesAndCloses(10);
            t.wire().settle();
            t.skip().receives(segment().seq(1).ack(12));
            t.after(seconds(3)).sendsNothing().connectionsInUse(1);
            t.receives(segment().fin().seq(1).ack(12)).sends(segment().seq(12).ack(2));
        }
    }

    @Test
    void aForgottenFinWait2LastsAsLongAsTheUserSays() {
        try (TcpScenario t = established(s -> s.finWait2Ns = seconds(5))) {
            t.application().closes().skip();
            t.receives(segment().seq(1).ack(2));
            t.after(seconds(4)).connectionsInUse(1);
            t.after(seconds(2)).connectionsInUse(0);
        }
    }

    // ---- accepting ----

    @Test
    void aDeferredConnectionIsAcceptedWithItsFirstData() {
        final TcpSettings deferred = new TcpSettings();
        try (TcpScenario t = TcpScenario.listening()) {
            deferred.reset(t.stack().tcp().config());
            deferred.deferAcceptNs = seconds(5);
            t.listener().use(deferred);
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
            t.receives(segment().seq(1).ack(1)).application().isNotTold("acceptable");
            t.receives(segment().seq(1).ack(1).length(10))
                    .application()
                    .isTold("acceptable")
                    .accepts();
            t.application().reads(10);
        }
    }

    @Test
    void aDeferredConnectionWithoutDataIsAcceptedInTheEnd() {
        final TcpSettings deferred = new TcpSettings();
        try (TcpScenario t = TcpScenario.listening()) {
            deferred.reset(t.stack().tcp().config());
            deferred.deferAcceptNs = seconds(5);
            t.listener().use(deferred);
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
            t.receives(segment().seq(1).ack(1))
                    .after(millis(4_900))
                    .application()
                    .isNotTold("acceptable");
            t.after(millis(200)).application().isTold("acceptable").accepts();
        }
    }

    @Rfc({"9293 MUST-48", "9293 SHLD-21", "9293 SHLD-22"})
    @Test
    void theTypeOfServiceReachesTheNetworkLayerAndMayChange() {
        try (TcpScenario t = established(s -> s.typeOfService = 0xB8)) {
            t.application().writes(10).sends(segment().seq(1).ack(1).length(10).typeOfService(0xB8));
            t.receives(segment().seq(1).ack(11));
            set(t, s -> s.typeOfService = 0x28);
            t.application().writes(10).sends(segment().seq(11).ack(1).length(10).typeOfService(0x28));
        }
    }

    // ---- congestion control and information ----

    @Test
    void theUserChoosesTheCongestionControl() {
        try (TcpScenario t = established(s -> s.congestion = CongestionAlgorithm.CUBIC)) {
            t.application().writes(40 * MSS).sendsSegments(10, 1, MSS);
            for (int i = 0; i < 3; i++) {
                t.receives(segment().seq(1).ack(1));
            }
            t.skip().slowStartThresholdIs(7 * MSS);
        }
    }

    @Test
    void theStateOfAConnectionCanBeRead() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(3 * MSS).skip();
            t.receives(segment().seq(1).ack(1_001).length(10));
            final TcpInfo info = new TcpInfo();
            t.application().connection().info(info);
            assertEquals(TcpState.ESTABLISHED, info.state);
            assertEquals(2 * MSS, info.unacknowledged);
            assertEquals(MSS, info.octetsAcknowledged);
            assertEquals(10, info.octetsReceived);
            assertEquals(MSS, info.sendSegmentSize);
            assertEquals(3, info.dataSegmentsSent);
            assertEquals(65_535, info.sendWindow);
            assertEquals(0, info.sinceDataReceivedNs);
        }
    }

    @Rfc("9293 MUST-49")
    @Test
    void theTimeToLiveIsTheUsers() {
        try (TcpScenario t = established(s -> s.timeToLive = 9)) {
            t.application().writes(10);
            assertEquals(9, timeToLive(t));
            t.skip().receives(segment().seq(1).ack(11));
            set(t, s -> s.timeToLive = 200).application().writes(10);
            assertEquals(200, timeToLive(t));
        }
    }

    private static int timeToLive(TcpScenario t) {
        final MemorySegment frame = MemorySegment.ofArray(t.wire().frames().element());
        return new Ipv4Header().at(frame, EthernetHeader.LENGTH).timeToLive();
    }
}
