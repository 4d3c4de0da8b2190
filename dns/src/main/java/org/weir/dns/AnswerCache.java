package org.weir.dns;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weir.time.StackClock;

/// Answers for as long as they may be remembered, RFC 1034 section 5.3.1 and RFC 2308: a whole answer under the
/// question that it answers, aliases included, so that no answer says anything about another question. The one that was
/// not asked for for longest gives way.
final class AnswerCache {
    /// RFC 1035 and RFC 2181 permit 68 years; a day is what resolvers believe.
    static final int LONGEST_S = 86_400;

    /// RFC 2308 section 5: "one to three hours".
    static final int LONGEST_NEGATIVE_S = 10_800;

    /// What objects take besides the octets of names and data: entry, answer, question, list; record, name, data.
    private static final int ANSWER_OCTETS = 208;

    private static final int RECORD_OCTETS = 120;

    private record Entry(Answer answer, long sinceNs) {}

    private final ResolverConfig.Limits limits;
    private final LinkedHashMap<Question, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private int octets;

    AnswerCache(ResolverConfig.Limits limits) {
        this.limits = limits;
    }

    int answers() {
        return entries.size();
    }

    /// What is remembered; null if nothing is.
    @Nullable
    Answer find(Question question, long nowNs) {
        final Entry entry = entries.get(question);
        if (entry == null) {
            return null;
        }
        final long age = (nowNs - entry.sinceNs) / StackClock.SECOND;
        if (age >= entry.answer.ttlSeconds()) {
            remove(question);
            return null;
        }
        return entry.answer.aged((int) age);
    }

    /// Remembers `answer` if it may be.
    void add(Answer answer, long nowNs) {
        remove(answer.question());
        if (answer.ttlSeconds() == 0 || limits.cacheAnswers() == 0 || weight(answer) > limits.cacheOctets()) {
            return;
        }
        while (entries.size() >= limits.cacheAnswers() || octets + weight(answer) > limits.cacheOctets()) {
            removeEldest();
        }
        entries.put(answer.question(), new Entry(answer, nowNs));
        octets += weight(answer);
    }

    void clear() {
        entries.clear();
        octets = 0;
    }

    private static int weight(Answer answer) {
        int sum = ANSWER_OCTETS + answer.question().name().length();
        for (final ResourceRecord record : answer.records()) {
            sum += RECORD_OCTETS + record.owner().length() + record.data().octets();
        }
        return sum;
    }

    private void remove(Question question) {
        final Entry removed = entries.remove(question);
        if (removed != null) {
            octets -= weight(removed.answer);
        }
    }

    private void removeEldest() {
        final Iterator<Map.Entry<Question, Entry>> eldest = entries.entrySet().iterator();
        octets -= weight(eldest.next().getValue().answer);
        eldest.remove();
    }
}
