package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads a date of RFC 9110 section 5.6.7 in any of its three formats, without allocating anything.
///
/// ```text
///   Sun, 06 Nov 1994 08:49:37 GMT     Sunday, 06-Nov-94 08:49:37 GMT     Sun Nov  6 08:49:37 1994
/// ```
final class HttpDateParser {
    /// The text is no date.
    static final long NONE = Long.MIN_VALUE;

    private static final byte[] MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec".getBytes(US_ASCII);
    private static final byte[] ZONE = " GMT".getBytes(US_ASCII);
    private static final int DAYS_PER_ERA = 146_097;
    /// Days from 0000-03-01 to 1970-01-01.
    private static final int EPOCH_DAY = 719_468;
    /// A year of two digits is the one next to this, within fifty years.
    private static final int CENTURY_PIVOT = 70;

    private HttpDateParser() {}

    /// Seconds since 1970; [#NONE] if the octets `from` to `to` are no date.
    static long parse(MemorySegment text, int from, int to) {
        final int length = to - from;
        final int comma = find(text, ',', from, to);
        if (comma == to) {
            return length == 24 ? asctime(text, from) : NONE;
        }
        if (to - comma == 26 && octet(text, comma + 4) == ' ') {
            return fixed(text, comma + 2, to, 4);
        }
        return to - comma == 24 && octet(text, comma + 4) == '-' ? fixed(text, comma + 2, to, 2) : NONE;
    }

    /// `06 Nov 1994 08:49:37 GMT` or `06-Nov-94 08:49:37 GMT`.
    private static long fixed(MemorySegment text, int from, int to, int yearDigits) {
        final int yearAt = from + 7;
        final int timeAt = yearAt + yearDigits + 1;
        if (!Ascii.is(text, timeAt + 8, to, ZONE)) {
            return NONE;
        }
        int year = number(text, yearAt, yearDigits);
        if (yearDigits == 2 && year >= 0) {
            year += year < CENTURY_PIVOT ? 2_000 : 1_900;
        }
        return seconds(year, month(text, from + 3), number(text, from, 2), time(text, timeAt));
    }

    /// `Sun Nov  6 08:49:37 1994`.
    private static long asctime(MemorySegment text, int from) {
        final int dayAt = from + 8;
        final int day = octet(text, dayAt) == ' ' ? number(text, dayAt + 1, 1) : number(text, dayAt, 2);
        return seconds(number(text, from + 20, 4), month(text, from + 4), day, time(text, from + 11));
    }

    /// Seconds of `08:49:37`; negative if it is none.
    private static int time(MemorySegment text, int at) {
        final int hour = number(text, at, 2);
        final int minute = number(text, at + 3, 2);
        final int second = number(text, at + 6, 2);
        final boolean isTime = octet(text, at + 2) == ':'
                && octet(text, at + 5) == ':'
                && (hour | minute | second) >= 0
                && hour < 24
                && minute < 60
                && second <= 60;
        return isTime ? hour * 3_600 + minute * 60 + second : -1;
    }

    /// 0 for January; negative if it is none.
    private static int month(MemorySegment text, int at) {
        for (int month = 0; month < 12; month++) {
            if (octet(text, at) == MONTHS[month * 3]
                    && octet(text, at + 1) == MONTHS[month * 3 + 1]
                    && octet(text, at + 2) == MONTHS[month * 3 + 2]) {
                return month;
            }
        }
        return -1;
    }

    /// Hinnant 2021, "chrono-compatible low-level date algorithms", as in [HttpDate].
    private static long seconds(int year, int month, int day, int time) {
        if ((year | month | time) < 0 || day < 1 || day > 31) {
            return NONE;
        }
        final int marchYear = month < 2 ? year - 1 : year;
        final int era = Math.floorDiv(marchYear, 400);
        final int yearOfEra = marchYear - era * 400;
        final int dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1;
        final int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return ((long) era * DAYS_PER_ERA + dayOfEra - EPOCH_DAY) * 86_400 + time;
    }

    private static int number(MemorySegment text, int at, int digits) {
        int value = 0;
        for (int i = at; i < at + digits; i++) {
            if (!Ascii.isDigit(octet(text, i))) {
                return -1;
            }
            value = value * 10 + octet(text, i) - '0';
        }
        return value;
    }

    private static int find(MemorySegment text, int wanted, int from, int to) {
        int at = from;
        while (at < to && octet(text, at) != wanted) {
            at++;
        }
        return at;
    }

    private static int octet(MemorySegment text, int at) {
        return text.get(ValueLayout.JAVA_BYTE, at);
    }
}
