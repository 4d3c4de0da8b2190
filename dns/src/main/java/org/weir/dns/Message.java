package org.weir.dns;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.wire.IpAddress;

/// What a server says, RFC 1035 section 4.1, with the extensions of RFC 6891.
///
/// @param isTruncated there is more than fitted
/// @param code the response code, with the eight bits that an OPT record adds
/// @param isExtended there is an OPT record
/// @param answers the records of that section, of class IN
/// @param authority the records of that section, of class IN
record Message(
        boolean isTruncated,
        int code,
        boolean isExtended,
        List<ResourceRecord> answers,
        List<ResourceRecord> authority) {
    /// Response codes, RFC 1035 section 4.1.1 and RFC 6891 section 9.
    static final int NO_ERROR = 0;

    static final int FORMAT_ERROR = 1;
    static final int SERVER_FAILURE = 2;
    static final int NAME_ERROR = 3;
    static final int NOT_IMPLEMENTED = 4;
    static final int BAD_VERSION = 16;

    static final int HEADER = 12;
    static final int OPT = 41;
    private static final int RESPONSE = 0x8000;
    private static final int OPCODE = 0x7800;
    private static final int TRUNCATED = 0x0200;
    private static final int CODE = 0xF;
    private static final int INTERNET = 1;

    /// Reads the first `length` of `octets` if they answer `question` with the number `id`: the same number, the
    /// same question (RFC 5452 section 9.1), in a well-formed message. Null for anything else, which may be forged.
    static @Nullable Message answering(Question question, int id, byte[] octets, int length) {
        final WireReader reader = new WireReader(octets, length);
        final boolean isOurs = reader.u16() == id;
        final int flags = reader.u16();
        final int questions = reader.u16();
        if (!isOurs || (flags & (RESPONSE | OPCODE)) != RESPONSE) {
            return null;
        }
        final int code = flags & CODE;
        if (questions == 0 && length == HEADER && code != NO_ERROR && code != NAME_ERROR) {
            // RFC 6891 section 7: who could not read the question does not repeat it.
            return new Message(false, code, false, List.of(), List.of());
        }
        if (questions != 1) {
            return null;
        }
        final int answers = reader.u16();
        final int authority = reader.u16();
        final int additional = reader.u16();
        final boolean isAsked = reader.name().equals(question.name())
                && reader.u16() == question.type().code()
                && reader.u16() == INTERNET;
        if (reader.isBroken() || !isAsked) {
            return null;
        }
        final boolean isTruncated = (flags & TRUNCATED) != 0;
        if (isTruncated) {
            return new Message(true, code, false, List.of(), List.of());
        }
        return new Sections(reader).read(code, answers, authority, additional);
    }

    /// The first alias of `name` among the answers; null if it is none.
    @Nullable
    ResourceRecord aliasOf(DnsName name) {
        return first(answers, RecordType.CNAME, name);
    }

    /// Other servers are named that would know, RFC 1034 section 4.3.1.
    boolean isReferral() {
        return authority.stream().anyMatch(record -> record.is(RecordType.NS));
    }

    /// How long it may be remembered that something is not there, RFC 2308 section 5; -1 if the message does not
    /// say.
    int negativeTtlSeconds(DnsName name) {
        for (final ResourceRecord record : authority) {
            if (record.is(RecordType.SOA)
                    && name.isUnder(record.owner())
                    && record.data() instanceof RecordData.Authority soa) {
                return (int) Math.min(record.ttlSeconds(), soa.times().minimum());
            }
        }
        return -1;
    }

    private static @Nullable ResourceRecord first(List<ResourceRecord> records, RecordType type, DnsName owner) {
        for (final ResourceRecord record : records) {
            if (record.is(type) && record.owner().equals(owner)) {
                return record;
            }
        }
        return null;
    }

    /// What comes behind the question.
    private static final class Sections {
        private final WireReader reader;
        private int extendedCode;
        private boolean isExtended;

        Sections(WireReader reader) {
            this.reader = reader;
        }

        @Nullable
        Message read(int code, int answers, int authority, int additional) {
            final List<ResourceRecord> answer = section(answers);
            final List<ResourceRecord> author = section(authority);
            section(additional);
            if (reader.isBroken()) {
                return null;
            }
            return new Message(false, extendedCode << 4 | code, isExtended, answer, author);
        }

        private List<ResourceRecord> section(int count) {
            final List<ResourceRecord> records = new ArrayList<>();
            for (int i = 0; i < count && !reader.isBroken(); i++) {
                final ResourceRecord record = record();
                if (record != null) {
                    records.add(record);
                }
            }
            return records;
        }

        private @Nullable ResourceRecord record() {
            final DnsName owner = reader.name();
            final int type = reader.u16();
            final int recordClass = reader.u16();
            final int ttl = reader.i32();
            final int length = reader.u16();
            if (type == OPT) {
                isExtended = true;
                extendedCode = ttl >>> 24;
            }
            if (type == OPT || recordClass != INTERNET) {
                reader.skip(length);
                return null;
            }
            final int end = reader.position() + length;
            final RecordData data = data(type, length);
            if (reader.position() != end) {
                reader.breaks();
            }
            // RFC 2181 section 8: a number with the highest bit set is 0.
            return new ResourceRecord(owner, type, Math.max(ttl, 0), data);
        }

        private RecordData data(int type, int length) {
            final RecordType known = RecordType.of(type);
            if (known == null) {
                return RecordData.Unknown.of(reader.octets(length));
            }
            return switch (known) {
                case A -> new RecordData.Address(IpAddress.ofIpv4(reader.i32()));
                case AAAA -> new RecordData.Address(new IpAddress(reader.i64(), reader.i64()));
                case CNAME, NS, PTR -> new RecordData.Target(reader.name());
                case MX -> new RecordData.Exchange(reader.u16(), reader.name());
                case SRV -> new RecordData.Service(reader.u16(), reader.u16(), reader.u16(), reader.name());
                case TXT -> text(length);
                case SOA -> authority();
            };
        }

        private RecordData text(int length) {
            final int end = reader.position() + length;
            final List<String> strings = new ArrayList<>();
            while (reader.position() < end && !reader.isBroken()) {
                strings.add(new String(reader.octets(reader.u8()), ISO_8859_1));
            }
            return new RecordData.Text(strings);
        }

        private RecordData authority() {
            return new RecordData.Authority(
                    reader.name(),
                    reader.name(),
                    reader.u32(),
                    reader.u32(),
                    reader.u32(),
                    new RecordData.ZoneTimes(reader.u32(), reader.u32()));
        }
    }
}
