package org.weir.dns;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.weir.wire.IpAddress;

/// What a server says to a question, composed by a test.
final class Reply {
    private static final int RESPONSE = 0x8180;
    private static final int TRUNCATED = 0x0200;

    private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
    private final ByteArrayOutputStream authority = new ByteArrayOutputStream();
    private final ByteArrayOutputStream additional = new ByteArrayOutputStream();
    private Question question;
    private int id;
    private int flags = RESPONSE;
    private int code;
    private int questionCount = 1;
    private int answerCount;
    private int authorityCount;
    private int additionalCount;

    Reply(ScriptedServer.Asked asked) {
        id = asked.id();
        question = asked.question();
    }

    Reply id(int number) {
        id = number;
        return this;
    }

    Reply question(String name, RecordType type) {
        question = new Question(DnsName.parse(name), type);
        return this;
    }

    Reply flags(int bits) {
        flags = bits;
        return this;
    }

    Reply code(int number) {
        code = number;
        return this;
    }

    Reply withoutQuestion() {
        questionCount = 0;
        return this;
    }

    Reply truncated() {
        flags |= TRUNCATED;
        return this;
    }

    Reply answer(String record) {
        answerCount++;
        answers.writeBytes(octets(record(record)));
        return this;
    }

    /// An answer as it is on the wire.
    Reply rawAnswer(int... octets) {
        answerCount++;
        for (final int octet : octets) {
            answers.write(octet);
        }
        return this;
    }

    Reply authority(String record) {
        authorityCount++;
        authority.writeBytes(octets(record(record)));
        return this;
    }

    /// An OPT record with the upper bits of the code.
    Reply extended(int upperCode) {
        additionalCount++;
        additional.writeBytes(new byte[] {0, 0, Message.OPT, 0x04, (byte) 0xD0, (byte) upperCode, 0, 0, 0, 0, 0});
        return this;
    }

    byte[] octets() {
        final ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (final int field :
                new int[] {id, flags | code, questionCount, answerCount, authorityCount, additionalCount}) {
            u16(message, field);
        }
        name(message, question.name());
        u16(message, question.type().code());
        u16(message, 1);
        message.writeBytes(answers.toByteArray());
        message.writeBytes(authority.toByteArray());
        message.writeBytes(additional.toByteArray());
        return message.toByteArray();
    }

    // ---- records ----

    /// Reads `owner ttl type data...`, with or without `IN`.
    static ResourceRecord record(String text) {
        final List<String> words =
                Stream.of(text.split(" ", -1)).filter(w -> !w.equals("IN")).toList();
        final RecordType type = RecordType.parse(words.get(2));
        return new ResourceRecord(
                DnsName.parse(words.get(0)),
                type.code(),
                (int) Long.parseLong(words.get(1)),
                data(type, words.subList(3, words.size())));
    }

    private static RecordData data(RecordType type, List<String> words) {
        return switch (type) {
            case A -> new RecordData.Address(IpAddress.parse(words.getFirst()));
            case AAAA -> new RecordData.Address(java.util.Objects.requireNonNull(HostsFile.literal(words.getFirst())));
            case CNAME, NS, PTR -> new RecordData.Target(DnsName.parse(words.getFirst()));
            case MX -> new RecordData.Exchange(number(words, 0), DnsName.parse(words.get(1)));
            case SRV ->
                new RecordData.Service(
                        number(words, 0), number(words, 1), number(words, 2), DnsName.parse(words.get(3)));
            case TXT ->
                new RecordData.Text(
                        words.stream().map(word -> word.replace("\"", "")).toList());
            case SOA ->
                new RecordData.Authority(
                        DnsName.parse(words.get(0)),
                        DnsName.parse(words.get(1)),
                        number(words, 2),
                        number(words, 3),
                        number(words, 4),
                        new RecordData.ZoneTimes(number(words, 5), number(words, 6)));
        };
    }

    private static int number(List<String> words, int at) {
        return Integer.parseInt(words.get(at));
    }

    private static byte[] octets(ResourceRecord record) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        name(out, record.owner());
        u16(out, record.type());
        u16(out, 1);
        u32(out, record.ttlSeconds());
        final byte[] data = octets(record.data());
        u16(out, data.length);
        out.writeBytes(data);
        return out.toByteArray();
    }

    private static byte[] octets(RecordData data) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        switch (data) {
            case RecordData.Address(IpAddress address) -> {
                if (IpAddress.isIpv4(address.high(), address.low())) {
                    u32(out, address.ipv4());
                } else {
                    u64(out, address.high());
                    u64(out, address.low());
                }
            }
            case RecordData.Target(DnsName target) -> name(out, target);
            case RecordData.Exchange exchange -> {
                u16(out, exchange.preference());
                name(out, exchange.name());
            }
            case RecordData.Service service -> {
                u16(out, service.priority());
                u16(out, service.weight());
                u16(out, service.port());
                name(out, service.target());
            }
            case RecordData.Text text ->
                text.strings().forEach(string -> {
                    out.write(string.length());
                    string.chars().forEach(out::write);
                });
            case RecordData.Authority soa -> {
                name(out, soa.server());
                name(out, soa.mailbox());
                u32(out, soa.serial());
                u32(out, soa.refresh());
                u32(out, soa.retry());
                u32(out, soa.times().expire());
                u32(out, soa.times().minimum());
            }
            case RecordData.Unknown _ -> throw new IllegalArgumentException(data.toString());
        }
        return out.toByteArray();
    }

    private static void name(ByteArrayOutputStream out, DnsName name) {
        final byte[] octets = new byte[name.length()];
        name.copyTo(octets, 0);
        out.writeBytes(octets);
    }

    private static void u16(ByteArrayOutputStream out, int value) {
        out.write(value >>> 8);
        out.write(value);
    }

    private static void u32(ByteArrayOutputStream out, long value) {
        u16(out, (int) (value >>> 16));
        u16(out, (int) value);
    }

    private static void u64(ByteArrayOutputStream out, long value) {
        u32(out, value >>> 32);
        u32(out, value);
    }
}
