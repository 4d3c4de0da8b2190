package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weir.services.TestClient;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;

/// A network with an HTTP server on it, and what it serves.
final class HttpTestHost implements HttpSite, AutoCloseable {
    static final String HOST = "Host: 192.0.2.2\r\n";
    static final long SECOND = TestClient.SECOND;
    /// A path for which nothing can be found.
    static final String FAILS = "fails";

    private static final int PORT = 80;

    private final SimulatedNetwork network = new SimulatedNetwork(Plan.perfect());
    private final Map<String, HttpContent> contents = new HashMap<>();
    private final Map<String, HttpHandler> handlers = new HashMap<>();
    private final HttpServer server;

    HttpTestHost(HttpConfig config) {
        server = HttpServer.start(
                network.server().stack(), network.server().address(), PORT, config.withConnections(4), this);
    }

    HttpTestHost with(String path, HttpContent content) {
        contents.put(path, content);
        return this;
    }

    HttpTestHost with(String path, HttpHandler handler) {
        handlers.put(path, handler);
        return this;
    }

    private static String name(MemorySegment path, int from, int to) {
        return new String(path.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }

    @Override
    public @Nullable HttpContent find(MemorySegment path, int from, int to) {
        final String name = name(path, from, to);
        if (name.equals(FAILS)) {
            throw new IllegalStateException("a fault of the site");
        }
        return contents.get(name);
    }

    @Override
    public @Nullable HttpHandler handler(MemorySegment path, int from, int to) {
        return handlers.get(name(path, from, to));
    }

    SimulatedNetwork network() {
        return network;
    }

    HttpServer server() {
        return server;
    }

    TestClient client() {
        return TestClient.connect(network, PORT);
    }

    /// The whole answer to `request`, up to the server's close.
    String lastAnswer(String request) {
        final TestClient client = client().sends(request).waitsForTheEnd(120 * SECOND);
        assertNull(client.error());
        final String answer = client.text();
        client.closes();
        return answer;
    }

    /// `GET`, with more fields, and a close.
    String get(String path, String fields) {
        return lastAnswer("GET " + path + " HTTP/1.1\r\n" + HOST + fields + "Connection: close\r\n\r\n");
    }

    /// The status code of an answer.
    static String status(String answer) {
        return answer.length() < 12 ? answer : answer.substring(9, 12);
    }

    static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    /// Nothing is left behind.
    @Override
    public void close() {
        network.run(300 * SECOND);
        assertEquals(0, server.inUse());
        network.assertNoLeaks();
        network.close();
    }
}
