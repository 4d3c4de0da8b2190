package org.weir.services.dhcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.services.dhcp.HandmadeServer.OFFERED;
import static org.weir.services.dhcp.HandmadeServer.SECOND;
import static org.weir.services.dhcp.HandmadeServer.SERVER;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weir.ip.Netif;
import org.weir.ip.Route;
import org.weir.ip.Vlan;
import org.weir.services.dhcp.HandmadeServer.Said;
import org.weir.testkit.FramePeer;
import org.weir.wire.ArpPacket;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// The states of a DHCP client, RFC 2131 section 4.4, in virtual time.
final class DhcpClientTest {
    private static final int HOUR = 3_600;
    private static final long RIVAL = 0x02_00_00_00_00_99L;

    private final HandmadeServer server = new HandmadeServer();

    @TempDir
    private Path directory;

    @AfterEach
    void nothingIsLeftBehind() {
        server.close();
        assertNull(findRoute("198.51.100.1"), "a route stayed");
        assertEquals(0, server.netif.primaryAddress(), "the address stayed");
    }

    private @Nullable Route findRoute(String address) {
        return server.stack.ipv4().routes().find(IpAddress.parse(address).ipv4());
    }

    private Route routeTo(String address) {
        final Route route = findRoute(address);
        assertNotNull(route);
        return route;
    }

    private Lease lease() {
        final Lease lease = server.client().lease();
        assertNotNull(lease);
        return lease;
    }

    private DhcpConfig withFile() {
        return DhcpConfig.defaults().withLeaseFile(directory.resolve("lease"), 0);
    }

    // ---- from INIT to BOUND ----

    @Test
    void asksForAnAddressFromNoneToAll() {
        final Said discover = server.clientStarts().hears(DhcpType.DISCOVER);
        assertEquals(0, discover.source());
        assertEquals(-1, discover.destination());
        assertEquals(FramePeer.STACK_MAC, discover.message().hardwareAddress());
        assertEquals(DhcpMessage.BROADCAST, discover.message().flags());
        assertEquals(0, discover.address(DhcpOptions.REQUESTED_ADDRESS));
        final byte[] id = discover.value(DhcpOptions.CLIENT_ID);
        assertEquals((byte) 255, id[0], "type of RFC 4361");
        assertArrayEquals(new byte[] {0, 3, 0, 1, 2, 0, 0, 0, 0, 2}, Arrays.copyOfRange(id, 5, 15));
        assertEquals(DhcpState.SELECTING, server.client().state());
    }

    @Test
    void saysWhoItIs() {
        final Said discover = server.clientStarts(
                        DhcpConfig.defaults().withHostName("duckling").withClientId("00:77:65"))
                .hears(DhcpType.DISCOVER);
        assertArrayEquals(new byte[] {0, 'w', 'e'}, discover.value(DhcpOptions.CLIENT_ID));
        assertArrayEquals("duckling".getBytes(US_ASCII), discover.value(DhcpOptions.HOST_NAME));
    }

    @Test
    void asksForWhatIsOffered() {
        final Said request = server.isRequesting(HOUR);
        assertEquals(DhcpState.REQUESTING, server.client().state());
        assertEquals(OFFERED, request.address(DhcpOptions.REQUESTED_ADDRESS));
        assertEquals(SERVER, request.address(DhcpOptions.SERVER_ID));
        assertEquals(0, request.message().clientAddress());
        assertEquals(-1, request.destination());
    }

    @Test
    void usesTheAddressOnceNobodyElseHasIt() {
        server.lease(server.isRequesting(HOUR), DhcpType.ACK, HOUR)
                .number(DhcpOptions.ROUTER, SERVER)
                .list(DhcpOptions.DNS, 192, 0, 2, 3, 192, 0, 2, 4)
                .option(DhcpOptions.DOMAIN_NAME, "example.net".getBytes(US_ASCII))
                .option(DhcpOptions.INTERFACE_MTU, (byte) 5, (byte) 0)
                .isSent();
        assertEquals(0, server.netif.primaryAddress());
        server.passesTheCheck();
        assertEquals(OFFERED, server.netif.primaryAddress());
        assertEquals(List.of(DhcpEvent.BOUND), server.events);
        assertEquals(IpPrefix.parse("192.0.2.50/24"), lease().address());
        assertEquals(List.of(IpAddress.parse("192.0.2.3"), IpAddress.parse("192.0.2.4")), lease().dnsServers());
        assertEquals("example.net", lease().domain());
        assertEquals(1_280, lease().mtu());
        assertEquals(1_280, server.netif.mtu());
        final Route route = routeTo("198.51.100.1");
        assertEquals(SERVER, route.gateway());
        assertEquals(OFFERED, route.source());
    }

    @Test
    void classlessRoutesReplaceTheRouters() {
        server.lease(server.isRequesting(HOUR), DhcpType.ACK, HOUR)
                .number(DhcpOptions.ROUTER, SERVER)
                .list(DhcpOptions.CLASSLESS_ROUTES, 25, 198, 51, 100, 128, 192, 0, 2, 7, 8, 10, 0, 0, 0, 0)
                .isSent();
        server.passesTheCheck();
        assertNull(findRoute("198.51.100.1"));
        assertEquals(
                IpAddress.parse("192.0.2.7").ipv4(), routeTo("198.51.100.129").gateway());
        assertEquals(0, routeTo("10.9.9.9").gateway(), "on the link");
    }

    @Test
    void waitsLongerAfterEachQuestionAndSaysThatNobodyAnswers() {
        server.clientStarts().hears(DhcpType.DISCOVER);
        long lastNs = server.wire.nowNs();
        for (final long seconds : new long[] {4, 8, 16, 32, 64, 64}) {
            server.hearsNothingFor((seconds - 2) * SECOND);
            server.hears(DhcpType.DISCOVER);
            final long waitedNs = server.wire.nowNs() - lastNs;
            assertTrue(Math.abs(waitedNs - seconds * SECOND) < 1.3 * SECOND, () -> waitedNs + " for " + seconds);
            lastNs = server.wire.nowNs();
        }
        assertEquals(List.of(DhcpEvent.NO_ANSWER), server.events);
    }

    @Test
    void beginsAgainIfTheServerThatOfferedIsSilent() {
        final int first = server.isRequesting(HOUR).message().xid();
        for (int i = 0; i < 3; i++) {
            assertEquals(first, server.hears(DhcpType.REQUEST).message().xid());
        }
        assertNotEquals(first, server.hears(DhcpType.DISCOVER).message().xid());
    }

    @Test
    void aRefusalOfWhatWasOfferedBeginsAgainInTenSeconds() {
        server.answer(server.isRequesting(HOUR), DhcpType.NAK).isSent();
        assertEquals(List.of(DhcpEvent.REFUSED), server.events);
        server.hearsNothingFor(9 * SECOND);
        server.hears(DhcpType.DISCOVER);
    }

    // ---- who is believed ----

    @Test
    void anotherServerIsNotBelieved() {
        final Said request = server.isRequesting(HOUR);
        server.new Answer(request, DhcpType.NAK, 0)
                .number(DhcpOptions.SERVER_ID, SERVER + 1)
                .isSent();
        server.new Answer(request, DhcpType.NAK, 0).isSent();
        assertEquals(DhcpState.REQUESTING, server.client().state());
    }

    @Test
    void anAnswerToAnotherQuestionOrHostIsNotBelieved() {
        final Said discover = server.clientStarts().hears(DhcpType.DISCOVER);
        server.lease(discover, DhcpType.OFFER, HOUR)
                .fixed(4, discover.message().xid() + 1)
                .isSent();
        server.lease(discover, DhcpType.OFFER, HOUR).octets(33, (byte) 9).isSent();
        server.lease(discover, DhcpType.OFFER, HOUR).octets(0, (byte) 1).isSent();
        server.lease(discover, DhcpType.OFFER, HOUR).octets(236, (byte) 1).isSent();
        server.lease(discover, DhcpType.OFFER, HOUR).fromPort(1_067).isSent();
        server.lease(discover, DhcpType.ACK, HOUR).isSent();
        assertEquals(DhcpState.SELECTING, server.client().state());
    }

    @Test
    void whatIsAcknowledgedIsWhatWasAskedFor() {
        server.lease(server.isRequesting(HOUR), DhcpType.ACK, HOUR)
                .fixed(16, OFFERED + 1)
                .isSent();
        assertEquals(DhcpState.REQUESTING, server.client().state());
    }

    // ---- another host has it ----

    @Test
    void anAddressThatAnotherHostHasIsDeclined() {
        server.lease(server.isRequesting(HOUR), DhcpType.ACK, HOUR).isSent();
        server.wire.after(SECOND);
        server.wire.sendArp(ArpPacket.REPLY, RIVAL, OFFERED, FramePeer.STACK_MAC, 0);
        final Said decline = server.hears(DhcpType.DECLINE);
        assertEquals(OFFERED, decline.address(DhcpOptions.REQUESTED_ADDRESS));
        assertEquals(SERVER, decline.address(DhcpOptions.SERVER_ID));
        assertEquals(-1, decline.destination());
        assertEquals(List.of(DhcpEvent.DECLINED), server.events);
        server.hearsNothingFor(9 * SECOND);
        assertEquals(0, server.hears(DhcpType.DISCOVER).address(DhcpOptions.REQUESTED_ADDRESS));
    }

    @Test
    void anAddressThatIsLostLaterIsDeclinedToo() {
        server.isBound(HOUR);
        server.wire.sendArp(ArpPacket.REPLY, RIVAL, OFFERED, FramePeer.STACK_MAC, OFFERED);
        server.wire.after(SECOND);
        server.wire.sendArp(ArpPacket.REPLY, RIVAL, OFFERED, FramePeer.STACK_MAC, OFFERED);
        server.hears(DhcpType.DECLINE);
        assertEquals(List.of(DhcpEvent.BOUND, DhcpEvent.DECLINED), server.events);
        assertEquals(0, server.netif.primaryAddress());
    }

    // ---- time ----

    @Test
    void renewsAtHalfOfTheTime() {
        server.isBound(HOUR);
        final long waitedNs = server.until(DhcpState.RENEWING, HOUR);
        assertTrue(waitedNs > (HOUR / 2 - HOUR / DhcpTiming.FUZZ - 10) * SECOND, () -> waitedNs + " ns");
        assertTrue(waitedNs < HOUR / 2 * SECOND, () -> waitedNs + " ns");
        final Said request = server.hears(DhcpType.REQUEST);
        assertEquals(SERVER, request.destination());
        assertEquals(OFFERED, request.source());
        assertEquals(OFFERED, request.message().clientAddress());
        assertEquals(0, request.address(DhcpOptions.REQUESTED_ADDRESS));
        assertEquals(0, request.address(DhcpOptions.SERVER_ID));
        final long before = lease().times().expiryNs();
        server.lease(request, DhcpType.ACK, HOUR).isSent();
        assertEquals(DhcpState.BOUND, server.client().state());
        assertTrue(lease().times().expiryNs() > before + HOUR / 3 * SECOND);
        assertEquals(List.of(DhcpEvent.BOUND, DhcpEvent.RENEWED), server.events);
    }

    @Test
    void theTimesOfTheServerCountIfTheyMakeSense() {
        server.lease(server.isRequesting(HOUR), DhcpType.ACK, HOUR)
                .number(DhcpOptions.RENEWAL_TIME, 100)
                .number(DhcpOptions.REBINDING_TIME, 200)
                .isSent();
        server.passesTheCheck();
        assertTrue(server.until(DhcpState.RENEWING, HOUR) < 100 * SECOND);
        assertTrue(server.until(DhcpState.REBINDING, HOUR) < 101 * SECOND);
    }

    @Test
    void asksLessAndLessOftenWhileRenewing() {
        server.isBound(HOUR);
        server.until(DhcpState.RENEWING, HOUR);
        server.hears(DhcpType.REQUEST);
        int more = 0;
        while (server.client().state() == DhcpState.RENEWING) {
            server.wire.after(SECOND);
            more += server.client().state() == DhcpState.RENEWING && server.next() != null ? 1 : 0;
        }
        // From half an hour to 52.5 minutes: after 675, 337, 168, 84, 60... s.
        assertTrue(more >= 4 && more <= 6, "questions: " + more);
    }

    @Test
    void asksAnybodyOnceTheServerStaysSilentAndKeepsWhatAnotherGrants() {
        server.isBound(HOUR);
        server.until(DhcpState.REBINDING, HOUR);
        Said request = server.hears(DhcpType.REQUEST);
        while (request.destination() != -1) {
            request = server.hears(DhcpType.REQUEST);
        }
        assertEquals(OFFERED, request.source());
        assertEquals(OFFERED, request.message().clientAddress());
        final int other = SERVER + 5;
        server.new Answer(request, DhcpType.ACK, OFFERED)
                .number(DhcpOptions.SERVER_ID, other)
                .number(DhcpOptions.SUBNET_MASK, HandmadeServer.MASK_24)
                .number(DhcpOptions.LEASE_TIME, HOUR)
                .isSent();
        assertEquals(DhcpState.BOUND, server.client().state());
        assertEquals(other, lease().server().ipv4());
    }

    @Test
    void anAddressWhoseTimeIsOverIsGone() {
        server.isBound(HOUR);
        server.until(DhcpState.INIT, HOUR);
        assertTrue(server.wire.nowNs() >= lease().times().expiryNs());
        assertTrue(server.wire.nowNs() < lease().times().expiryNs() + SECOND);
        assertEquals(0, server.netif.primaryAddress());
        assertEquals(List.of(DhcpEvent.BOUND, DhcpEvent.EXPIRED), server.events);
        server.wire.frames().clear();
        final Said discover = server.hears(DhcpType.DISCOVER);
        assertEquals(0, discover.source());
        assertEquals(OFFERED, discover.address(DhcpOptions.REQUESTED_ADDRESS), "it would be welcome again");
    }

    @Test
    void aRefusalTakesTheAddressAway() {
        server.isBound(HOUR);
        server.until(DhcpState.RENEWING, HOUR);
        server.answer(server.hears(DhcpType.REQUEST), DhcpType.NAK).isSent();
        assertEquals(List.of(DhcpEvent.BOUND, DhcpEvent.REFUSED), server.events);
        assertEquals(0, server.netif.primaryAddress());
        server.hears(DhcpType.DISCOVER);
    }

    @Test
    void routesThatChangeAreReplaced() {
        server.lease(server.isRequesting(HOUR), DhcpType.ACK, HOUR)
                .number(DhcpOptions.ROUTER, SERVER)
                .isSent();
        server.passesTheCheck();
        server.until(DhcpState.RENEWING, HOUR);
        server.lease(server.hears(DhcpType.REQUEST), DhcpType.ACK, HOUR)
                .number(DhcpOptions.ROUTER, SERVER + 1)
                .isSent();
        assertEquals(List.of(DhcpEvent.BOUND, DhcpEvent.CHANGED), server.events);
        assertEquals(SERVER + 1, routeTo("198.51.100.1").gateway());
    }

    @Test
    void aLeaseForEverIsNeverRenewed() {
        server.isBound(-1);
        assertTrue(lease().lastsForEver());
        server.hearsNothingFor(100_000 * SECOND);
    }

    // ---- the end ----

    @Test
    void givesTheAddressBack() {
        server.isBound(HOUR);
        server.client().release();
        final Said release = server.hears(DhcpType.RELEASE);
        assertEquals(SERVER, release.destination());
        assertEquals(OFFERED, release.message().clientAddress());
        assertEquals(SERVER, release.address(DhcpOptions.SERVER_ID));
        server.client().close();
        assertEquals(List.of(DhcpEvent.BOUND, DhcpEvent.RELEASED), server.events);
        server.hearsNothingFor(100 * SECOND);
    }

    // ---- the file ----

    @Test
    void asksAgainForTheAddressInTheFile() throws Exception {
        Files.writeString(directory.resolve("lease"), "address 192.0.2.50\nexpires never\n");
        server.clientStarts(withFile());
        assertEquals(DhcpState.INIT_REBOOT, server.client().state());
        final Said request = server.hears(DhcpType.REQUEST);
        assertEquals(DhcpState.REBOOTING, server.client().state());
        assertEquals(OFFERED, request.address(DhcpOptions.REQUESTED_ADDRESS));
        assertEquals(0, request.address(DhcpOptions.SERVER_ID));
        assertEquals(0, request.message().clientAddress());
        server.lease(request, DhcpType.ACK, HOUR).isSent();
        server.passesTheCheck();
        final long expiry = lease().times().expiryNs() / SECOND;
        assertEquals("address 192.0.2.50\nexpires " + expiry + "\n", Files.readString(directory.resolve("lease")));
        server.client().close();
        assertNull(server.next(), "what a file remembers is not given back");
        assertTrue(Files.exists(directory.resolve("lease")));
    }

    @Test
    void aServerThatRefusesTheAddressInTheFileIsAskedForAnother() throws Exception {
        Files.writeString(directory.resolve("lease"), "address 192.0.2.50\nexpires never\n");
        server.clientStarts(withFile());
        server.answer(server.hears(DhcpType.REQUEST), DhcpType.NAK).isSent();
        assertEquals(0, server.hears(DhcpType.DISCOVER).address(DhcpOptions.REQUESTED_ADDRESS));
        assertFalse(Files.exists(directory.resolve("lease")));
    }

    @Test
    void anAddressInTheFileThatNobodyConfirmsIsOnlyAWish() throws Exception {
        Files.writeString(directory.resolve("lease"), "address 192.0.2.50\nexpires never\n");
        server.clientStarts(withFile());
        for (int i = 0; i < 3; i++) {
            server.hears(DhcpType.REQUEST);
        }
        assertEquals(OFFERED, server.hears(DhcpType.DISCOVER).address(DhcpOptions.REQUESTED_ADDRESS));
    }

    @Test
    void aFileThatMakesNoSenseIsIgnoredWithAWarning() throws Exception {
        final Path file = directory.resolve("lease");
        for (final String content : List.of(
                "",
                "nonsense\n",
                "address 192.0.2.50\n",
                "address 300.1.1.1\nexpires 5\n",
                "address 127.0.0.1\nexpires never\n",
                "address 192.0.2.50\nexpires soon\n",
                "x".repeat(2_000))) {
            Files.writeString(file, content);
            final LeaseFile read = new LeaseFile(file, 0);
            assertEquals(0, read.read(0), content);
            assertEquals(file + " is not a lease file of Weir: ignored", read.warning(), content);
        }
        server.clientStarts(withFile());
        assertEquals(List.of(DhcpEvent.FILE_PROBLEM), server.events);
        server.hears(DhcpType.DISCOVER);
    }

    @Test
    void anAddressInTheFileWhoseTimeIsOverIsNotAskedFor() throws Exception {
        Files.writeString(directory.resolve("lease"), "address 192.0.2.50\nexpires 1\n");
        server.wire.after(SECOND);
        server.clientStarts(withFile()).hears(DhcpType.DISCOVER);
        assertEquals(List.of(), server.events);
    }

    // ---- several interfaces ----

    @Test
    void eachInterfaceHasItsOwnClient() {
        final Netif vlan = server.stack.addVlan("eth0.7", server.netif, Vlan.of(7));
        try (DhcpClient other = DhcpClient.start(server.stack, vlan, DhcpConfig.defaults(), DhcpListener.NONE)) {
            server.isBound(HOUR);
            assertEquals(DhcpState.SELECTING, other.state());
            assertNull(other.lease());
        }
    }
}
