package org.weir.services.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Encodes what a certificate is made of, ITU-T X.690: a tag, a length, and the content.
final class Der {
    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int UTF8_STRING = 0x0C;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int CONTEXT = 0x80;
    private static final int CONSTRUCTED = 0x20;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SHORT_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int UTC_TIME = 0x17;
    /// RFC 5280 section 4.1.2.5: times before 2050 are short.
    private static final Instant LONG_TIMES = Instant.parse("2050-01-01T00:00:00Z");

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(SEQUENCE, parts);
    }

    static byte[] set(byte[]... parts) {
        return tagged(SET, parts);
    }

    /// A field with a number in place of its own tag, RFC 5280's `[n] IMPLICIT`.
    static byte[] implicit(int number, byte[] content) {
        return tagged(CONTEXT | number, content);
    }

    /// A field with a number around it, `[n] EXPLICIT`.
    static byte[] explicit(int number, byte[] content) {
        return tagged(CONTEXT | CONSTRUCTED | number, content);
    }

    static byte[] integer(BigInteger value) {
        return tagged(INTEGER, value.toByteArray());
    }

    static byte[] yes() {
        return tagged(BOOLEAN, new byte[] {(byte) 0xFF});
    }

    static byte[] octetString(byte[] content) {
        return tagged(OCTET_STRING, content);
    }

    /// Whole octets of bits.
    static byte[] bitString(byte[] content) {
        return tagged(BIT_STRING, new byte[1], content);
    }

    /// Named bits, of which `unused` at the end are not there.
    static byte[] namedBits(int unused, int octet) {
        return tagged(BIT_STRING, new byte[] {(byte) unused, (byte) octet});
    }

    static byte[] text(String text) {
        return tagged(UTF8_STRING, text.getBytes(UTF_8));
    }

    static byte[] time(Instant at) {
        return at.isBefore(LONG_TIMES)
                ? tagged(UTC_TIME, SHORT_TIME.format(at).getBytes(US_ASCII))
                : tagged(GENERALIZED_TIME, TIME.format(at).getBytes(US_ASCII));
    }

    /// As in `2.5.4.3`.
    static byte[] objectIdentifier(String dotted) {
        final String[] numbers = dotted.split("\\.", -1);
        final ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(Integer.parseInt(numbers[0]) * 40 + Integer.parseInt(numbers[1]));
        for (int i = 2; i < numbers.length; i++) {
            base128(content, Integer.parseInt(numbers[i]));
        }
        return tagged(OBJECT_IDENTIFIER, content.toByteArray());
    }

    private static void base128(ByteArrayOutputStream to, int number) {
        for (int shift = 28; shift > 0; shift -= 7) {
            if (number >>> shift != 0) {
                to.write(number >>> shift | 0x80);
            }
        }
        to.write(number & 0x7F);
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        final ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (final byte[] part : parts) {
            content.writeBytes(part);
        }
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        length(all, content.size());
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }

    private static void length(ByteArrayOutputStream to, int length) {
        if (length < 0x80) {
            to.write(length);
        } else if (length < 0x100) {
            to.write(0x81);
            to.write(length);
        } else {
            to.write(0x82);
            to.write(length >>> 8);
            to.write(length);
        }
    }
}
