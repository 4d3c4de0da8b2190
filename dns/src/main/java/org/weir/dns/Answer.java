package org.weir.dns;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.weir.wire.IpAddress;

/// What became of a question.
///
/// @param question what was asked
/// @param status how it ended
/// @param records the aliases from the asked name on, in their order, then the records that were asked for
/// @param ttlSeconds how long this may be remembered; 0 if it should not
/// @param source who said so; null if it was remembered or nobody said anything
public record Answer(
        Question question,
        AnswerStatus status,
        List<ResourceRecord> records,
        int ttlSeconds,
        @Nullable NameServer source) {
    public Answer {
        records = List.copyOf(records);
    }

    static Answer failure(Question question, AnswerStatus status) {
        return new Answer(question, status, List.of(), 0, null);
    }

    /// What the asked name is an alias of; itself if it is none.
    public DnsName canonicalName() {
        DnsName name = question.name();
        for (final ResourceRecord record : records) {
            if (record.is(RecordType.CNAME)
                    && question.type() != RecordType.CNAME
                    && record.data() instanceof RecordData.Target(DnsName target)) {
                name = target;
            }
        }
        return name;
    }

    /// The records that were asked for, without the aliases that lead to them.
    public Stream<RecordData> data() {
        return records.stream().filter(record -> record.is(question.type())).map(ResourceRecord::data);
    }

    /// The addresses among them.
    public List<IpAddress> addresses() {
        return data().<IpAddress>mapMulti((data, found) -> {
                    if (data instanceof RecordData.Address(IpAddress address)) {
                        found.accept(address);
                    }
                })
                .toList();
    }

    Answer withTtl(int seconds) {
        return new Answer(question, status, records, seconds, source);
    }

    /// The same after some time in a cache.
    Answer aged(int seconds) {
        return new Answer(
                question,
                status,
                records.stream()
                        .map(r -> r.withTtl(Math.max(0, r.ttlSeconds() - seconds)))
                        .toList(),
                ttlSeconds - seconds,
                null);
    }
}
