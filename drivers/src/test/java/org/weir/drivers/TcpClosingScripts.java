package org.weir.drivers;

import static org.weir.testkit.SegmentSpec.segment;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.weir.testkit.Rfc;
import org.weir.testkit.TcpScript;

/// The scripts of [TcpScripts] about resets, SYNs in the middle, and closing.
abstract class TcpClosingScripts extends TcpScripts {
    // ---- blind attacks, RFC 5961 ----

    @Rfc("5961 M1")
    @Test
    void anExactResetEndsTheConnection() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().rst().seq(1)).sendsNothing().isTold("RESET");
        }
    }

    @Rfc({"5961 M2", "5961 M3"})
    @Test
    void aResetElsewhereInTheWindowIsChallenged() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().rst().seq(2)).sends(segment().seq(1).ack(1)).isTold("");
        }
    }

    @Rfc("5961 M4")
    @Test
    void aResetOutsideTheWindowIsIgnored() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().rst().seq(500_000)).sendsNothing().isTold("");
        }
    }

    @Rfc({"5961 M5", "5961 M6"})
    @Test
    void aSynInTheWindowIsChallenged() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().syn().seq(10)).sends(segment().seq(1).ack(1)).isTold("");
        }
    }

    @Rfc({"5961 M5", "5961 M6"})
    @Test
    void aSynOutsideTheWindowIsChallenged() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().syn().seq(-5)).sends(segment().seq(1).ack(1)).isTold("");
        }
    }

    @Rfc("5961 S3")
    @Test
    void challengesAreLimited() throws IOException {
        try (TcpScript t = established()) {
            for (int i = 0; i < 10; i++) {
                t.receives(segment().rst().seq(2));
            }
            t.sends(segment().seq(1).ack(1)).sendsNothing();
        }
    }

    @Rfc("5961 M7")
    @Test
    void anAcknowledgmentOlderThanTheLargestWindowIsRefused() throws IOException {
        try (TcpScript t = established(segment().mss(MSS).window(3_000))) {
            for (int i = 0; i < 5; i++) {
                t.writes(MSS).sends(segment().seq(1 + i * MSS).ack(1).length(MSS));
                t.receives(segment().seq(1).ack(1 + (i + 1) * MSS).window(3_000));
            }
            t.receives(segment().seq(1).ack(501).window(3_000).length(10));
            t.sends(segment().seq(5_001).ack(1)).reads(0);
        }
    }

    @Rfc("7323 M17")
    @Test
    void aResetIsNotJudgedByItsTimestamp() throws IOException {
        try (TcpScript t = withTimestamps()) {
            t.receives(segment().rst().seq(1).timestamps(5, 0)).isTold("RESET");
        }
    }

    // ---- closing ----

    @Test
    void thePeersFinEndsTheStreamBehindItsData() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().fin().seq(1).ack(1).length(10)).acknowledges(12);
            t.reads(10).seesEndOfStream();
            t.shutsDownOutput().sends(segment().fin().seq(1).ack(12));
            t.receives(segment().seq(12).ack(2)).sendsNothing();
        }
    }

    @Test
    void aFinBeforeMissingDataWaitsForIt() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().fin().seq(101).ack(1).length(10))
                    .sends(segment().seq(1).ack(1));
            t.receives(segment().seq(1).ack(1).length(100)).acknowledges(112);
            t.reads(110).seesEndOfStream();
        }
    }

    @Test
    void dataCanStillBeSentAfterThePeersFin() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().fin().seq(1).ack(1)).acknowledges(2);
            t.writes(100).sends(segment().seq(1).ack(2).length(100));
        }
    }

    @Test
    void halfCloseLeavesTheOtherDirectionOpen() throws IOException {
        try (TcpScript t = established()) {
            t.shutsDownOutput().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().seq(1).ack(2));
            t.receives(segment().seq(1).ack(2).length(MSS))
                    .acknowledges(1 + MSS)
                    .reads(MSS);
            t.receives(segment().fin().seq(1 + MSS).ack(2)).acknowledges(2 + MSS);
            t.seesEndOfStream();
        }
    }

    @Test
    void theFinFollowsTheData() throws IOException {
        try (TcpScript t = established()) {
            t.writes(100).sends(segment().seq(1).ack(1).length(100));
            t.closes().sends(segment().fin().seq(101).ack(1));
            t.receives(segment().fin().seq(1).ack(102)).sends(segment().seq(102).ack(2));
        }
    }

    @Test
    void simultaneousCloseAcknowledgesThePeersFin() throws IOException {
        try (TcpScript t = established()) {
            t.shutsDownOutput().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().fin().seq(1).ack(1)).sends(segment().seq(2).ack(2));
            t.receives(segment().seq(2).ack(2)).sendsNothing().seesEndOfStream();
        }
    }

    @Test
    void aLostFinIsSentAgain() throws IOException {
        try (TcpScript t = established()) {
            t.shutsDownOutput().sends(segment().fin().seq(1).ack(1)).after(150).sendsNothing();
            t.sends(segment().fin().seq(1).ack(1));
        }
    }

    @Test
    void aRepeatedFinIsAcknowledgedAgainInTimeWait() throws IOException {
        try (TcpScript t = established()) {
            t.closes().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().fin().seq(1).ack(2)).sends(segment().seq(2).ack(2));
            t.after(600)
                    .receives(segment().fin().seq(1).ack(2))
                    .sends(segment().seq(2).ack(2));
        }
    }

    @Test
    void timeWaitIgnoresAReset() throws IOException {
        try (TcpScript t = established()) {
            t.closes().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().fin().seq(1).ack(2)).sends(segment().seq(2).ack(2));
            t.receives(segment().rst().seq(2)).sendsNothing();
            t.after(600)
                    .receives(segment().fin().seq(1).ack(2))
                    .sends(segment().seq(2).ack(2));
        }
    }

    @Rfc("9293 MAY-2")
    @Test
    void aNewSynReopensAConnectionInTimeWait() throws IOException {
        try (TcpScript t = established()) {
            t.closes().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().fin().seq(1).ack(2)).sends(segment().seq(2).ack(2));
            t.receives(segment().syn().seq(100_000)).sendsSynAckOf(100_000);
        }
    }

    @Test
    void anOldSynDoesNotReopenAConnectionInTimeWait() throws IOException {
        try (TcpScript t = established()) {
            t.closes().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().fin().seq(1).ack(2)).sends(segment().seq(2).ack(2));
            t.after(600).receives(segment().syn().seq(0)).sends(segment().seq(2).ack(2));
        }
    }

    @Rfc("9293 SHLD-3")
    @Test
    void closingWithUnreadDataResetsThePeer() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(1).ack(1).length(10)).acknowledges(11);
            t.closes().sends(segment().rst().seq(1).ack(11));
        }
    }

    @Rfc("9293 SHLD-3")
    @Test
    void dataThatArrivesAfterCloseIsReset() throws IOException {
        try (TcpScript t = established()) {
            t.closes().sends(segment().fin().seq(1).ack(1));
            t.receives(segment().seq(1).ack(2).length(10));
            t.sends(segment().rst().seq(2).ack());
        }
    }

    @Test
    void abortResetsThePeer() throws IOException {
        try (TcpScript t = established()) {
            t.writes(100).sends(segment().seq(1).ack(1).length(100));
            t.aborts().sends(segment().rst().seq(101).ack(1)).sendsNothing();
        }
    }
}
