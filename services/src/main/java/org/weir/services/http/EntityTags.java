package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Compares entity tags, RFC 9110 section 8.8.3. This server makes strong ones only.
final class EntityTags {
    private EntityTags() {}

    /// True if the list that `field` holds names `tag`, or is `*`. A weak tag in the list counts only if `weakly`.
    static boolean anyIs(MemorySegment buffer, FieldValue field, byte[] tag, boolean weakly) {
        if (Ascii.is(buffer, field.from(), field.to(), Ascii.ASTERISK)) {
            return true;
        }
        int at = field.from();
        while (at < field.to()) {
            final boolean isWeak = octet(buffer, at) == 'W' && at + 1 < field.to() && octet(buffer, at + 1) == '/';
            final int begin = isWeak ? at + 2 : at;
            if (begin < field.to() && octet(buffer, begin) == '"') {
                final int end = closingQuote(buffer, begin + 1, field.to()) + 1;
                if ((weakly || !isWeak) && Ascii.is(buffer, begin, Math.min(end, field.to()), tag)) {
                    return true;
                }
                at = end;
            } else {
                at = begin + 1; // Commas and blanks, or what is no tag.
            }
        }
        return false;
    }

    private static int closingQuote(MemorySegment buffer, int from, int to) {
        int at = from;
        while (at < to && octet(buffer, at) != '"') {
            at++;
        }
        return at;
    }

    private static int octet(MemorySegment buffer, int at) {
        return buffer.get(ValueLayout.JAVA_BYTE, at);
    }
}
