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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.AddressClaims;
import org.weir.ip.AddressListener;
import org.weir.ip.ConflictPolicy;
import org.weir.ip.Netif;
import org.weir.ip.Route;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// Who has an address: RFC 5227.
class AddressClaimsTest {
    private static final long RIVAL = 0x02_00_00_00_00_99L;
    private static final IpPrefix WANTED = IpPrefix.parse("192.0.2.9/24");
    private static final int ADDRESS = WANTED.address().ipv4();
    private static final long RESOLUTION = millis(10);

    private final FramePeer wire = new FramePeer().answersArp(false);
    private final Stack stack = wire.stack();
    private final Netif netif = stack.ipv4().interfaces().get(1);
    private final AddressClaims claims = stack.ipv4().claims();
    private final Sockets sockets = stack.sockets();
    private final List<String> told = new ArrayList<>();
    private final AddressListener listener = new AddressListener() {
        @Override
        public void accepted(Netif on, IpPrefix address) {
            told.add("accepted " + address);
        }

        @Override
        public void conflict(Netif on, IpPrefix address, long rival) {
            told.add("conflict " + address + " " + MacAddress.format(rival));
        }

        @Override
        public void lost(Netif on, IpPrefix address, long rival) {
            told.add("lost " + address + " " + MacAddress.format(rival));
        }
    };

    @BeforeEach
    void announcementsAreOver() {
        wire.after(seconds(3));
        wire.frames().clear();
    }

    @AfterEach
    void nothingLeaks() {
        wire.after(seconds(2_000));
        stack.pool().assertNoLeaks();
        assertEquals(0, stack.armedTimers(), "timers");
        wire.close();
    }

    // ---- sentences ----

    private void claim(ConflictPolicy policy) {
        stack.claimAddress(netif, WANTED, policy, listener);
        wire.settle();
    }

    /// Claims an address that nobody objects to.
    private void have(ConflictPolicy policy) {
        claim(policy);
        wire.after(seconds(10));
        told("accepted 192.0.2.9/24");
        wire.frames().clear();
    }

    private void rivalAnnounces(int address) {
        wire.sendArp(ArpPacket.REQUEST, RIVAL, address, 0, address);
    }

    private void rivalProbes(int address) {
        wire.sendArp(ArpPacket.REQUEST, RIVAL, 0, 0, address);
    }

    private void told(String... news) {
        assertEquals(List.of(news), told);
        told.clear();
    }

    /// The next ARP packet that leaves within `ns`; time then stands still. Null if there is none.
    private ArpPacket within(long ns) {
        for (long waited = 0; waited <= ns && wire.frames().isEmpty(); waited += RESOLUTION) {
            wire.after(RESOLUTION);
        }
        return nextArp();
    }

    private ArpPacket nextArp() {
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame, "an ARP packet");
        final MemorySegment memory = MemorySegment.ofArray(frame);
        assertEquals(EtherType.ARP, new EthernetHeader().at(memory, 0).type());
        return new ArpPacket().at(memory, EthernetHeader.LENGTH);
    }

    private void sendsNothingFor(long ns) {
        wire.after(ns);
        assertNull(wire.frames().poll());
    }

    private static void assertProbe(ArpPacket packet) {
        assertEquals(ArpPacket.REQUEST, packet.operation());
        assertEquals(0, packet.senderProtocol());
        assertEquals(FramePeer.STACK_MAC, packet.senderHardware());
        assertEquals(ADDRESS, packet.targetProtocol());
        assertEquals(0, packet.targetHardware());
    }

    private static void assertAnnounces(int address, ArpPacket packet) {
        assertEquals(ArpPacket.REQUEST, packet.operation());
        assertEquals(address, packet.senderProtocol());
        assertEquals(FramePeer.STACK_MAC, packet.senderHardware());
        assertEquals(address, packet.targetProtocol());
    }

    private boolean isOurs() {
        return stack.ipv4().isLocal(ADDRESS);
    }

    // ---- probing ----

    @Rfc({"5227 M4", "5227 M5", "5227 S1", "5227 M6", "5227 S2", "5227 M9"})
    @Test
    void anAddressIsProbedThreeTimesAndThenAnnouncedTwice() {
        for (int i = 0; i < 20; i++) {
            claim(ConflictPolicy.DEFEND);
            final long beganNs = wire.nowNs();
            assertProbe(within(seconds(2)));
            final long firstNs = wire.nowNs();
            assertTrue(firstNs - beganNs <= seconds(1) + RESOLUTION, "PROBE_WAIT");
            long lastNs = firstNs;
            for (int probe = 2; probe <= 3; probe++) {
                assertProbe(within(seconds(3)));
                final long gapNs = wire.nowNs() - lastNs;
                assertTrue(gapNs >= seconds(1) - RESOLUTION && gapNs <= seconds(2) + RESOLUTION, "PROBE_MIN, MAX");
                lastNs = wire.nowNs();
            }
            sendsNothingFor(seconds(2) - 2 * RESOLUTION);
            assertFalse(isOurs());
            assertAnnounces(ADDRESS, within(3 * RESOLUTION));
            assertTrue(isOurs());
            told("accepted 192.0.2.9/24");
            sendsNothingFor(seconds(2) - 2 * RESOLUTION);
            assertAnnounces(ADDRESS, within(3 * RESOLUTION));
            sendsNothingFor(seconds(10));
            assertTrue(stack.removeAddress(netif, WANTED));
        }
    }

    @Rfc("5227 M1")
    @Test
    void aProbedAddressIsNeitherUsedNorAnsweredFor() {
        claim(ConflictPolicy.DEFEND);
        wire.after(seconds(2));
        wire.frames().clear();
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, ADDRESS);
        assertNull(wire.frames().poll());
        assertFalse(netif.hasAddress(ADDRESS));
        assertEquals(3, stack.ipv4().routes().size(), "the loopback's, its network's and its own");
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(-Errno.EADDRNOTAVAIL, sockets.bind(socket, new SocketAddress(WANTED.address(), 7)));
        sockets.close(socket);
    }

    @Rfc("5227 M7")
    @Test
    void whoAnswersAProbeHasTheAddress() {
        claim(ConflictPolicy.DEFEND);
        assertProbe(within(seconds(2)));
        wire.sendArp(ArpPacket.REPLY, RIVAL, ADDRESS, FramePeer.STACK_MAC, 0);
        told("lost 192.0.2.9/24 02:00:00:00:00:99");
        sendsNothingFor(seconds(20));
        assertFalse(isOurs());
        assertEquals(1, claims.conflicts());
        assertEquals(1, claims.losses());
        assertEquals(0, stack.neighbors().size(), "and nobody had asked for it as a neighbour");
    }

    @Rfc("5227 M7")
    @Test
    void whoAsksFromTheAddressHasItEvenAfterTheLastProbe() {
        claim(ConflictPolicy.DEFEND);
        for (int i = 0; i < 3; i++) {
            assertProbe(within(seconds(3)));
        }
        wire.after(millis(1_900));
        wire.sendArp(ArpPacket.REQUEST, RIVAL, ADDRESS, 0, FramePeer.PEER_ADDRESS);
        told("lost 192.0.2.9/24 02:00:00:00:00:99");
        wire.after(seconds(10));
        assertFalse(isOurs());
    }

    @Rfc("5227 S3")
    @Test
    void twoThatProbeForOneAddressBothRefrain() {
        claim(ConflictPolicy.DEFEND);
        assertProbe(within(seconds(2)));
        rivalProbes(ADDRESS);
        told("lost 192.0.2.9/24 02:00:00:00:00:99");
    }

    @Test
    void aProbeOfOurOwnThatComesBackIsNoConflict() {
        claim(ConflictPolicy.DEFEND);
        assertProbe(within(seconds(2)));
        wire.sendArp(ArpPacket.REQUEST, FramePeer.STACK_MAC, 0, 0, ADDRESS);
        wire.after(seconds(10));
        told("accepted 192.0.2.9/24");
        wire.sendArp(ArpPacket.REQUEST, FramePeer.STACK_MAC, ADDRESS, 0, ADDRESS);
        told();
        assertEquals(0, claims.conflicts());
    }

    @Test
    void whoAsksForTheAddressFromItsOwnIsNoRival() {
        claim(ConflictPolicy.DEFEND);
        assertProbe(within(seconds(2)));
        wire.sendArp(ArpPacket.REQUEST, RIVAL, FramePeer.PEER_ADDRESS, 0, ADDRESS);
        rivalProbes(FramePeer.PEER_ADDRESS);
        wire.after(seconds(10));
        told("accepted 192.0.2.9/24");
    }

    @Rfc("5227 M8")
    @Test
    void afterTenConflictsOneAddressIsTriedEachMinute() {
        for (int i = 0; i < 10; i++) {
            claim(ConflictPolicy.DEFEND);
            assertProbe(within(seconds(1)));
            rivalProbes(ADDRESS);
            told("lost 192.0.2.9/24 02:00:00:00:00:99");
        }
        final long beganNs = wire.nowNs();
        claim(ConflictPolicy.DEFEND);
        sendsNothingFor(seconds(55));
        assertProbe(within(seconds(6)));
        rivalProbes(ADDRESS);
        told("lost 192.0.2.9/24 02:00:00:00:00:99");
        claim(ConflictPolicy.DEFEND);
        sendsNothingFor(seconds(55));
        assertTrue(wire.nowNs() - beganNs >= seconds(110));
        wire.after(seconds(20));
        told("accepted 192.0.2.9/24");
        wire.frames().clear();
        stack.removeAddress(netif, WANTED);
        claim(ConflictPolicy.DEFEND);
        assertProbe(within(seconds(1)));
    }

    @Test
    void nobodyCanObjectWhileTheInterfaceIsDown() {
        claim(ConflictPolicy.DEFEND);
        assertProbe(within(seconds(2)));
        netif.up(false);
        wire.after(seconds(60));
        told();
        netif.up(true);
        assertAnnounces(FramePeer.STACK_ADDRESS, within(RESOLUTION));
        for (int i = 0; i < 3; i++) {
            assertProbe(within(seconds(3)));
        }
        wire.after(seconds(3));
        told("accepted 192.0.2.9/24");
    }

    @Test
    void onALinkWithoutArpAnAddressIsUsedAtOnce() {
        final Netif loopback = stack.ipv4().interfaces().getFirst();
        final IpPrefix address = IpPrefix.parse("127.0.0.5/32");
        stack.claimAddress(loopback, address, ConflictPolicy.DEFEND, listener);
        assertTrue(stack.ipv4().isLocal(address.address().ipv4()));
        assertEquals(stack.nowNs(), stack.nextDeadlineNs(), "there is somebody to tell");
        wire.settle();
        told("accepted 127.0.0.5/32");
    }

    @Test
    void anAddressThatIsThereOrProbedForIsNotProbedForAgain() {
        claim(ConflictPolicy.DEFEND);
        assertThrows(IllegalArgumentException.class, () -> claim(ConflictPolicy.DEFEND));
        final IpPrefix ours = IpPrefix.parse("192.0.2.2/24");
        assertThrows(
                IllegalArgumentException.class, () -> stack.claimAddress(netif, ours, ConflictPolicy.DEFEND, listener));
        assertThrows(IllegalArgumentException.class, () -> stack.addAddress(netif, WANTED));
        assertTrue(stack.removeAddress(netif, WANTED), "it was being probed for");
        sendsNothingFor(seconds(20));
        told();
    }

    @Test
    void anAddressThatTheRoutingTableHasNoRoomForIsLost() {
        claim(ConflictPolicy.DEFEND);
        wire.after(seconds(3));
        wire.frames().clear();
        for (int i = 0; stack.ipv4().routes().size() < stack.config().routes(); i++) {
            stack.addRoute(
                    stack.via(new IpPrefix(IpAddress.ofIpv4(i << 24), 8).network(), IpAddress.parse("192.0.2.1")));
        }
        final Route last = stack.ipv4().routes().all().getLast();
        stack.removeRoute(last.destination());
        wire.after(seconds(10));
        told("lost 192.0.2.9/24 00:00:00:00:00:00");
        assertFalse(isOurs());
        assertEquals(stack.config().routes() - 1, stack.ipv4().routes().size(), "not even half of its routes");
        wire.frames().clear();
    }

    // ---- in use ----

    @Rfc({"5227 M9", "5227 M3"})
    @Test
    void anAddressThatIsUsedAtOnceIsAnnouncedTwice() {
        stack.addAddress(netif, WANTED);
        wire.settle();
        assertTrue(isOurs());
        assertAnnounces(ADDRESS, nextArp());
        sendsNothingFor(seconds(2) - RESOLUTION);
        assertAnnounces(ADDRESS, within(2 * RESOLUTION));
        sendsNothingFor(seconds(3_600));
    }

    @Test
    void anAddressIsGivenToAnInterfaceOnce() {
        stack.addAddress(netif, WANTED);
        assertThrows(IllegalArgumentException.class, () -> stack.addAddress(netif, WANTED));
        final IpPrefix narrower = IpPrefix.parse("192.0.2.9/25");
        assertThrows(IllegalArgumentException.class, () -> stack.addAddress(netif, narrower));
        assertEquals(2, netif.addresses().size());
        wire.after(seconds(3));
        wire.frames().clear();
    }

    @Test
    void anInterfaceThatComesUpAnnouncesItsAddressesAgain() {
        netif.up(true);
        assertNull(wire.frames().poll(), "it was up");
        netif.up(false);
        wire.after(seconds(5));
        netif.up(true);
        wire.settle();
        assertAnnounces(FramePeer.STACK_ADDRESS, nextArp());
        sendsNothingFor(seconds(30));
    }

    @Rfc("5227 M13")
    @Test
    void whoProbesForOurAddressIsAnswered() {
        rivalProbes(FramePeer.STACK_ADDRESS);
        final ArpPacket reply = nextArp();
        assertEquals(ArpPacket.REPLY, reply.operation());
        assertEquals(FramePeer.STACK_ADDRESS, reply.senderProtocol());
        assertEquals(RIVAL, reply.targetHardware());
        assertEquals(0, claims.conflicts(), "asking is no claim");
    }

    @Rfc({"5227 M10", "5227 M12"})
    @Test
    void anAddressThatIsDefendedIsSaidToBeOursOnceInTenSeconds() {
        for (int i = 0; i < 99; i++) {
            rivalAnnounces(FramePeer.STACK_ADDRESS);
            wire.after(millis(100));
        }
        assertAnnounces(FramePeer.STACK_ADDRESS, nextArp());
        assertNull(wire.frames().poll());
        wire.after(millis(100));
        rivalAnnounces(FramePeer.STACK_ADDRESS);
        assertAnnounces(FramePeer.STACK_ADDRESS, nextArp());
        assertTrue(stack.ipv4().isLocal(FramePeer.STACK_ADDRESS));
        assertEquals(100, claims.conflicts());
        assertEquals(2, claims.defences());
        assertEquals(0, claims.losses());
        assertEquals(0, stack.neighbors().size(), "a rival is no neighbour");
    }

    @Test
    void aReplyFromOurAddressIsAConflictToo() {
        wire.sendArp(ArpPacket.REPLY, RIVAL, FramePeer.STACK_ADDRESS, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS);
        assertAnnounces(FramePeer.STACK_ADDRESS, nextArp());
    }

    @Test
    void whoDefendsTellsItsOwner() {
        have(ConflictPolicy.DEFEND);
        rivalAnnounces(ADDRESS);
        rivalAnnounces(ADDRESS);
        told("conflict 192.0.2.9/24 02:00:00:00:00:99");
        wire.frames().clear();
    }

    @Rfc({"5227 M10", "5227 M11"})
    @Test
    void whoDefendsOnceYieldsToARivalThatInsists() {
        have(ConflictPolicy.DEFEND_ONCE);
        rivalAnnounces(ADDRESS);
        assertAnnounces(ADDRESS, nextArp());
        told("conflict 192.0.2.9/24 02:00:00:00:00:99");
        wire.after(seconds(10));
        rivalAnnounces(ADDRESS);
        assertAnnounces(ADDRESS, nextArp());
        told("conflict 192.0.2.9/24 02:00:00:00:00:99");
        wire.after(millis(9_990));
        rivalAnnounces(ADDRESS);
        told("lost 192.0.2.9/24 02:00:00:00:00:99");
        assertFalse(isOurs());
        sendsNothingFor(seconds(20));
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, ADDRESS);
        assertNull(wire.frames().poll(), "the rival answers");
    }

    @Rfc("5227 M10")
    @Test
    void whoGivesUpGivesUpAtOnce() {
        have(ConflictPolicy.GIVE_UP);
        rivalAnnounces(ADDRESS);
        assertNull(wire.frames().poll());
        told("lost 192.0.2.9/24 02:00:00:00:00:99");
        assertFalse(isOurs());
        assertTrue(stack.ipv4().isLocal(FramePeer.STACK_ADDRESS), "the other one stays");
    }

    @Test
    void connectionsFromALostAddressAreReset() {
        have(ConflictPolicy.GIVE_UP);
        wire.answersArp(true);
        final int lost = connectFrom(WANTED.address(), 4_000);
        final int kept = connectFrom(IpAddress.ofIpv4(FramePeer.STACK_ADDRESS), 4_001);
        final int connections = stack.tcp().connectionsInUse();
        rivalAnnounces(ADDRESS);
        assertEquals(-Errno.ECONNABORTED, sockets.receive(lost, MemorySegment.ofArray(new byte[1]), 0, 1, 0));
        assertEquals(connections - 1, stack.tcp().connectionsInUse());
        assertEquals(0, sockets.option(kept, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        told("lost 192.0.2.9/24 02:00:00:00:00:99");
        sockets.close(lost);
        sockets.close(kept);
        wire.frames().clear();
    }

    @Test
    void connectionsOfAnAddressThatAnotherInterfaceHasTooGoOn() {
        have(ConflictPolicy.GIVE_UP);
        final Netif loopback = stack.ipv4().interfaces().getFirst();
        stack.addAddress(loopback, IpPrefix.parse("192.0.2.9/32"));
        final int kept = connectFrom(WANTED.address(), 5_000);
        rivalAnnounces(ADDRESS);
        told("lost 192.0.2.9/24 02:00:00:00:00:99");
        assertTrue(isOurs());
        assertEquals(0, sockets.option(kept, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        sockets.close(kept);
        wire.frames().clear();
    }

    private int connectFrom(IpAddress local, int port) {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(0, sockets.bind(socket, new SocketAddress(local, port)));
        final SocketAddress peer = new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 80);
        assertEquals(-Errno.EINPROGRESS, sockets.connect(socket, peer));
        wire.settle();
        return socket;
    }

    @Rfc("5227 S4")
    @Test
    void thePeersOfALostAddressAreReset() {
        final IpPrefix ours = IpPrefix.parse("192.0.2.2/24");
        try (TcpScenario tcp = TcpScenario.listening()) {
            final Netif there = tcp.stack().ipv4().interfaces().get(1);
            tcp.stack().removeAddress(there, ours);
            tcp.stack().claimAddress(there, ours, ConflictPolicy.GIVE_UP, listener);
            tcp.after(seconds(10));
            told("accepted 192.0.2.2/24");
            tcp.wire().frames().clear();
            tcp.receives(segment().syn().seq(0)).sendsSynAckOf(0);
            tcp.receives(segment().seq(1).ack(1)).application().accepts();
            tcp.wire()
                    .sendArp(
                            ArpPacket.REQUEST,
                            RIVAL,
                            ours.address().ipv4(),
                            0,
                            ours.address().ipv4());
            tcp.sends(segment().rst().seq(1).ack(1)).sendsNothing();
            tcp.application().isTold("failed ABORTED");
            told("lost 192.0.2.2/24 02:00:00:00:00:99");
        }
    }

    @Test
    void aListenerMayCallAnything() {
        final IpPrefix next = IpPrefix.parse("192.0.2.10/24");
        stack.claimAddress(netif, WANTED, ConflictPolicy.GIVE_UP, new AddressListener() {
            @Override
            public void accepted(Netif on, IpPrefix address) {
                told.add("accepted " + address);
            }

            @Override
            public void conflict(Netif on, IpPrefix address, long rival) {
                throw new AssertionError("nothing is defended");
            }

            @Override
            public void lost(Netif on, IpPrefix address, long rival) {
                stack.claimAddress(on, next, ConflictPolicy.GIVE_UP, this);
            }
        });
        assertProbe(within(seconds(2)));
        rivalProbes(ADDRESS);
        wire.after(seconds(10));
        told("accepted 192.0.2.10/24");
        wire.frames().clear();
    }

    // ---- going ----

    @Test
    void aRemovedAddressIsNeitherAnsweredForNorDefendedAndItsRoutesGo() {
        have(ConflictPolicy.DEFEND);
        final int routes = stack.ipv4().routes().size();
        assertTrue(stack.removeAddress(netif, WANTED));
        assertFalse(stack.removeAddress(netif, WANTED), "twice");
        assertEquals(routes - 2, stack.ipv4().routes().size());
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, ADDRESS);
        rivalAnnounces(ADDRESS);
        assertNull(wire.frames().poll());
        told();
    }

    @Test
    void anAddressWithAnotherPrefixIsAnotherOne() {
        have(ConflictPolicy.DEFEND);
        assertFalse(stack.removeAddress(netif, IpPrefix.parse("192.0.2.9/25")));
        rivalAnnounces(ADDRESS);
        assertAnnounces(ADDRESS, nextArp());
    }

    @Test
    void withTheLastAddressTheRoutesOfTheInterfaceGo() {
        stack.addGateway(IpAddress.parse("192.0.2.1"));
        wire.sendArp(ArpPacket.REQUEST, FramePeer.PEER_MAC, FramePeer.PEER_ADDRESS, 0, FramePeer.STACK_ADDRESS);
        wire.frames().clear();
        assertEquals(1, stack.neighbors().size());
        assertTrue(stack.removeAddress(netif, IpPrefix.parse("192.0.2.2/24")));
        assertNull(stack.ipv4().routes().lookUp(IpAddress.parse("198.51.100.1").ipv4()));
        assertNull(stack.ipv4().routes().lookUp(FramePeer.PEER_ADDRESS));
        assertEquals(0, stack.neighbors().size());
    }

    @Test
    void withItsInterfaceAClaimGoes() {
        claim(ConflictPolicy.DEFEND);
        assertProbe(within(seconds(2)));
        stack.removeInterface(netif);
        wire.after(seconds(20));
        told();
        assertEquals(0, stack.armedTimers());
    }
}
