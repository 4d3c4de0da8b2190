package org.weir.drivers;

import static org.weir.testkit.SegmentSpec.segment;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.weir.testkit.Rfc;
import org.weir.testkit.SegmentSpec;
import org.weir.testkit.TcpScript;
import org.weir.testkit.TcpSubject;

/// Conversations that every TCP should hold alike. They run on Weir in virtual time and on the kernel's TCP over a
/// TUN, so that what they say is not only our own reading of the RFCs. Where the kernel reads one differently, its
/// class overrides the test and says why.
abstract class TcpScripts {
    static final int MSS = 1_000;

    /// A new TCP, the caller's.
    abstract TcpSubject subject() throws IOException;

    TcpScript listening() throws IOException {
        return TcpScript.listening(subject());
    }

    TcpScript connecting() throws IOException {
        return TcpScript.connecting(subject());
    }

    TcpScript established() throws IOException {
        return established(segment().mss(MSS).window(65_535));
    }

    TcpScript established(SegmentSpec syn) throws IOException {
        return TcpScript.established(subject(), syn);
    }

    TcpScript withTimestamps() throws IOException {
        return established(segment().mss(MSS).window(65_535).timestamps(1_000, 0));
    }

    // ---- opening ----

    @Test
    void aSynIsAnsweredAndTheAcknowledgmentEstablishes() throws IOException {
        try (TcpScript t = listening()) {
            t.receives(segment().syn().seq(0).mss(MSS));
            t.sends(segment().syn().seq(0).ack(1).mss(1_460));
            t.receives(segment().seq(1).ack(1)).accepts();
            t.receives(segment().seq(1).ack(1).length(100)).acknowledges(101).reads(100);
        }
    }

    @Test
    void aSynThatComesAgainIsAnsweredAgain() throws IOException {
        try (TcpScript t = listening()) {
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
        }
    }

    @Test
    void aLostSynAckIsRepeatedAfterASecond() throws IOException {
        try (TcpScript t = listening()) {
            t.receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
            t.after(700).sendsNothing().sends(segment().syn().seq(0).ack(1));
        }
    }

    @Test
    void connectSendsASynAndIsEstablishedByTheAnswer() throws IOException {
        try (TcpScript t = connecting()) {
            t.sends(segment().syn().seq(0).mss(1_460));
            t.receives(segment().syn().seq(0).ack(1).mss(MSS))
                    .sends(segment().seq(1).ack(1));
            t.isTold("").writes(10).sends(segment().seq(1).ack(1).length(10));
        }
    }

    @Test
    void aLostSynIsRepeatedAfterASecond() throws IOException {
        try (TcpScript t = connecting()) {
            t.sends(segment().syn().seq(0)).after(700).sendsNothing();
            t.sends(segment().syn().seq(0));
        }
    }

    @Test
    void aResetOfTheSynRefuses() throws IOException {
        try (TcpScript t = connecting()) {
            t.sends(segment().syn().seq(0)).receives(segment().rst().seq(0).ack(1));
            t.isTold("REFUSED");
        }
    }

    @Test
    void aResetThatDoesNotAcknowledgeTheSynIsIgnored() throws IOException {
        try (TcpScript t = connecting()) {
            t.sends(segment().syn().seq(0));
            t.receives(segment().rst().seq(0)).receives(segment().rst().seq(0).ack(2));
            t.sendsNothing().isTold("");
            t.receives(segment().syn().seq(0).ack(1)).sends(segment().seq(1).ack(1));
        }
    }

    @Test
    void aSynAckWithAWrongNumberIsReset() throws IOException {
        try (TcpScript t = connecting()) {
            t.sends(segment().syn().seq(0)).receives(segment().syn().seq(0).ack(5));
            t.sends(segment().rst().seq(5)).isTold("");
        }
    }

    @Rfc("9293 MUST-10")
    @Test
    void simultaneousOpenEstablishes() throws IOException {
        try (TcpScript t = connecting()) {
            t.sends(segment().syn().seq(0)).receives(segment().syn().seq(0).mss(MSS));
            t.sends(segment().syn().seq(0).ack(1));
            t.receives(segment().syn().seq(0).ack(1)).skip().isTold("");
            t.receives(segment().seq(1).ack(1).length(10)).acknowledges(11).reads(10);
        }
    }

    @Test
    void aSegmentForAClosedPortIsReset() throws IOException {
        try (TcpScript t = listening()) {
            t.toPort(81).receives(segment().syn().seq(0));
            t.sends(segment().rst().seq(0).ack(1));
            t.receives(segment().rst().seq(0)).sendsNothing();
        }
    }

    @Test
    void anAcknowledgmentForNobodyIsResetWithItsOwnNumber() throws IOException {
        try (TcpScript t = listening()) {
            t.receives(segment().seq(1).ack(7)).sends(segment().rst().seq(7));
        }
    }

    // ---- options ----

    @Rfc("7323 M1")
    @Test
    void windowScaleIsOfferedOnlyToWhoOfferedIt() throws IOException {
        try (TcpScript t = listening()) {
            t.receives(segment().syn().seq(0).mss(MSS));
            t.sends(segment().syn().seq(0).ack(1).wscale(-1));
        }
    }

    @Rfc("7323 M12")
    @Test
    void theTimestampOfTheSynIsEchoed() throws IOException {
        try (TcpScript t = listening()) {
            t.receives(segment().syn().seq(0).timestamps(5_000, 0)).sendsWithEcho(5_000);
        }
    }

    @Rfc("9293 MUST-6")
    @Test
    void anUnknownOptionIsPassedOver() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(1).ack(1).length(10).options((byte) 253, (byte) 4, (byte) 1, (byte) 2));
            t.acknowledges(11).reads(10);
        }
    }

    @Rfc("9293 MUST-7")
    @Test
    void anImpossibleOptionLengthDoesNoHarm() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(1).ack(1).length(10).options((byte) 8, (byte) 0, (byte) 1, (byte) 2));
            t.acknowledges(11).reads(10);
        }
    }

    @Rfc("9293 MUST-15")
    @Test
    void withoutAnMssOptionSegmentsAre536OctetsLong() throws IOException {
        try (TcpScript t = established(segment().window(65_535))) {
            t.writes(1_072).sendsSegments(2, 1, 536);
        }
    }

    @Rfc("7323 M16")
    @Test
    void anOldTimestampIsRefused() throws IOException {
        try (TcpScript t = withTimestamps()) {
            t.receives(segment().seq(1).ack(1).length(10).timestamps(1_010, 0)).acknowledges(11);
            t.receives(segment().seq(11).ack(1).length(10).timestamps(1_005, 0))
                    .sends(segment().seq(1).ack(11));
            t.reads(10);
        }
    }

    @Rfc("7323 M15")
    @Test
    void aHoleKeepsTheOlderTimestamp() throws IOException {
        try (TcpScript t = withTimestamps()) {
            t.receives(segment().seq(11).ack(1).length(10).timestamps(1_020, 0)).sendsWithEcho(1_000);
            t.receives(segment().seq(1).ack(1).length(10).timestamps(1_030, 0)).sendsWithEcho(1_030);
        }
    }

    // ---- receiving ----

    @Rfc({"9293 SHLD-31", "5681 S5", "5681 S6"})
    @Test
    void aHoleIsReportedAtOnceAndFilled() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(101).ack(1).length(100))
                    .sends(segment().seq(1).ack(1));
            t.receives(segment().seq(301).ack(1).length(100))
                    .sends(segment().seq(1).ack(1));
            t.receives(segment().seq(1).ack(1).length(100))
                    .sends(segment().seq(1).ack(201));
            t.receives(segment().seq(201).ack(1).length(100))
                    .sends(segment().seq(1).ack(401));
            t.reads(400);
        }
    }

    @Test
    void overlappingSegmentsLeaveEachOctetOnce() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(201).ack(1).length(100));
            t.receives(segment().seq(151).ack(1).length(300));
            t.receives(segment().seq(51).ack(1).length(120));
            t.receives(segment().seq(1).ack(1).length(60)).acknowledges(451).reads(450);
        }
    }

    @Test
    void aDuplicateIsAcknowledgedAtOnce() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(1).ack(1).length(100)).acknowledges(101);
            t.receives(segment().seq(1).ack(1).length(100))
                    .sends(segment().seq(1).ack(101));
            t.reads(100);
        }
    }

    @Test
    void theNewPartOfAnOldSegmentIsKept() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(1).ack(1).length(100));
            t.receives(segment().seq(51).ack(1).length(100)).acknowledges(151).reads(150);
        }
    }

    @Test
    void dataOutsideTheWindowIsAcknowledgedAndDropped() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(500_000).ack(1).length(10))
                    .sends(segment().seq(1).ack(1));
            t.reads(0);
        }
    }

    @Rfc("9293 MAY-12")
    @Test
    void anAcknowledgmentOfWhatWasNeverSentIsRefused() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(1).ack(100).length(10))
                    .sends(segment().seq(1).ack(1));
            t.reads(0);
        }
    }

    @Test
    void aSegmentWithoutAnAcknowledgmentIsDropped() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(1).length(10)).sendsNothing().reads(0);
        }
    }

    @Rfc("9293 MUST-3")
    @Test
    void aWrongChecksumIsDropped() throws IOException {
        try (TcpScript t = established()) {
            t.receives(segment().seq(1).ack(1).length(10).corrupted())
                    .sendsNothing()
                    .reads(0);
        }
    }

    @Test
    void aFullWindowIsClosedAndOpensWhenItIsRead() throws IOException {
        try (TcpScript t = established()) {
            final int next = t.fillsWindow();
            t.receives(segment().seq(next).ack(1).length(1))
                    .sends(segment().seq(1).ack(next).window(0));
            t.reads(next - 1);
            t.sends(segment().seq(1).ack(next));
            t.receives(segment().seq(next).ack(1).length(10))
                    .acknowledges(next + 10)
                    .reads(10);
        }
    }

    @Test
    void aResetCountsWhileTheWindowIsClosed() throws IOException {
        try (TcpScript t = established()) {
            final int next = t.fillsWindow();
            t.receives(segment().rst().seq(next)).sendsNothing();
            t.receives(segment().seq(next).ack(1)).sends(segment().rst().seq(1));
        }
    }

    // ---- selective acknowledgments ----

    private static SegmentSpec acknowledgment(int number, int... blocks) {
        return segment().seq(1).ack(number).sack(blocks);
    }

    TcpScript withSack() throws IOException {
        return established(segment().mss(MSS).window(65_535).sackPermitted());
    }

    @Test
    void holesAreReportedNewestFirst() throws IOException {
        try (TcpScript t = withSack()) {
            t.receives(segment().seq(101).ack(1).length(100)).sends(acknowledgment(1, 101, 201));
            t.receives(segment().seq(301).ack(1).length(100)).sends(acknowledgment(1, 301, 401, 101, 201));
            t.receives(segment().seq(501).ack(1).length(100)).sends(acknowledgment(1, 501, 601, 301, 401, 101, 201));
            t.receives(segment().seq(401).ack(1).length(100)).sends(acknowledgment(1, 301, 601, 101, 201));
            t.receives(segment().seq(1).ack(1).length(100)).sends(acknowledgment(201, 301, 601));
            t.receives(segment().seq(201).ack(1).length(100))
                    .sends(acknowledgment(601))
                    .reads(600);
        }
    }

    @Test
    void aDuplicateIsReportedByItsOwnBlock() throws IOException {
        try (TcpScript t = withSack()) {
            t.receives(segment().seq(1).ack(1).length(100)).acknowledges(101);
            t.receives(segment().seq(1).ack(1).length(100)).sends(acknowledgment(101, 1, 101));
            t.receives(segment().seq(301).ack(1).length(100)).sends(acknowledgment(101, 301, 401));
            t.receives(segment().seq(301).ack(1).length(100)).sends(acknowledgment(101, 301, 401, 301, 401));
            t.reads(100);
        }
    }

    @Test
    void aDuplicateOfAPartIsReportedAsThatPart() throws IOException {
        try (TcpScript t = withSack()) {
            t.receives(segment().seq(1).ack(1).length(100)).acknowledges(101);
            t.receives(segment().seq(51).ack(1).length(100))
                    .sends(acknowledgment(151, 51, 101))
                    .reads(150);
        }
    }

    @Test
    void sackIsAgreedInTheHandshakeOrNotAtAll() throws IOException {
        try (TcpScript t = listening()) {
            t.receives(segment().syn().seq(0).mss(MSS).sackPermitted());
            t.sends(segment().syn().seq(0).ack(1).sackPermitted());
        }
        try (TcpScript t = established()) {
            t.receives(segment().seq(101).ack(1).length(100)).sends(acknowledgment(1));
        }
    }
}
