package org.weir.services.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.services.dhcp.HandmadeServer.MASK_24;
import static org.weir.services.dhcp.HandmadeServer.OFFERED;
import static org.weir.services.dhcp.HandmadeServer.SECOND;
import static org.weir.services.dhcp.HandmadeServer.SERVER;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.services.dhcp.HandmadeServer.Answer;
import org.weir.services.dhcp.HandmadeServer.Said;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// What servers may write, and what they must not: RFC 2131, 2132, 3396, 3442.
final class HostileServerTest {
    private static final int HOUR = 3_600;
    private static final int MUTATIONS = 3_000;

    private final HandmadeServer server = new HandmadeServer();

    @AfterEach
    void nothingIsLeftBehind() {
        server.close();
    }

    private Said discover() {
        return server.clientStarts().hears(DhcpType.DISCOVER);
    }

    private Lease lease() {
        final Lease lease = server.client().lease();
        assertNotNull(lease);
        return lease;
    }

    private void isIgnored(Answer offer) {
        offer.isSent();
        assertEquals(DhcpState.SELECTING, server.client().state());
    }

    private void isTaken(Answer offer) {
        offer.isSent();
        assertEquals(DhcpState.REQUESTING, server.client().state());
    }

    // ---- offers that no host can live with ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "127.0.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "240.0.0.1",
                "192.0.2.0",
                "192.0.2.255"
            })
    void anAddressThatIsNoHostsIsNotTaken(String address) {
        final Said question = discover();
        isIgnored(server.lease(question, DhcpType.OFFER, HOUR)
                .fixed(16, IpAddress.parse(address).ipv4()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "255.0.255.0", "0.255.255.255", "254.0.0.0"})
    void aMaskThatIsNoneIsNotTaken(String mask) {
        final Said question = discover();
        isIgnored(server.answer(question, DhcpType.OFFER)
                .number(DhcpOptions.LEASE_TIME, HOUR)
                .number(DhcpOptions.SUBNET_MASK, IpAddress.parse(mask).ipv4()));
    }

    @Test
    void aHostAloneIsANetworkToo() {
        final Said question = discover();
        isTaken(server.answer(question, DhcpType.OFFER)
                .number(DhcpOptions.LEASE_TIME, HOUR)
                .number(DhcpOptions.SUBNET_MASK, -1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9})
    void aLeaseThatIsOverAtOnceIsNotTaken(int seconds) {
        final Said question = discover();
        isIgnored(server.lease(question, DhcpType.OFFER, seconds));
    }

    @Test
    void anOfferWithoutATimeOrAServerIsNotTaken() {
        final Said question = discover();
        isIgnored(server.answer(question, DhcpType.OFFER).number(DhcpOptions.SUBNET_MASK, MASK_24));
        isIgnored(server.new Answer(question, DhcpType.OFFER, OFFERED)
                .number(DhcpOptions.LEASE_TIME, HOUR)
                .number(DhcpOptions.SUBNET_MASK, MASK_24));
    }

    @Test
    void anAddressThatThisHostHasElsewhereIsNotTaken() {
        server.stack.addAddress(server.netif, IpPrefix.parse("192.0.2.50/24"));
        final Said question = discover();
        isIgnored(server.lease(question, DhcpType.OFFER, HOUR));
        server.stack.removeAddress(server.netif, IpPrefix.parse("192.0.2.50/24"));
    }

    @ParameterizedTest
    @CsvSource({"10.1.2.3,8", "172.16.1.2,16", "192.168.1.2,24"})
    void withoutAMaskTheClassOfTheAddressSays(String address, int length) {
        final int own = IpAddress.parse(address).ipv4();
        server.answer(discover(), DhcpType.OFFER)
                .fixed(16, own)
                .number(DhcpOptions.LEASE_TIME, HOUR)
                .isSent();
        server.answer(server.hears(DhcpType.REQUEST), DhcpType.ACK)
                .fixed(16, own)
                .number(DhcpOptions.LEASE_TIME, HOUR)
                .isSent();
        assertEquals(length, lease().address().length());
    }

    // ---- options wherever they may stand ----

    @Test
    void optionsMayStandInFileAndName() {
        final byte[] mask = {DhcpOptions.SUBNET_MASK, 4, -1, -1, -1, 0, -1};
        final byte[] time = {0, 0, DhcpOptions.LEASE_TIME, 4, 0, 0, 14, 16, -1};
        final Said question = discover();
        isIgnored(server.answer(question, DhcpType.OFFER)
                .octets(DhcpMessage.FILE, time)
                .octets(DhcpMessage.SNAME, mask));
        isTaken(server.answer(question, DhcpType.OFFER)
                .list(DhcpOptions.OVERLOAD, 3)
                .octets(DhcpMessage.FILE, time)
                .octets(DhcpMessage.SNAME, mask));
    }

    @Test
    void anOptionInPiecesIsOneLongOption() {
        final Said request = server.isRequesting(HOUR);
        server.lease(request, DhcpType.ACK, HOUR)
                .list(DhcpOptions.DNS, 192, 0)
                .number(DhcpOptions.RENEWAL_TIME, 60)
                .list(DhcpOptions.DNS, 2, 3, 192, 0, 2, 4)
                .isSent();
        assertEquals(List.of(IpAddress.parse("192.0.2.3"), IpAddress.parse("192.0.2.4")), lease().dnsServers());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 255})
    void anOverloadThatMakesNoSenseSpoilsTheMessage(int value) {
        final Said question = discover();
        isIgnored(server.lease(question, DhcpType.OFFER, HOUR).list(DhcpOptions.OVERLOAD, value));
    }

    @Test
    void anOptionThatRunsOutOfItsFieldSpoilsTheMessage() {
        final Said question = discover();
        isIgnored(server.lease(question, DhcpType.OFFER, HOUR).raw((byte) 43, (byte) 2, (byte) 1));
        isIgnored(server.lease(question, DhcpType.OFFER, HOUR).raw((byte) 43));
        isIgnored(server.lease(question, DhcpType.OFFER, HOUR)
                .list(DhcpOptions.OVERLOAD, 2)
                .octets(DhcpMessage.SNAME + DhcpMessage.SNAME_LENGTH - 2, (byte) 43, (byte) 1));
    }

    @Test
    void theEndMayBeMissing() {
        final Said question = discover();
        isTaken(server.lease(question, DhcpType.OFFER, HOUR).raw());
    }

    @Test
    void aNameEndsWhereItIsNotPrintable() {
        final Said request = server.isRequesting(HOUR);
        server.lease(request, DhcpType.ACK, HOUR)
                .list(DhcpOptions.DOMAIN_NAME, 'a', '.', 'b', 10, 'c')
                .isSent();
        assertEquals("a.b", lease().domain());
    }

    @Test
    void aRouteThatRunsOutOfItsOptionEndsTheList() {
        final Said request = server.isRequesting(HOUR);
        server.lease(request, DhcpType.ACK, HOUR)
                .list(DhcpOptions.CLASSLESS_ROUTES, 8, 10, 192, 0, 2, 1, 33, 1, 2, 3, 4, 5, 192, 0, 2, 1, 0)
                .isSent();
        assertEquals(1, lease().routes().size());
    }

    @Test
    void aMessageThatIsTooShortIsIgnored() {
        final Said question = discover();
        final byte[] offer = server.lease(question, DhcpType.OFFER, HOUR).payload();
        server.sends(Arrays.copyOf(offer, DhcpMessage.OPTIONS - 1), 67);
        server.sends(new byte[0], 67);
        assertEquals(DhcpState.SELECTING, server.client().state());
    }

    // ---- whatever comes ----

    /// Whatever a server sends, a client that has an address has one that a host can have, a client that is spoilt
    /// asks again, and nothing is thrown or leaked.
    @Test
    void noMutationOfAnAnswerDoesHarm() {
        final long seed = new Random().nextLong();
        final Random random = new Random(seed);
        server.clientStarts();
        for (int i = 0; i < MUTATIONS; i++) {
            final Said said = server.next();
            if (said == null) {
                server.wire.after(SECOND);
                continue;
            }
            final DhcpType type = said.type() == DhcpType.DISCOVER
                    ? DhcpType.OFFER
                    : random.nextInt(4) == 0 ? DhcpType.NAK : DhcpType.ACK;
            final byte[] good = server.lease(said, type, 60 + random.nextInt(600))
                    .number(DhcpOptions.ROUTER, SERVER)
                    .list(DhcpOptions.CLASSLESS_ROUTES, 16, 10, 1, 192, 0, 2, 1, 0, 192, 0, 2, 1)
                    .list(DhcpOptions.OVERLOAD, random.nextInt(4))
                    .payload();
            server.sends(mutated(good, random), 67);
            assertTrue(isSound(), () -> "seed " + seed + ": " + server.client().lease());
        }
        assertTrue(server.events.contains(DhcpEvent.BOUND), () -> "seed " + seed + ": " + server.events);
    }

    private static byte[] mutated(byte[] good, Random random) {
        final byte[] octets = random.nextInt(8) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good;
        for (int i = random.nextInt(4); i > 0 && octets.length > 0; i--) {
            octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
        }
        return octets;
    }

    private boolean isSound() {
        if (!server.client().state().hasAddress()) {
            return server.netif.primaryAddress() == 0;
        }
        final IpPrefix own = lease().address();
        return server.netif.addresses().equals(List.of(own))
                && LeaseReader.isHost(own.address().ipv4())
                && own.length() >= 8;
    }
}
