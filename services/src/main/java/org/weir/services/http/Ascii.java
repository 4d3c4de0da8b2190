package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The words of HTTP and comparisons with them. Arrays are constants and not to be changed.
final class Ascii {
    static final byte[] GET = word("GET");
    static final byte[] HEAD = word("HEAD");
    /// Methods of RFC 9110 and RFC 5789 that only handlers may offer.
    static final byte[][] OTHER_METHODS = {
        word("POST"), word("PUT"), word("DELETE"), word("CONNECT"), word("OPTIONS"), word("TRACE"), word("PATCH")
    };

    static final byte[] HTTP = word("HTTP/");
    static final byte[] SCHEME = word("http://");
    static final byte[] SECURE_SCHEME = word("https://");

    static final byte[] HOST = word("host");
    static final byte[] CONNECTION = word("connection");
    static final byte[] CONTENT_LENGTH = word("content-length");
    static final byte[] TRANSFER_ENCODING = word("transfer-encoding");
    static final byte[] EXPECT = word("expect");
    static final byte[] CONTINUE = word("100-continue");
    static final byte[] CHUNKED = word("chunked");
    static final byte[] CONNECT = word("CONNECT");
    static final byte[] ASTERISK = word("*");
    static final byte[] IF_MATCH = word("if-match");
    static final byte[] IF_NONE_MATCH = word("if-none-match");
    static final byte[] IF_MODIFIED_SINCE = word("if-modified-since");
    static final byte[] IF_UNMODIFIED_SINCE = word("if-unmodified-since");
    static final byte[] IF_RANGE = word("if-range");
    static final byte[] RANGE = word("range");
    static final byte[] BYTES = word("bytes");
    static final byte[] CLOSE = word("close");
    static final byte[] KEEP_ALIVE = word("keep-alive");

    /// The punctuation of a token, RFC 9110 section 5.6.2.
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private static final String UNRESERVED_MARKS = "-._~";

    private Ascii() {}

    private static byte[] word(String text) {
        return text.getBytes(US_ASCII);
    }

    /// True if the octets `from` to `to` are `word`, as they are.
    static boolean is(MemorySegment buffer, int from, int to, byte[] word) {
        if (to - from != word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (buffer.get(ValueLayout.JAVA_BYTE, from + i) != word[i]) {
                return false;
            }
        }
        return true;
    }

    /// True if the octets `from` to `to` are `word`, which is in lower case, in whatever case.
    static boolean isIgnoringCase(MemorySegment buffer, int from, int to, byte[] word) {
        if (to - from != word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (lower(buffer.get(ValueLayout.JAVA_BYTE, from + i)) != word[i]) {
                return false;
            }
        }
        return true;
    }

    private static int lower(int octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
    }

    /// RFC 3986 section 2.3: never percent-encoded.
    static boolean isUnreserved(int octet) {
        final int lower = lower(octet);
        return lower >= 'a' && lower <= 'z' || isDigit(octet) || octet > 0 && UNRESERVED_MARKS.indexOf(octet) >= 0;
    }

    static boolean isDigit(int octet) {
        return octet >= '0' && octet <= '9';
    }

    static boolean isBlank(int octet) {
        return octet == ' ' || octet == '\t';
    }

    /// True for what a field's value may hold: visible characters, blanks and octets above ASCII.
    static boolean isText(int octet) {
        return octet >= ' ' && octet != 0x7F || octet == '\t';
    }

    /// RFC 9110 section 5.6.2.
    static boolean isToken(int octet) {
        final int lower = lower(octet);
        return lower >= 'a' && lower <= 'z' || isDigit(octet) || octet < 0x7F && TOKEN_MARKS.indexOf(octet) >= 0;
    }

    /// The value of a hexadecimal digit; -1 if it is none.
    static int hex(int octet) {
        if (isDigit(octet)) {
            return octet - '0';
        }
        final int lower = lower(octet);
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}
