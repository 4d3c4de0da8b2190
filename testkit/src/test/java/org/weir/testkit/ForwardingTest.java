package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.RouterRig.address;
import static org.weir.testkit.RouterRig.header;
import static org.weir.testkit.RouterRig.packet;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.ReversePath;
import org.weir.ip.Route;
import org.weir.ip.RouteResult;
import org.weir.ip.RouteType;
import org.weir.link.DropReason;
import org.weir.stack.Stack;
import org.weir.wire.Checksum;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;

/// Between three interfaces: RFC 1812.
class ForwardingTest {
    private static final String LEFT = "10.1.0.2";
    private static final String RIGHT = "10.2.0.2";
    private static final String NARROW = "10.3.0.2";

    private final RouterRig rig = new RouterRig();
    private final Stack stack = rig.stack;

    @BeforeEach
    void isRouter() {
        stack.ipv4().forwarding().enabled(true);
    }

    @AfterEach
    void nothingLeaks() {
        rig.after(seconds(1_000));
        rig.assertNoLeaks();
        rig.close();
    }

    private void sendsNothing() {
        assertNull(rig.left.takes());
        assertNull(rig.right.takes());
        assertNull(rig.narrow.takes());
    }

    private void isDroppedFor(DropReason reason) {
        assertEquals(1, rig.drops(reason));
        assertEquals(0, stack.ipv4().forwarding().forwarded());
    }

    private static byte[] present(byte @Nullable [] packet) {
        assertNotNull(packet, "a packet");
        return packet;
    }

    /// An error to the left host, about `about`, from the router's left address.
    private IcmpHeader tellsLeft(int type, int code, byte[] about) {
        final byte[] error = present(rig.left.takes());
        final Ipv4Header ip = header(error);
        assertEquals(IpProtocol.ICMP, ip.protocol());
        assertEquals(address("10.1.0.1"), ip.source());
        assertEquals(address(LEFT), ip.destination());
        assertTrue(ip.checksumIsValid());
        final MemorySegment memory = MemorySegment.ofArray(error);
        final IcmpHeader icmp = new IcmpHeader().at(memory, Ipv4Header.LENGTH);
        assertEquals(type, icmp.type());
        assertEquals(code, icmp.code());
        assertEquals(0xFFFF, Checksum.sum(memory, Ipv4Header.LENGTH, error.length - Ipv4Header.LENGTH));
        final int quote = Math.min(about.length, 576 - Ipv4Header.LENGTH - IcmpHeader.LENGTH);
        assertArrayEquals(
                Arrays.copyOf(about, quote),
                Arrays.copyOfRange(error, Ipv4Header.LENGTH + IcmpHeader.LENGTH, error.length));
        return icmp;
    }

    private static byte[] sealed(byte[] packet) {
        header(packet).sealChecksum();
        return packet;
    }

    private static byte[] withTimeToLive(byte[] packet, int ttl) {
        header(packet).timeToLive(ttl);
        return sealed(packet);
    }

    private static byte[] fragmentable(byte[] packet) {
        header(packet).flagsAndFragmentOffset(0);
        return sealed(packet);
    }

    /// An ICMP message from the left host to the right one.
    private static byte[] icmp(int type) {
        final byte[] packet = packet(LEFT, RIGHT, 40);
        header(packet).protocol(IpProtocol.ICMP);
        packet[Ipv4Header.LENGTH] = (byte) type;
        return sealed(packet);
    }

    // ---- what is passed on ----

    @Test
    void aHostForwardsNothing() {
        stack.ipv4().forwarding().enabled(false);
        rig.left.sends(packet(LEFT, RIGHT, 100));
        sendsNothing();
        isDroppedFor(DropReason.IPV4_NOT_FOR_US);
    }

    @Test
    void aPacketGoesOnWithOneLessTimeToLiveAndARightChecksum() {
        for (int ttl = 2; ttl < 256; ttl++) {
            final byte[] sent = withTimeToLive(packet(LEFT, RIGHT, 100), ttl);
            rig.left.sends(sent);
            final byte[] expected = withTimeToLive(sent.clone(), ttl - 1);
            assertArrayEquals(expected, rig.right.takes());
        }
        assertEquals(254, stack.ipv4().forwarding().forwarded());
        sendsNothing();
    }

    @Test
    void paddingOfTheFrameIsCutOff() {
        rig.left.sends(Arrays.copyOf(packet(LEFT, RIGHT, 4), 46));
        assertEquals(24, present(rig.right.takes()).length);
    }

    @Test
    void aPacketOfOneOfItsOwnAddressesIsItsOwn() {
        rig.left.sends(packet(LEFT, "10.2.0.1", 4));
        tellsLeftFromRight();
    }

    private void tellsLeftFromRight() {
        assertEquals(address("10.2.0.1"), header(present(rig.left.takes())).source(), "protocol unreachable");
        assertEquals(0, stack.ipv4().forwarding().forwarded());
    }

    @Test
    void aRouteLeadsToTheNextRouter() {
        final IpPrefix far = IpPrefix.parse("203.0.113.0/24");
        assertSame(RouteResult.DONE, stack.addRoute(stack.via(far, IpAddress.parse("10.2.0.9"))));
        rig.right.answersArp(false);
        rig.left.sends(packet(LEFT, "203.0.113.5", 8));
        final byte[] request = present(rig.right.takesFrame());
        assertEquals(9, request[request.length - 1], "ARP asks for the router, 10.2.0.9");
        rig.after(seconds(10));
        assertNotNull(rig.left.takes(), "which does not answer");
    }

    @Test
    void fragmentsGoOnAsTheyAre() {
        final byte[] fragment = packet(LEFT, RIGHT, 64);
        header(fragment).flagsAndFragmentOffset(Ipv4Header.MORE_FRAGMENTS | 8);
        rig.left.sends(sealed(fragment));
        assertNotNull(rig.right.takes());
    }

    // ---- what is not ----

    @Test
    void addressesThatNoRouterPassesOnAreRefused() {
        stack.addGateway(IpAddress.parse("10.2.0.9"));
        final String[] destinations = {"169.254.1.1", "240.0.0.1", "0.1.2.3", "10.2.0.255"};
        for (final String destination : destinations) {
            rig.left.sends(packet(LEFT, destination, 8));
        }
        rig.left.sends(packet("169.254.1.1", RIGHT, 8));
        assertEquals(destinations.length + 1, rig.drops(DropReason.FORWARD_NOT_ROUTABLE));
        rig.left.sends(packet(LEFT, "224.1.2.3", 8));
        rig.left.sends(packet(LEFT, "127.0.0.1", 8));
        rig.left.sends(packet("127.0.0.1", RIGHT, 8));
        rig.left.sends(packet("240.0.0.1", RIGHT, 8));
        rig.left.sends(packet("10.2.0.1", RIGHT, 8));
        sendsNothing();
    }

    @Test
    void aPacketToOneHostInAFrameToAllIsRefused() {
        rig.left.sendsTo(MacAddress.BROADCAST, packet(LEFT, RIGHT, 8));
        sendsNothing();
        isDroppedFor(DropReason.FORWARD_LINK_BROADCAST);
    }

    @Test
    void aSourceThatIsBehindAnotherInterfaceIsRefused() {
        rig.left.sends(packet("10.3.0.7", RIGHT, 8));
        sendsNothing();
        isDroppedFor(DropReason.FORWARD_REVERSE_PATH);
    }

    @Test
    void theReversePathCheckCanBeLoosened() {
        stack.ipv4().forwarding().reversePath(ReversePath.LOOSE);
        rig.left.sends(packet("10.3.0.7", RIGHT, 8));
        assertNotNull(rig.right.takes(), "there is a route to it");
        rig.left.sends(packet("203.0.113.5", RIGHT, 8));
        assertEquals(1, rig.drops(DropReason.FORWARD_REVERSE_PATH), "there is none");
        stack.ipv4().forwarding().reversePath(ReversePath.OFF);
        rig.left.sends(packet("203.0.113.5", RIGHT, 8));
        assertNotNull(rig.right.takes());
    }

    // ---- errors ----

    @Test
    void theSenderIsToldThatTheTimeToLiveIsOver() {
        final byte[] packet = withTimeToLive(packet(LEFT, RIGHT, 100), 1);
        rig.left.sends(packet);
        tellsLeft(IcmpHeader.TIME_EXCEEDED, 0, packet);
        sendsNothing();
        isDroppedFor(DropReason.FORWARD_TTL_EXCEEDED);
    }

    @Test
    void theSenderIsToldThatThereIsNoRoute() {
        final byte[] packet = packet(LEFT, "203.0.113.5", 100);
        rig.left.sends(packet);
        tellsLeft(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.NET_UNREACHABLE, packet);
        isDroppedFor(DropReason.NO_ROUTE);
    }

    @Test
    void routesThatRefuseSayWhy() {
        final Route route = Route.onLink(IpPrefix.parse("203.0.113.0/24"), rig.right.netif);
        final byte[] packet = packet(LEFT, "203.0.113.5", 100);
        stack.replaceRoute(route.withType(RouteType.UNREACHABLE));
        rig.left.sends(packet);
        tellsLeft(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.HOST_UNREACHABLE, packet);
        stack.replaceRoute(route.withType(RouteType.PROHIBIT));
        rig.left.sends(packet);
        tellsLeft(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.ADMINISTRATIVELY_PROHIBITED, packet);
        stack.replaceRoute(route.withType(RouteType.BLACKHOLE));
        rig.left.sends(packet);
        sendsNothing();
        assertEquals(1, rig.drops(DropReason.ROUTE_BLACKHOLE));
        assertEquals(1, rig.drops(DropReason.ROUTE_UNREACHABLE));
        assertEquals(1, rig.drops(DropReason.ROUTE_PROHIBITED));
    }

    @Test
    void theSenderIsToldWhatTheNextLinkCarries() {
        final byte[] packet = packet(LEFT, NARROW, 581);
        rig.left.sends(packet);
        final IcmpHeader icmp = tellsLeft(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED, packet);
        assertEquals(600, icmp.nextHopMtu());
        isDroppedFor(DropReason.FORWARD_DONT_FRAGMENT);
        rig.left.sends(packet(LEFT, NARROW, 580));
        assertNotNull(rig.narrow.takes(), "this one fits");
    }

    @Test
    void whatMayBeFragmentedGoesOnInFragments() {
        final byte[] packet = fragmentable(packet(LEFT, NARROW, 581));
        rig.left.sends(packet);
        final byte[] first = present(rig.narrow.takes());
        final byte[] second = present(rig.narrow.takes());
        sendsNothing();
        assertEquals(Ipv4Header.MORE_FRAGMENTS, header(first).flagsAndFragmentOffset());
        assertEquals(header(packet).identification(), header(first).identification());
        assertEquals(header(packet).identification(), header(second).identification());
        assertEquals(header(packet).timeToLive() - 1, header(second).timeToLive());
        final int carried = first.length - Ipv4Header.LENGTH;
        assertEquals(carried / Ipv4Header.FRAGMENT_UNIT, header(second).flagsAndFragmentOffset());
        assertArrayEquals(
                Arrays.copyOfRange(packet, Ipv4Header.LENGTH, Ipv4Header.LENGTH + carried),
                Arrays.copyOfRange(first, Ipv4Header.LENGTH, first.length));
        assertArrayEquals(
                Arrays.copyOfRange(packet, Ipv4Header.LENGTH + carried, packet.length),
                Arrays.copyOfRange(second, Ipv4Header.LENGTH, second.length));
    }

    @Test
    void theSenderIsToldThatTheHostDoesNotAnswer() {
        rig.right.answersArp(false);
        final byte[] packet = packet(LEFT, RIGHT, 100);
        rig.left.sends(packet(LEFT, RIGHT, 50));
        rig.left.sends(packet);
        assertNull(rig.left.takes(), "it is being asked");
        rig.after(seconds(4));
        tellsLeft(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.HOST_UNREACHABLE, withTimeToLive(packet.clone(), 63));
        assertEquals(2, rig.drops(DropReason.NEIGHBOR_UNRESOLVED), "one packet waits, the newest");
    }

    @Test
    void thePacketThatWaitedGoesOnWhenItsHostAnswers() {
        rig.right.answersArp(false);
        rig.left.sends(packet(LEFT, RIGHT, 100));
        rig.right.answersArp(true);
        rig.after(seconds(1));
        assertNotNull(rig.right.takes());
    }

    @Test
    void aNeighbourOfItsNextHopIsToldOfTheShorterWay() {
        final IpPrefix far = IpPrefix.parse("203.0.113.0/24");
        stack.addRoute(stack.via(far, IpAddress.parse("10.1.0.9")));
        final byte[] packet = packet(LEFT, "203.0.113.5", 30);
        rig.left.sends(packet);
        final IcmpHeader icmp = tellsLeft(IcmpHeader.REDIRECT, IcmpHeader.REDIRECT_FOR_HOST, packet);
        assertEquals(address("10.1.0.9"), icmp.identifier() << 16 | icmp.sequenceNumber());
        assertArrayEquals(withTimeToLive(packet, 63), rig.left.takes(), "and the packet goes on");
        assertEquals(1, stack.ipv4().forwarding().redirectsSent());
    }

    @Test
    void redirectsAreRateLimited() {
        for (int i = 0; i < 100; i++) {
            rig.left.sends(packet(LEFT, "10.1.0.3", 30));
        }
        assertEquals(10, stack.ipv4().forwarding().redirectsSent());
        assertEquals(100, stack.ipv4().forwarding().forwarded());
    }

    @Test
    void aSenderThatIsNoNeighbourIsNotRedirected() {
        stack.ipv4().forwarding().reversePath(ReversePath.LOOSE);
        stack.addGateway(IpAddress.parse("10.1.0.9"));
        rig.left.sends(packet("198.51.100.1", "203.0.113.5", 30));
        assertEquals(1, stack.ipv4().forwarding().forwarded());
        assertEquals(0, stack.ipv4().forwarding().redirectsSent());
    }

    @Test
    void noErrorAnswersAnErrorNorAnUnknownMessage() {
        for (final int type : new int[] {3, 4, 5, 11, 12, 77}) {
            rig.left.sends(withTimeToLive(icmp(type), 1));
            assertNull(rig.left.takes(), () -> "type " + type);
        }
        final byte[] request = withTimeToLive(icmp(IcmpHeader.ECHO), 1);
        rig.left.sends(request);
        tellsLeft(IcmpHeader.TIME_EXCEEDED, 0, request);
    }

    @Test
    void noErrorAnswersALaterFragment() {
        final byte[] fragment = packet(LEFT, RIGHT, 64);
        header(fragment).flagsAndFragmentOffset(8);
        rig.left.sends(withTimeToLive(fragment, 1));
        assertNull(rig.left.takes());
        final byte[] first = packet(LEFT, RIGHT, 64);
        header(first).flagsAndFragmentOffset(Ipv4Header.MORE_FRAGMENTS);
        rig.left.sends(withTimeToLive(first, 1));
        tellsLeft(IcmpHeader.TIME_EXCEEDED, 0, first);
    }

    @Test
    void errorsAreRateLimited() {
        for (int i = 0; i < 1_000; i++) {
            rig.left.sends(withTimeToLive(packet(LEFT, RIGHT, 8), 1));
        }
        assertEquals(50, stack.ipv4().icmp().errorsSent());
        assertEquals(950, rig.drops(DropReason.ICMP_RATE_LIMITED));
    }
}
