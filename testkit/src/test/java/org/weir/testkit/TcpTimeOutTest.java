package org.weir.testkit;

import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import org.junit.jupiter.api.Test;
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
}
