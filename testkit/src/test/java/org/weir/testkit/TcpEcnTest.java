package org.weir.testkit;

import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;

import org.junit.jupiter.api.Test;
import org.weir.stack.StackConfig;
import org.weir.tcp.EcnMode;

/// Explicit Congestion Notification: RFC 3168.
class TcpEcnTest {
    private static final int MSS = 1_000;

    private static StackConfig config(EcnMode mode) {
        return StackConfig.small().withTcp(StackConfig.small().tcp().withEcn(mode));
    }

    private static TcpScenario established() {
        return TcpScenario.established(
                config(EcnMode.PASSIVE), segment().ece().cwr().mss(MSS).window(65_535));
    }

    @Test
    void theOfferOfAPeerIsAccepted() {
        try (TcpScenario t = TcpScenario.listening(config(EcnMode.PASSIVE))) {
            t.receives(segment().syn().ece().cwr().seq(0))
                    .sends(segment().syn().ece().seq(0).ack(1));
        }
    }

    @Test
    void theOfferOfAPeerIsDeclinedWhereItIsSwitchedOff() {
        try (TcpScenario t = TcpScenario.listening(config(EcnMode.OFF))) {
            t.receives(segment().syn().ece().cwr().seq(0))
                    .sends(segment().syn().seq(0).ack(1));
        }
    }

    @Test
    void weOfferItOnlyWhereWeAreToldTo() {
        try (TcpScenario t = TcpScenario.connecting(config(EcnMode.PASSIVE))) {
            t.sends(segment().syn().seq(0));
        }
        try (TcpScenario t = TcpScenario.connecting(config(EcnMode.ACTIVE))) {
            t.sends(segment().syn().ece().cwr().seq(0));
            t.receives(segment().syn().ece().seq(0).ack(1).mss(MSS));
            t.skip()
                    .application()
                    .writes(10)
                    .sends(segment().seq(1).ack(1).length(10).ecnCapable());
        }
    }

    @Test
    void anAnswerThatMirrorsBothBitsIsNoAcceptance() {
        try (TcpScenario t = TcpScenario.connecting(config(EcnMode.ACTIVE))) {
            t.sends(segment().syn().ece().cwr().seq(0));
            t.receives(segment().syn().ece().cwr().seq(0).ack(1).mss(MSS));
            t.skip().application().writes(10).sends(segment().seq(1).ack(1).length(10));
        }
    }

    @Test
    void aSynThatWasLostIsSentAgainWithoutTheOffer() {
        try (TcpScenario t = TcpScenario.connecting(config(EcnMode.ACTIVE))) {
            t.sends(segment().syn().ece().cwr().seq(0));
            t.after(millis(1_001)).sends(segment().syn().seq(0));
        }
    }

    @Test
    void onlyNewDataMayBeMarked() {
        try (TcpScenario t = established()) {
            t.application().writes(10).sends(segment().seq(1).ack(1).length(10).ecnCapable());
            t.after(millis(201)).sends(segment().seq(1).ack(1).length(10));
            t.receives(segment().seq(1).ack(11).length(MSS));
            t.receives(segment().seq(1_001).ack(11).length(MSS));
            t.sends(segment().seq(11).ack(2_001));
        }
    }

    @Rfc("9293 SHLD-8")
    @Test
    void aMarkIsEchoedUntilThePeerHasReducedItsWindow() {
        try (TcpScenario t = established()) {
            t.receives(segment().seq(1).ack(1).length(MSS)).skip();
            t.receives(segment().seq(1_001).ack(1).length(MSS).marked());
            t.sends(segment().ece().seq(1).ack(2_001)).after(millis(1));
            t.receives(segment().seq(2_001).ack(1).length(MSS));
            t.receives(segment().seq(3_001).ack(1).length(MSS));
            t.sends(segment().ece().seq(1).ack(4_001)).after(millis(1));
            t.receives(segment().cwr().seq(4_001).ack(1).length(MSS));
            t.receives(segment().seq(5_001).ack(1).length(MSS));
            t.sends(segment().seq(1).ack(6_001));
        }
    }

    @Rfc("9293 SHLD-8")
    @Test
    void anEchoReducesTheWindowOnceForEachRoundTripAndThePeerIsTold() {
        try (TcpScenario t = established()) {
            t.application().writes(40 * MSS);
            t.skip();
            t.receives(segment().ece().seq(1).ack(1_001)).congestionWindowIs(5_000);
            t.receives(segment().ece().seq(1).ack(2_001)).congestionWindowIs(5_000);
            t.receives(segment().ece().seq(1).ack(7_001)).slowStartThresholdIs(5_000);
            t.sends(segment().cwr().seq(10_001).ack(1).length(MSS).ecnCapable());
            t.sends(segment().seq(11_001).ack(1).length(MSS).ecnCapable());
        }
    }

    @Test
    void aLossIsToldLikeAMark() {
        try (TcpScenario t = established()) {
            t.application().writes(40 * MSS);
            t.skip();
            for (int i = 0; i < 3; i++) {
                t.receives(segment().seq(1).ack(1));
            }
            t.skip().receives(segment().seq(1).ack(12_001));
            t.sends(segment().cwr().seq(12_001).ack(1).length(MSS).ecnCapable());
        }
    }

    @Test
    void withoutAgreementAMarkMeansNothing() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(MSS).marked());
            t.receives(segment().seq(1_001).ack(1).length(MSS).marked());
            t.sends(segment().seq(1).ack(2_001));
            t.receives(segment().ece().seq(1).ack(1));
            t.congestionWindowIs(10 * MSS);
        }
    }

    @Test
    void anEchoWithTheLastAcknowledgmentHalvesTheWindowAndNoMore() {
        try (TcpScenario t = established()) {
            t.application().writes(10 * MSS).skip();
            t.receives(segment().ece().seq(1).ack(10_001)).congestionWindowIs(5_000);
        }
    }

    @Test
    void anAcceptanceThatWasLostIsRepeated() {
        try (TcpScenario t = TcpScenario.listening(config(EcnMode.PASSIVE))) {
            t.receives(segment().syn().ece().cwr().seq(0))
                    .sends(segment().syn().ece().seq(0).ack(1));
            t.after(millis(1_001)).sends(segment().syn().ece().seq(0).ack(1));
        }
    }

    @Test
    void aSynThatComesAgainWithoutTheOfferIsAnsweredWithout() {
        try (TcpScenario t = TcpScenario.listening(config(EcnMode.PASSIVE))) {
            t.receives(segment().syn().ece().cwr().seq(0))
                    .sends(segment().syn().ece().seq(0).ack(1));
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
        }
    }
}
