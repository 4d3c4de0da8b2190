package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.IgmpQuerier.address;
import static org.weir.testkit.TcpScenario.millis;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.Igmp;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.stack.SocketGroups;
import org.weir.stack.Sockets;
import org.weir.wire.Checksum;
import org.weir.wire.IgmpHeader;
import org.weir.wire.IpAddress;

/// IGMP at packet level: what routers are told, RFC 3376 sections 4, 5 and 7.
class IgmpTest {
    private static final IpAddress GROUP = IpAddress.parse("239.1.1.1");
    private static final IpAddress OTHER_GROUP = IpAddress.parse("239.1.1.2");
    private static final IpAddress A = IpAddress.parse("198.51.100.1");
    private static final IpAddress B = IpAddress.parse("198.51.100.2");
    private static final IpAddress C = IpAddress.parse("198.51.100.3");
    private static final int ETH0 = 2;
    /// Ten seconds.
    private static final int TEN_SECONDS = 100;
    private static final long OLD_QUERIER_NS = seconds(2 * 125 + 10);

    private final FramePeer wire = new FramePeer();
    private final IgmpQuerier router = new IgmpQuerier(wire);
    private final Sockets sockets = wire.stack().sockets();
    private final SocketGroups groups = sockets.groups();
    private final Igmp igmp = wire.stack().ipv4().igmp();
    private final Netif eth0 = wire.stack().ipv4().interfaces().get(1);
    private int socket;
    private int other;

    @BeforeEach
    void twoSockets() {
        socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        other = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
    }

    @AfterEach
    void nothingLeaks() {
        sockets.close(socket);
        sockets.close(other);
        wire.after(seconds(1_000));
        assertEquals(
                wire.stack().config().memberships(),
                wire.stack().ipv4().multicast().available());
        assertEquals(0, wire.stack().armedTimers());
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    private static String report(String records) {
        return "224.0.0.22 IGMP v3 report, 1 group record(s) " + records;
    }

    private static List<String> reports(String record) {
        return List.of(report("[gaddr 239.1.1.1 " + record + "]"));
    }

    /// Joins and lets the reports of that pass.
    private void joined(int by, IpAddress group) {
        assertEquals(0, groups.join(by, group, ETH0));
        pass();
    }

    private void joinedSource(int by, IpAddress source) {
        assertEquals(0, groups.joinSource(by, GROUP, ETH0, source));
        pass();
    }

    private void pass() {
        router.hearsWithin(seconds(20));
    }

    private long drops(DropReason reason) {
        return wire.stack().drops().of(reason);
    }

    // ---- changes ----

    @Rfc("3376 M7")
    @Test
    void joiningIsToldAtOnceAndOnceMoreWithinASecond() {
        assertEquals(0, groups.join(socket, GROUP, ETH0));
        assertEquals(reports("to_ex { }"), router.hears());
        assertEquals(reports("to_ex { }"), router.hearsWithin(seconds(1)));
        assertEquals(List.of(), router.hearsWithin(seconds(1_000)));
    }

    @Rfc({"3376 M1", "3376 M2", "3376 M5"})
    @Test
    void aReportIsOctetByOctetWhatTheRfcSays() {
        groups.join(socket, GROUP, ETH0);
        wire.settle();
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame);
        final MemorySegment memory = MemorySegment.ofArray(frame);
        assertEquals(0xFFFF, Checksum.sum(memory, 14, 24), "checksum of the IP header");
        assertEquals(0xFFFF, Checksum.sum(memory, 38, 16), "checksum of the report");
        for (final int varies : new int[] {18, 19, 24, 25, 40, 41}) {
            frame[varies] = 0;
        }
        assertArrayEquals(
                HexFormat.of()
                        .parseHex("01005e000016" + "020000000002" + "0800"
                                + "46c0002800004000" + "01020000" + "c0000202" + "e0000016" + "94040000"
                                + "2200000000000001" + "04000000" + "ef010101"),
                frame);
    }

    @Test
    void leavingIsToldTwice() {
        joined(socket, GROUP);
        assertEquals(0, groups.leave(socket, GROUP, ETH0));
        assertEquals(reports("to_in { }"), router.hears());
        assertEquals(reports("to_in { }"), router.hearsWithin(seconds(1)));
        assertEquals(List.of(), router.hearsWithin(seconds(1_000)));
    }

    @Test
    void closingASocketLeavesAllItsGroups() {
        joined(socket, GROUP);
        joined(socket, OTHER_GROUP);
        assertEquals(0, sockets.close(socket));
        assertEquals(
                List.of(report("[gaddr 239.1.1.2 to_in { }]"), report("[gaddr 239.1.1.1 to_in { }]")), router.hears());
        pass();
    }

    @Test
    void onlyTheFirstMemberAndTheLastAreTold() {
        joined(socket, GROUP);
        assertEquals(0, groups.join(other, GROUP, ETH0));
        assertEquals(0, groups.leave(socket, GROUP, ETH0));
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
        assertEquals(0, groups.leave(other, GROUP, ETH0));
        assertEquals(reports("to_in { }"), router.hears());
        pass();
    }

    @Rfc("3376 M6")
    @Test
    void whoComesBackWhileLeavingIsToldAsAMember() {
        joined(socket, GROUP);
        groups.leave(socket, GROUP, ETH0);
        groups.join(socket, GROUP, ETH0);
        assertEquals(reports("to_in { }").getFirst(), router.hears().getFirst());
        assertEquals(reports("to_ex { }"), router.hearsWithin(seconds(1)));
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
    }

    @Test
    void aSourceThatIsLetInOrShutOutIsToldByItself() {
        joinedSource(socket, A);
        groups.joinSource(socket, GROUP, ETH0, B);
        assertEquals(reports("allow { 198.51.100.2 }"), router.hears());
        assertEquals(reports("allow { 198.51.100.2 }"), router.hearsWithin(seconds(1)));
        groups.leaveSource(socket, GROUP, ETH0, A);
        assertEquals(reports("block { 198.51.100.1 }"), router.hears());
        pass();
        groups.leaveSource(socket, GROUP, ETH0, B);
        assertEquals(reports("block { 198.51.100.2 }"), router.hears());
        pass();
    }

    @Test
    void aBlockedSourceIsToldAndSoIsItsReturn() {
        joined(socket, GROUP);
        groups.blockSource(socket, GROUP, ETH0, A);
        assertEquals(reports("block { 198.51.100.1 }"), router.hears());
        pass();
        groups.unblockSource(socket, GROUP, ETH0, A);
        assertEquals(reports("allow { 198.51.100.1 }"), router.hears());
        pass();
    }

    @Rfc("3376 M8")
    @Test
    void aChangeThatMeetsAnotherIsToldByTheWholeState() {
        groups.joinSource(socket, GROUP, ETH0, A);
        assertEquals(reports("allow { 198.51.100.1 }"), router.hears());
        groups.joinSource(socket, GROUP, ETH0, B);
        assertEquals(reports("to_in { 198.51.100.1 198.51.100.2 }"), router.hears());
        assertEquals(reports("to_in { 198.51.100.1 198.51.100.2 }"), router.hearsWithin(seconds(1)));
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
    }

    @Test
    void whatAnotherSocketHearsAnywayIsNotTold() {
        joined(socket, GROUP);
        groups.joinSource(other, GROUP, ETH0, A);
        groups.leaveSource(other, GROUP, ETH0, A);
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
    }

    @Test
    void aMemberOfAllSourcesChangesTheModeAndItsLeavingChangesItBack() {
        joinedSource(socket, A);
        groups.join(other, GROUP, ETH0);
        assertEquals(reports("to_ex { }"), router.hears());
        pass();
        groups.leave(other, GROUP, ETH0);
        assertEquals(reports("to_in { 198.51.100.1 }"), router.hears());
        pass();
    }

    @Test
    void theRobustnessOfTheQuerierSaysHowOftenAChangeIsTold() {
        router.robustness = 4;
        router.asks(0, 0);
        groups.join(socket, GROUP, ETH0);
        assertEquals(4, router.hearsWithin(seconds(10)).size());
    }

    @Rfc("3376 M3")
    @Test
    void ofTheGroupOfAllHostsAndOfTheLoopbackNothingIsTold() {
        assertEquals(0, groups.join(socket, IpAddress.parse("224.0.0.1"), ETH0));
        assertEquals(0, groups.join(socket, GROUP, 1));
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
        router.asks(TEN_SECONDS, 0);
        version2Query(0);
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
        assertEquals(0, igmp.reportsSent());
    }

    // ---- queries ----

    @Rfc("3376 M9")
    @Test
    void aGeneralQueryIsAnsweredInTimeByOneReportOfAllGroups() {
        joined(socket, GROUP);
        joined(other, OTHER_GROUP);
        groups.blockSource(other, OTHER_GROUP, ETH0, A);
        pass();
        router.asks(TEN_SECONDS, 0);
        final List<String> answer = router.hearsWithin(seconds(10));
        assertEquals(
                List.of("224.0.0.22 IGMP v3 report, 2 group record(s)"
                        + " [gaddr 239.1.1.2 is_ex { 198.51.100.1 }] [gaddr 239.1.1.1 is_ex { }]"),
                answer);
        assertEquals(List.of(), router.hearsWithin(seconds(100)));
        assertEquals(1, igmp.queriesReceived());
    }

    @Test
    void anAnswerComesAtARandomTime() {
        joined(socket, GROUP);
        int early = 0;
        for (int i = 0; i < 100; i++) {
            router.asks(TEN_SECONDS, 0);
            early += router.hearsWithin(seconds(5)).size();
            router.hearsWithin(seconds(5));
        }
        assertTrue(early > 25 && early < 75, early + " of 100 in the first half");
    }

    @Rfc("3376 M4")
    @Test
    void aLargeResponseTimeIsAFloatingPointNumber() {
        joined(socket, GROUP);
        long answered = 0;
        for (int i = 0; i < 20; i++) {
            router.asks(0xFF, 0);
            answered += router.hearsWithin(seconds(2_000)).size();
            router.hearsWithin(millis(1_174_400));
        }
        assertTrue(answered > 0 && answered < 20, answered + " of 20 in 2,000 of 3,174 seconds");
    }

    @Test
    void aSecondGeneralQueryIsAnsweredTogetherWithTheFirst() {
        joined(socket, GROUP);
        router.asks(TEN_SECONDS, 0);
        router.asks(1, 0);
        assertEquals(1, router.hearsWithin(millis(100)).size());
        assertEquals(List.of(), router.hearsWithin(seconds(100)));
    }

    @Rfc("3376 M10")
    @Test
    void aQueryAboutAGroupIsAnsweredForThatGroup() {
        joined(socket, GROUP);
        joined(socket, OTHER_GROUP);
        router.asks(TEN_SECONDS, GROUP.ipv4());
        assertEquals(reports("is_ex { }"), router.hearsWithin(seconds(10)));
        router.asks(TEN_SECONDS, address("239.9.9.9"));
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
    }

    @Rfc("3376 M11")
    @Test
    void aQueryAboutSourcesIsAnsweredForThoseThatAreHeard() {
        joinedSource(socket, A);
        joinedSource(socket, B);
        router.asks(TEN_SECONDS, GROUP.ipv4(), B.ipv4(), C.ipv4());
        assertEquals(reports("is_in { 198.51.100.2 }"), router.hearsWithin(seconds(10)));
        router.asks(TEN_SECONDS, GROUP.ipv4(), C.ipv4());
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
    }

    @Test
    void aQueryAboutSourcesThatAreNotBlockedIsAnsweredForThem() {
        joined(socket, GROUP);
        groups.blockSource(socket, GROUP, ETH0, A);
        pass();
        router.asks(TEN_SECONDS, GROUP.ipv4(), A.ipv4(), B.ipv4());
        assertEquals(reports("is_in { 198.51.100.2 }"), router.hearsWithin(seconds(10)));
    }

    @Rfc("3376 M12")
    @Test
    void sourcesOfTwoQueriesAreAnsweredTogetherAndTheWholeGroupInsteadOfThem() {
        joined(socket, GROUP);
        router.asks(TEN_SECONDS, GROUP.ipv4(), A.ipv4());
        router.asks(TEN_SECONDS, GROUP.ipv4(), B.ipv4());
        assertEquals(reports("is_in { 198.51.100.1 198.51.100.2 }"), router.hearsWithin(seconds(10)));
        router.asks(TEN_SECONDS, GROUP.ipv4(), A.ipv4());
        router.asks(TEN_SECONDS, GROUP.ipv4());
        router.asks(TEN_SECONDS, GROUP.ipv4(), B.ipv4());
        assertEquals(reports("is_ex { }"), router.hearsWithin(seconds(10)));
    }

    @Test
    void anAnswerToAllThatIsDueSoonerServesAQueryAboutAGroup() {
        joined(socket, GROUP);
        router.asks(0, 0);
        assertEquals(reports("is_ex { }"), router.hears());
        wire.together(() -> {
            router.asks(0, 0);
            router.asks(TEN_SECONDS, GROUP.ipv4());
        });
        assertEquals(reports("is_ex { }"), router.hearsWithin(seconds(20)));
    }

    @Test
    void moreSourcesThanAreKeptAreAnsweredForAsTheWholeGroup() {
        joined(socket, GROUP);
        final int[] many = new int[65];
        for (int i = 0; i < many.length; i++) {
            many[i] = A.ipv4() + i;
        }
        router.asks(TEN_SECONDS, GROUP.ipv4(), many);
        assertEquals(reports("is_ex { }"), router.hearsWithin(seconds(10)));
    }

    @Rfc("3376 M21")
    @Test
    void theFilterOfTheInterfaceIsWhatAllSocketsExcludeAndNoneIncludes() {
        joined(socket, GROUP);
        joined(other, GROUP);
        final int third = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        groups.blockSource(socket, GROUP, ETH0, A);
        groups.blockSource(socket, GROUP, ETH0, B);
        groups.blockSource(other, GROUP, ETH0, B);
        groups.blockSource(other, GROUP, ETH0, C);
        assertEquals(reports("block { 198.51.100.2 }"), router.hears());
        pass();
        groups.joinSource(third, GROUP, ETH0, B);
        assertEquals(reports("allow { 198.51.100.2 }"), router.hears());
        pass();
        router.asks(0, 0);
        assertEquals(reports("is_ex { }"), router.hears());
        groups.leaveSource(third, GROUP, ETH0, B);
        assertEquals(reports("block { 198.51.100.2 }"), router.hears());
        sockets.close(third);
        pass();
    }

    @Test
    void aSwitchWithoutAnAddressMayAsk() {
        joined(socket, GROUP);
        router.source = 0;
        router.asks(0, 0);
        assertEquals(reports("is_ex { }"), router.hears());
    }

    @Test
    void aQueryReachesMembersThatDoNotHearItsSource() {
        joinedSource(socket, A);
        router.asks(0, GROUP.ipv4());
        assertEquals(reports("is_in { 198.51.100.1 }"), router.hears());
    }

    // ---- older queriers ----

    private void version2Query(int group) {
        router.says(IgmpHeader.MEMBERSHIP_QUERY, TEN_SECONDS, group, group == 0 ? IgmpHeader.ALL_SYSTEMS : group);
    }

    @Rfc({"3376 M13", "3376 M14"})
    @Test
    void aVersion2QuerierIsAnsweredInItsVersionUntilItIsGone() {
        joined(socket, GROUP);
        version2Query(0);
        assertEquals(2, igmp.version(eth0));
        assertEquals(List.of("239.1.1.1 IGMP v2 report 239.1.1.1"), router.hearsWithin(seconds(10)));
        router.asks(TEN_SECONDS, 0);
        assertEquals(List.of("239.1.1.1 IGMP v2 report 239.1.1.1"), router.hearsWithin(seconds(10)));
        wire.after(OLD_QUERIER_NS - seconds(21));
        assertEquals(2, igmp.version(eth0));
        wire.after(seconds(2));
        assertEquals(3, igmp.version(eth0));
        router.asks(0, 0);
        assertEquals(reports("is_ex { }"), router.hears());
    }

    @Test
    void inVersion2JoiningIsReportedTwiceAndLeavingOnce() {
        version2Query(0);
        groups.join(socket, GROUP, ETH0);
        assertEquals(List.of("239.1.1.1 IGMP v2 report 239.1.1.1"), router.hears());
        assertEquals(List.of("239.1.1.1 IGMP v2 report 239.1.1.1"), router.hearsWithin(seconds(10)));
        groups.leave(socket, GROUP, ETH0);
        assertEquals(List.of("224.0.0.2 IGMP leave 239.1.1.1"), router.hears());
        assertEquals(List.of(), router.hearsWithin(seconds(100)));
    }

    @Test
    void inVersion2AQueryAboutAGroupIsAnsweredForThatGroup() {
        joined(socket, GROUP);
        joined(socket, OTHER_GROUP);
        version2Query(OTHER_GROUP.ipv4());
        assertEquals(List.of("239.1.1.2 IGMP v2 report 239.1.1.2"), router.hearsWithin(seconds(10)));
    }

    @Test
    void inVersion2TheReportOfAnotherHostIsEnough() {
        version2Query(0);
        groups.join(socket, GROUP, ETH0);
        pass();
        version2Query(GROUP.ipv4());
        router.says(IgmpHeader.V2_MEMBERSHIP_REPORT, 0, GROUP.ipv4(), GROUP.ipv4());
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
        groups.leave(socket, GROUP, ETH0);
        assertEquals(List.of(), router.hearsWithin(seconds(10)), "the other host is still there");
    }

    @Test
    void inVersion2AShorterTimeIsSetAnewAndALongerIsNot() {
        version2Query(0);
        groups.join(socket, GROUP, ETH0);
        pass();
        router.says(IgmpHeader.MEMBERSHIP_QUERY, 1, 0, IgmpHeader.ALL_SYSTEMS);
        version2Query(0);
        assertEquals(1, router.hearsWithin(millis(100)).size());
        version2Query(0);
        router.says(IgmpHeader.MEMBERSHIP_QUERY, 1, 0, IgmpHeader.ALL_SYSTEMS);
        assertEquals(1, router.hearsWithin(millis(100)).size());
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
    }

    @Rfc("3376 M13")
    @Test
    void aVersion1QuerierIsAnsweredInItsVersionAndToldOfNoLeaving() {
        joined(socket, GROUP);
        router.routerAlert = false;
        router.says(IgmpHeader.MEMBERSHIP_QUERY, 0, 0, IgmpHeader.ALL_SYSTEMS);
        assertEquals(1, igmp.version(eth0));
        assertEquals(List.of("239.1.1.1 IGMP v1 report 239.1.1.1"), router.hearsWithin(seconds(10)));
        groups.leave(socket, GROUP, ETH0);
        assertEquals(List.of(), router.hearsWithin(seconds(10)));
        wire.after(OLD_QUERIER_NS);
        assertEquals(3, igmp.version(eth0));
    }

    @Rfc("3376 M15")
    @Test
    void whatWasAboutToBeSaidInAnotherVersionIsNot() {
        joined(socket, GROUP);
        groups.join(socket, OTHER_GROUP, ETH0);
        router.asks(TEN_SECONDS, 0);
        router.hears();
        router.says(IgmpHeader.MEMBERSHIP_QUERY, 1, address("239.9.9.9"), address("224.0.0.1"));
        router.says(IgmpHeader.MEMBERSHIP_QUERY, 1, 0, IgmpHeader.ALL_SYSTEMS);
        assertEquals(
                List.of("239.1.1.1 IGMP v2 report 239.1.1.1", "239.1.1.2 IGMP v2 report 239.1.1.2"),
                router.hearsWithin(seconds(10)).stream().sorted().toList());
    }

    @Test
    void aReportOfAnotherHostIsNotHeardInVersion3() {
        joined(socket, GROUP);
        router.asks(TEN_SECONDS, GROUP.ipv4());
        router.says(IgmpHeader.V2_MEMBERSHIP_REPORT, 0, GROUP.ipv4(), GROUP.ipv4());
        assertEquals(reports("is_ex { }"), router.hearsWithin(seconds(10)));
    }

    // ---- what is not believed ----

    @Rfc({"3376 M16", "3376 M17", "3376 S1", "3376 S2"})
    @Test
    void whatNoRouterOfThisNetworkSendsIsNotAnswered() {
        joined(socket, GROUP);
        router.timeToLive = 2;
        router.asks(0, 0);
        router.timeToLive = 1;
        router.routerAlert = false;
        router.asks(0, 0);
        router.says(IgmpHeader.MEMBERSHIP_QUERY, TEN_SECONDS, 0, IgmpHeader.ALL_SYSTEMS);
        router.routerAlert = true;
        router.says(IgmpHeader.MEMBERSHIP_QUERY, TEN_SECONDS, 0, GROUP.ipv4());
        router.says(IgmpHeader.MEMBERSHIP_QUERY, TEN_SECONDS, 0, address("255.255.255.255"));
        router.says(0x42, 0, 0, IgmpHeader.ALL_SYSTEMS);
        router.says(IgmpHeader.V2_LEAVE_GROUP, 0, GROUP.ipv4(), GROUP.ipv4());
        assertEquals(7, drops(DropReason.IGMP_IGNORED));
        router.spoilsChecksum = true;
        router.asks(0, 0);
        assertEquals(1, drops(DropReason.IGMP_BAD_CHECKSUM));
        assertEquals(0, igmp.queriesReceived());
        assertEquals(List.of(), router.hearsWithin(seconds(20)));
    }

    @Rfc("3376 M18")
    @Test
    void aQueryToAnAddressOfThisHostIsAnswered() {
        joined(socket, GROUP);
        final Pbuf p = wire.buffer(IgmpHeader.QUERY_LENGTH);
        router.message(p, IgmpHeader.MEMBERSHIP_QUERY, 0, 0)
                .robustness(2)
                .queryIntervalCode(125)
                .sources(0);
        router.send(p, FramePeer.STACK_ADDRESS);
        assertEquals(reports("is_ex { }"), router.hears());
    }

    @Rfc("3376 M19")
    @Test
    void malformedMessagesAreCounted() {
        joined(socket, GROUP);
        for (final int length : new int[] {0, 7, 9, 11}) {
            final Pbuf p = wire.buffer(12);
            router.message(p, IgmpHeader.MEMBERSHIP_QUERY, 1, 0);
            p.resize(length);
            router.send(p, IgmpHeader.ALL_SYSTEMS);
        }
        final Pbuf moreSources = wire.buffer(IgmpHeader.QUERY_LENGTH + 4);
        router.message(moreSources, IgmpHeader.MEMBERSHIP_QUERY, 1, GROUP.ipv4())
                .robustness(2)
                .queryIntervalCode(1)
                .sources(2);
        router.send(moreSources, GROUP.ipv4());
        router.says(IgmpHeader.MEMBERSHIP_QUERY, 1, FramePeer.STACK_ADDRESS, IgmpHeader.ALL_SYSTEMS);
        assertEquals(6, drops(DropReason.IGMP_MALFORMED));
        assertEquals(List.of(), router.hearsWithin(seconds(20)));
    }
}
