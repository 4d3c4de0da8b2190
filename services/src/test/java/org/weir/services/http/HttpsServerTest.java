package org.weir.services.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.services.TestClient;
import org.weir.services.tls.TlsKeys;
import org.weir.services.tls.TlsService;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;
import org.weir.wire.IpAddress;

/// HTTPS in virtual time, with the JDK's engine as the client too.
final class HttpsServerTest {
    private static final int PORT = 443;
    private static final long SECOND = TestClient.SECOND;
    private static final String GET = "GET / HTTP/1.1\r\nHost: weir\r\n\r\n";
    private static final String LAST = GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    private static final int BIG = 300_000;

    private final TlsKeys keys = TlsKeys.selfSigned("one.test", List.of(IpAddress.parse("192.0.2.2")))
            .and(TlsKeys.selfSigned("two.test", List.of()));
    private final SimulatedNetwork network = new SimulatedNetwork(Plan.perfect());
    private final Queue<Runnable> work = new ArrayDeque<>();
    private boolean isWorking = true;
    private final HttpContent hello = HttpContent.copied("text/plain", "hello, world\n".getBytes(UTF_8));
    private final byte[] bigOctets = new byte[BIG];
    private final HttpServer server = HttpServer.startTls(
            network.server().stack(),
            network.server().address(),
            PORT,
            HttpConfig.defaults(0).withConnections(4),
            (path, from, to) -> from == to ? hello : big(path.asSlice(from, to - from)),
            new TlsService(keys, this::work, Runnable::run));
    private final SSLContext context;

    HttpsServerTest() throws Exception {
        context = TlsTestClient.context();
        new Random(3).nextBytes(bigOctets);
    }

    /// So many octets as the path says, or all.
    private HttpContent big(MemorySegment path) {
        final String name = new String(path.toArray(ValueLayout.JAVA_BYTE), ISO_8859_1);
        final int octets = name.equals("big") ? BIG : Integer.parseInt(name);
        final MemorySegment memory = Arena.ofAuto().allocate(octets);
        MemorySegment.copy(bigOctets, 0, memory, ValueLayout.JAVA_BYTE, 0, octets);
        return HttpContent.rom("application/octet-stream", memory);
    }

    private void work(Runnable task) {
        if (isWorking) {
            task.run();
        } else {
            work.add(task);
        }
    }

    @AfterEach
    void nothingIsLeftBehind() {
        network.run(300 * SECOND);
        assertEquals(0, server.inUse());
        network.assertNoLeaks();
        network.close();
    }

    private TestClient tcp() {
        return TestClient.connect(network, PORT);
    }

    private TlsTestClient client(String protocol) throws SSLException {
        return TlsTestClient.on(tcp(), context, protocol, "one.test", "http/1.1")
                .shakesHands();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void answersLikeInPlain(String protocol) throws SSLException {
        final TlsTestClient client = client(protocol);
        assertEquals(protocol, client.session().getProtocol());
        assertEquals("http/1.1", client.engine().getApplicationProtocol());
        client.sends(GET + LAST).waitsForTheEnd(SECOND);
        assertEquals(2, client.text().split("hello, world", -1).length - 1);
        assertTrue(client.sawCloseNotify());
        client.tcp().closes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sendsALongBodyWhole(String protocol) throws SSLException {
        final TlsTestClient client = client(protocol);
        client.tcp().stopsReading();
        client.sends(LAST.replace("GET /", "GET /big")).waits(3 * SECOND);
        client.tcp().readsAgain();
        client.waitsForTheEnd(60 * SECOND);
        assertTrue(client.text().endsWith(new String(bigOctets, ISO_8859_1)));
        client.tcp().closes();
    }

    /// Whatever of the last record TCP has not taken yet when the client's end is seen.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatHasSaidItsLastWordIsAnsweredWhole(boolean isLast) throws SSLException {
        final String request = isLast ? LAST : GET;
        for (int octets = 90_000; octets <= BIG; octets += 15_000) {
            final TlsTestClient client = client("TLSv1.3");
            client.tcp().stopsReading();
            client.sends(request.replace("GET /", "GET /" + octets)).tcp().shutsDownOutput();
            client.waits(3 * SECOND).tcp().readsAgain();
            client.waitsForTheEnd(60 * SECOND);
            assertTrue(client.text().endsWith(new String(bigOctets, 0, octets, ISO_8859_1)), "of " + octets);
            assertTrue(client.sawCloseNotify(), "of " + octets);
            client.tcp().closes();
        }
    }

    @Test
    void keysAreChangedATimeOrTwoAndNotForEver() throws SSLException {
        final TlsTestClient client = client("TLSv1.3");
        client.engine().beginHandshake();
        client.tcp().sends(client.wrapped(new byte[0]));
        client.waits(SECOND).sends(GET).waits(SECOND);
        assertTrue(client.text().endsWith("hello, world\n"));
        for (int i = 0; i < 100 && !client.tcp().isOver(); i++) {
            client.engine().beginHandshake();
            client.tcp().sends(client.wrapped(new byte[0]));
            client.tcp().waits(SECOND / 100);
        }
        assertTrue(client.tcp().isOver());
        client.tcp().closes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void recordsMayArriveOctetByOctet(String protocol) throws SSLException {
        final TlsTestClient client = client(protocol);
        for (final byte octet : client.wrapped(LAST.getBytes(ISO_8859_1))) {
            client.tcp().sends(new byte[] {octet}).waits(1_000_000);
        }
        assertTrue(client.waitsForTheEnd(SECOND).text().endsWith("hello, world\n"));
        client.tcp().closes();
    }

    @Test
    void theNameChoosesTheKey() throws Exception {
        for (final String name : List.of("one.test", "two.test", "TWO.test", "other.test")) {
            final SSLContext fresh = TlsTestClient.context(); // Without a session to resume.
            final TlsTestClient client =
                    TlsTestClient.on(tcp(), fresh, "TLSv1.3", name).shakesHands();
            assertEquals(name.equalsIgnoreCase("two.test") ? "CN=two.test" : "CN=one.test", client.server());
            client.tcp().closes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sessionsAreResumed(String protocol) throws Exception {
        final TlsTestClient first = client(protocol).sends(LAST).waitsForTheEnd(SECOND);
        first.tcp().closes();
        final long created = first.session().getCreationTime();
        final TlsTestClient second = client(protocol).sends(LAST).waitsForTheEnd(SECOND);
        assertTrue(second.text().endsWith("hello, world\n"));
        assertEquals(created, second.session().getCreationTime());
        second.tcp().closes();
    }

    @Test
    void aClientWithoutOurProtocolIsRefused() {
        final TlsTestClient client = TlsTestClient.on(tcp(), context, "TLSv1.3", "one.test", "h2");
        final SSLException e = assertThrows(SSLException.class, client::shakesHands);
        assertTrue(String.valueOf(e.getMessage()).contains("no_application_protocol"), e::toString);
        client.tcp().waitsForTheEnd(SECOND).closes();
    }

    @Test
    void renegotiationIsRefused() throws SSLException {
        final TlsTestClient client = client("TLSv1.2");
        client.engine().beginHandshake();
        client.tcp().sends(client.wrapped(new byte[0])).waitsForTheEnd(SECOND);
        assertEquals("", client.text());
        assertTrue(client.tcp().isOver());
        client.tcp().closes();
    }

    @Test
    void whatIsNotTlsIsAnsweredByAnAlert() {
        final TestClient client = tcp().sends(GET).waitsForTheEnd(SECOND);
        assertNull(client.error());
        assertEquals(21, client.received()[0]);
        client.closes();
    }

    @Test
    void aChangedRecordIsAnsweredByAnAlert() throws SSLException {
        final TlsTestClient client = client("TLSv1.3");
        final byte[] record = client.wrapped(GET.getBytes(ISO_8859_1));
        record[20] ^= 1;
        client.tcp().sends(record).waitsForTheEnd(SECOND);
        assertThrows(SSLException.class, () -> client.waits(SECOND));
        assertEquals("", client.text());
        client.tcp().closes();
    }

    @Test
    void aSlowHandshakeIsGivenUp() {
        final TestClient client = tcp().sends(new byte[] {22, 3, 1}).waits(9 * SECOND);
        assertFalse(client.isOver());
        client.waits(2 * SECOND);
        assertTrue(client.isOver());
        client.closes();
    }

    @Test
    void aTruncatedRequestIsNone() throws SSLException {
        final TlsTestClient client = client("TLSv1.3");
        client.sends("POST / HTTP/1.1\r\nHost: weir\r\nContent-Length: 5\r\n\r\nhel")
                .tcp()
                .shutsDownOutput();
        client.waitsForTheEnd(SECOND);
        assertEquals("", client.text());
        client.tcp().closes();
    }

    @Test
    void aClientThatSaysGoodbyeIsAnsweredSo() throws SSLException {
        final TlsTestClient client = client("TLSv1.3");
        client.sends(GET).engine().closeOutbound();
        client.tcp().sends(client.wrapped(new byte[0]));
        client.waitsForTheEnd(SECOND);
        assertTrue(client.text().endsWith("hello, world\n"));
        assertTrue(client.sawCloseNotify());
        client.tcp().closes();
    }

    /// What was computed for a client that has gone is nobody's.
    @Test
    void aClientMayGoWhileTheHandshakeIsComputed() throws SSLException {
        isWorking = false;
        final TlsTestClient gone = TlsTestClient.on(tcp(), context, "TLSv1.3", "one.test");
        gone.engine().beginHandshake();
        gone.tcp().sends(gone.wrapped(new byte[0])).waits(SECOND);
        assertEquals(1, work.size());
        gone.tcp().aborts();
        network.run(SECOND);
        assertEquals(0, server.inUse());
        final TlsTestClient next = TlsTestClient.on(tcp(), context, "TLSv1.3", "one.test");
        next.engine().beginHandshake();
        next.tcp().sends(next.wrapped(new byte[0])).waits(SECOND);
        assertEquals(2, work.size());
        work.remove().run();
        next.tcp().waits(SECOND);
        assertEquals(1, work.size());
        isWorking = true;
        work.remove().run();
        next.shakesHands();
        assertTrue(next.sends(LAST).waitsForTheEnd(SECOND).text().endsWith("hello, world\n"));
        next.tcp().closes();
    }

    @Test
    void aHandshakeThatIsComputedTooLongIsGivenUp() throws SSLException {
        isWorking = false;
        final TlsTestClient client = TlsTestClient.on(tcp(), context, "TLSv1.3", "one.test");
        client.engine().beginHandshake();
        client.tcp().sends(client.wrapped(new byte[0])).waits(11 * SECOND);
        assertEquals(0, server.inUse());
        work.remove().run();
        client.tcp().closes();
    }
}
