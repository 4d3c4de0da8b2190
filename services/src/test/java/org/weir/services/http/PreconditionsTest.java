package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.services.http.HttpTestHost.body;
import static org.weir.services.http.HttpTestHost.status;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weir.time.StackClock;

/// Conditional requests and ranges, as a client sees them. The content is from 1994-11-06 08:49:37, its tag is `"v1"`,
/// and it is a day later now.
final class PreconditionsTest {
    private static final long MODIFIED = 784_111_777;
    private static final HttpConfig CONFIG = HttpConfig.defaults((MODIFIED + 86_400) * StackClock.SECOND);

    private final HttpTestHost host = new HttpTestHost(CONFIG)
            .with(
                    "",
                    HttpContent.copied("text/plain", "0123456789".getBytes(UTF_8))
                            .withValidators("v1", MODIFIED))
            .with("empty", HttpContent.copied("text/plain", new byte[0]).withValidators("v0", MODIFIED))
            .with("plain", HttpContent.copied("text/plain", "0123456789".getBytes(UTF_8)))
            .with("old", HttpContent.movedTo("/new/"));

    @AfterEach
    void nothingIsLeftBehind() {
        host.close();
    }

    private static String fields(String list) {
        return list.isEmpty() ? "" : list.replace("~", "\r\n") + "\r\n";
    }

    /// RFC 9110 section 13.2.2.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        If-Match: "v1"                                                                  | 200
        If-Match: *                                                                     | 200
        If-Match: "v0", "v1"                                                            | 200
        If-Match: "v0","v2"                                                             | 412
        If-Match: W/"v1"                                                                | 412
        If-Match: v1                                                                    | 412
        If-Match: "v1                                                                   | 412
        If-Match: "v1"~If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT               | 200
        If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT                              | 200
        If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT                              | 412
        If-Unmodified-Since: Sunday, 06-Nov-94 08:49:36 GMT                             | 412
        If-Unmodified-Since: Sun Nov  6 08:49:36 1994                                   | 412
        If-Unmodified-Since: yesterday                                                  | 200
        If-None-Match: "v1"                                                             | 304
        If-None-Match: W/"v1"                                                           | 304
        If-None-Match: *                                                                | 304
        If-None-Match: "a,b" , W/"v1"                                                   | 304
        If-None-Match: "v2"                                                             | 200
        If-None-Match: "v2"~If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT            | 200
        If-None-Match: "v1"~If-None-Match: "v2"                                         | 200
        If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT                                | 304
        If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT                               | 304
        If-Modified-Since: Sun Nov  6 08:49:37 1994                                     | 304
        If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT                                | 304
        If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT                                | 200
        If-Modified-Since: Sun, 06 Nov 1994 25:49:37 GMT                                | 200
        If-Modified-Since: Sun, 06 Nov 1994 08:49:37 CET                                | 200
        If-Match: "v1"~If-None-Match: "v1"                                              | 304
        If-Match: "v2"~If-None-Match: "v1"                                              | 412
        """)
    void comeInTheOrderOfTheRfc(String list, String status) {
        assertEquals(status, status(host.get("/", fields(list))));
    }

    @Test
    void anAnswerSaysWhichStateItIs() {
        final String answer = host.get("/", "");
        assertTrue(answer.contains("\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"v1\"\r\n"), answer);
        assertTrue(answer.contains("\r\nAccept-Ranges: bytes\r\n"));
    }

    @Test
    void notModifiedHasNoBodyAndKeepsTheConnection() {
        final String request = "GET / HTTP/1.1\r\n" + HttpTestHost.HOST + "If-None-Match: \"v1\"\r\n\r\n";
        final String both = host.lastAnswer(request + request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        assertEquals(3, both.split("HTTP/1.1 304 Not Modified\r\n", -1).length);
        assertFalse(both.contains("Content-Length"));
        assertTrue(both.contains("ETag: \"v1\"\r\n"));
    }

    @Test
    void contentWithoutValidatorsIsNeverUnchanged() {
        final String since = "If-Modified-Since: Sun, 06 Nov 2094 08:49:37 GMT\r\nRange: bytes=0-1\r\n";
        assertEquals("200", status(host.get("/plain", since)));
    }

    /// RFC 9110 section 14.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        bytes=0-0                       | 206 | 0-0/10  | 0
        bytes=2-4                       | 206 | 2-4/10  | 234
        BYTES=2-4                       | 206 | 2-4/10  | 234
        bytes=7-                        | 206 | 7-9/10  | 789
        bytes=7-99                      | 206 | 7-9/10  | 789
        bytes=7-99999999999999999999999 | 206 | 7-9/10  | 789
        bytes=-3                        | 206 | 7-9/10  | 789
        bytes=-30                       | 206 | 0-9/10  | 0123456789
        bytes=10-                       | 416 | */10    | 416 Range Not Satisfiable
        bytes=99999999999999999999-     | 416 | */10    | 416 Range Not Satisfiable
        bytes=-0                        | 416 | */10    | 416 Range Not Satisfiable
        bytes=4-2                       | 200 |         | 0123456789
        bytes=-                         | 200 |         | 0123456789
        bytes=                          | 200 |         | 0123456789
        bytes=a-b                       | 200 |         | 0123456789
        bytes=1-2x                      | 200 |         | 0123456789
        bytes=0-1,3-4                   | 200 |         | 0123456789
        lines=0-1                       | 200 |         | 0123456789
        """)
    void rangesAreServed(String range, String status, String part, String body) {
        final String answer = host.get("/", "Range: " + range + "\r\n");
        assertEquals(status, status(answer));
        assertEquals(body, body(answer).strip());
        assertEquals(part != null, answer.contains("\r\nContent-Range: bytes " + part + "\r\n"), answer);
    }

    @Test
    void nothingOfNothingCanBeHad() {
        assertEquals("416", status(host.get("/empty", "Range: bytes=0-\r\n")));
        assertEquals("416", status(host.get("/empty", "Range: bytes=-5\r\n")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "v1"                          | 206
        "v2"                          | 200
        W/"v1"                        | 200
        Sun, 06 Nov 1994 08:49:37 GMT | 206
        Sun, 06 Nov 1994 08:49:38 GMT | 200
        """)
    void aRangeOfAnotherStateIsTheWhole(String validator, String status) {
        assertEquals(status, status(host.get("/", "Range: bytes=0-1\r\nIf-Range: " + validator + "\r\n")));
    }

    @Test
    void onlyGetHasRanges() {
        final String head = host.lastAnswer(
                "HEAD / HTTP/1.1\r\n" + HttpTestHost.HOST + "Range: bytes=0-1\r\nConnection: close\r\n\r\n");
        assertTrue(head.startsWith("HTTP/1.1 200 ") && head.contains("Content-Length: 10\r\n"), head);
    }

    @Test
    void whatHasMovedIsNamed() {
        final String answer = host.get("/old", "");
        assertEquals("301", status(answer));
        assertTrue(answer.contains("\r\nLocation: /new/\r\n"), answer);
    }
}
