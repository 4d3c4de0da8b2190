package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.weir.testkit.SegmentSpec.segment;

import org.junit.jupiter.api.Test;

/// The urgent mechanism: RFC 9293 section 3.8.5 as RFC 6093 explains it.
class TcpUrgentTest {
    @Rfc({"9293 MUST-30", "9293 MUST-32", "9293 MUST-33"})
    @Test
    void urgentDataStaysInItsPlaceAndTheApplicationIsToldWhereItEnds() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().urg(3).seq(1).ack(1).length(10));
            t.application().isTold("urgent");
            assertEquals(3, t.application().connection().urgentOctets());
            t.application().reads(3);
            assertEquals(0, t.application().connection().urgentOctets());
            t.application().reads(7);
        }
    }

    @Rfc({"9293 MUST-31", "9293 MUST-32"})
    @Test
    void urgentDataIsAnnouncedBeforeItArrives() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().urg(100).seq(1).ack(1));
            t.application().isTold("urgent").isNotTold("readable");
            assertEquals(100, t.application().connection().urgentOctets());
        }
    }

    @Rfc("9293 MUST-32")
    @Test
    void anAnnouncementIsToldOnce() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().urg(20).seq(1).ack(1).length(10)).application().isTold("urgent");
            t.receives(segment().urg(10).seq(11).ack(1).length(10))
                    .application()
                    .isNotTold("urgent");
            t.receives(segment().urg(20).seq(21).ack(1).length(10))
                    .application()
                    .isTold("urgent");
        }
    }

    @Test
    void aPointerIntoThePastIsNoNews() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(segment().seq(1).ack(1).length(100));
            t.receives(segment().urg(0).seq(101).ack(1).length(10))
                    .application()
                    .isNotTold("urgent");
        }
    }

    @Rfc({"9293 MUST-30", "9293 MUST-31", "9293 MUST-62"})
    @Test
    void whatIsDeclaredUrgentIsPointedBehind() {
        try (TcpScenario t = TcpScenario.established()) {
            t.application().connection().noDelay(true);
            t.receives(segment().seq(1).ack(1).window(0));
            t.application().writes(1_200);
            t.application().connection().urgent();
            t.receives(segment().seq(1).ack(1).window(5_000));
            t.sends(segment().urg(1_200).seq(1).ack(1).length(1_000));
            t.sends(segment().urg(200).seq(1_001).ack(1).length(200));
            t.application().writes(10).sends(segment().seq(1_201).ack(1).length(10));
        }
    }
}
