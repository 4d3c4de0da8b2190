package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.NeighborState;
import org.weir.ip.Neighbors;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.MacAddress;

/// What is known of neighbours, and for how long: RFC 4861 section 7.3, by ARP.
class NeighborsTest {
    private static final long MAC = FramePeer.PEER_MAC;
    private static final long OTHER_MAC = 0x02_00_00_00_00_99L;
    private static final IpAddress PEER = IpAddress.ofIpv4(FramePeer.PEER_ADDRESS);
    /// As many as the table of a small stack holds.
    private static final int CAPACITY = 16;

    private final FramePeer wire = new FramePeer().answersArp(false);
    private final Netif netif = wire.stack().ipv4().interfaces().get(1);
    private final Neighbors neighbors = wire.stack().neighbors();
    private final Sockets sockets = wire.stack().sockets();

    @BeforeEach
    void announcementsAreOver() {
        wire.after(seconds(3));
        wire.frames().clear();
    }

    @AfterEach
    void nothingLeaks() {
        wire.after(seconds(2_000));
        wire.stack().pool().assertNoLeaks();
        assertEquals(0, wire.stack().armedTimers(), "timers");
        wire.close();
    }

    // ---- sentences ----

    private static IpAddress host(int number) {
        return IpAddress.ofIpv4(0xC000_0200 + number);
    }

    private NeighborState state() {
        return neighbors.stateOf(netif, PEER);
    }

    private void sendTo(IpAddress address) {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        sockets.sendTo(socket, MemorySegment.ofArray(new byte[10]), 0, 10, new SocketAddress(address, 9));
        sockets.close(socket);
        wire.settle();
    }

    private void asks(int host) {
        wire.sendArp(ArpPacket.REQUEST, MAC + host, host(host).ipv4(), 0, FramePeer.STACK_ADDRESS);
    }

    private void answers(int host) {
        wire.sendArp(ArpPacket.REPLY, MAC + host, host(host).ipv4(), FramePeer.STACK_MAC, FramePeer.STACK_ADDRESS);
    }

    private void peerAsks() {
        wire.sendArp(ArpPacket.REQUEST, MAC, FramePeer.PEER_ADDRESS, 0, FramePeer.STACK_ADDRESS);
        wire.frames().clear();
    }

    private void peerAnswers() {
        wire.sendArp(ArpPacket.REPLY, MAC, FramePeer.PEER_ADDRESS, FramePeer.STACK_MAC, FramePeer.STACK_ADDRESS);
    }

    private void peerAnnounces(long mac) {
        wire.sendArp(ArpPacket.REQUEST, mac, FramePeer.PEER_ADDRESS, 0, FramePeer.PEER_ADDRESS);
    }

    private void becomeReachable() {
        sendTo(PEER);
        peerAnswers();
        assertEquals(NeighborState.REACHABLE, state());
        wire.frames().clear();
    }

    private void becomeProbed() {
        peerAsks();
        sendTo(PEER);
        wire.after(seconds(6));
        assertEquals(NeighborState.PROBE, state());
        wire.frames().clear();
    }

    private EthernetHeader nextFrame(int type) {
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame, "a frame");
        final EthernetHeader header = new EthernetHeader().at(MemorySegment.ofArray(frame), 0);
        assertEquals(type, header.type());
        return header;
    }

    private void sendsNothing() {
        assertNull(wire.frames().poll());
    }

    // ---- states ----

    @Test
    void anAnswerMakesANeighbourReachable() {
        sendTo(PEER);
        assertEquals(NeighborState.INCOMPLETE, state());
        assertEquals(MacAddress.BROADCAST, nextFrame(EtherType.ARP).destination());
        peerAnswers();
        assertEquals(NeighborState.REACHABLE, state());
        assertEquals(MAC, nextFrame(EtherType.IPV4).destination());
    }

    @Test
    void whoAsksForOurAddressIsKnownButNotProvedToBeReachable() {
        peerAsks();
        assertEquals(NeighborState.STALE, state());
        assertEquals(MAC, neighbors.hardwareAddressOf(netif, PEER));
    }

    @Test
    void whatIsReachableIsStaleAfterThirtySecondsTimesAHalfToOneAndAHalf() {
        final Set<Integer> tenths = new HashSet<>();
        for (int i = 0; i < 12; i++) {
            becomeReachable();
            int elapsed = 0;
            while (state() == NeighborState.REACHABLE) {
                wire.after(millis(100));
                elapsed++;
            }
            assertEquals(NeighborState.STALE, state());
            assertTrue(elapsed >= 150 && elapsed <= 451, elapsed + " tenths of a second");
            tenths.add(elapsed);
            neighbors.flush(netif);
        }
        assertTrue(tenths.size() > 6, "random: " + tenths);
        assertTrue(tenths.stream().anyMatch(t -> t < 250) && tenths.stream().anyMatch(t -> t > 350), "" + tenths);
    }

    @Test
    void whatIsStaleIsUsedForFiveSecondsBeforeItIsAsked() {
        peerAsks();
        sendTo(PEER);
        assertEquals(NeighborState.DELAY, state());
        assertEquals(MAC, nextFrame(EtherType.IPV4).destination());
        sendsNothing();
        wire.after(millis(4_990));
        sendsNothing();
        wire.after(millis(20));
        assertEquals(NeighborState.PROBE, state());
        assertEquals(MAC, nextFrame(EtherType.ARP).destination(), "by unicast");
        sendTo(PEER);
        nextFrame(EtherType.IPV4);
        sendsNothing();
    }

    @Test
    void anAnswerToAProbeMakesItReachable() {
        becomeProbed();
        peerAnswers();
        assertEquals(NeighborState.REACHABLE, state());
        wire.after(seconds(10));
        sendsNothing();
    }

    @Test
    void threeProbesASecondApartThatNobodyAnswersEndIt() {
        peerAsks();
        sendTo(PEER);
        wire.frames().clear();
        wire.after(millis(5_010));
        nextFrame(EtherType.ARP);
        wire.after(millis(980));
        sendsNothing();
        wire.after(millis(20));
        nextFrame(EtherType.ARP);
        wire.after(seconds(1));
        nextFrame(EtherType.ARP);
        wire.after(millis(980));
        assertEquals(NeighborState.PROBE, state());
        wire.after(millis(20));
        sendsNothing();
        assertEquals(NeighborState.NONE, state());
        assertEquals(1, neighbors.failures());
        assertEquals(3, neighbors.solicitations());
        sendTo(PEER);
        assertEquals(MacAddress.BROADCAST, nextFrame(EtherType.ARP).destination(), "now everybody is asked");
    }

    @Test
    void whoDidNotAnswerIsAskedAnewByTheNextPacket() {
        sendTo(PEER);
        wire.after(seconds(3));
        assertEquals(NeighborState.NONE, state());
        wire.frames().clear();
        sendTo(PEER);
        nextFrame(EtherType.ARP);
        assertEquals(1, wire.stack().drops().of(DropReason.NEIGHBOR_UNRESOLVED));
    }

    @Test
    void whatNobodyUsesIsForgottenAfterTenMinutes() {
        peerAsks();
        wire.after(seconds(599));
        assertEquals(NeighborState.STALE, state());
        wire.after(seconds(2));
        assertEquals(NeighborState.NONE, state());
    }

    // ---- what nobody has asked for ----

    @Test
    void anAnnouncementOfTheSameAddressProvesNothing() {
        peerAsks();
        peerAnnounces(MAC);
        peerAnswers();
        assertEquals(NeighborState.STALE, state());
        sendTo(PEER);
        peerAnnounces(MAC);
        peerAnswers();
        assertEquals(NeighborState.DELAY, state(), "an answer without a question");
        wire.after(seconds(6));
        peerAnnounces(MAC);
        peerAsks();
        assertEquals(NeighborState.PROBE, state());
        peerAnswers();
        peerAnnounces(MAC);
        assertEquals(NeighborState.REACHABLE, state());
        wire.frames().clear();
    }

    @Test
    void anAnnouncementOfAnotherAddressIsBelievedAndNotTrusted() {
        becomeReachable();
        peerAnnounces(OTHER_MAC);
        assertEquals(NeighborState.STALE, state());
        sendTo(PEER);
        assertEquals(OTHER_MAC, nextFrame(EtherType.IPV4).destination());
        assertEquals(NeighborState.DELAY, state());
    }

    @Test
    void anotherAddressInDelayOrWhileItIsProbedMakesItStaleAgain() {
        peerAsks();
        sendTo(PEER);
        peerAnnounces(OTHER_MAC);
        assertEquals(NeighborState.STALE, state());
        sendTo(PEER);
        wire.after(seconds(6));
        assertEquals(NeighborState.PROBE, state());
        peerAsks();
        assertEquals(NeighborState.STALE, state());
        assertEquals(MAC, neighbors.hardwareAddressOf(netif, PEER));
    }

    @Test
    void anAnswerToAProbeMayBringAnotherAddress() {
        becomeProbed();
        wire.sendArp(ArpPacket.REPLY, OTHER_MAC, FramePeer.PEER_ADDRESS, FramePeer.STACK_MAC, FramePeer.STACK_ADDRESS);
        assertEquals(NeighborState.REACHABLE, state());
        assertEquals(OTHER_MAC, neighbors.hardwareAddressOf(netif, PEER));
    }

    @Test
    void whoIsAskedForAndAnnouncesItselfGetsWhatWaits() {
        sendTo(PEER);
        wire.frames().clear();
        peerAnnounces(MAC);
        assertEquals(NeighborState.DELAY, state(), "stale, and used");
        assertEquals(MAC, nextFrame(EtherType.IPV4).destination());
    }

    @Test
    void anAnswerToSomebodyElseIsNoAnswerToUs() {
        becomeProbed();
        wire.sendArp(ArpPacket.REPLY, MAC, FramePeer.PEER_ADDRESS, OTHER_MAC, host(77).ipv4());
        wire.sendArp(ArpPacket.REPLY, MAC, FramePeer.PEER_ADDRESS, OTHER_MAC, FramePeer.STACK_ADDRESS);
        wire.sendArp(ArpPacket.REPLY, MAC, FramePeer.PEER_ADDRESS, FramePeer.STACK_MAC, host(77).ipv4());
        assertEquals(NeighborState.PROBE, state());
    }

    // ---- what TCP knows ----

    @Test
    void whatTcpGetsThroughProvesThatTheNeighbourIsThere() {
        try (TcpScenario tcp = TcpScenario.established()) {
            final Netif there = tcp.stack().ipv4().interfaces().get(1);
            final Neighbors known = tcp.stack().neighbors();
            tcp.after(seconds(60));
            final long asked = known.solicitations();
            tcp.application().writes(100);
            tcp.sends(segment().seq(1).ack(1).length(100));
            assertEquals(NeighborState.DELAY, known.stateOf(there, PEER));
            tcp.receives(segment().seq(1).ack(101));
            tcp.after(millis(5_010));
            assertEquals(NeighborState.REACHABLE, known.stateOf(there, PEER));
            assertEquals(asked, known.solicitations(), "nobody was asked");
        }
    }

    @Test
    void whatTcpSendsInVainProvesNothing() {
        try (TcpScenario tcp = TcpScenario.established()) {
            tcp.after(seconds(60));
            final long asked = tcp.stack().neighbors().solicitations();
            tcp.application().writes(100);
            tcp.sends(segment().seq(1).ack(1).length(100));
            tcp.receives(segment().seq(1).ack(1));
            tcp.after(millis(5_010));
            assertEquals(asked + 1, tcp.stack().neighbors().solicitations());
        }
    }

    // ---- who gives way ----

    @Test
    void aScanOfTheNetworkLeavesThoseWhoAnswered() {
        for (int i = 100; i < 100 + CAPACITY / 2; i++) {
            asks(i);
        }
        for (int i = 3; i < 100; i++) {
            sendTo(host(i));
        }
        for (int i = 100; i < 100 + CAPACITY / 2; i++) {
            assertEquals(NeighborState.STALE, neighbors.stateOf(netif, host(i)));
        }
        assertEquals(NeighborState.INCOMPLETE, neighbors.stateOf(netif, host(3)));
        assertEquals(NeighborState.NONE, neighbors.stateOf(netif, host(99)));
        assertEquals(CAPACITY, neighbors.size());
        assertEquals(0, neighbors.evictions());
        wire.frames().clear();
    }

    @Test
    void thoseWhoDidNotAnswerHoldHalfOfTheTableAtMost() {
        for (int i = 3; i < 100; i++) {
            sendTo(host(i));
        }
        assertEquals(CAPACITY / 2, neighbors.size());
        wire.frames().clear();
    }

    @Test
    void aScanThatFindsTheTableFullTakesOneStaleNeighbourAndNoneInUse() {
        for (int i = 100; i < 100 + CAPACITY; i++) {
            asks(i);
        }
        sendTo(host(100));
        for (int i = 3; i < 100; i++) {
            sendTo(host(i));
        }
        assertEquals(NeighborState.DELAY, neighbors.stateOf(netif, host(100)));
        assertEquals(NeighborState.NONE, neighbors.stateOf(netif, host(101)), "the one not used for longest");
        for (int i = 102; i < 100 + CAPACITY; i++) {
            assertEquals(NeighborState.STALE, neighbors.stateOf(netif, host(i)));
        }
        wire.frames().clear();
    }

    @Test
    void aNeighbourThatIsAskedForFindsAPlaceThoughAllAreInUse() {
        for (int i = 100; i < 100 + CAPACITY; i++) {
            asks(i);
            sendTo(host(i));
        }
        sendTo(host(100));
        sendTo(host(3));
        assertEquals(NeighborState.INCOMPLETE, neighbors.stateOf(netif, host(3)));
        assertEquals(NeighborState.DELAY, neighbors.stateOf(netif, host(100)));
        assertEquals(NeighborState.NONE, neighbors.stateOf(netif, host(101)), "the one not used for longest");
        wire.frames().clear();
    }

    @Test
    void strangersThatAskUsDisplaceNobodyInUse() {
        for (int i = 100; i < 100 + CAPACITY; i++) {
            asks(i);
            sendTo(host(i));
        }
        wire.frames().clear();
        asks(3);
        nextFrame(EtherType.ARP);
        assertEquals(NeighborState.NONE, neighbors.stateOf(netif, host(3)), "answered, and not remembered");
        assertEquals(CAPACITY, neighbors.size());
        assertEquals(0, neighbors.evictions());
    }

    /// Sends to one neighbour more than may be asked at a time: to the last in vain.
    private void sendToOneTooMany() {
        for (int i = 3; i < 4 + CAPACITY / 2; i++) {
            sendTo(host(i));
        }
        assertEquals(NeighborState.NONE, neighbors.stateOf(netif, host(3 + CAPACITY / 2)));
        assertEquals(1, wire.stack().drops().of(DropReason.NEIGHBOR_UNRESOLVED));
        wire.frames().clear();
    }

    @Test
    void whoDoesNotAnswerWithinASecondGivesWayToWhoFoundNoPlace() {
        sendToOneTooMany();
        wire.after(seconds(1) - 1);
        assertEquals(NeighborState.INCOMPLETE, neighbors.stateOf(netif, host(3)));
        sendsNothing();
        wire.after(1);
        assertEquals(NeighborState.NONE, neighbors.stateOf(netif, host(3)));
        assertEquals(CAPACITY / 2, neighbors.evictions());
        assertEquals(0, neighbors.failures());
        assertEquals(1 + CAPACITY / 2, wire.stack().drops().of(DropReason.NEIGHBOR_UNRESOLVED), "what waited");
        sendsNothing();
        sendTo(host(3 + CAPACITY / 2));
        nextFrame(EtherType.ARP);
        wire.after(seconds(1));
        nextFrame(EtherType.ARP);
        assertEquals(
                NeighborState.INCOMPLETE,
                neighbors.stateOf(netif, host(3 + CAPACITY / 2)),
                "nobody found no place since");
        wire.after(seconds(2));
        wire.frames().clear();
    }

    @Test
    void whoAnswersMakesRoomAtOnce() {
        sendToOneTooMany();
        answers(3);
        wire.frames().clear();
        sendTo(host(3 + CAPACITY / 2));
        nextFrame(EtherType.ARP);
        wire.after(seconds(1));
        wire.frames().clear();
    }

    /// RFC 1122 section 2.3.2.1.
    @Test
    void nobodyIsAskedMoreThanOnceASecondHoweverManyAreSilent() {
        final long[] askedNs = new long[4 + CAPACITY / 2];
        final int[] times = new int[askedNs.length];
        for (int round = 0; round < 100; round++) {
            for (int i = 3; i < askedNs.length; i++) {
                sendTo(host(i));
                for (byte[] frame = wire.frames().poll();
                        frame != null;
                        frame = wire.frames().poll()) {
                    final int host = targetOf(frame) - host(0).ipv4();
                    assertTrue(times[host] == 0 || wire.nowNs() - askedNs[host] >= seconds(1), "asked again at once");
                    askedNs[host] = wire.nowNs();
                    times[host]++;
                }
            }
            wire.after(millis(100));
        }
        for (int i = 3; i < askedNs.length - 1; i++) {
            assertTrue(times[i] >= 9, "each second");
        }
    }

    private static int targetOf(byte[] arp) {
        return new ArpPacket()
                .at(MemorySegment.ofArray(arp), EthernetHeader.LENGTH)
                .targetProtocol();
    }

    @Test
    void whoWasAskedAndAnsweredDoesNotGiveWayWithinASecondEither() {
        for (int i = 3; i < 3 + CAPACITY; i++) {
            sendTo(host(i));
            answers(i);
        }
        wire.frames().clear();
        sendTo(host(100));
        sendsNothing();
        assertEquals(NeighborState.REACHABLE, neighbors.stateOf(netif, host(3)));
        wire.after(seconds(1));
        sendTo(host(100));
        nextFrame(EtherType.ARP);
        assertEquals(NeighborState.NONE, neighbors.stateOf(netif, host(3)), "the one not used for longest");
        wire.after(seconds(1));
        wire.frames().clear();
    }

    // ---- set for good ----

    @Test
    void whatTheUserHasSetIsNeverAskedNorChanged() {
        neighbors.add(netif, PEER, OTHER_MAC);
        sendTo(PEER);
        assertEquals(OTHER_MAC, nextFrame(EtherType.IPV4).destination());
        peerAnnounces(MAC);
        peerAsks();
        peerAnswers();
        wire.after(seconds(3_600));
        sendTo(PEER);
        assertEquals(OTHER_MAC, nextFrame(EtherType.IPV4).destination());
        sendsNothing();
        assertEquals(NeighborState.PERMANENT, state());
    }

    @Test
    void whatTheUserHasSetOutlivesAScanAndAFlush() {
        for (int i = 100; i < 100 + CAPACITY / 2; i++) {
            neighbors.add(netif, host(i), MAC);
        }
        for (int i = 3; i < 60; i++) {
            asks(i);
            sendTo(host(i + 130));
        }
        assertEquals(CAPACITY / 2, neighbors.flush(netif));
        assertEquals(CAPACITY / 2, neighbors.size());
        for (int i = 100; i < 100 + CAPACITY / 2; i++) {
            assertEquals(NeighborState.PERMANENT, neighbors.stateOf(netif, host(i)));
        }
        wire.frames().clear();
    }

    @Test
    void halfOfTheTableCanBeSet() {
        for (int i = 100; i < 100 + CAPACITY / 2; i++) {
            neighbors.add(netif, host(i), MAC);
        }
        final IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> neighbors.add(netif, host(3), MAC));
        assertEquals("no more than 8 neighbours can be set for good", e.getMessage());
        asks(4);
        assertThrows(IllegalStateException.class, () -> neighbors.add(netif, host(4), MAC), "one that is known");
        assertEquals(NeighborState.STALE, neighbors.stateOf(netif, host(4)));
        neighbors.add(netif, host(100), OTHER_MAC);
        assertEquals(OTHER_MAC, neighbors.hardwareAddressOf(netif, host(100)), "what is set can be set again");
        assertTrue(neighbors.remove(netif, host(100)));
        neighbors.add(netif, host(3), MAC);
        wire.frames().clear();
    }

    @Test
    void whatWaitsForANeighbourLeavesWhenItIsSet() {
        sendTo(PEER);
        nextFrame(EtherType.ARP);
        neighbors.add(netif, PEER, MAC);
        wire.settle();
        assertEquals(MAC, nextFrame(EtherType.IPV4).destination());
    }

    @Test
    void whatIsRemovedIsAskedForAgain() {
        neighbors.add(netif, PEER, MAC);
        assertTrue(neighbors.remove(netif, PEER));
        assertFalse(neighbors.remove(netif, PEER), "twice");
        sendTo(PEER);
        nextFrame(EtherType.ARP);
    }

    @Test
    void whatNoNeighbourCanHaveIsRefused() {
        for (final String address : new String[] {"0.0.0.0", "224.0.0.1", "192.0.2.255", "192.0.2.2"}) {
            final IpAddress a = IpAddress.parse(address);
            assertThrows(IllegalArgumentException.class, () -> neighbors.add(netif, a, MAC), address);
        }
        assertThrows(IllegalArgumentException.class, () -> neighbors.add(netif, PEER, MacAddress.BROADCAST));
        assertThrows(IllegalArgumentException.class, () -> neighbors.add(netif, PEER, 0));
        final Netif loopback = wire.stack().ipv4().interfaces().getFirst();
        assertThrows(IllegalArgumentException.class, () -> neighbors.add(loopback, PEER, MAC));
        assertEquals(0, neighbors.size());
    }

    @Test
    void allAreListedAsIpNeighPrintsThem() {
        neighbors.add(netif, PEER, OTHER_MAC);
        sendTo(host(3));
        final List<String> lines =
                neighbors.entries().stream().map(Object::toString).sorted().toList();
        assertEquals(
                List.of("192.0.2.1 dev eth0 lladdr 02:00:00:00:00:99 PERMANENT", "192.0.2.3 dev eth0 INCOMPLETE"),
                lines);
        wire.frames().clear();
    }
}
