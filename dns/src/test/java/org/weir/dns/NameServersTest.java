package org.weir.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.link.FaultPlan;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// Good, bad, dead and hostile servers, and many questions.
class NameServersTest extends ResolverScenario {
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

    @Test
    void aServerThatOnlyKnowsWhoWouldKnowIsPassedOver() {
        final ScriptedServer other = otherServer();
        resolver(config(network.server().address(), OTHER));
        server.answers(q -> q.reply().authority("test. 60 NS ns.test."));
        other.has("www.weir.test. 60 A 192.0.2.80");
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        other.ends();
    }

    @Test
    void aHandlerMayCloseTheResolver() {
        server.answers(q -> q.reply().answer(q.question().name() + " 60 A 192.0.2.80"));
        found("a.test");
        found("b.test");
        final List<AnswerStatus> ends = new ArrayList<>();
        for (final String name : List.of("a.test", "b.test", "c.test")) {
            resolver().ask(DnsName.parse(name), RecordType.A, answer -> {
                ends.add(answer.status());
                resolver().close();
            });
        }
        after(1);
        assertEquals(List.of(AnswerStatus.FOUND, AnswerStatus.FOUND, AnswerStatus.CLOSED), ends);
    }

    @Test
    void whoAsksAgainAtOnceDoesNotHoldTheEndUp() {
        final int[] told = {0};
        askAgainAndAgain(told);
        after(0);
        resolver().close();
        assertEquals(1, told[0]);
        after(1);
        assertEquals(5, told[0], "in later polls");
    }

    private void askAgainAndAgain(int[] told) {
        resolver().ask(DnsName.parse("a.test"), RecordType.A, _ -> {
            if (++told[0] < 5) {
                askAgainAndAgain(told);
            }
        });
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
    void aServerMayRefuseExtensionsWithoutRepeatingTheQuestion() {
        server.says(q -> List.of(
                q.isExtended()
                        ? Arrays.copyOf(
                                q.reply()
                                        .code(Message.FORMAT_ERROR)
                                        .withoutQuestion()
                                        .octets(),
                                Message.HEADER)
                        : q.reply().answer("www.weir.test. 60 A 192.0.2.80").octets()));
        assertEquals("[192.0.2.80]", found("www.weir.test"));
        assertEquals(2, server.asked().size());
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
    void aServerThatCannotBeReachedOverTcpIsRemembered() {
        final ScriptedServer other = otherServer();
        resolver(config(network.server().address(), OTHER).withTcpAlone(true));
        server.ends();
        other.answers(q -> q.reply().answer(q.question().name() + " 60 A 192.0.2.80"));
        found("a.test");
        final long refused = network.server().stack().tcp().counters().resetsSent();
        for (int i = 0; i < 5; i++) {
            assertEquals("[192.0.2.80]", found("b" + i + ".test"));
        }
        assertEquals(refused, network.server().stack().tcp().counters().resetsSent(), "tried again");
        other.ends();
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
