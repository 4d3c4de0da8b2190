package org.weir.services.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.services.TestClient;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;

final class HttpServerTest {
    private static final int HTTP = 80;
    private static final HttpConfig CONFIG = HttpConfig.defaults(0).withConnections(4);
    private static final String HOST = "Host: 192.0.2.2\r\n";
    private static final String HELLO = "hello, world\n";
    private static final int BIG = 3_000_000;

    private final SimulatedNetwork network = new SimulatedNetwork(Plan.perfect());
    private final HttpContent hello = HttpContent.copied("text/plain", HELLO.getBytes(UTF_8));
    private final HttpContent big = HttpContent.rom("application/octet-stream", bigMemory());
    private final HttpServer server =
            HttpServer.start(network.server().stack(), network.server().address(), HTTP, CONFIG, this::find);

    private static MemorySegment bigMemory() {
        final MemorySegment memory = Arena.ofAuto().allocate(BIG);
        memory.copyFrom(MemorySegment.ofArray(bigOctets()));
        return memory;
    }

    private static byte[] bigOctets() {
        final byte[] octets = new byte[BIG];
        new Random(1).nextBytes(octets);
        return octets;
    }

    private @Nullable HttpContent find(MemorySegment path, int from, int to) {
        final byte[] name = path.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
        return switch (new String(name, UTF_8)) {
            case "" -> hello;
            case "a b/\u00e9" -> hello;
            case "big" -> big;
            default -> null;
        };
    }

    @AfterEach
    void nothingIsLeftBehind() {
        network.run(300 * TestClient.SECOND);
        assertEquals(0, server.inUse());
        network.assertNoLeaks();
        network.close();
    }

    private TestClient client() {
        return TestClient.connect(network, HTTP);
    }

    /// The whole answer to `request`, up to the server's close.
    private String lastAnswer(String request) {
        final TestClient client = client().sends(request).waitsForTheEnd(120 * TestClient.SECOND);
        assertNull(client.error());
        final String answer = client.text();
        client.closes();
        return answer;
    }

    private static String statusLine(String answer) {
        return answer.substring(0, Math.max(0, answer.indexOf("\r\n")));
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n";
    }

    private static String closing(String request) {
        return request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    }

    // ---- ordinary requests ----

    @Test
    void answersAGetAndKeepsTheConnection() {
        final TestClient client = client().sends(get("/")).waits(TestClient.SECOND);
        final String expected = """
            HTTP/1.1 200 OK~
            Server: Weir~
            Date: Thu, 01 Jan 1970 00:00:00 GMT~
            Content-Type: text/plain~
            Content-Length: 13~
            ~
            hello, world
            """;
        assertEquals(expected.replace("~", "\r"), client.newText());
        assertFalse(client.isOver());
        client.sends(closing(get("/"))).waitsForTheEnd(TestClient.SECOND);
        assertTrue(client.text().contains("Connection: close\r\n"));
        client.closes();
    }

    @Test
    void aHeadHasTheSameHeadAndNoBody() {
        final String get = lastAnswer(closing(get("/")));
        final String head = lastAnswer(closing(get("/")).replace("GET", "HEAD"));
        assertEquals(get.replace(HELLO, "").replaceAll("Date.*", ""), head.replaceAll("Date.*", ""));
    }

    @Test
    void anOldClientGetsACloseUnlessItAsksOtherwise() {
        assertTrue(lastAnswer("GET / HTTP/1.0\r\n\r\n").endsWith(HELLO));
        final TestClient client = client().sends("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        client.waits(TestClient.SECOND);
        assertTrue(client.newText().contains("Connection: keep-alive\r\n"));
        assertFalse(client.isOver());
        client.closes();
    }

    @Test
    void sendsALargeBodyWhole() {
        final TestClient client = client().sends(closing(get("/big"))).waitsForTheEnd(600 * TestClient.SECOND);
        final byte[] answer = client.received();
        assertArrayEquals(bigOctets(), Arrays.copyOfRange(answer, answer.length - BIG, answer.length));
        client.closes();
    }

    @Test
    void waitsWhileTheClientDoesNotRead() {
        final TestClient client = client().stopsReading().sends(get("/big") + closing(get("/")));
        client.waits(20 * TestClient.SECOND).readsAgain().waitsForTheEnd(600 * TestClient.SECOND);
        assertNull(client.error());
        assertTrue(client.text().endsWith(HELLO));
        client.closes();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/?query",
                "/a%20b/%C3%A9",
                "/a%20b/%c3%a9?x=..",
                "http://192.0.2.2/",
                "HTTP://other",
                "https://other?x"
            })
    void readsTargetsOfEveryForm(String target) {
        assertTrue(lastAnswer(closing(get(target))).endsWith(HELLO));
    }

    @Test
    void emptyLinesBeforeARequestArePassedOver() {
        assertTrue(lastAnswer("\r\n\n\r\n" + closing(get("/"))).endsWith(HELLO));
    }

    @Test
    void linesMayEndInALineFeedAlone() {
        assertTrue(lastAnswer(closing(get("/")).replace("\r", "")).endsWith(HELLO));
    }

    // ---- many requests, in pieces ----

    @Test
    void answersDoNotDependOnWhereTheStreamIsCut() {
        final String requests = get("/") + "\r\n" + get("/none") + "POST / HTTP/1.1\r\nContent-Length: 10\r\n" + HOST
                + "\r\n0123456789" + get("/").replace("GET", "HEAD") + closing(get("/"));
        final String expected = lastAnswer(requests).replaceAll("Date.*", "");
        assertEquals(5, expected.split("HTTP/1.1 ", -1).length - 1);
        for (int cut = 1; cut < requests.length(); cut++) {
            final TestClient client = client().sends(requests.substring(0, cut)).waits(10_000_000);
            client.sends(requests.substring(cut)).waitsForTheEnd(10 * TestClient.SECOND);
            assertEquals(expected, client.text().replaceAll("Date.*", ""));
            client.closes();
            network.run(TestClient.SECOND);
        }
    }

    @Test
    void octetByOctet() {
        final TestClient client = client();
        for (final byte octet : closing(get("/")).getBytes(ISO_8859_1)) {
            client.sends(new byte[] {octet}).waits(1_000_000);
        }
        assertTrue(client.waitsForTheEnd(TestClient.SECOND).text().endsWith(HELLO));
        client.closes();
    }

    @Test
    void aThousandRequestsAtOnce() {
        final String requests = get("/").repeat(999) + closing(get("/"));
        assertEquals(1_000, lastAnswer(requests).split("hello", -1).length - 1);
    }

    @Test
    void answersWhatCameBeforeAHalfClose() {
        final TestClient client = client().sends(get("/") + get("/")).shutsDownOutput();
        client.waitsForTheEnd(TestClient.SECOND);
        assertEquals(2, client.text().split("hello", -1).length - 1);
        client.closes();
    }

    @Test
    void aBodyIsPassedOver() {
        final String body = "GET /big HTTP/1.1\r\n".repeat(3_000);
        final String request = "GET / HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n" + HOST + "\r\n" + body;
        assertEquals(2, lastAnswer(request + closing(get("/"))).split("hello", -1).length - 1);
    }

    // ---- refusals ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        GET / HTTP/1.1~~                                                      | 400 Bad Request
        GET / HTTP/1.1~Host: a~Host: b~~                                      | 400 Bad Request
        GET /~~                                                               | 400 Bad Request
        GET  / HTTP/1.1~Host: a~~                                             | 400 Bad Request
        GET / HTTP/1.1 ~Host: a~~                                             | 400 Bad Request
        GET x HTTP/1.1~Host: a~~                                              | 400 Bad Request
        GET ?x HTTP/1.1~Host: a~~                                             | 400 Bad Request
        GET /a#b HTTP/1.1~Host: a~~                                           | 400 Bad Request
        GET /%zz HTTP/1.1~Host: a~~                                           | 400 Bad Request
        GET /%4 HTTP/1.1~Host: a~~                                            | 400 Bad Request
        GET /%00 HTTP/1.1~Host: a~~                                           | 400 Bad Request
        GET /../etc/passwd HTTP/1.1~Host: a~~                                 | 400 Bad Request
        GET /a/..%2fb HTTP/1.1~Host: a~~                                      | 400 Bad Request
        GET /a/%2E%2e HTTP/1.1~Host: a~~                                      | 400 Bad Request
        GET /./a HTTP/1.1~Host: a~~                                           | 400 Bad Request
        GET / http/1.1~Host: a~~                                              | 400 Bad Request
        GET / HTTP/1.1~Host : a~~                                             | 400 Bad Request
        GET / HTTP/1.1~Host: a~ folded~~                                      | 400 Bad Request
        GET / HTTP/1.1~Host: a~: b~~                                          | 400 Bad Request
        GET / HTTP/1.1~Host: a~nonsense~~                                     | 400 Bad Request
        GET / HTTP/1.1~Host: a~Content-Length: 1~Content-Length: 1~~          | 400 Bad Request
        GET / HTTP/1.1~Host: a~Content-Length: -1~~                           | 400 Bad Request
        GET / HTTP/1.1~Host: a~Content-Length: 99999999999999999999~~         | 400 Bad Request
        GET / HTTP/1.1~Host: a~Content-Length:~~                              | 400 Bad Request
        GET / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length: 1~~ | 400 Bad Request
        GET / HTTP/1.1~Host: a~Transfer-Encoding: gzip, chunked~~             | 501 Not Implemented
        BREW / HTTP/1.1~Host: a~~                                             | 501 Not Implemented
        G@T / HTTP/1.1~Host: a~~                                              | 400 Bad Request
        GET / HTTP/2.0~Host: a~~                                              | 505 HTTP Version Not Supported
        GET / HTTP/1.1~Host: a~Expect: more~~                                 | 417 Expectation Failed
        """)
    void refusesAndCloses(String request, String status) {
        final String answer = lastAnswer(request.replace("~", "\r\n"));
        assertEquals("HTTP/1.1 " + status, statusLine(answer));
        assertTrue(answer.contains("Connection: close\r\n"));
        assertTrue(answer.endsWith("\r\n\r\n" + status + "\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT"})
    void namesTheMethodsThatItHas(String method) {
        final String answer = lastAnswer(closing(get("/")).replace("GET", method));
        assertEquals("HTTP/1.1 405 Method Not Allowed", statusLine(answer));
        assertTrue(answer.contains("Allow: GET, HEAD\r\n"));
    }

    @Test
    void aMissingPageDoesNotEndTheConnection() {
        final TestClient client = client().sends(get("/none")).waits(TestClient.SECOND);
        assertEquals("HTTP/1.1 404 Not Found", statusLine(client.newText()));
        client.sends(closing(get("/"))).waitsForTheEnd(TestClient.SECOND);
        client.closes();
    }

    @Test
    void aRequestLineHasALimit() {
        assertEquals("HTTP/1.1 414 URI Too Long", statusLine(lastAnswer("GET /" + "x".repeat(20_000))));
        assertEquals("HTTP/1.1 414 URI Too Long", statusLine(lastAnswer(get("/" + "x".repeat(8_192)))));
        assertEquals("HTTP/1.1 404 Not Found", statusLine(lastAnswer(closing(get("/" + "x".repeat(8_000))))));
    }

    @Test
    void aHeadHasALimit() {
        final String status = "HTTP/1.1 431 Request Header Fields Too Large";
        final String request = "GET / HTTP/1.1\r\n" + HOST;
        assertEquals(status, statusLine(lastAnswer(request + "X: " + "y".repeat(20_000))));
        assertEquals(status, statusLine(lastAnswer(request + "X: y\r\n".repeat(100) + "\r\n")));
        final String many = closing(request + "X: y\r\n".repeat(98) + "\r\n");
        assertEquals("HTTP/1.1 200 OK", statusLine(lastAnswer(many)));
    }

    @Test
    void theLimitIsThatOfOneRequest() {
        final String padded = "GET / HTTP/1.1\r\n" + HOST + "X: " + "y".repeat(9_000) + "\r\n\r\n";
        assertEquals(6, lastAnswer(padded.repeat(5) + closing(padded)).split("hello", -1).length - 1);
    }

    @Test
    void aBodyThatIsTooLongEndsTheConnection() {
        final String request = "GET / HTTP/1.1\r\nContent-Length: 2000000\r\n" + HOST + "\r\n";
        final String answer = lastAnswer(request + "x".repeat(100_000));
        assertTrue(answer.contains("Connection: close\r\n") && answer.endsWith(HELLO));
    }

    // ---- time and number ----

    @Test
    void aSlowRequestIsGivenUp() {
        final TestClient client = client().sends("GET / HT").waits(9 * TestClient.SECOND);
        assertFalse(client.isOver());
        client.sends("T").waits(2 * TestClient.SECOND);
        assertEquals("HTTP/1.1 408 Request Timeout", statusLine(client.text()));
        assertTrue(client.sawEnd());
        client.closes();
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() {
        final TestClient client = client().sends(get("/")).waits(59 * TestClient.SECOND);
        assertFalse(client.isOver());
        client.newText();
        client.waits(2 * TestClient.SECOND);
        assertTrue(client.sawEnd());
        assertEquals("", client.newText());
        client.closes();
    }

    @Test
    void aClientThatTakesNothingIsReset() {
        final TestClient client = client().stopsReading().sends(get("/big")).waits(70 * TestClient.SECOND);
        assertEquals(0, server.inUse());
        assertTrue(client.isOver());
    }

    @Test
    void aClientThatNeverClosesIsNotWaitedForForEver() {
        final TestClient client = client().sends("nonsense\r\n\r\n").waits(TestClient.SECOND);
        assertEquals(1, server.inUse());
        client.waits(6 * TestClient.SECOND);
        assertEquals(0, server.inUse());
        client.closes();
    }

    @Test
    void oneClientTooManyIsClosed() {
        final TestClient[] clients = new TestClient[CONFIG.connections()];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = client();
        }
        final TestClient refused = client().waitsForTheEnd(TestClient.SECOND);
        assertEquals(0, refused.received().length);
        assertEquals(1, server.refused());
        refused.closes();
        clients[0].closes();
        network.run(TestClient.SECOND);
        clients[0] = client().sends(get("/")).waits(TestClient.SECOND);
        assertTrue(clients[0].text().endsWith(HELLO));
        for (final TestClient client : clients) {
            client.closes();
        }
    }

    @Test
    void aClientThatResetsFreesItsConnection() {
        final TestClient client = client().sends(get("/big")).waitsFor(100_000);
        client.aborts();
        network.run(TestClient.SECOND);
        assertEquals(0, server.inUse());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noiseIsAnsweredByNothingWorse(long seed) {
        final Random random = new Random(seed);
        final String words = "GET /\r\n\r\n: %\u0000HTTP/1.1Host: aContent-Length: 5,~";
        for (int i = 0; i < 300; i++) {
            final StringBuilder noise = new StringBuilder();
            for (int n = random.nextInt(200); n > 0; n--) {
                final int at = random.nextInt(words.length());
                noise.append(words, at, Math.min(words.length(), at + 1 + random.nextInt(10)));
            }
            final TestClient client = client().sends(noise.toString()).shutsDownOutput();
            client.waitsForTheEnd(30 * TestClient.SECOND);
            assertTrue(client.received().length == 0 || client.text().startsWith("HTTP/1.1 "), "seed " + seed);
            client.closes();
            network.run(TestClient.SECOND);
        }
    }
}
