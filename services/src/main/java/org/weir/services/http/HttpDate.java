package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

/// The `Date` field of RFC 9110 section 5.6.7, as in `Date: Sun, 06 Nov 1994 08:49:37 GMT`, made anew once a second
/// without allocating anything.
final class HttpDate {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int SECONDS_PER_DAY = 86_400;
    private static final int DAYS_PER_ERA = 146_097;
    /// Days from 0000-03-01 to 1970-01-01.
    private static final int EPOCH_DAY = 719_468;

    private static final byte[] DAY_NAMES = "ThuFriSatSunMonTueWed".getBytes(US_ASCII);
    private static final byte[] MONTH_NAMES = "JanFebMarAprMayJunJulAugSepOctNovDec".getBytes(US_ASCII);
    private static final int NAME = 3;

    private static final int DAY_NAME_AT = 6;
    private static final int DAY_AT = 11;
    private static final int MONTH_AT = 14;
    private static final int YEAR_AT = 18;
    private static final int HOUR_AT = 23;
    private static final int MINUTE_AT = 26;
    private static final int SECOND_AT = 29;

    private final byte[] field = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n".getBytes(US_ASCII);
    private long second;

    /// The whole field for a time since 1970, with its line end; valid until the next call.
    byte[] field(long epochNs) {
        final long now = Math.floorDiv(epochNs, NS_PER_SECOND);
        if (now != second) {
            second = now;
            write(now);
        }
        return field;
    }

    /// The date alone, as in `Sun, 06 Nov 1994 08:49:37 GMT`, for a second since 1970.
    static String text(long epochSecond) {
        final HttpDate date = new HttpDate();
        date.write(epochSecond);
        return new String(date.field, DAY_NAME_AT, date.field.length - DAY_NAME_AT - 2, US_ASCII);
    }

    private void write(long epochSecond) {
        final int days = (int) Math.floorDiv(epochSecond, SECONDS_PER_DAY);
        final int time = (int) Math.floorMod(epochSecond, (long) SECONDS_PER_DAY);
        name(DAY_NAME_AT, DAY_NAMES, Math.floorMod(days, 7));
        writeDate(days + EPOCH_DAY);
        digits(HOUR_AT, time / 3_600, 2);
        digits(MINUTE_AT, time / 60 % 60, 2);
        digits(SECOND_AT, time % 60, 2);
    }

    /// Days since 0000-03-01 to a date (Hinnant 2021, "chrono-compatible low-level date algorithms"): years that
    /// begin in March have their leap day at the end.
    private void writeDate(int days) {
        final int era = Math.floorDiv(days, DAYS_PER_ERA);
        final int dayOfEra = days - era * DAYS_PER_ERA;
        final int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / (DAYS_PER_ERA - 1)) / 365;
        final int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        final int monthFromMarch = (5 * dayOfYear + 2) / 153;
        final int month = monthFromMarch < 10 ? monthFromMarch + 2 : monthFromMarch - 10;
        digits(DAY_AT, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, 2);
        name(MONTH_AT, MONTH_NAMES, month);
        digits(YEAR_AT, yearOfEra + era * 400 + (month < 2 ? 1 : 0), 4);
    }

    private void name(int at, byte[] names, int index) {
        System.arraycopy(names, index * NAME, field, at, NAME);
    }

    private void digits(int at, int value, int count) {
        int rest = value;
        for (int i = at + count - 1; i >= at; i--) {
            field[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
