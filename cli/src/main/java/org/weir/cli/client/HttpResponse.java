package org.weir.cli.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The head of a response, RFC 9112 section 4, and a stream of its content.
final class HttpResponse {
    private static final int LONGEST_HEAD = 64 * 1024;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final int status;
    private final String reason;
    private final Map<String, String> fields;
    private final InputStream content;

    private HttpResponse(int status, String reason, Map<String, String> fields, InputStream input) throws IOException {
        this.status = status;
        this.reason = reason;
        this.fields = fields;
        this.content = content(input);
    }

    /// Reads the head; interim responses are passed over.
    ///
    /// @throws IOException if it is none
    static HttpResponse read(InputStream input) throws IOException {
        final int[] room = {LONGEST_HEAD};
        while (true) {
            final String[] words = line(input, room).split(" ", 3);
            if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5]\\d\\d")) {
                throw new IOException("the answer is not HTTP/1");
            }
            final Map<String, String> fields = fields(input, room);
            final int status = Integer.parseInt(words[1]);
            if (status >= OK) {
                return new HttpResponse(status, words.length == 3 ? words[2] : "", fields, input);
            }
        }
    }

    private static Map<String, String> fields(InputStream input, int[] room) throws IOException {
        final Map<String, String> fields = new HashMap<>();
        for (String line = line(input, room); !line.isEmpty(); line = line(input, room)) {
            final int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IOException("the answer has a line that is no field");
            }
            fields.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (first, second) -> first + ", " + second);
        }
        return fields;
    }

    private static String line(InputStream input, int[] room) throws IOException {
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = input.read(); octet != '\n'; octet = input.read()) {
            if (octet < 0) {
                throw new IOException("the connection ended within the head of the answer");
            }
            if (--room[0] < 0) {
                throw new IOException("the head of the answer is longer than " + LONGEST_HEAD + " octets");
            }
            line.write(octet);
        }
        final String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /// By the rules of RFC 9112 section 6.3.
    private InputStream content(InputStream input) throws IOException {
        if (status == NO_CONTENT || status == NOT_MODIFIED) {
            return InputStream.nullInputStream();
        }
        final String coding = fields.get("transfer-encoding");
        if (coding != null) {
            if (!coding.equalsIgnoreCase("chunked")) {
                throw new IOException("the answer has the transfer coding '" + coding + "'");
            }
            return new ChunkedInput(input);
        }
        final long length = length();
        return length < 0 ? input : new CountedInput(input, length);
    }

    int status() {
        return status;
    }

    String reason() {
        return reason;
    }

    /// The value of a field, named in lower case; null if it is not there.
    @Nullable
    String field(String name) {
        return fields.get(name);
    }

    /// Octets of the content; -1 if that is not known beforehand.
    long length() throws IOException {
        final String value = fields.get("content-length");
        if (value == null || fields.containsKey("transfer-encoding")) {
            return -1;
        }
        if (!value.matches("\\d{1,18}")) {
            throw new IOException("the answer has the length '" + value + "'");
        }
        return Long.parseLong(value);
    }

    /// The content. It ends where the response says, and an earlier end is an error.
    InputStream content() {
        return content;
    }
}
