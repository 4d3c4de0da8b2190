package org.weir.testkit;

import static org.weir.testkit.SegmentSpec.segment;

import org.junit.jupiter.api.Test;
import org.weir.stack.StackConfig;

/// What the receiver says about holes: RFC 2018 and RFC 2883.
class TcpSackReceiveTest {
    private static SegmentSpec syn() {
        return segment().mss(1_000).window(65_535).sackPermitted();
    }

    private static TcpScenario established() {
        return TcpScenario.established(StackConfig.small(), syn());
    }

    private static SegmentSpec data(int first, int length) {
        return segment().seq(first).ack(1).length(length);
    }

    private static SegmentSpec ack(int number, int... edges) {
        return segment().seq(1).ack(number).sack(edges);
    }

    @Test
    void sackIsAgreedOnInTheHandshake() {
        try (TcpScenario t = TcpScenario.listening()) {
            t.receives(syn().syn().seq(0)).sends(segment().syn().seq(0).ack(1).sackPermitted());
        }
    }

    @Test
    void withoutSackPermittedNoBlockIsSent() {
        try (TcpScenario t = TcpScenario.established()) {
            t.receives(data(101, 100)).sends(ack(1));
        }
    }

    @Test
    void whatLiesBeyondAHoleIsReportedAtOnce() {
        try (TcpScenario t = established()) {
            t.receives(data(101, 100)).sends(ack(1, 101, 201));
            t.receives(data(201, 100)).sends(ack(1, 101, 301));
            t.receives(data(1, 100)).sends(ack(301));
            t.application().reads(300);
        }
    }

    @Test
    void theBlockThatGrewLastComesFirst() {
        try (TcpScenario t = established()) {
            t.receives(data(101, 100)).sends(ack(1, 101, 201));
            t.receives(data(301, 100)).sends(ack(1, 301, 401, 101, 201));
            t.receives(data(501, 100)).sends(ack(1, 501, 601, 301, 401, 101, 201));
            t.receives(data(201, 50)).sends(ack(1, 101, 251, 501, 601, 301, 401));
        }
    }

    @Test
    void fourBlocksFitAndThreeBesideTimestamps() {
        try (TcpScenario t = established()) {
            for (int i = 0; i < 5; i++) {
                t.receives(data(101 + 200 * i, 100));
            }
            t.skip();
            t.receives(data(1_101, 100)).sends(ack(1, 1_101, 1_201, 901, 1_001, 701, 801, 501, 601));
        }
        try (TcpScenario t = TcpScenario.established(StackConfig.small(), syn().timestamps(1, 0))) {
            for (int i = 0; i < 5; i++) {
                t.receives(data(101 + 200 * i, 100).timestamps(1, 0));
            }
            t.skip();
            t.receives(data(1_101, 100).timestamps(1, 0)).sends(ack(1, 1_101, 1_201, 901, 1_001, 701, 801));
        }
    }

    @Test
    void aSegmentThatJoinsTwoBlocksMakesThemOne() {
        try (TcpScenario t = established()) {
            t.receives(data(101, 100)).receives(data(301, 100)).skip();
            t.receives(data(201, 100)).sends(ack(1, 101, 401));
        }
    }

    @Test
    void anOldSegmentIsReportedAsADuplicateOnce() {
        try (TcpScenario t = established()) {
            t.receives(data(1, 100)).receives(data(101, 100)).skip();
            t.receives(data(1, 100)).sends(ack(201, 1, 101)).sendsNothing();
            t.receives(data(301, 100)).sends(ack(201, 301, 401));
        }
    }

    @Test
    void aDuplicateBeyondAHoleIsReportedBeforeItsBlock() {
        try (TcpScenario t = established()) {
            t.receives(data(101, 100)).receives(data(201, 100)).skip();
            t.receives(data(101, 100)).sends(ack(1, 101, 201, 101, 301));
        }
    }

    @Test
    void aPartlyOldSegmentIsReportedInPart() {
        try (TcpScenario t = established()) {
            t.receives(data(1, 100)).skip();
            t.receives(data(51, 100)).sends(ack(151, 51, 101));
            t.application().reads(150);
        }
    }

    @Test
    void dataSegmentsCarryBlocksAndAreShorterForIt() {
        try (TcpScenario t = established()) {
            t.receives(data(101, 100)).sends(ack(1, 101, 201));
            t.application().switchesNagleOff();
            t.application().writes(1_500);
            t.sends(segment().seq(1).ack(1).length(988).sack(101, 201));
            t.sends(segment().seq(989).ack(1).length(512).sack(101, 201));
        }
    }

    @Test
    void aHundredHolesAreKeptAndFilled() {
        final StackConfig roomy = StackConfig.small()
                .withPages(2_048, 64)
                .withTcp(StackConfig.small().tcp());
        try (TcpScenario t = TcpScenario.established(roomy, syn())) {
            for (int i = 0; i < 100; i++) {
                t.receives(data(3 + 2 * (i * 37 % 100), 1));
            }
            t.skip().receives(data(1, 1));
            t.sends(segment().seq(1).ack(2)).skip();
            for (int i = 0; i < 100; i++) {
                t.receives(data(2 + 2 * i, 1));
            }
            t.skip().application().reads(201);
        }
    }
}
