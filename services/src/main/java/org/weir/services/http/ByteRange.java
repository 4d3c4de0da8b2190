package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The part of a content that a request asks for, RFC 9110 section 14.1.2: `bytes=0-499`, `bytes=500-` or `bytes=-500`.
///
/// Several ranges at once are answered with the whole, which section 14.2 permits and every client must expect: what
/// many small or overlapping ranges cost a server (CVE-2011-3192) is then nothing.
final class ByteRange {
    private static final long NONE = -1;

    /// What a field asks for.
    enum Kind {
        /// All of it, or something that this server does not know.
        WHOLE,
        PART,
        UNSATISFIABLE
    }

    private long first;
    private long last;

    /// Reads what `field` asks for of `length` octets.
    Kind parse(MemorySegment buffer, FieldValue field, long length) {
        final int equals = field.from() + Ascii.BYTES.length;
        final boolean isBytes = field.to() - field.from() > Ascii.BYTES.length + 1
                && Ascii.isIgnoringCase(buffer, field.from(), equals, Ascii.BYTES)
                && octet(buffer, equals) == '=';
        if (!isBytes) {
            return Kind.WHOLE;
        }
        int hyphen = equals + 1;
        while (hyphen < field.to() && Ascii.isDigit(octet(buffer, hyphen))) {
            hyphen++;
        }
        if (hyphen == field.to() || octet(buffer, hyphen) != '-') {
            return Kind.WHOLE;
        }
        final long from = number(buffer, equals + 1, hyphen);
        final long to = number(buffer, hyphen + 1, field.to());
        final boolean isRange = hasOnlyDigits(buffer, hyphen + 1, field.to())
                && (from != NONE || to != NONE)
                && (from == NONE || to == NONE || from <= to);
        return isRange ? choose(from, to, length) : Kind.WHOLE;
    }

    private Kind choose(long from, long to, long length) {
        if (from == NONE) {
            first = Math.max(0, length - to);
            last = length - 1;
        } else {
            first = from;
            last = to == NONE ? length - 1 : Math.min(to, length - 1);
        }
        return first < length ? Kind.PART : Kind.UNSATISFIABLE;
    }

    private static boolean hasOnlyDigits(MemorySegment buffer, int from, int to) {
        for (int at = from; at < to; at++) {
            if (!Ascii.isDigit(octet(buffer, at))) {
                return false;
            }
        }
        return true;
    }

    /// A number too large for any content stays one.
    private static long number(MemorySegment buffer, int from, int to) {
        long value = from == to ? NONE : 0;
        for (int at = from; at < to && Ascii.isDigit(octet(buffer, at)); at++) {
            value = value > (Long.MAX_VALUE - 9) / 10 ? value : value * 10 + octet(buffer, at) - '0';
        }
        return value;
    }

    private static int octet(MemorySegment buffer, int at) {
        return buffer.get(ValueLayout.JAVA_BYTE, at);
    }

    /// The first octet; valid if there is a part.
    long first() {
        return first;
    }

    /// The last octet.
    long last() {
        return last;
    }

    long length() {
        return last - first + 1;
    }
}
