package org.weir.drivers;

import static org.weir.testkit.SegmentSpec.segment;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.weir.testkit.Rfc;
import org.weir.testkit.TcpScript;

/// The scripts of [TcpScripts] about sending: windows, Nagle's algorithm, losses.
///
/// Where acknowledgments let new segments out, they come a little later than the last segment left: for a millisecond
/// the kernel waits whether there will be more to send at once (`tcp_tso_should_defer`).
abstract class TcpSendingScripts extends TcpClosingScripts {
    @Rfc("9293 MUST-61")
    @Test
    void dataIsCutIntoSegmentsAndTheLastOneIsPushed() throws IOException {
        try (TcpScript t = established()) {
            t.writes(2_500).sendsSegments(2, 1, MSS);
            t.sends(segment().psh().seq(2_001).ack(1).length(500)).sendsNothing();
        }
    }

    @Rfc("9293 MUST-16")
    @Test
    void timestampsMakeSegmentsShorter() throws IOException {
        try (TcpScript t = withTimestamps()) {
            t.writes(2_000).sends(segment().seq(1).ack(1).length(988));
            t.sends(segment().seq(989).ack(1).length(988));
        }
    }

    @Rfc("5681 M3")
    @Test
    void theInitialWindowIsTenSegments() throws IOException {
        try (TcpScript t = established()) {
            t.writes(20 * MSS).sendsSegments(10, 1, MSS).sendsNothing();
        }
    }

    @Rfc("5681 M1")
    @Test
    void slowStartSendsTwoSegmentsForEachOneAcknowledged() throws IOException {
        try (TcpScript t = established()) {
            t.writes(40 * MSS).sendsSegments(10, 1, MSS);
            t.after(2).receives(segment().seq(1).ack(1_001)).sendsSegments(2, 10_001, MSS);
            t.sendsNothing();
        }
    }

    @Rfc("5681 M2")
    @Test
    void thePeersWindowIsNeverOverrun() throws IOException {
        try (TcpScript t = established(segment().mss(MSS).window(2_000))) {
            t.writes(10 * MSS).sendsSegments(2, 1, MSS).sendsNothing();
            t.receives(segment().seq(1).ack(2_001).window(1_000))
                    .sendsSegments(1, 2_001, MSS)
                    .sendsNothing();
        }
    }

    @Rfc("7323 M5")
    @Test
    void theWindowIsScaled() throws IOException {
        try (TcpScript t = established(segment().mss(MSS).wscale(4).window(500))) {
            t.writes(8 * MSS).sendsSegments(8, 1, MSS);
        }
    }

    @Rfc("9293 SHLD-7")
    @Test
    void aShortSegmentWaitsForTheOneBeforeIt() throws IOException {
        try (TcpScript t = established()) {
            t.writes(10).sends(segment().seq(1).ack(1).length(10));
            t.writes(10).writes(10).sendsNothing();
            t.receives(segment().seq(1).ack(11)).sends(segment().seq(11).ack(1).length(20));
        }
    }

    @Rfc("9293 MUST-17")
    @Test
    void withoutNagleShortSegmentsLeaveAtOnce() throws IOException {
        try (TcpScript t = established()) {
            t.switchesNagleOff().writes(10).sends(segment().seq(1).ack(1).length(10));
            t.writes(10).sends(segment().seq(11).ack(1).length(10));
        }
    }

    @Rfc("6298 S7")
    @Test
    void lostDataIsSentAgainAfterTheTimeOut() throws IOException {
        try (TcpScript t = established()) {
            t.writes(10).sends(segment().seq(1).ack(1).length(10)).after(150).sendsNothing();
            t.sends(segment().seq(1).ack(1).length(10)).after(300).sendsNothing();
            t.sends(segment().seq(1).ack(1).length(10));
        }
    }

    @Rfc("5681 M9")
    @Test
    void aTimeOutSendsOneSegmentOnly() throws IOException {
        try (TcpScript t = established()) {
            t.writes(5 * MSS).sendsSegments(5, 1, MSS).after(150).sendsNothing();
            t.sendsSegments(1, 1, MSS).sendsNothing();
            t.receives(segment().seq(1).ack(1_001)).sendsSegments(2, 1_001, MSS).sendsNothing();
        }
    }

    @Rfc("5681 S7")
    @Test
    void threeDuplicatesBringTheFirstSegmentAgain() throws IOException {
        try (TcpScript t = established()) {
            t.writes(10 * MSS).sendsSegments(10, 1, MSS);
            t.receives(segment().seq(1).ack(1))
                    .receives(segment().seq(1).ack(1))
                    .sendsNothing();
            t.receives(segment().seq(1).ack(1)).sendsSegments(1, 1, MSS).sendsNothing();
            t.receives(segment().seq(1).ack(10_001)).sendsNothing();
        }
    }

    @Rfc("5681 S8")
    @Test
    void theFirstTwoDuplicatesLetNewSegmentsOut() throws IOException {
        try (TcpScript t = established()) {
            t.writes(20 * MSS).sendsSegments(10, 1, MSS);
            t.after(2).receives(segment().seq(1).ack(1)).sendsSegments(1, 10_001, MSS);
            t.after(2).receives(segment().seq(1).ack(1)).sendsSegments(1, 11_001, MSS);
            t.sendsNothing();
        }
    }

    @Test
    void aPartialAcknowledgmentBringsTheNextHoleAgain() throws IOException {
        try (TcpScript t = established()) {
            t.writes(10 * MSS).sendsSegments(10, 1, MSS);
            for (int i = 0; i < 3; i++) {
                t.receives(segment().seq(1).ack(1));
            }
            t.sendsSegments(1, 1, MSS);
            t.receives(segment().seq(1).ack(5_001)).sendsSegments(1, 5_001, MSS);
        }
    }

    @Rfc({"9293 MUST-36", "9293 SHLD-29"})
    @Test
    void aClosedWindowIsProbed() throws IOException {
        try (TcpScript t = established()) {
            t.writes(MSS).sendsSegments(1, 1, MSS);
            t.receives(segment().seq(1).ack(1_001).window(0))
                    .writes(MSS)
                    .after(150)
                    .sendsNothing();
            t.sends(segment().seq(1_001).ack(1).length(1));
            t.receives(segment().seq(1).ack(1_001).window(0)).after(300).sendsNothing();
            t.sends(segment().seq(1_001).ack(1).length(1));
            t.receives(segment().seq(1).ack(1_001).window(5_000)).sendsSegments(1, 1_001, MSS);
        }
    }

    @Rfc("9293 SHLD-15")
    @Test
    void aWindowThatShrinksStopsNewData() throws IOException {
        try (TcpScript t = established(segment().mss(MSS).window(5_000))) {
            t.writes(10 * MSS).sendsSegments(5, 1, MSS);
            t.receives(segment().seq(1).ack(1_001).window(2_000)).sendsNothing();
        }
    }

    // ---- losses that SACK tells ----

    /// A connection with SACK, and ten segments of which nothing was heard for 20 ms, as long as the handshake
    /// took.
    private TcpScript tenSegmentsOnTheWay() throws IOException {
        final TcpScript t = listening();
        t.receives(segment().syn().seq(0).mss(MSS).sackPermitted());
        t.sends(segment().syn().seq(0).ack(1).sackPermitted());
        t.after(20).receives(segment().seq(1).ack(1)).accepts();
        return t.writes(10 * MSS).sendsSegments(10, 1, MSS).after(20);
    }

    @Test
    void threeSegmentsSackedBringTheFirstAgain() throws IOException {
        try (TcpScript t = tenSegmentsOnTheWay()) {
            t.receives(segment().seq(1).ack(1).sack(1_001, 2_001));
            t.receives(segment().seq(1).ack(1).sack(1_001, 3_001));
            t.receives(segment().seq(1).ack(1).sack(1_001, 4_001)).sendsSegments(1, 1, MSS);
            t.receives(segment().seq(1).ack(10_001)).sendsNothing();
        }
    }

    @Test
    void oneSegmentSackedBringsTheFirstAgainAQuarterOfARoundTripLater() throws IOException {
        try (TcpScript t = tenSegmentsOnTheWay()) {
            t.receives(segment().seq(1).ack(1).sack(1_001, 2_001)).sendsSegments(1, 1, MSS);
            t.receives(segment().seq(1).ack(10_001)).sendsNothing();
        }
    }

    @Rfc("6675 M7")
    @Test
    void everyHoleThatSackShowsIsSentOnce() throws IOException {
        try (TcpScript t = tenSegmentsOnTheWay()) {
            t.receives(segment().seq(1).ack(1_001));
            t.receives(segment().seq(1).ack(1_001).sack(2_001, 3_001));
            t.receives(segment().seq(1).ack(1_001).sack(4_001, 5_001, 2_001, 3_001));
            t.receives(segment().seq(1).ack(1_001).sack(4_001, 10_001, 2_001, 3_001));
            t.sendsSegments(1, 1_001, MSS).sendsSegments(1, 3_001, MSS).sendsNothing();
            t.receives(segment().seq(1).ack(10_001)).sendsNothing();
        }
    }

    @Test
    void theLastSegmentIsProbedForBeforeTheTimeOut() throws IOException {
        try (TcpScript t = tenSegmentsOnTheWay()) {
            t.receives(segment().seq(1).ack(8_001)).sendsNothing();
            t.after(100).sendsSegments(1, 9_001, MSS);
            t.receives(segment().seq(1).ack(10_001)).sendsNothing();
        }
    }
}
