package org.weir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weir.cli.WeirProcess.Result;

/// `weir get` by a running host, from a server of the JDK on the kernel's end.
@NeedsLab(tools = {"ip"})
@Timeout(120)
final class GetTest {
    private static final int PORT = 8_080;
    private static final int SECURE_PORT = 8_443;
    private static final String URL = "http://10.10.10.1:8080";
    private static final char[] PASSWORD = "password".toCharArray();
    private static final byte[] BIG = big();

    @TempDir
    private Path directory;

    private static byte[] big() {
        final byte[] octets = new byte[2_500_000];
        new Random(1).nextBytes(octets);
        return octets;
    }

    // ---- servers ----

    private static <S extends HttpServer> S started(S server) {
        server.createContext("/page", exchange -> answer(exchange, 200, "a page\n".getBytes(UTF_8)));
        server.createContext("/big", GetTest::answerRanges);
        server.createContext("/chunked", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(BIG);
            exchange.close();
        });
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", "page?from=moved");
            answer(exchange, 302, new byte[0]);
        });
        server.createContext("/loop", exchange -> {
            exchange.getResponseHeaders().add("Location", "/loop");
            answer(exchange, 301, new byte[0]);
        });
        server.createContext("/short", exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write("less".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            throw new IOException("on purpose");
        });
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, int status, byte[] content) throws IOException {
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    private static void answerRanges(HttpExchange exchange) throws IOException {
        final String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null) {
            answer(exchange, 200, BIG);
            return;
        }
        final int from = Integer.parseInt(range.replaceAll("\\D", ""));
        if (from >= BIG.length) {
            answer(exchange, 416, new byte[0]);
            return;
        }
        final String part = "bytes " + from + "-" + (BIG.length - 1) + "/" + BIG.length;
        exchange.getResponseHeaders().add("Content-Range", part);
        answer(exchange, 206, Arrays.copyOfRange(BIG, from, BIG.length));
    }

    private static HttpServer server() throws IOException {
        return started(HttpServer.create(new InetSocketAddress(RunningHost.KERNEL, PORT), 10));
    }

    /// With a certificate of its own for 10.10.10.1, which is left in `ca.pem`.
    private HttpServer secureServer() throws Exception {
        final Path keys = directory.resolve("keys.p12");
        final String keytool = System.getProperty("java.home") + "/bin/keytool -keystore " + keys
                + " -storepass password -alias server ";
        shell(keytool + "-genkeypair -keyalg EC -dname CN=server -ext san=ip:10.10.10.1 -storetype PKCS12");
        shell(keytool + "-exportcert -rfc -file " + directory.resolve("ca.pem"));
        final KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(keys)) {
            store.load(file, PASSWORD);
        }
        final KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, PASSWORD);
        final SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        final HttpsServer server = HttpsServer.create(new InetSocketAddress(RunningHost.KERNEL, SECURE_PORT), 10);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return started(server);
    }

    // ---- HTTP ----

    @Test
    void writesWhatTheServerHas() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final HttpServer server = server();
                final Path file = directory.resolve("big");
                assertEquals("a page\n", host.ask("get", URL + "/page"));
                assertEquals("a page\n", host.ask("get", "10.10.10.1:8080/moved"));
                final Result quiet = host.result("get", "-o", file.toString(), URL + "/big");
                assertEquals("", quiet.hasStatus(0).error(), "no bar where there is no terminal");
                assertTrue(Arrays.equals(BIG, Files.readAllBytes(file)));
                host.ask("get", "-o", file.toString(), URL + "/chunked");
                assertTrue(Arrays.equals(BIG, Files.readAllBytes(file)));
                server.stop(0);
            }
        });
    }

    @Test
    void goesOnWhereAFileEnds() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final HttpServer server = server();
                final Path file = directory.resolve("part");
                Files.write(file, Arrays.copyOf(BIG, 1_000_000));
                host.ask("get", "-C", "-o", file.toString(), URL + "/big");
                assertTrue(Arrays.equals(BIG, Files.readAllBytes(file)));
                host.ask("get", "-C", "-o", file.toString(), URL + "/big");
                assertTrue(Arrays.equals(BIG, Files.readAllBytes(file)), "there was nothing more");
                server.stop(0);
            }
        });
    }

    @Test
    void eachFailureHasItsStatusAndOneLine() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final HttpServer server = server();
                assertEquals(
                        "weir get: http://10.10.10.1:8080/nothing: 404 Not Found\n",
                        host.result("get", URL + "/nothing").hasStatus(22).error());
                assertEquals(
                        "weir get: more than 10 redirections\n",
                        host.result("get", URL + "/loop").hasStatus(47).error());
                assertEquals(
                        "weir get: the connection ended 96 octets too early\n",
                        host.result("get", URL + "/short").hasStatus(18).error());
                assertEquals(
                        "weir get: cannot connect to 10.10.10.1:8081: Connection refused\n",
                        host.result("get", "http://10.10.10.1:8081/")
                                .hasStatus(7)
                                .error());
                assertEquals(
                        "weir get: no.such.host: no name server is known\n",
                        host.result("get", "http://no.such.host/").hasStatus(6).error());
                server.stop(0);
            }
        });
    }

    // ---- HTTPS ----

    @Test
    void speaksTlsWithServersThatItTrusts() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final HttpServer server = secureServer();
                final String url = "https://10.10.10.1:8443";
                final String authority = directory.resolve("ca.pem").toString();
                assertEquals("a page\n", host.ask("get", "--cacert", authority, url + "/page"));
                final Path file = directory.resolve("big");
                host.ask("get", "--cacert", authority, "-o", file.toString(), url + "/big");
                assertTrue(Arrays.equals(BIG, Files.readAllBytes(file)));
                assertEquals("a page\n", host.ask("get", "-k", url + "/page"));
                final Result distrusted = host.result("get", url + "/page").hasStatus(60);
                assertEquals(1, distrusted.error().lines().count(), distrusted::toString);
                assertFalse(distrusted.output().contains("a page"));
                server.stop(0);
            }
        });
    }
}
