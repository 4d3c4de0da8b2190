package org.weir.testkit;

import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import org.junit.jupiter.api.Test;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpState;

/// Closing: RFC 9293 section 3.6.
class TcpCloseTest {
    @Test
    void closeSendsAFinBehindTheData() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(100);
            t.skip().application().closes();
            t.sends(segment().fin().seq(101).ack(1));
            t.receives(segment().seq(1).ack(102))
                    .receives(segment().fin().seq(1).ack(102));
            t.sends(segment().seq(102).ack(2));
        }
    }

    @Test
    void theFinRidesOnTheLastSegment() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application()
                    .writesAndCloses(100)
                    .sends(segment().fin().seq(1).ack(1).length(100));
        }
    }

    @Rfc("9293 MUST-12")
    @Test
    void thePeersFinEndsTheStreamBehindItsData() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().fin().seq(1).ack(1).length(10))
                    .sends(segment().seq(1).ack(12));
            t.isIn(TcpState.CLOSE_WAIT).application().reads(10).application().seesEndOfStream();
            t.application()
                    .shutsDownOutput()
                    .sends(segment().fin().seq(1).ack(12))
                    .isIn(TcpState.LAST_ACK);
            t.receives(segment().seq(12).ack(2)).isIn(TcpState.CLOSED);
        }
    }

    @Test
    void aFinBeforeMissingDataWaitsForIt() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().fin().seq(101).ack(1).length(10))
                    .sends(segment().seq(1).ack(1));
            t.isIn(TcpState.ESTABLISHED);
            t.receives(segment().seq(1).ack(1).length(100))
                    .sends(segment().seq(1).ack(112));
            t.isIn(TcpState.CLOSE_WAIT).application().reads(110).application().seesEndOfStream();
        }
    }

    @Test
    void halfCloseLeavesTheOtherDirectionOpen() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application()
                    .shutsDownOutput()
                    .sends(segment().fin().seq(1).ack(1))
                    .isIn(TcpState.FIN_WAIT_1);
            t.receives(segment().seq(1).ack(2)).isIn(TcpState.FIN_WAIT_2);
            t.receives(segment().seq(1).ack(2).length(1_400)).skip();
            t.application().reads(1_400);
            t.receives(segment().fin().seq(1_401).ack(2))
                    .isIn(TcpState.TIME_WAIT)
                    .skip();
            t.application().seesEndOfStream();
        }
    }

    @Test
    void dataCanStillBeSentAfterThePeersFin() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().fin().seq(1).ack(1)).sends(segment().seq(1).ack(2));
            t.application().writes(100).sends(segment().seq(1).ack(2).length(100));
        }
    }

    @Test
    void simultaneousCloseGoesThroughClosingToTimeWait() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().shutsDownOutput().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().fin().seq(1).ack(1))
                    .sends(segment().seq(2).ack(2))
                    .isIn(TcpState.CLOSING);
            t.receives(segment().seq(2).ack(2)).isIn(TcpState.TIME_WAIT);
        }
    }

    @Test
    void aLostFinIsSentAgain() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().shutsDownOutput().sends(segment().fin().seq(1).ack(1));
            t.after(millis(202)).sends(segment().fin().seq(1).ack(1));
        }
    }

    @Rfc("9293 MUST-13")
    @Test
    void aRepeatedFinIsAcknowledgedAgainInTimeWait() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().shutsDownOutput().skip();
            t.receives(segment().fin().seq(1).ack(2))
                    .sends(segment().seq(2).ack(2))
                    .isIn(TcpState.TIME_WAIT);
            t.after(seconds(50))
                    .receives(segment().fin().seq(1).ack(2))
                    .sends(segment().seq(2).ack(2));
            t.after(seconds(50)).isIn(TcpState.TIME_WAIT);
            t.after(seconds(11)).isIn(TcpState.CLOSED);
        }
    }

    @Test
    void timeWaitIgnoresAReset() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().shutsDownOutput().skip();
            t.receives(segment().fin().seq(1).ack(2)).skip().isIn(TcpState.TIME_WAIT);
            t.receives(segment().rst().seq(2)).sendsNothing().isIn(TcpState.TIME_WAIT);
        }
    }

    @Rfc("9293 MAY-2")
    @Test
    void aNewSynReopensAConnectionInTimeWait() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().closes().skip();
            t.receives(segment().fin().seq(1).ack(2)).sends(segment().seq(2).ack(2));
            t.receives(segment().syn().seq(100_000)).sendsSynAckOf(100_000);
        }
    }

    @Test
    void anOldSynDoesNotReopenAConnectionInTimeWait() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().closes().skip();
            t.receives(segment().fin().seq(1).ack(2)).sends(segment().seq(2).ack(2));
            t.receives(segment().syn().seq(0)).sends(segment().seq(2).ack(2));
        }
    }

    @Rfc("9293 SHLD-3")
    @Test
    void closingWithUnreadDataResetsThePeer() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(10));
            t.application().closes().sends(segment().rst().seq(1).ack(11));
        }
    }

    @Rfc({"9293 SHLD-3", "9293 MAY-1"})
    @Test
    void dataThatArrivesAfterCloseIsReset() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().closes().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().seq(1).ack(2).length(10))
                    .sends(segment().rst().seq(2).ack());
            t.receives(segment().seq(11).ack(2).length(10))
                    .sends(segment().rst().seq(2));
        }
    }

    @Test
    void abortResetsThePeerAndForgetsTheQueue() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().writes(1_000).skip();
            t.application().aborts().sends(segment().rst().seq(1_001).ack(1)).sendsNothing();
        }
    }

    @Test
    void aFinWait2ThatNobodyWaitsForEnds() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().closes().skip();
            t.receives(segment().seq(1).ack(2));
            t.after(seconds(59)).connectionsInUse(1);
            t.after(seconds(2)).connectionsInUse(0);
        }
    }

    @Rfc("9293 MUST-13")
    @Test
    void timeWaitLastsTwiceTheSegmentLifetime() {
        final StackConfig shortLife =
                StackConfig.small().withTcp(StackConfig.small().tcp().withMaximumSegmentLifetime(seconds(2)));
        try (TcpScenario t =
                TcpScenario.established(shortLife, segment().mss(1_000).window(65_535))) {
            t.application().closes().skip();
            t.receives(segment().fin().seq(1).ack(2)).skip();
            t.after(millis(3_990)).connectionsInUse(1);
            t.after(millis(20)).connectionsInUse(0);
        }
    }

    @Rfc("9293 MUST-12")
    @Test
    void aResetInCloseWaitIsReported() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().fin().seq(1).ack(1)).skip();
            t.receives(segment().rst().seq(2));
            t.application().isTold("failed RESET");
        }
    }

    @Rfc("9293 SHLD-4")
    @Test
    void withTimestampsTheTimeDecidesWhetherASynIsNew() {
        final SegmentSpec syn = segment().mss(1_000).window(65_535).timestamps(1_000, 0);
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn)) {
            t.application().closes().skip();
            t.receives(segment().fin().seq(1).ack(2).timestamps(1_010, 0))
                    .sends(segment().seq(2).ack(2));
            t.receives(segment().syn().seq(100_000).timestamps(1_005, 0))
                    .sends(segment().seq(2).ack(2));
            t.receives(segment().syn().seq(-100_000).timestamps(1_020, 0)).sendsSynAckOf(-100_000);
        }
    }
}
