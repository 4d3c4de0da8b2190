package org.weir.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What this server and nginx make of requests that are made to be taken for something else: the same, unless
/// `http-corpus.txt` says why not.
@NeedsLab(tools = {"nginx"})
@Timeout(180)
final class HttpDifferentialTest {
    private static final String WEIR = "10.10.10.2";
    private static final String NGINX = "127.0.0.1";
    private static final int PORT = 8080;
    private static final int CONNECT_MS = 5_000;
    /// An answer to what is whole comes at once; to what is not, never.
    private static final int READ_MS = 500;
    private static final int LEAST_CASES = 80;
    private static final String SECOND = "GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final Pattern STATUS = Pattern.compile("(?:^|\n)HTTP/1.1 ([0-9]{3}) ");
    private static final Set<String> REFUSALS = Set.of("400", "408", "413", "414", "417", "431", "501", "505");

    @TempDir
    private Path directory;

    /// A line of the corpus.
    private record Case(String name, String request, String expected, String ofNginx) {
        static Case of(String line) {
            final String[] parts = line.split(" \\| ", -1);
            final String request = parts[1].replace("~", "\r\n")
                    .replace("^", "\n")
                    .replace("\\r", "\r")
                    .replace("\\0", "\0")
                    .replace("\\v", "\u000B")
                    .replace("\\t", "\t");
            assertTrue(parts.length == 3 || parts.length == 5, line);
            return new Case(parts[0], request, parts[2].strip(), parts[parts.length == 5 ? 3 : 2].strip());
        }
    }

    private static List<Case> corpus() throws IOException {
        try (InputStream in = HttpDifferentialTest.class.getResourceAsStream("http-corpus.txt")) {
            assertNotNull(in);
            final List<Case> cases = new ArrayList<>();
            for (final String line : new String(in.readAllBytes(), UTF_8).split("\n", -1)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    cases.add(Case.of(line));
                }
            }
            return cases;
        }
    }

    /// The statuses that a server answers with; `refused` if it tells an error, or does not go on to the second
    /// request as it would with a client that keeps the connection.
    private static String answers(String host, String request) throws IOException {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, PORT), CONNECT_MS);
            socket.setSoTimeout(READ_MS);
            socket.getOutputStream().write((request + SECOND).getBytes(ISO_8859_1));
            socket.getInputStream().transferTo(all);
        } catch (SocketTimeoutException _) {
            all.writeBytes("\nHTTP/1.1 408 ".getBytes(ISO_8859_1));
        } catch (SocketException _) {
            // It ended by a reset; what was answered before counts.
        }
        final List<String> statuses = statuses(all.toString(ISO_8859_1));
        final String verdict = verdict(statuses, request.contains("HTTP/1.0"));
        // A refusal behind an answer may be of what should have been the first request's body: that was smuggled.
        final boolean isLate = verdict.equals("refused") && statuses.size() > 1 && host.equals(WEIR);
        return isLate ? "refused too late: " + statuses : verdict;
    }

    private static List<String> statuses(String answers) {
        final List<String> statuses = new ArrayList<>();
        final Matcher matcher = STATUS.matcher(answers);
        while (matcher.find()) {
            statuses.add(matcher.group(1));
        }
        return statuses;
    }

    private static String verdict(List<String> statuses, boolean isOnlyOne) {
        final boolean isRefused =
                statuses.size() < (isOnlyOne ? 1 : 2) || statuses.stream().anyMatch(REFUSALS::contains);
        return isRefused ? "refused" : String.join(" ", statuses);
    }

    private Process nginx() throws Exception {
        final Path conf = directory.resolve("conf");
        Files.writeString(conf, """
            worker_processes 1; daemon off; pid %1$s/pid; error_log %1$s/log; user root;
            events { }
            http {
                access_log off;
                client_body_temp_path %1$s/1; proxy_temp_path %1$s/2; fastcgi_temp_path %1$s/3;
                uwsgi_temp_path %1$s/4; scgi_temp_path %1$s/5;
                server { listen 127.0.0.1:8080; root %1$s/www; }
            }
            """.formatted(directory));
        final Process process = new ProcessBuilder("nginx", "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
        OwnNetwork.shell("i=0; until [ -s " + directory + "/pid ] || [ $i = 100 ]; do sleep 0.1; i=$((i+1)); done");
        return process;
    }

    @Test
    void bothTakeTheSameForTheSame() throws Exception {
        final Path www = Files.createDirectory(directory.resolve("www"));
        Files.writeString(www.resolve("index.html"), "front\n");
        Files.writeString(www.resolve("second"), "second\n");
        Files.writeString(Files.createDirectory(www.resolve("sub")).resolve("index.html"), "sub\n");
        final List<Case> cases = corpus();
        assertTrue(cases.size() >= LEAST_CASES, cases::toString);
        OwnNetwork.run(() -> {
            final Process nginx = nginx();
            try (WeirProcess weir = WeirProcess.start(
                    "up", "--tap", "weir0", "--ip", WEIR + "/24", "--http", PORT + "=" + www, "--socket", "none")) {
                assertTrue(weir.line().startsWith("ready"));
                OwnNetwork.configure("weir0", "10.10.10.1/24");
                final StringBuilder expected = new StringBuilder();
                final StringBuilder actual = new StringBuilder();
                for (final Case each : cases) {
                    expected.append(line(each, each.expected(), each.ofNginx()));
                    actual.append(line(each, answers(WEIR, each.request()), answers(NGINX, each.request())));
                }
                assertEquals(expected.toString(), actual.toString());
            } finally {
                nginx.destroy();
                nginx.waitFor();
            }
        });
    }

    private static String line(Case of, String weir, String nginx) {
        return of.name() + ": " + weir + (nginx.equals(weir) ? "" : ", nginx " + nginx) + "\n";
    }
}
