package org.weir.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.link.FaultPlan;
import org.weir.testkit.SimulatedNetwork;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A resolver and name servers whose words a test chooses, in virtual time.
class ResolverTest {
    private static final long SECOND = 1_000_000_000L;
    private static final IpAddress OTHER = IpAddress.parse("192.0.2.3");
    private static final String SOA = "weir.test. 300 SOA ns.weir.test. admin.weir.test. 1 2 3 4 ";

    private SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect());
    private ScriptedServer server =
            new ScriptedServer(network.server().stack(), network.server().address());
    private @Nullable Resolver resolver;

    @TempDir
    private Path directory;

    @AfterEach
    void nothingLeaks() {
        if (resolver != null) {
            assertEquals(0, resolver.waiting(), "callers who were told nothing");
            resolver.close();
        }
        server.ends();
        assertEquals(0, network.client().stack().udp().inUse(), "endpoints");
        network.assertNoLeaks();
        network.close();
    }

    private void over(FaultPlan faults, long seed) {
        server.ends();
        network.close();
        network = new SimulatedNetwork(
                SimulatedNetwork.Plan.perfect().withFaults(faults).withSeed(seed));
        server = new ScriptedServer(network.server().stack(), network.server().address());
    }

    private ResolverConfig config(IpAddress... servers) {
        return ResolverConfig.of(Arrays.stream(servers).map(NameServer::at).toList());
    }

    private Resolver resolver() {
        return resolver == null ? resolver(config(network.server().address())) : resolver;
    }

    private Resolver resolver(ResolverConfig config) {
        final Resolver started = Resolver.start(network.client().stack(), config);
        resolver = started;
        return started;
    }

    /// A second server, on another address of the same host.
    private ScriptedServer otherServer() {
        network.server().stack().addAddress(network.server().netif(), new IpPrefix(OTHER, 24));
        return new ScriptedServer(network.server().stack(), OTHER);
    }

    private Answer answer(String name, RecordType type) {
        final List<Answer> answers = new ArrayList<>();
        resolver().ask(DnsName.parse(name), type, answers::add);
        network.runUntil(() -> !answers.isEmpty(), 100 * SECOND);
        assertEquals(1, answers.size(), "answers");
        return answers.getFirst();
    }

    private HostAnswer lookup(String host, AddressFamily family) {
        final List<HostAnswer> answers = new ArrayList<>();
        resolver().lookup(host, family, answers::add);
        network.runUntil(() -> !answers.isEmpty(), 100 * SECOND);
        assertEquals(1, answers.size(), "answers");
        return answers.getFirst();
    }

    private String found(String host) {
        final HostAnswer answer = lookup(host, AddressFamily.IPV4);
        return answer.status() == AnswerStatus.FOUND
                ? answer.addresses().toString()
                : answer.status().toString();
    }

    private List<String> asked() {
        return server.asked().stream().map(a -> a.question().toString()).toList();
    }

    private void after(long seconds) {
        network.run(seconds * SECOND);
    }

    // ---- records ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "www.weir.test. 60 IN A 192.0.2.80",
                "www.weir.test. 60 IN AAAA 2001:db8::1",
                "www.weir.test. 60 IN CNAME web.weir.test.",
                "www.weir.test. 60 IN MX 10 mail.weir.test.",
                "www.weir.test. 60 IN NS ns.weir.test.",
                "www.weir.test. 60 IN PTR web.weir.test.",
                "www.weir.test. 60 IN SOA ns.weir.test. admin.weir.test. 1 2 3 4 5",
                "www.weir.test. 60 IN SRV 0 5 443 web.weir.test.",
                "www.weir.test. 60 IN TXT one two",
            })
    void recordsOfEachTypeAreRead(String record) {
        server.has(record);
        final Answer answer = answer("www.weir.test", RecordType.parse(record.split(" ", -1)[3]));
        assertEquals(AnswerStatus.FOUND, answer.status());
        assertEquals(record, answer.records().getFirst().toString().replace("\"", ""));
        assertEquals(60, answer.ttlSeconds());
        assertEquals(NameServer.at(network.server().address()), answer.source());
    }

    @Test
    void namesMayBeCompressed() {
        server.answers(q -> q.reply().rawAnswer(0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80));
        assertEquals("[192.0.2.80]", found("www.weir.test"));
    }

    @Test
    void severalAddressesKeepTheirOrder() {
        server.has("www.weir.test. 60 A 192.0.2.82", "www.weir.test. 60 A 192.0.2.81");
        assertEquals("[192.0.2.82, 192.0.2.81]", found("www.weir.test"));
    }

    @Test
    void aReverseLookUpFindsTheName() {
        server.has("80.2.0.192.in-addr.arpa. 60 PTR www.weir.test.");
        final List<Answer> answers = new ArrayList<>();
        resolver().reverse(IpAddress.parse("192.0.2.80"), answers::add);
        after(1);
        assertEquals(
                "www.weir.test.",
                answers.getFirst().data().findFirst().orElseThrow().toString());
    }

    @Test
    void bothFamiliesAreLookedUpAtOnce() {
        server.has("www.weir.test. 60 AAAA 2001:db8::1", "www.weir.test. 60 A 192.0.2.80");
        assertEquals(
                List.of(IpAddress.parse("192.0.2.80"), new IpAddress(0x20010db8_00000000L, 1)),
                lookup("www.weir.test", AddressFamily.ANY).addresses());
        assertEquals(
                AnswerStatus.FOUND, lookup("www.weir.test", AddressFamily.IPV6).status());
        assertEquals(2, server.asked().size());
    }

    // ---- aliases ----

    @Test
    void aliasesAreFollowedWithinAnAnswer() {
        server.answers(q -> q.reply()
                .answer("web.weir.test. 30 CNAME host.weir.test.")
                .answer("host.weir.test. 60 A 192.0.2.80")
                .answer("evil.weir.test. 60 A 192.0.2.66")
                .answer("www.weir.test. 90 CNAME web.weir.test."));
        final Answer answer = answer("www.weir.test", RecordType.A);
        assertEquals(List.of(IpAddress.parse("192.0.2.80")), answer.addresses());
        assertEquals("host.weir.test.", answer.canonicalName().toString());
        assertEquals(3, answer.records().size());
        assertEquals(30, answer.ttlSeconds());
        assertEquals(
                "host.weir.test", lookup("www.weir.test", AddressFamily.IPV4).canonicalName());
    }

    @Test
    void anAliasThatTheServerDoesNotFollowIsAskedFor() {
        server.has("www.weir.test. 60 CNAME web.example.", "web.example. 60 A 192.0.2.80");
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        assertEquals(List.of("www.weir.test. A", "web.example. A"), asked());
    }

    @Test
    void aliasesInACircleEnd() {
        server.has("a.test. 60 CNAME b.test.", "b.test. 60 CNAME a.test.");
        assertEquals("ALIAS_LOOP", found("a.test"));
        server.answers(q -> q.reply().answer("c.test. 60 CNAME c.test."));
        assertEquals("ALIAS_LOOP", found("c.test"));
    }

    @Test
    void anAliasOfNothingIsNoName() {
        server.answers(q -> q.reply()
                .code(Message.NAME_ERROR)
                .answer("www.weir.test. 20 CNAME web.weir.test.")
                .authority(SOA + "100"));
        final Answer answer = answer("www.weir.test", RecordType.A);
        assertEquals(AnswerStatus.NO_NAME, answer.status());
        assertEquals(20, answer.ttlSeconds());
    }

    // ---- what is remembered ----

    @Test
    void anAnswerIsRememberedForItsTime() {
        server.has("www.weir.test. 60 A 192.0.2.80");
        found("www.weir.test");
        after(59);
        assertEquals(1, answer("WWW.weir.test", RecordType.A).ttlSeconds());
        assertEquals(1, server.asked().size());
        after(1);
        found("www.weir.test");
        assertEquals(2, server.asked().size());
    }

    @Test
    void timeZeroIsNotRememberedAndNeitherIsANegativeOne() {
        server.has("a.test. 0 A 192.0.2.80", "b.test. 4294967295 A 192.0.2.81");
        for (int i = 0; i < 2; i++) {
            assertEquals("[192.0.2.80]", found("a.test"));
            assertEquals("[192.0.2.81]", found("b.test"));
        }
        assertEquals(4, server.asked().size());
    }

    @Test
    void nothingIsRememberedForMoreThanADay() {
        server.has("www.weir.test. 1000000 A 192.0.2.80");
        assertEquals(86_400, answer("www.weir.test", RecordType.A).ttlSeconds());
    }

    @ParameterizedTest
    @CsvSource({"100, 99, 1", "100, 100, 2", "1000, 299, 1", "1000, 300, 2"})
    void thatThereIsNoNameIsRememberedAsTheZoneSays(int minimum, int afterSeconds, int questions) {
        server.answers(q -> q.reply().code(Message.NAME_ERROR).authority(SOA + minimum));
        assertEquals("NO_NAME", found("no.weir.test"));
        after(afterSeconds);
        assertEquals("NO_NAME", found("no.weir.test"));
        assertEquals(questions, server.asked().size());
    }

    @Test
    void thatThereIsNoSuchRecordIsRememberedForItsTypeAlone() {
        server.answers(q -> q.question().type() == RecordType.A
                ? q.reply().answer("www.weir.test. 60 A 192.0.2.80")
                : q.reply().authority(SOA + "100"));
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    AnswerStatus.NO_DATA,
                    lookup("www.weir.test", AddressFamily.IPV6).status());
            assertEquals("[192.0.2.80]", found("www.weir.test"));
        }
        assertEquals(2, server.asked().size());
    }

    @Test
    void whatNoZoneVouchesForIsNotRemembered() {
        server.answers(
                q -> q.reply().code(Message.NAME_ERROR).authority(SOA.replace("weir.test.", "other.test.") + 100));
        found("no.weir.test");
        found("no.weir.test");
        assertEquals(2, server.asked().size());
    }

    @Test
    void theAnswerThatWasNotAskedForForLongestGivesWay() {
        resolver(config(network.server().address()).withLimits(new ResolverConfig.Limits(4, 100, 2, 10_000)));
        server.has("a.test. 60 A 192.0.2.1", "b.test. 60 A 192.0.2.2", "c.test. 60 A 192.0.2.3");
        found("a.test");
        found("b.test");
        found("a.test");
        found("c.test");
        found("a.test");
        assertEquals(3, server.asked().size());
        found("b.test");
        assertEquals(4, server.asked().size());
        assertEquals(2, resolver().cached());
        resolver().flush();
        assertEquals(0, resolver().cached());
    }

    @Test
    void manyRecordsAreRememberedAsFewAnswers() {
        resolver(config(network.server().address()).withLimits(new ResolverConfig.Limits(4, 100, 100, 900)));
        server.has(
                "a.test. 60 A 192.0.2.1", "a.test. 60 A 192.0.2.2", "b.test. 60 A 192.0.2.3", "b.test. 60 A 192.0.2.4");
        found("a.test");
        found("b.test");
        assertEquals(1, resolver().cached());
    }

    @Test
    void equalQuestionsAtOneTimeAreAskedOnce() {
        server.has("www.weir.test. 0 A 192.0.2.80");
        final List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            resolver().ask(DnsName.parse("www.weir.test"), RecordType.A, answers::add);
        }
        assertTrue(answers.isEmpty(), "told within the question");
        after(1);
        assertEquals(5, answers.size());
        assertEquals(1, server.asked().size());
    }

    // ---- servers ----

    @Test
    void aLostQuestionIsAskedAgain() {
        final int[] lost = {2};
        server.says(q -> lost[0]-- > 0
                ? List.of()
                : List.of(q.reply().answer("www.weir.test. 60 A 192.0.2.80").octets()));
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        assertEquals(3, server.asked().size());
        final Set<Integer> ports = new HashSet<>();
        final Set<Integer> ids = new HashSet<>();
        server.asked().forEach(q -> {
            ports.add(q.port());
            ids.add(q.id());
        });
        assertEquals(3, ports.size(), "ports");
        assertEquals(3, ids.size(), "numbers");
    }

    @Test
    void aSilentServerIsRememberedAndLookedAtAgain() {
        final ScriptedServer other = otherServer();
        resolver(config(network.server().address(), OTHER));
        other.answers(q -> q.reply().answer(q.question().name() + " 60 A 192.0.2.80"));
        for (int i = 0; i < 10; i++) {
            assertEquals("[192.0.2.80]", found("a" + i + ".test"));
        }
        assertEquals(1, server.asked().size());
        assertEquals(1, resolver().timeouts());
        after(30);
        assertEquals("[192.0.2.80]", found("b.test"));
        assertEquals("[192.0.2.80]", found("c.test"));
        assertEquals(2, server.asked().size());
        server.answers(q -> q.reply().answer(q.question().name() + " 60 A 192.0.2.81"));
        after(30);
        assertEquals("[192.0.2.81]", found("d.test"));
        assertEquals("[192.0.2.81]", found("e.test"));
        other.ends();
    }

    @Test
    void whereNobodyListensTheNextIsAskedAtOnce() {
        final ScriptedServer other = otherServer();
        resolver(config(network.server().address(), OTHER));
        server.ends();
        other.has("www.weir.test. 60 A 192.0.2.80");
        final long startNs = network.nowNs();
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        assertTrue(network.nowNs() - startNs < SECOND);
        other.ends();
    }

    @ParameterizedTest
    @ValueSource(ints = {Message.SERVER_FAILURE, 5, 9})
    void aServerThatCannotTellIsNotTheLastWord(int code) {
        final ScriptedServer other = otherServer();
        resolver(config(network.server().address(), OTHER));
        server.answers(q -> q.reply().code(code));
        other.has("www.weir.test. 60 A 192.0.2.80");
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        other.answers(q -> q.reply().code(code));
        assertEquals("SERVER_FAILURE", found("a.test"));
        other.ends();
    }

    @Test
    void whoIsNotAnsweredIsToldSoInTime() {
        final long startNs = network.nowNs();
        assertEquals("NO_ANSWER", found("www.weir.test"));
        assertEquals(7, (network.nowNs() - startNs) / SECOND);
        assertEquals(3, server.asked().size());
        assertEquals("NO_ANSWER", found("www.weir.test"));
        assertEquals(3, server.asked().size(), "asked again at once");
        after(1);
        assertEquals("NO_ANSWER", found("www.weir.test"));
        assertEquals(6, server.asked().size());
    }

    @Test
    void withoutServersOrRoutesThereIsAnAnswerToo() {
        resolver(config());
        assertEquals("NO_SERVER", found("www.weir.test"));
        resolver().servers(List.of(NameServer.at(IpAddress.parse("198.51.100.1"))));
        assertEquals("NO_ANSWER", found("www.weir.test"));
        resolver().servers(List.of(NameServer.at(network.server().address())));
        server.has("www2.weir.test. 60 A 192.0.2.80");
        assertEquals("[192.0.2.80]", found("www2.weir.test"));
    }

    @Test
    void closingTellsAllWhoWait() {
        final List<AnswerStatus> ends = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            resolver().ask(DnsName.parse("a" + i), RecordType.A, answer -> ends.add(answer.status()));
        }
        after(0);
        resolver().close();
        resolver().close();
        assertEquals(100, ends.size());
        assertEquals(Set.of(AnswerStatus.CLOSED), new HashSet<>(ends));
        assertEquals("CLOSED", found("www.weir.test"));
    }

    // ---- extensions ----

    @Test
    void longAnswersAreAskedForAndPlainOnesWhereNobodyKnowsThat() {
        server.answers(q -> q.isExtended()
                ? q.reply().code(Message.FORMAT_ERROR)
                : q.reply().answer(q.question().name() + " 60 A 192.0.2.80"));
        assertEquals("[192.0.2.80]", found("a.test"));
        assertEquals("[192.0.2.80]", found("b.test"));
        assertEquals(
                List.of(true, false, false),
                server.asked().stream().map(ScriptedServer.Asked::isExtended).toList());
    }

    @Test
    void theUpperBitsOfACodeCount() {
        server.answers(q -> q.isExtended()
                ? q.reply().extended(1)
                : q.reply().answer(q.question().name() + " 60 A 192.0.2.80"));
        assertEquals("[192.0.2.80]", found("a.test"), "BADVERS");
        server.answers(q -> q.reply().extended(2).code(0));
        assertEquals("SERVER_FAILURE", found("b.test"));
    }

    // ---- TCP ----

    @Test
    void whatIsCutIsAskedForOverTcp() {
        server.answers(q -> {
            final Reply reply = q.reply();
            if (!q.overTcp()) {
                return reply.truncated();
            }
            for (int i = 0; i < 200; i++) {
                reply.answer("www.weir.test. 60 A 192.0.2." + i);
            }
            return reply;
        });
        assertEquals(200, answer("www.weir.test", RecordType.A).addresses().size());
        assertEquals(2, server.asked().size());
    }

    @Test
    void oneConnectionServesManyQuestionsInAnyOrder() {
        final List<ScriptedServer.Asked> held = new ArrayList<>();
        server.says(q -> {
            if (!q.overTcp()) {
                return List.of(q.reply().truncated().octets());
            }
            held.add(q);
            return held.size() < 20
                    ? List.of()
                    : held.reversed().stream()
                            .map(h -> h.reply()
                                    .answer(h.question().name() + " 60 A 192.0.2.80")
                                    .octets())
                            .toList();
        });
        final List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            resolver().ask(DnsName.parse("a" + i + ".test"), RecordType.A, answers::add);
        }
        after(2);
        assertEquals(
                20,
                answers.stream().filter(a -> a.status() == AnswerStatus.FOUND).count());
        assertEquals(1, server.connections());
        after(11);
        assertEquals("[192.0.2.80]", found("b.test"));
        assertEquals(2, server.connections(), "the first was idle for too long");
    }

    @Test
    void whoTrustsTcpAloneAsksNoOtherWay() {
        resolver(config(network.server().address()).withTcpAlone(true));
        server.has("www.weir.test. 60 A 192.0.2.80");
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        after(11);
        server.ends();
        assertEquals("SERVER_FAILURE", found("a.test"));
        assertTrue(server.asked().stream().allMatch(ScriptedServer.Asked::overTcp));
    }

    @Test
    void aServerWithoutTcpIsPassedOver() {
        final ScriptedServer other = otherServer();
        resolver(config(network.server().address(), OTHER));
        server.answers(q -> q.reply().truncated());
        other.has("www.weir.test. 60 A 192.0.2.80");
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        assertEquals(
                List.of(false, true),
                server.asked().stream().map(ScriptedServer.Asked::overTcp).toList());
        other.ends();
    }

    // ---- forgery ----

    private static final List<String> FORGERIES =
            List.of("number", "name", "type", "query", "opcode", "short", "empty", "two questions");

    private static byte[] forged(ScriptedServer.Asked q, String how) {
        final Reply reply = q.reply().answer(q.question().name() + " 60 A 192.0.2.66");
        final byte[] whole = reply.octets();
        return switch (how) {
            case "number" -> reply.id(q.id() ^ 1).octets();
            case "name" -> reply.question("evil.test", RecordType.A).octets();
            case "type" ->
                reply.question(q.question().name().toString(), RecordType.AAAA).octets();
            case "query" -> reply.flags(0x0100).octets();
            case "opcode" -> reply.flags(0x8980).octets();
            case "short" -> Arrays.copyOf(whole, whole.length - 1);
            case "empty" -> new byte[0];
            default -> {
                whole[5] = 2;
                yield whole;
            }
        };
    }

    @Test
    void whatDoesNotAnswerTheQuestionIsNotBelieved() {
        server.says(q -> {
            final List<byte[]> replies = new ArrayList<>();
            FORGERIES.forEach(how -> replies.add(forged(q, how)));
            replies.add(
                    q.reply().answer(q.question().name() + " 60 A 192.0.2.80").octets());
            return replies;
        });
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        assertEquals(FORGERIES.size(), resolver().strangers());
        assertEquals(1, server.asked().size());
    }

    @Test
    void whatAnotherHostSaysIsNotHeard() {
        final UdpEndpoint stranger = network.server().stack().udp().open();
        assertNotNull(stranger);
        network.server().stack().addAddress(network.server().netif(), new IpPrefix(OTHER, 24));
        stranger.bind(0, OTHER.low(), NameServer.PORT);
        server.says(q -> {
            final byte[] forged =
                    q.reply().answer("www.weir.test. 60 A 192.0.2.66").octets();
            stranger.sendTo(
                    java.lang.foreign.MemorySegment.ofArray(forged),
                    0,
                    forged.length,
                    network.client().address().low(),
                    q.port());
            return List.of(q.reply().answer("www.weir.test. 60 A 192.0.2.80").octets());
        });
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        assertEquals(0, resolver().strangers());
        stranger.close();
    }

    @Test
    void whoGuessesTooOftenDrivesTheQuestionToTcp() {
        server.says(q -> {
            final List<byte[]> replies = new ArrayList<>();
            if (q.overTcp()) {
                replies.add(q.reply().answer("www.weir.test. 60 A 192.0.2.80").octets());
            } else {
                for (int i = 1; i <= 100; i++) {
                    replies.add(q.reply()
                            .answer("www.weir.test. 60 A 192.0.2.66")
                            .id(q.id() + i)
                            .octets());
                }
                replies.add(q.reply().answer("www.weir.test. 60 A 192.0.2.66").octets());
            }
            return replies;
        });
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        assertEquals(16, resolver().strangers());
    }

    @Test
    void numbersAndPortsCannotBeForeseen() {
        server.has("a. 0 A 192.0.2.1");
        final Set<Integer> numbers = new HashSet<>();
        final Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            found("a");
        }
        server.asked().forEach(q -> {
            numbers.add(q.id());
            ports.add(q.port());
        });
        assertTrue(numbers.size() > 48, numbers::toString);
        assertTrue(ports.size() > 48, ports::toString);
        assertNotEquals(
                1, Math.abs(server.asked().get(1).port() - server.asked().get(0).port()), "one after the other");
    }

    // ---- names ----

    @Test
    void theSearchListIsTriedAsResolvConfHasIt() {
        resolver(config(network.server().address())
                .withSearch(List.of(DnsName.parse("one.test"), DnsName.parse("two.test"))));
        server.has("www.two.test. 60 A 192.0.2.80", "www.sub. 60 A 192.0.2.81");
        assertEquals("[192.0.2.80]", found("www"));
        assertEquals(List.of("www.one.test. A", "www.two.test. A"), asked());
        server.asked().clear();
        assertEquals("[192.0.2.81]", found("www.sub"));
        assertEquals(List.of("www.sub. A"), asked());
        server.asked().clear();
        assertEquals("NO_NAME", found("no.sub"));
        assertEquals(List.of("no.sub. A", "no.sub.one.test. A", "no.sub.two.test. A"), asked());
        server.asked().clear();
        assertEquals("NO_NAME", found("www."));
        assertEquals(List.of("www. A"), asked());
    }

    @Test
    void aNameThatNobodyCanTellOfIsNotTakenForAnother() {
        resolver(config(network.server().address()).withSearch(List.of(DnsName.parse("one.test"))));
        server.answers(q -> q.question().name().equals(DnsName.parse("www.one.test"))
                ? q.reply().code(Message.SERVER_FAILURE)
                : q.reply().answer(q.question().name() + " 60 A 192.0.2.66"));
        assertEquals("SERVER_FAILURE", found("www"));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, [192.0.2.7]",
        "localhost, [127.0.0.1]",
        "Some.LocalHost., [127.0.0.1]",
        "nothing.invalid, NO_NAME",
        "hidden.onion, NO_NAME",
        "a..b, NO_NAME",
    })
    void someNamesAreNobodysBusiness(String host, String expected) {
        assertEquals(expected, found(host));
        assertTrue(server.asked().isEmpty());
    }

    @Test
    void theHostsFileIsReadFirstAndAgainWhenItChanges() throws IOException {
        final Path hosts = directory.resolve("hosts");
        Files.writeString(hosts, """
            # nothing
            192.0.2.70  printer.weir.test Printer # on the second floor
            192.0.2.71  printer
            2001:db8::7 printer
            nonsense printer
            192.0.2.72
            """);
        resolver(config(network.server().address()).withHosts(hosts));
        assertEquals("[192.0.2.70, 192.0.2.71]", found("printer"));
        assertEquals("[192.0.2.70]", found("PRINTER.weir.test."));
        assertEquals(3, lookup("printer", AddressFamily.ANY).addresses().size());
        final List<Answer> names = new ArrayList<>();
        resolver().reverse(IpAddress.parse("192.0.2.70"), names::add);
        after(1);
        assertEquals(
                "printer.weir.test.",
                names.getFirst().data().findFirst().orElseThrow().toString());
        assertTrue(server.asked().isEmpty());
        Files.writeString(hosts, "192.0.2.73 printer\n");
        Files.setLastModifiedTime(hosts, FileTime.fromMillis(1));
        after(5);
        assertEquals("[192.0.2.73]", found("printer"));
        Files.delete(hosts);
        after(5);
        server.has("printer. 60 A 192.0.2.74");
        assertEquals("[192.0.2.74]", found("printer"));
    }

    // ---- many ----

    @Test
    void tenThousandNamesAtOnceAreAllAnswered() {
        server.answers(q -> q.reply().answer(q.question().name() + " 60 A 192.0.2.80"));
        final int[] found = {0};
        for (int i = 0; i < 10_000; i++) {
            resolver()
                    .ask(
                            DnsName.parse("host" + i + ".test"),
                            RecordType.A,
                            answer -> found[0] += answer.status() == AnswerStatus.FOUND ? 1 : 0);
        }
        network.runUntil(() -> found[0] == 10_000, 60 * SECOND);
        assertEquals(10_000, found[0]);
        assertEquals(10_000, server.asked().size());
        assertEquals(4_096, resolver().cached());
    }

    @Test
    void moreCallersThanMayWaitAreToldSo() {
        resolver(config(network.server().address()).withLimits(new ResolverConfig.Limits(4, 10, 100, 10_000)));
        final List<AnswerStatus> ends = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            resolver().ask(DnsName.parse("a" + i), RecordType.A, answer -> ends.add(answer.status()));
        }
        after(0);
        assertEquals(List.of(AnswerStatus.OVERLOADED, AnswerStatus.OVERLOADED), ends);
        after(60);
        assertEquals(12, ends.size());
    }

    @Test
    void withoutServersAnyNumberIsAnsweredAtOnce() {
        resolver(config());
        final int[] ends = {0};
        for (int i = 0; i < 10_000; i++) {
            resolver().ask(DnsName.parse("a" + i), RecordType.A, _ -> ends[0]++);
        }
        after(1);
        assertEquals(10_000, ends[0]);
    }

    @Test
    void fewerEndpointsThanQuestionsMeansWaiting() {
        final List<UdpEndpoint> taken = new ArrayList<>();
        UdpEndpoint open = network.client().stack().udp().open();
        while (open != null) {
            taken.add(open);
            open = network.client().stack().udp().open();
        }
        assertEquals("OVERLOADED", found("a.test"));
        taken.removeFirst().close();
        taken.removeFirst().close();
        server.answers(q -> q.reply().answer(q.question().name() + " 60 A 192.0.2.80"));
        final int[] found = {0};
        for (int i = 0; i < 100; i++) {
            resolver()
                    .ask(
                            DnsName.parse("host" + i + ".test"),
                            RecordType.A,
                            answer -> found[0] += answer.status() == AnswerStatus.FOUND ? 1 : 0);
        }
        after(10);
        assertEquals(100, found[0]);
        taken.forEach(UdpEndpoint::close);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aLossyNetworkLosesNoQuestion(long seed) {
        over(FaultPlan.none().withLoss(0.1).withDuplication(0.05), seed);
        server.answers(q -> q.reply().answer(q.question().name() + " 60 A 192.0.2.80"));
        final int[] told = {0};
        final int[] found = {0};
        for (int i = 0; i < 1_000; i++) {
            resolver().ask(DnsName.parse("host" + i + ".test"), RecordType.A, answer -> {
                told[0]++;
                found[0] += answer.status() == AnswerStatus.FOUND ? 1 : 0;
            });
        }
        after(600);
        assertEquals(1_000, told[0]);
        assertTrue(found[0] > 970, "found " + found[0] + " with seed " + seed);
    }

    @Test
    void mutatedAnswersBreakNothing() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        server.says(q -> {
            final Reply reply = q.reply()
                    .answer(q.question().name() + " 60 CNAME web.weir.test.")
                    .answer("web.weir.test. 60 A 192.0.2.80")
                    .answer("web.weir.test. 60 TXT one two")
                    .authority(SOA + "100")
                    .extended(0);
            final byte[] octets = random.nextInt(8) == 0 ? reply.truncated().octets() : reply.octets();
            final int header = random.nextBoolean() ? Message.HEADER : 4;
            for (int i = random.nextInt(6); i > 0; i--) {
                octets[header + random.nextInt(octets.length - header)] = (byte) random.nextInt(256);
            }
            return List.of(random.nextInt(4) > 0 ? octets : Arrays.copyOf(octets, random.nextInt(octets.length)));
        });
        final int[] told = {0};
        for (int i = 0; i < 3_000; i++) {
            resolver().ask(DnsName.parse("host" + i + ".weir.test"), RecordType.A, _ -> told[0]++);
        }
        network.runUntil(() -> told[0] == 3_000, 10_000 * SECOND);
        assertEquals(3_000, told[0], "told, with seed " + seed);
        assertFalse(resolver().waiting() > 0);
    }
}
