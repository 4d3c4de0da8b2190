package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import org.junit.jupiter.api.Test;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpState;

/// The retransmission timer seen from outside: RFC 6298.
class TcpTimeOutTest {
    private static final int MSS = 1_000;

    /// A connection whose handshake has taken 100 ms.
    private static TcpScenario farAway() {
        final TcpScenario t = TcpScenario.listening();
        t.receives(segment().syn().seq(0).mss(MSS)).sends(segment().syn().seq(0).ack(1));
        t.after(millis(100)).receives(segment().seq(1).ack(1)).application().accepts();
        return t;
    }

    @Rfc({"6298 M1", "9293 MUST-18"})
    @Test
    void theFirstMeasurementCountsThreefold() {
        try (TcpScenario t = farAway()) {
            t.application().writes(10).sends(segment().seq(1).ack(1).length(10));
            t.after(millis(299)).sendsNothing();
            t.after(millis(2)).sends(segment().seq(1).ack(1).length(10));
        }
    }

    @Rfc({"6298 M2", "6298 S2"})
    @Test
    void furtherMeasurementsAreSmoothedByAnEighthAndAQuarter() {
        try (TcpScenario t = farAway()) {
            t.application().writes(10).sends(segment().seq(1).ack(1).length(10));
            t.after(millis(200)).receives(segment().seq(1).ack(11));
            t.application().writes(10).sends(segment().seq(11).ack(1).length(10));
            t.after(millis(361)).sendsNothing();
            t.after(millis(3)).sends(segment().seq(11).ack(1).length(10));
        }
    }

    @Rfc("6298 S5")
    @Test
    void theTimerStopsWhenEverythingIsAcknowledged() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10).sends(segment().seq(1).ack(1).length(10));
            t.receives(segment().seq(1).ack(11)).after(seconds(100)).sendsNothing();
        }
    }

    @Rfc({"6298 S6", "6298 M6"})
    @Test
    void anAcknowledgmentOfNewDataStartsTheTimerAnew() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().switchesNagleOff();
            t.application().writes(10).sends(segment().seq(1).ack(1).length(10));
            t.after(millis(100)).application().writes(10);
            t.sends(segment().seq(11).ack(1).length(10));
            t.after(millis(50)).receives(segment().seq(1).ack(11));
            t.after(millis(198)).sendsNothing();
            t.after(millis(4)).sends(segment().seq(11).ack(1).length(10));
        }
    }

    @Rfc("6298 M8")
    @Test
    void afterALostSynDataWaitsThreeSeconds() {
        try (TcpScenario t = TcpScenario.connecting()) {
            t.sends(segment().syn().seq(0)).after(millis(1_010)).skip();
            t.receives(segment().syn().seq(0).ack(1).mss(MSS)).skip();
            t.application().writes(10).sends(segment().seq(1).ack(1).length(10));
            t.after(millis(2_990)).sendsNothing();
            t.after(millis(20)).sends(segment().seq(1).ack(1).length(10));
        }
    }

    @Rfc("6298 MAY-1")
    @Test
    void theTimeOutGrowsToAMinuteAndNoFurther() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10).after(seconds(200)).skip();
            t.after(seconds(61)).sends(segment().seq(1).ack(1).length(10)).sendsNothing();
        }
    }

    @Rfc({"9293 SHLD-10", "9293 SHLD-11"})
    @Test
    void aSilentPeerIsGivenMoreThanAHundredSeconds() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(10).after(seconds(100)).skip();
            t.isIn(TcpState.ESTABLISHED).receives(segment().seq(1).ack(11)).isIn(TcpState.ESTABLISHED);
        }
    }

    @Rfc("6298 M4")
    @Test
    void everyRoundTripIsMeasured() {
        try (TcpScenario t = farAway()) {
            long smoothedNs = millis(100);
            for (int i = 0; i < 5; i++) {
                t.application().writes(4 * MSS).sendsSegments(4, 1 + 4 * i * MSS, MSS);
                t.after(millis(180)).receives(segment().seq(1).ack(1 + (4 * i + 4) * MSS));
                smoothedNs += (millis(180) - smoothedNs) / 8;
                assertEquals(smoothedNs, t.application().connection().roundTripTimeNs());
            }
        }
    }

    /// RFC 6298 (2.3): the round trip takes 20 ms without any variation.
    @Rfc("6298 M5")
    @Test
    void theTimeOutIsLongerThanASteadyRoundTripByOneTick() {
        final StackConfig quick = StackConfig.small()
                .withTcp(StackConfig.small().tcp().toBuilder()
                        .minimumRtoNs(millis(1))
                        .build());
        try (TcpScenario t = TcpScenario.established(quick, segment().mss(MSS).window(65_535))) {
            for (int i = 0; i < 300; i++) {
                t.application().writes(10).skip();
                t.after(millis(20)).skip().receives(segment().seq(1).ack(11 + 10 * i));
            }
            t.application().writes(10).sends(segment().seq(3_001).ack(1).length(10));
            t.after(millis(20) + 900_000).sendsNothing();
            t.after(millis(2)).sends(segment().seq(3_001).ack(1).length(10));
        }
    }

    @Rfc("7323 M14")
    @Test
    void anEchoWithoutAnythingNewIsNoMeasurement() {
        try (TcpScenario t = TcpScenario.listening()) {
            t.receives(segment().syn().seq(0).mss(MSS).timestamps(1, 0))
                    .sends(segment().syn().seq(0).ack(1));
            t.after(millis(100)).receives(segment().seq(1).ack(1).timestamps(2, 0));
            t.application().accepts().application().writes(10);
            final int stamp = t.timestampSent();
            t.after(millis(180)).receives(segment().seq(1).ack(1).length(10).timestamps(3, stamp));
            assertEquals(millis(100), t.application().connection().roundTripTimeNs());
            t.receives(segment().seq(11).ack(11).timestamps(4, stamp)).skip();
            assertEquals(millis(110), t.application().connection().roundTripTimeNs());
        }
    }

    @Rfc("7323 M13")
    @Test
    void theEchoOfASegmentWithoutAcknowledgmentIsIgnored() {
        try (TcpScenario t = TcpScenario.connecting()) {
            final int stamp = t.timestampSent();
            t.after(millis(100)).receives(segment().syn().seq(0).mss(MSS).timestamps(1, stamp));
            assertEquals(0, t.application().connection().roundTripTimeNs());
            t.skip().receives(segment().seq(1).length(10).timestamps(2, stamp));
            assertEquals(0, t.application().connection().roundTripTimeNs());
        }
    }
}
