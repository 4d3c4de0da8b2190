package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpDateTest {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final DateTimeFormatter EXPECTED =
            DateTimeFormatter.ofPattern("'Date: 'EEE, dd MMM yyyy HH:mm:ss 'GMT\r\n'", Locale.ENGLISH);

    private final HttpDate date = new HttpDate();

    private void agreesAt(long second) {
        final String expected = EXPECTED.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
        assertEquals(expected, new String(date.field(second * NS_PER_SECOND + 999_999_999), US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(longs = {784_111_777, 0, 951_782_399, 951_782_400, 951_868_800, 1_709_164_800, 4_107_542_400L, -1})
    void isThatOfTheCalendar(long second) {
        agreesAt(second);
    }

    @Test
    void isThatOfTheCalendarOnEveryDayUntil2200() {
        final Random random = new Random(1);
        for (long day = 0; day < 84_000; day++) {
            agreesAt(day * 86_400 + random.nextInt(86_400));
        }
    }

    @Test
    void isReadAsItWasWritten() {
        final Random random = new Random(2);
        for (int i = 0; i < 10_000; i++) {
            final long second = random.nextLong(7_258_118_400L);
            final byte[] text = ("--" + HttpDate.text(second) + "--").getBytes(US_ASCII);
            assertEquals(second, HttpDateParser.parse(MemorySegment.ofArray(text), 2, text.length - 2));
        }
    }

    /// Whatever the octets are, nothing is read beyond them.
    @Test
    void nonsenseIsNoDate() {
        final Random random = new Random(3);
        final byte[] date = HttpDate.text(784_111_777).getBytes(US_ASCII);
        for (int i = 0; i < 100_000; i++) {
            final byte[] text = Arrays.copyOf(date, 1 + random.nextInt(date.length + 5));
            text[random.nextInt(text.length)] = (byte) random.nextInt(128);
            text[random.nextInt(text.length)] = (byte) ',';
            HttpDateParser.parse(MemorySegment.ofArray(text), 0, text.length);
        }
    }

    @Test
    void isMadeOnceASecond() {
        final byte[] field = date.field(NS_PER_SECOND);
        assertSame(field, date.field(NS_PER_SECOND + 1));
    }
}
