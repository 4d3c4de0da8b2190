package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.weir.testkit.SegmentSpec.segment;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.stack.StackConfig;
import org.weir.tcp.EcnMode;
import org.weir.wire.EthernetHeader;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// What leaves a link without segmentation offload when TCP has many segments to send at once.
class SegmentationTest {
    private static final int MSS = 1_000;

    private static TcpScenario established() {
        return TcpScenario.established(StackConfig.small(), segment().mss(MSS).window(65_535));
    }

    private static List<TcpHeader> sent(TcpScenario t) {
        final List<TcpHeader> headers = new ArrayList<>();
        for (final byte[] frame : t.wire().frames()) {
            headers.add(new TcpHeader().at(MemorySegment.ofArray(frame), EthernetHeader.LENGTH + Ipv4Header.LENGTH));
        }
        return headers;
    }

    private static List<Integer> flags(TcpScenario t) {
        return sent(t).stream().map(TcpHeader::flags).toList();
    }

    @Test
    void eachSegmentCarriesItsOwnPartOfTheStream() {
        try (TcpScenario t = established()) {
            t.application().writes(4 * MSS + 1);
            t.sendsSegments(4, 1, MSS);
            t.sends(segment().seq(4_001).ack(1).length(1)).sendsNothing();
        }
    }

    @Test
    void identificationsFollowEachOther() {
        try (TcpScenario t = established()) {
            t.application().writes(3 * MSS);
            final List<Integer> ids = new ArrayList<>();
            for (final byte[] frame : t.wire().frames()) {
                ids.add(new Ipv4Header()
                        .at(MemorySegment.ofArray(frame), EthernetHeader.LENGTH)
                        .identification());
            }
            final int first = ids.getFirst();
            assertEquals(List.of(first, first + 1 & 0xFFFF, first + 2 & 0xFFFF), ids);
        }
    }

    @Test
    void theEndOfTheDataStandsInTheLastSegmentOnly() {
        try (TcpScenario t = established()) {
            t.application().writesAndCloses(2 * MSS);
            assertEquals(List.of(TcpHeader.ACK, TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN), flags(t));
        }
        try (TcpScenario t = established()) {
            t.application().writes(3 * MSS);
            assertEquals(List.of(TcpHeader.ACK, TcpHeader.ACK, TcpHeader.ACK | TcpHeader.PSH), flags(t));
        }
    }

    @Test
    void aReducedWindowIsToldInTheFirstSegmentOnly() {
        final StackConfig config =
                StackConfig.small().withTcp(StackConfig.small().tcp().withEcn(EcnMode.PASSIVE));
        try (TcpScenario t =
                TcpScenario.established(config, segment().ece().cwr().mss(MSS).window(65_535))) {
            t.application().writes(4 * MSS);
            t.skip();
            t.receives(segment().ece().seq(1).ack(4 * MSS + 1));
            t.skip().application().writes(2 * MSS);
            assertEquals(List.of(TcpHeader.ACK | TcpHeader.CWR, TcpHeader.ACK | TcpHeader.PSH), flags(t));
        }
    }

    @Test
    void theUrgentPointerOfEachSegmentPointsToTheSamePlace() {
        try (TcpScenario t = established()) {
            t.receives(segment().seq(1).ack(1).window(0));
            t.application().writes(3 * MSS);
            t.application().connection().urgent();
            t.receives(segment().seq(1).ack(1).window(5_000));
            t.sends(segment().urg(3 * MSS).seq(1).ack(1).length(MSS));
            t.sends(segment().urg(2 * MSS).seq(1_001).ack(1).length(MSS));
            t.sends(segment().urg(MSS).seq(2_001).ack(1).length(MSS));
        }
    }

    @Test
    void segmentsThatCarrySackBlocksAreNoLongerThanTheMtu() {
        try (TcpScenario t = TcpScenario.established(
                StackConfig.small(), segment().sackPermitted().mss(1_460).window(65_535))) {
            t.receives(segment().seq(101).ack(1).length(100)).skip();
            t.application().writes(4 * 1_448);
            for (int i = 0; i < 4; i++) {
                t.sends(segment().seq(1 + i * 1_448).ack(1).length(1_448).sack(101, 201));
            }
            t.sendsNothing().hasDropped("FRAME_TOO_LONG", 0);
        }
    }

    @Test
    void aPacketIsNoLongerThanThereAreBuffersToCutIt() {
        try (TcpScenario t = established()) {
            final List<Pbuf> taken = new ArrayList<>();
            while (t.stack().pool().blocks().free() > 3) {
                final Pbuf p = t.stack().pool().take(Headroom.TRANSPORT, 0);
                if (p != null) {
                    taken.add(p);
                }
            }
            t.application().writes(6 * MSS);
            t.after(TcpScenario.millis(2));
            taken.forEach(Pbuf::release);
            t.after(TcpScenario.millis(5));
            t.sendsSegments(6, 1, MSS).sendsNothing().hasDropped("NO_BUFFER", 0);
            t.receives(segment().seq(1).ack(6 * MSS + 1));
        }
    }
}
