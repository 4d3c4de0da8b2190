package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// HTTP and HTTPS to the programs that people use.
@NeedsLab(tools = {"ab", "curl", "ip", "nmap", "openssl", "sha256sum", "wget", "wrk"})
@Timeout(180)
final class HttpToolsTest {
    private static final int LIMIT_S = 30;
    private static final String URL = "http://10.10.10.2/";
    private static final String TLS = "-connect 10.10.10.2:443 -servername weir ";

    @TempDir
    private Path directory;

    private Path www;

    @BeforeEach
    void fills() throws Exception {
        www = Files.createDirectory(directory.resolve("www"));
        Files.writeString(www.resolve("index.html"), "<p>front\n");
        Files.writeString(www.resolve("digits"), "0123456789");
        Files.writeString(Files.createDirectory(www.resolve("sub")).resolve("index.html"), "<p>sub\n");
    }

    private WeirProcess start(String... more) throws Exception {
        final String[] usual = {
            "up",
            "--tap",
            "weir0",
            "--ip",
            "10.10.10.2/24",
            "--socket",
            "none",
            "--http",
            "80=" + www,
            "--https",
            "443=" + www
        };
        final String[] all = Arrays.copyOf(usual, usual.length + more.length);
        System.arraycopy(more, 0, all, usual.length, more.length);
        final WeirProcess weir = WeirProcess.start(all);
        final String ready = weir.line();
        assertTrue(ready.endsWith(" http 80 https 443"), ready);
        OwnNetwork.configure("weir0", "10.10.10.1/24");
        return weir;
    }

    private void serves(OwnNetwork.Body body, String... more) throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = start(more)) {
                body.run();
                assertTrue(weir.process().isAlive());
            }
        });
    }

    @Test
    void curlAsksForPartsAndForChanges() throws Exception {
        serves(() -> {
            assertEquals("234", shell("curl -sS -r 2-4 " + URL + "digits"));
            assertEquals("789", shell("curl -sS -r -3 " + URL + "digits"));
            final String code = "curl -sS -o /dev/null -w '%{http_code}' ";
            assertEquals("416", shell(code + "-r 10- " + URL + "digits"));
            final String tag = directory.resolve("tag").toString();
            assertEquals("200", shell(code + "--etag-save " + tag + " " + URL));
            assertEquals("304", shell(code + "--etag-compare " + tag + " " + URL));
            assertEquals("304", shell(code + "-z '" + www.resolve("index.html") + "' " + URL));
            assertEquals("200", shell(code + "-z '1 Jan 2001' " + URL));
            final String moved = "curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' ";
            assertEquals("301 " + URL + "sub/", shell(moved + URL + "sub"));
            assertEquals("<p>sub\n", shell("curl -sSL " + URL + "sub"));
            assertEquals("405", shell(code + "-d x=y " + URL));
            assertEquals("<p>front\n", shell("curl -sS -H 'Transfer-Encoding: chunked' -X GET -d hello " + URL));
        });
    }

    @Test
    void wgetGoesOnWithAFile() throws Exception {
        final Path part = Files.writeString(directory.resolve("digits"), "0123");
        serves(() -> {
            shell("cd " + directory + " && wget -q -c " + URL + "digits");
            assertEquals("0123456789", Files.readString(part));
        });
    }

    @Test
    void abKeepsItsConnections() throws Exception {
        serves(() -> {
            final String output = shell("ab -q -k -n 20000 -c 50 " + URL);
            assertTrue(output.contains("Failed requests:        0"), output);
            assertTrue(output.contains("Keep-Alive requests:    20000"), output);
            assertTrue(shell("ab -q -n 2000 -c 50 " + URL).contains("Complete requests:      2000"));
        });
    }

    /// The device's queue has to hold a SYN of each: what it drops comes again a second later, all at once.
    @Test
    void wrkHasTenThousandConnections() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = start("--http-connections", "10000", "--connections", "21000")) {
                shell("ip link set weir0 txqueuelen 20000");
                final String output = shell("ulimit -n 12000; wrk -t 2 -c 10000 -d 8 --timeout 30s " + URL);
                assertTrue(output.contains("10000 connections"), output);
                assertFalse(output.contains("Non-2xx") || output.contains("Socket errors"), output);
                assertTrue(number("(\\d+) requests in", output) >= 10_000, output);
                weir.signal("INT");
                final String counters = weir.result(LIMIT_S).hasStatus(0).output();
                assertTrue(number("connections opened +(\\d+)", counters) >= 10_000, counters);
            }
        });
    }

    private static int number(String pattern, String text) {
        final Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    @Test
    void aGigabyteArrivesAsItIs() throws Exception {
        final Path big = www.resolve("big");
        shell("head -c 1073741824 /dev/zero | openssl enc -aes-128-ctr -K 0123456789abcdef0123456789abcdef -iv 0 > "
                + big);
        assertEquals(1L << 30, Files.size(big));
        serves(() -> {
            final String sum = shell("sha256sum < " + big);
            assertEquals(sum, shell("curl -sS " + URL + "big | sha256sum"));
            assertEquals(sum, shell("curl -sSk https://10.10.10.2/big | sha256sum"));
        });
    }

    /// Nobody should do that; a server must not end of it.
    @ParameterizedTest
    @CsvSource({"http, ''", "https, ''", "http, --no-offload"})
    void aFileThatIsCutShortEndsNothingElse(String scheme, String option) throws Exception {
        final Path big = www.resolve("big");
        final String take = "curl -sSk -o /dev/null --max-time 8 --limit-rate 5M " + scheme + "://10.10.10.2/big";
        shell("head -c 100000000 /dev/urandom > " + big);
        serves(
                () -> {
                    final String output =
                            shell("(" + take + "; echo status $?) & sleep 1; truncate -s 1000 " + big + "; wait");
                    assertFalse(output.contains("status 0"), output);
                    assertEquals("<p>front\n", shell("curl -sSk " + scheme + "://10.10.10.2/"));
                },
                option.isEmpty() ? new String[0] : new String[] {option});
    }

    // ---- TLS ----

    @Test
    void opensslFindsBothVersionsAndResumes() throws Exception {
        final String session = directory.resolve("session").toString();
        final String ask = "printf 'GET /digits HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n'"
                + " | timeout 10 openssl s_client -ign_eof " + TLS;
        serves(() -> {
            for (final String version : new String[] {"tls1_2", "tls1_3"}) {
                final String first = shell(ask + "-alpn h2,http/1.1 -sess_out " + session + " -" + version);
                assertTrue(first.contains("0123456789"), first);
                assertTrue(first.contains("ALPN protocol: http/1.1") && first.contains("\nNew, TLSv1."), first);
                assertTrue(first.contains("closed"), first);
                final String second = shell(ask + "-sess_in " + session + " -" + version);
                assertTrue(second.contains("\nReused, TLSv1.") && second.contains("0123456789"), second);
            }
            for (final String version : new String[] {"tls1", "tls1_1"}) {
                final String refused =
                        shell("openssl s_client " + TLS + "-cipher ALL:@SECLEVEL=0 -" + version + " </dev/null");
                assertTrue(refused.contains("Cipher is (NONE)"), refused);
            }
            final String renegotiation =
                    shell("(sleep 1; echo R; sleep 2) | timeout 10 openssl s_client -tls1_2 " + TLS);
            assertFalse(renegotiation.contains("read R BLOCK"), renegotiation);
        });
    }

    @Test
    void nmapFindsNoWeakSuite() throws Exception {
        serves(() -> {
            final String output = shell("nmap -Pn -n -p 443 --script ssl-enum-ciphers 10.10.10.2");
            assertTrue(output.contains("TLSv1.2:") && output.contains("TLSv1.3:"), output);
            assertTrue(output.contains("least strength: A"), output);
            assertFalse(output.contains("TLSv1.0") || output.contains("TLSv1.1") || output.contains("CBC"), output);
        });
    }

    @Test
    void curlTrustsAKeyOfOurOwn() throws Exception {
        final String key = directory.resolve("key.pem").toString();
        final String cert = directory.resolve("cert.pem").toString();
        final String store = directory.resolve("other.p12").toString();
        final String password =
                Files.writeString(directory.resolve("password"), "secret\n").toString();
        shell("openssl req -x509 -newkey rsa:2048 -nodes -keyout " + key + " -out " + cert
                + " -subj /CN=one.test -addext subjectAltName=DNS:one.test,IP:10.10.10.2");
        shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + key + "2 -out " + cert
                + "2 -subj /CN=two.test -addext subjectAltName=DNS:two.test");
        shell("openssl pkcs12 -export -passout pass:secret -inkey " + key + "2 -in " + cert + "2 -out " + store);
        serves(
                () -> {
                    final String curl = "curl -sS -o /dev/null -w '%{http_code} %{ssl_verify_result}' --cacert ";
                    assertEquals("200 0", shell(curl + cert + " --tlsv1.3 https://10.10.10.2/"));
                    assertEquals("200 0", shell(curl + cert + " --tls-max 1.2 https://10.10.10.2/"));
                    final String named = " --resolve two.test:443:10.10.10.2 https://two.test/";
                    assertEquals("200 0", shell(curl + cert + "2" + named));
                },
                "--tls",
                cert + "," + key,
                "--tls",
                store + "," + password);
    }

    @Test
    void aBadKeyIsOneLine() throws Exception {
        final Path file = Files.writeString(directory.resolve("key.pem"), "nonsense");
        OwnNetwork.run(() -> {
            try (WeirProcess weir = WeirProcess.start(
                    "up",
                    "--tap",
                    "weir0",
                    "--ip",
                    "10.10.10.2/24",
                    "--socket",
                    "none",
                    "--https",
                    "443",
                    "--tls",
                    file.toString())) {
                final WeirProcess.Result result = weir.result(LIMIT_S).hasStatus(1);
                assertEquals(
                        "weir up: there is no certificate in " + file
                                + ": it should have a line -----BEGIN CERTIFICATE-----\n",
                        result.error());
            }
        });
    }
}
