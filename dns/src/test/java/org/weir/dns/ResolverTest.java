package org.weir.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.wire.IpAddress;

/// What is found, under which names, and what is remembered.
class ResolverTest extends ResolverScenario {
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
    void whatTheHostsFileHasOfOneFamilySaysNothingOfTheOther() throws IOException {
        final Path hosts = directory.resolve("hosts");
        Files.writeString(hosts, "::1 localhost db.weir.test\n");
        resolver(config(network.server().address()).withHosts(hosts));
        server.has("db.weir.test. 60 A 192.0.2.80");
        assertEquals("[127.0.0.1]", found("localhost"));
        assertEquals("[192.0.2.80]", found("db.weir.test"));
        assertEquals(
                "[::1]", lookup("db.weir.test", AddressFamily.IPV6).addresses().toString());
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
}
