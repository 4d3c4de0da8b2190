package org.weir.cli.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.SequenceInputStream;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `weir get` makes of answers and URLs.
final class HttpResponseTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        Content-Length: 3//abcdef                                | abc
        Transfer-Encoding: chunked//3/abc/2;x=y/de/0/T: 1//rest  | abcde
        X: y//all of it                                          | all of it
        """)
    void contentEndsWhereTheResponseSays(String rest, String content) throws IOException {
        final byte[] head = "HTTP/1.1 200 OK\r\n".getBytes(ISO_8859_1);
        final byte[] tail = rest.replace("/", "\r\n").getBytes(ISO_8859_1);
        final InputStream whole =
                new SequenceInputStream(new ByteArrayInputStream(head), new ByteArrayInputStream(tail));
        assertEquals(content, new String(HttpResponse.read(whole).content().readAllBytes(), ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        SSH-2.0                                             | the answer is not HTTP/1
        `HTTP/1.1 200 OK\\r\\nno field\\r\\n\\r\\n`           | the answer has a line that is no field
        `HTTP/1.1 200 OK\\r\\nA: b`                          | the connection ended within the head of the answer
        `HTTP/1.1 200 OK\\r\\nContent-Length: -1\\r\\n\\r\\n` | the answer has the length '-1'
        `HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n` | the answer has the transfer coding 'gzip, chunked'
        """)
    void nonsenseIsRefused(String text, String message) {
        final String answer = text.replace("\\r\\n", "\r\n") + (text.startsWith("SSH") ? "\r\n" : "");
        final IOException e = assertThrows(
                IOException.class, () -> HttpResponse.read(new ByteArrayInputStream(answer.getBytes(ISO_8859_1))));
        assertEquals(message, e.getMessage());
    }

    @Test
    void anEndlessHeadIsRefused() {
        final String endless = "HTTP/1.1 200 OK\r\nA: " + "x".repeat(100_000);
        assertThrows(
                IOException.class, () -> HttpResponse.read(new ByteArrayInputStream(endless.getBytes(ISO_8859_1))));
    }

    @ParameterizedTest
    @CsvSource({
        "http://a.example, http://a.example/",
        "a.example:81/x?y=z, http://a.example:81/x?y=z",
        "HTTPS://a.example:443/x, https://a.example/x"
    })
    void urlsAreRead(String text, String meant) {
        assertEquals(meant, HttpUrl.parse(text).toString());
    }

    @ParameterizedTest
    @CsvSource({"ftp://a.example/", "http:///x", "http://a.example:99999/", "'http://a b/'"})
    void otherUrlsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> HttpUrl.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"/y, http://a.example/y", "y, http://a.example/x/y", "https://b.example/z, https://b.example/z"})
    void redirectionsAreResolved(String location, String meant) {
        assertEquals(
                meant,
                HttpUrl.parse("http://a.example/x/page").resolve(location).toString());
    }

    @Test
    void theBarShowsHowFarItIs() {
        final Progress progress = new Progress(new PrintWriter(new StringWriter()), false, 10_000_000, 2_000_000);
        progress.more(3_000_000);
        assertEquals(
                " 50% [====================>                   ] 5.0 MB of 10.0 MB  1.5 MB/s   ",
                progress.line(2_000_000_000L));
        final Progress unknown = new Progress(new PrintWriter(new StringWriter()), false, -1, 0);
        unknown.more(999);
        assertEquals("999 B  999 B/s   ", unknown.line(1_000_000_000L));
    }
}
