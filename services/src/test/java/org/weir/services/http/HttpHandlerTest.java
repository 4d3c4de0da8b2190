package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.services.http.HttpTestHost.HOST;
import static org.weir.services.http.HttpTestHost.SECOND;
import static org.weir.services.http.HttpTestHost.body;
import static org.weir.services.http.HttpTestHost.status;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.services.TestClient;

/// Handlers, and what clients see of them.
final class HttpHandlerTest {
    private static final int LONG = 1_000_000;

    private final HttpTestHost host = new HttpTestHost(HttpConfig.defaults(0));
    private @Nullable HttpExchange kept;
    private final List<String> ends = new ArrayList<>();

    @AfterEach
    void nothingIsLeftBehind() {
        host.close();
    }

    private HttpExchange kept() {
        return Objects.requireNonNull(kept);
    }

    private static String request(String line, String fields) {
        return line + " HTTP/1.1\r\n" + HOST + fields + "\r\n";
    }

    private TestClient sends(String request) {
        return host.client().sends(request).waits(SECOND);
    }

    @Test
    void aHandlerSeesTheRequest() {
        host.with("a b", exchange -> {
            final HttpRequest request = exchange.request();
            final String seen = String.join(
                    "|",
                    request.method(),
                    request.path(),
                    String.valueOf(request.query()),
                    String.valueOf(request.queryForm().first("q")),
                    String.valueOf(request.field("X-A")),
                    String.valueOf(request.field("x-b")));
            exchange.field("X-Answer", "yes").answer(201, "text/plain", seen);
        });
        final String fields = "x-a: 1\r\nX-A:  2 \r\nConnection: close\r\n";
        final String answer = host.lastAnswer(request("PATCH /a%20b?q=%C3%A9+1&r", fields));
        assertEquals("201", status(answer));
        assertTrue(answer.contains("\r\nX-Answer: yes\r\n") && answer.contains("\r\nConnection: close\r\n"), answer);
        assertEquals("PATCH|a b|q=%C3%A9+1&r|\u00e9 1|1, 2|null", new String(bytes(body(answer)), UTF_8));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /// Answers at once, and reads the body all the same.
    private final class EagerReader implements HttpBodyReader {
        private final boolean fails;

        EagerReader(boolean fails) {
            this.fails = fails;
        }

        @Override
        public void piece(MemorySegment memory, long offset, int length) {
            ends.add("piece of " + length);
        }

        @Override
        public void end() {
            ends.add("end");
            if (fails) {
                throw new IllegalStateException("a fault of the handler");
            }
        }
    }

    @Test
    void aBodyIsReadAlsoWhereTheAnswerIsThereAlready() {
        host.with("eager", exchange -> {
            exchange.receive(new EagerReader(false));
            exchange.answer(202, "text/plain", "taken");
        });
        final String body = "Content-Length: 5\r\n\r\nhello";
        for (final String fields : List.of("", "Connection: close\r\n")) {
            ends.clear();
            final TestClient client = host.client().sends("POST /eager HTTP/1.1\r\n" + HOST + fields + body);
            client.waits(SECOND);
            assertEquals("202", status(client.text()));
            assertEquals(List.of("piece of 5", "end"), ends);
            client.closes();
        }
    }

    @Test
    void aReaderThatFailsAtTheEndEndsItsConnectionAlone() {
        host.with("eager", exchange -> {
            exchange.receive(new EagerReader(true));
            exchange.answer(202, "text/plain", "taken");
        });
        final TestClient client = sends(request("POST /eager", "Content-Length: 5\r\n") + "hello");
        assertNotNull(client.error());
        assertEquals("404", status(host.get("/none", "")));
    }

    @Test
    void aHandlerOrASiteThatFailsIsAnErrorOfTheServer() {
        host.with("broken", _ -> {
            throw new IllegalStateException("a fault of the handler");
        });
        host.with("deep", HttpHandlerTest::forEver);
        assertEquals("500", status(host.get("/broken", "")));
        assertEquals("500", status(host.get("/deep", "")));
        assertEquals("500", status(host.get("/" + HttpTestHost.FAILS, "")));
    }

    @SuppressWarnings("InfiniteRecursion") // It ends by an error.
    private static void forEver(HttpExchange exchange) {
        forEver(exchange);
    }

    @Test
    void aTypeIsAFieldLikeAnyOther() {
        host.with("split", exchange -> exchange.answer(200, "text/plain\r\nSet-Cookie: a=b", "x"));
        final String answer = host.get("/split", "");
        assertEquals("500", status(answer));
        assertFalse(answer.contains("Set-Cookie"));
    }

    @Test
    void anEarlyAnswerToALongBodySaysThatItIsTheLast() {
        host.with("early", exchange -> exchange.answer(403, "text/plain", "no"));
        final String answer = host.lastAnswer(request("POST /early", "Content-Length: 99999999\r\n"));
        assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
    }

    @Test
    void formsAreRead() {
        host.with(
                "form",
                exchange -> exchange.collectForm(
                        1_000,
                        form -> exchange.answer(
                                200, "text/plain", form.first("name") + form.all("x") + form.first("none"))));
        final String form = "name=W%2Eeir&x=1&x=a+b&&x=%zz&y";
        final String fields = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + form.length()
                + "\r\nConnection: close\r\n";
        assertEquals("W.eir[1, a b, %zz]null", body(host.lastAnswer(request("POST /form", fields) + form)));
    }

    @Test
    void aFormHasALimit() {
        final HttpForm form = HttpForm.parse("a=1&".repeat(5_000));
        assertEquals(HttpForm.MOST_FIELDS, form.all("a").size());
    }

    @Test
    void anAnswerMayComeLater() {
        host.with("later", exchange -> kept = exchange);
        final TestClient client = sends(request("GET /later", "") + request("GET /none", ""));
        client.waits(100 * SECOND);
        assertEquals("", client.text());
        kept().answer(200, "text/plain", "at last");
        client.waits(SECOND);
        assertTrue(client.text().contains("at last") && client.text().contains("HTTP/1.1 404 "), client::text);
        assertThrows(IllegalStateException.class, () -> kept().answer(200, "text/plain", "again"));
        client.closes();
    }

    @Test
    void anAnswerWithoutALengthIsInChunks() {
        host.with("count", exchange -> exchange.answer(200, "text/plain", counting(20)));
        final String answer = host.lastAnswer(request("GET /count", "Connection: close\r\n"));
        assertTrue(answer.contains("\r\nTransfer-Encoding: chunked\r\n") && !answer.contains("Content-Length"), answer);
        assertTrue(body(answer).startsWith("2\r\n0\n\r\n2\r\n1\n\r\n"), answer);
        assertTrue(body(answer).endsWith("3\r\n19\n\r\n0\r\n\r\n"), answer);
    }

    @Test
    void anOldClientGetsTheSameUpToTheClose() {
        host.with("count", exchange -> exchange.answer(200, "text/plain", counting(3)));
        final String answer = host.lastAnswer("GET /count HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assertTrue(answer.contains("\r\nConnection: close\r\n") && !answer.contains("chunked"), answer);
        assertEquals("0\n1\n2\n", body(answer));
    }

    private static HttpBodySource counting(int lines) {
        final int[] next = {0};
        return (target, offset, room) -> {
            if (next[0] == lines) {
                return HttpBodySource.END;
            }
            final byte[] line = bytes(next[0]++ + "\n");
            System.arraycopy(line, 0, target, offset, line.length);
            return line.length;
        };
    }

    @Test
    void aHeadRequestHasTheSameHeadAndNoBody() {
        host.with("count", exchange -> exchange.answer(200, "text/plain", counting(3)));
        final String answer = host.lastAnswer(request("HEAD /count", "Connection: close\r\n"));
        assertTrue(answer.contains("chunked") && body(answer).isEmpty(), answer);
    }

    @Test
    void noContentHasNoBody() {
        host.with("gone", exchange -> exchange.answer(204, "", ""));
        final String answer = host.lastAnswer(request("DELETE /gone", "Connection: close\r\n"));
        assertTrue(answer.startsWith("HTTP/1.1 204 ") && !answer.contains("Content-"), answer);
    }

    @Test
    void aSourceIsAskedOnlyForWhatTheClientTakes() {
        final int[] given = {0};
        host.with(
                "long",
                exchange -> exchange.answer(200, "text/plain", 100L * LONG, (_, _, room) -> {
                    given[0] += room;
                    return room;
                }));
        final TestClient client = host.client().stopsReading().sends(request("GET /long", ""));
        client.waits(5 * SECOND);
        assertTrue(given[0] > 0 && given[0] < 2 * LONG, () -> given[0] + " octets");
        client.aborts();
    }

    @Test
    void aLongBodyArrivesWhole() {
        final byte[] octets = new byte[LONG];
        new Random(7).nextBytes(octets);
        host.with("long", exchange -> exchange.answer(200, "application/octet-stream", octets));
        final String answer = host.lastAnswer(request("GET /long", "Connection: close\r\n"));
        assertEquals(new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1), body(answer));
    }

    @Test
    void aHandlerThatFailsIsA500() {
        host.with("bad", _ -> {
            throw new IllegalStateException("bug");
        });
        host.with(
                "worse",
                exchange -> exchange.collect(10, _ -> {
                    throw new IllegalStateException("bug");
                }));
        assertEquals("500", status(host.lastAnswer(request("GET /bad", ""))));
        assertEquals("500", status(host.lastAnswer(request("POST /worse", "Content-Length: 1\r\n") + "x")));
    }

    @Test
    void aBodyThatFailsIsNotTakenForAWholeOne() {
        host.with("early", exchange -> exchange.answer(200, "text/plain", 10, (_, _, _) -> HttpBodySource.END));
        final TestClient client = sends(request("GET /early", ""));
        assertNotNull(client.error());
    }

    @Test
    void aFieldCannotBeTwo() {
        host.with("split", exchange -> exchange.field("X", "a\r\nY: b").answer(200, "text/plain", ""));
        assertEquals("500", status(host.lastAnswer(request("GET /split", ""))));
    }

    @Test
    void aHandlerMayAnswerBeforeTheBody() {
        host.with("no", exchange -> exchange.answer(403, "text/plain", "no"));
        final String post = request("POST /no", "Content-Length: 5\r\n") + "hello";
        final String last = request("GET /no", "Connection: close\r\n");
        assertEquals(2, host.lastAnswer(post + last).split("HTTP/1.1 403 ", -1).length - 1);
        assertEquals("403", status(host.lastAnswer(request("POST /no", "Content-Length: 99999999\r\n") + "xx")));
    }

    // ---- events ----

    private TestClient listens() {
        host.with("events", exchange -> {
            kept = exchange;
            exchange.onEnd(() -> ends.add("end"));
            exchange.events();
        });
        final TestClient client = sends(request("GET /events", ""));
        assertTrue(client.newText().contains("\r\nContent-Type: text/event-stream\r\n"));
        return client;
    }

    private EventStream events() {
        return Objects.requireNonNull(kept().eventStream());
    }

    @Test
    void eventsAreSentWhenTheyHappen() {
        final TestClient client = listens();
        assertTrue(events().send("hello"));
        client.waits(SECOND);
        assertEquals("d\r\ndata: hello\n\n\r\n", client.newText());
        assertTrue(events().send("tick", "1\n2"));
        events().end();
        assertFalse(events().send("late"));
        client.waits(SECOND);
        assertEquals("1d\r\nevent: tick\ndata: 1\ndata: 2\n\n\r\n0\r\n\r\n", client.newText());
        assertFalse(client.isOver());
        assertEquals(List.of("end"), ends);
        client.closes();
    }

    @Test
    void aQuietStreamIsKeptAlive() {
        final TestClient client = listens().waits(100 * SECOND);
        assertEquals("3\r\n:\n\n\r\n".repeat(6), client.newText());
        assertNull(client.error());
        client.closes();
    }

    @Test
    void aStreamEndsWhenTheClientGoes() {
        listens().closes();
        host.network().run(SECOND);
        assertEquals(List.of("end"), ends);
        assertFalse(events().send("nobody"));
        listens().aborts();
        host.network().run(SECOND);
        assertEquals(List.of("end", "end"), ends);
    }

    @Test
    void eventsThatNobodyTakesAreDropped() {
        final TestClient client = listens().stopsReading();
        final String event = "x".repeat(1_000);
        int taken = 0;
        while (taken < 10_000 && events().send(event)) {
            taken++;
            host.network().run(1_000_000);
        }
        assertTrue(taken > 10 && taken < 2_000, taken + " events taken");
        client.waits(100 * SECOND);
        assertEquals(List.of("end"), ends);
    }
}
