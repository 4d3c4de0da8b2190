package org.weir.services.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.services.http.HttpTestHost.HOST;
import static org.weir.services.http.HttpTestHost.SECOND;
import static org.weir.services.http.HttpTestHost.body;
import static org.weir.services.http.HttpTestHost.status;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.services.TestClient;

/// Bodies of requests, with a length and in chunks: `/echo` answers with what it got.
final class RequestBodyTest {
    private final HttpTestHost host = new HttpTestHost(HttpConfig.defaults(0).withBodyLimit(100_000))
            .with("", HttpContent.copied("text/plain", "hello".getBytes(StandardCharsets.US_ASCII)))
            .with("echo", RequestBodyTest::echo)
            .with("small", exchange -> exchange.collect(10, all -> exchange.answer(200, "text/plain", all)));

    private static void echo(HttpExchange exchange) {
        exchange.collect(Integer.MAX_VALUE, all -> exchange.answer(200, "text/plain", all));
    }

    @AfterEach
    void nothingIsLeftBehind() {
        host.close();
    }

    private static String chunked(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + body;
    }

    private static String text(String escaped) {
        return escaped.replace("~", "\r\n").replace("^", "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0~~                               | ''
        5~hello~0~~                       | hello
        5;x=y;z~hello~0~~                 | hello
        5 ;x="y"~hello~0~~                | hello
        005~hello~00~~                    | hello
        1~h~4~ello~0;last~~               | hello
        A~0123456789~0~~                  | 0123456789
        a~0123456789~0~A: b~C:~~          | 0123456789
        """)
    void chunksAreJoined(String body, String expected) {
        assertEquals(expected, body(host.lastAnswer(chunked("/echo", text(body)))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "~",
                "x~",
                "-1~",
                "+5~hello~0~~",
                "0x5~hello~0~~",
                "5^hello~0~~",
                "5 ~hello~0~~",
                "5 x~hello~0~~",
                "5;x^hello~0~~",
                "5;\u0000~hello~0~~",
                "5~hello0~~",
                "5~hello^0~~",
                "5~hello\rX0~~",
                "5~hello!~0~~",
                "5~hello~~0~~",
                "8000000000000000~",
                "fffffffffffffffff~",
                "10000000000000005~hello~0~~",
                "5~hello~0~ folded: x~~",
                "5~hello~0~: x~~",
                "5~hello~0~A b: x~~",
                "5~hello~0~A~~",
                "5~hello~0~A: x^~",
                "5~hello~0~A: x~ y~~",
                "5~hello~0~^",
                "5~hello~0^~",
                "0~\rX"
            })
    void malformedChunksAreRefused(String body) {
        final String request = chunked("/echo", text(body));
        assertEquals("400", status(host.lastAnswer(request)), body);
        assertEquals("400", status(host.lastAnswer(request.replace("POST /echo", "GET /"))), body);
    }

    @Test
    void aFrameHasALimit() {
        assertEquals("400", status(host.lastAnswer(chunked("/echo", "5;" + "x".repeat(2_000)))));
        assertEquals("400", status(host.lastAnswer(chunked("/echo", "0".repeat(2_000)))));
        assertEquals("400", status(host.lastAnswer(chunked("/echo", "5" + " ".repeat(2_000)))));
        assertEquals("400", status(host.lastAnswer(chunked("/echo", "0\r\nA: " + "x".repeat(10_000)))));
        assertEquals("400", status(host.lastAnswer(chunked("/echo", "0\r\n" + "A: x\r\n".repeat(3_000)))));
    }

    @Test
    void aBodyHasALimit() {
        final String tooLong = "x".repeat(100_001);
        assertEquals("413", status(host.lastAnswer(chunked("/echo", "186a1\r\n" + tooLong))));
        assertEquals("413", status(host.lastAnswer(chunked("/small", "b\r\nhello world\r\n0\r\n\r\n"))));
        assertEquals("200", status(host.lastAnswer(chunked("/small", "a\r\n0123456789\r\n0\r\n\r\n"))));
        final String post = "POST /small HTTP/1.1\r\n" + HOST + "Content-Length: ";
        assertEquals("413", status(host.lastAnswer(post + "11\r\n\r\n")));
        assertEquals("413", status(host.lastAnswer(post + "99999999999999\r\n\r\n")));
    }

    @Test
    void bodiesDoNotDependOnWhereTheStreamIsCut() {
        final String requests = "POST /echo HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n"
                + "3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\nT: u\r\n\r\n"
                + "POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 4\r\n\r\nwxyz"
                + "GET / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
                + chunked("/echo", "2\r\nhi\r\n0\r\n\r\n");
        final String expected = host.lastAnswer(requests);
        assertEquals(4, expected.split("HTTP/1.1 200 OK", -1).length - 1);
        for (int cut = 1; cut < requests.length(); cut++) {
            final TestClient client =
                    host.client().sends(requests.substring(0, cut)).waits(10_000_000);
            client.sends(requests.substring(cut)).waitsForTheEnd(10 * SECOND);
            assertEquals(expected.replaceAll("Date.*", ""), client.text().replaceAll("Date.*", ""));
            client.closes();
            host.network().run(SECOND);
        }
    }

    @Test
    void octetByOctet() {
        final TestClient client = host.client();
        for (final char octet :
                chunked("/echo", "5;x\r\nhello\r\n0\r\nA: b\r\n\r\n").toCharArray()) {
            client.sends(String.valueOf(octet)).waits(1_000_000);
        }
        assertEquals("hello", body(client.waitsForTheEnd(SECOND).text()));
        client.closes();
    }

    @Test
    void aClientThatAsksIsToldToGoOn() {
        final String head = "POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n";
        final TestClient client = host.client().sends(head).waits(SECOND);
        assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.newText());
        client.sends("hello").waits(SECOND);
        assertEquals("hello", body(client.newText()));
        client.sends(head + "he").waits(SECOND);
        client.sends("llo").waits(SECOND);
        assertTrue(client.newText().startsWith("HTTP/1.1 200 OK\r\n"));
        assertFalse(client.isOver());
        client.closes();
    }

    @Test
    void aBodyThatNobodyWantsIsNotAskedFor() {
        final String head = " HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n";
        assertEquals("413", status(host.lastAnswer("POST /small" + head.replace("5", "50"))));
        final String answer = host.lastAnswer("GET /" + head);
        assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.contains("Connection: close\r\n"), answer);
    }

    @Test
    void anOldClientIsNotAnsweredByAnInterimAnswer() {
        final String head = "POST /echo HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello";
        assertTrue(host.lastAnswer(head).startsWith("HTTP/1.1 200 "));
    }

    @Test
    void aSlowBodyIsGivenUp() {
        final TestClient client = host.client().sends("POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 50\r\n\r\n");
        for (int i = 0; i < 9; i++) {
            client.sends("x").waits(SECOND);
        }
        assertFalse(client.isOver());
        client.sends("x").waits(2 * SECOND);
        assertEquals("408", status(client.text()));
        client.closes();
    }

    @Test
    void aBodyThatEndsEarlyIsNoBody() {
        final TestClient client =
                host.client().sends(chunked("/echo", "5\r\nhel")).shutsDownOutput();
        client.waitsForTheEnd(SECOND);
        assertEquals("", client.text());
        client.closes();
    }
}
