package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.SegmentSpec.segment;

import java.lang.foreign.MemorySegment;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.weir.ip.PacketChecksum;
import org.weir.memory.Pbuf;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.tcp.TcpState;
import org.weir.wire.Checksum;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// Addresses and ICMP errors: RFC 9293 sections 3.9.1.1, 3.9.2.2 and 3.9.2.3.
class TcpAddressesTest {
    private static final int BROADCAST = 0xC000_02FF;
    private static final int MULTICAST = 0xE000_0001;
    private static final int SOURCE_QUENCH = 4;
    private static final int TIME_EXCEEDED = 11;
    private static final int PARAMETER_PROBLEM = 12;
    private static final TcpHandler NOBODY = new TcpHandler() {
        @Override
        public void readable(TcpConnection c) {}

        @Override
        public void failed(TcpConnection c, TcpError error) {}
    };

    private static void sendSyn(FramePeer wire, int source, int destination) {
        final Pbuf p = wire.buffer(TcpHeader.LENGTH);
        final TcpHeader tcp = new TcpHeader().at(p.segment(), p.offset());
        tcp.sourcePort(40_000).destinationPort(TcpScenario.STACK_PORT).sequenceNumber(1);
        tcp.acknowledgmentNumber(0).headerLength(TcpHeader.LENGTH).flags(TcpHeader.SYN);
        tcp.window(1_000).checksum(0).urgentPointer(0);
        final int pseudo = Checksum.pseudoHeader(source, destination, IpProtocol.TCP, TcpHeader.LENGTH);
        tcp.checksum(Checksum.complement(Checksum.append(pseudo, PacketChecksum.sum(p, 0), false)));
        wire.sendIpv4(p, IpProtocol.TCP, source, destination);
    }

    @Rfc({"9293 MUST-57", "9293 MUST-63"})
    @Test
    void aSynToOrFromAGroupIsDroppedSilently() {
        try (TcpScenario t = TcpScenario.listening()) {
            sendSyn(t.wire(), FramePeer.PEER_ADDRESS, BROADCAST);
            sendSyn(t.wire(), FramePeer.PEER_ADDRESS, MULTICAST);
            sendSyn(t.wire(), FramePeer.PEER_ADDRESS, -1);
            sendSyn(t.wire(), BROADCAST, FramePeer.STACK_ADDRESS);
            sendSyn(t.wire(), MULTICAST, FramePeer.STACK_ADDRESS);
            sendSyn(t.wire(), 0, FramePeer.STACK_ADDRESS);
            sendSyn(t.wire(), -1, FramePeer.STACK_ADDRESS);
            t.sendsNothing().connectionsInUse(0);
            sendSyn(t.wire(), FramePeer.PEER_ADDRESS, FramePeer.STACK_ADDRESS);
            t.connectionsInUse(1);
        }
    }

    @Rfc("9293 MUST-46")
    @Test
    void anOpenToAGroupIsRefused() {
        try (FramePeer wire = new FramePeer()) {
            for (final int group : new int[] {BROADCAST, MULTICAST, -1, 0}) {
                assertNull(wire.stack().tcp().connect(0, IpAddress.mapped(group), 80, IpAddress.ANY.low(), 0, NOBODY));
            }
        }
    }

    @Rfc({"9293 MUST-43", "9293 MUST-44", "9293 MUST-45"})
    @Test
    void theLocalAddressIsTheOneThatWasGivenOrTheOneOfTheRoute() {
        try (FramePeer wire = new FramePeer()) {
            wire.stack().addAddress(wire.stack().ipv4().interfaces().getFirst(), IpPrefix.parse("192.0.2.77/24"));
            assertEquals(FramePeer.STACK_ADDRESS, sourceOfSyn(wire, IpAddress.ANY.low()));
            assertEquals(0xC000_024D, sourceOfSyn(wire, IpAddress.mapped(0xC000_024D)));
        }
    }

    private static int sourceOfSyn(FramePeer wire, long local) {
        final TcpConnection c =
                wire.stack().tcp().connect(0, IpAddress.mapped(FramePeer.PEER_ADDRESS), 80, local, 0, NOBODY);
        assertNotNull(c);
        wire.settle();
        final Queue<byte[]> frames = wire.frames();
        final MemorySegment frame = MemorySegment.ofArray(frames.remove());
        c.abort();
        wire.settle();
        assertTrue(frames.isEmpty());
        return new Ipv4Header().at(frame, EthernetHeader.LENGTH).source();
    }

    @Rfc("9293 MUST-41")
    @Test
    void aPassiveOpenLeavesAConnectionAlone() {
        try (TcpScenario t = TcpScenario.established()) {
            assertNull(t.stack().tcp().bind(0, IpAddress.ANY.low(), TcpScenario.STACK_PORT));
            final TcpListener other = t.stack().tcp().bind(0, IpAddress.ANY.low(), 81);
            assertNotNull(other);
            other.listen(1, _ -> {});
            t.receives(segment().seq(1).ack(1).length(10)).isIn(TcpState.ESTABLISHED);
            t.application().reads(10);
            other.close();
        }
    }

    // ---- ICMP ----

    /// As "destination unreachable" with another type.
    private static void sendError(FramePeer wire, int type, int code, int sequence) {
        final Pbuf p = IcmpQuote.unreachable(wire, code, TcpScenario.STACK_PORT, 40_000, sequence);
        final IcmpHeader icmp = new IcmpHeader().at(p.segment(), p.offset());
        icmp.type(type).checksum(0);
        icmp.checksum(Checksum.complement(PacketChecksum.sum(p, 0)));
        wire.sendIpv4(p, IpProtocol.ICMP);
    }

    @Rfc({"9293 MUST-55", "9293 MUST-56"})
    @Test
    void softErrorsAndSourceQuenchDoNotEndAConnection() {
        try (TcpScenario t = TcpScenario.listening()) {
            final int iss = t.initialSequenceNumberFor();
            t.receives(segment().seq(1).ack(1));
            t.application().accepts().application().writes(10).skip();
            final int window = t.application().connection().congestion().window();
            for (final int code : new int[] {0, 1, 5}) {
                sendError(t.wire(), IcmpHeader.DESTINATION_UNREACHABLE, code, iss + 1);
            }
            sendError(t.wire(), TIME_EXCEEDED, 0, iss + 1);
            sendError(t.wire(), PARAMETER_PROBLEM, 0, iss + 1);
            sendError(t.wire(), SOURCE_QUENCH, 0, iss + 1);
            t.sendsNothing().congestionWindowIs(window).isIn(TcpState.ESTABLISHED);
        }
    }
}
