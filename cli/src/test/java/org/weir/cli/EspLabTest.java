package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weir.cli.WeirProcess.Result;
import org.weir.esp.EspSuite;

/// `--esp FILE` against other implementations: scapy is the other end, tshark opens a capture.
@NeedsLab(tools = {"ip", "tshark", "scapy"})
@Timeout(180)
final class EspLabTest {
    private static final int LIMIT_S = 90;
    private static final int FIRST_REMOTE = 101;
    private static final String HOST = "10.10.10.2";

    private final List<String> lines = new ArrayList<>();
    private final List<String> tsharkSettings = new ArrayList<>();

    @TempDir
    private Path directory;

    private static byte[] key(EspSuite suite, long seed) {
        final byte[] key = new byte[suite.keyOctets()];
        new Random(seed).nextBytes(key);
        return key;
    }

    private void add(String from, String to, int spi, EspSuite suite) {
        final byte[] key = key(suite, spi);
        lines.add(String.join(" ", "sa", from, to, "0x%x".formatted(spi), suite.toString(), hex(key)));
        if (suite != EspSuite.CHACHA20POLY1305) {
            tsharkSettings.add(forTshark(from, to, spi, suite, key));
        }
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    private static String forTshark(String from, String to, int spi, EspSuite suite, byte[] key) {
        final String name = suite.toString();
        final int hash = name.indexOf("-sha");
        final int bits = hash < 0 ? 0 : Integer.parseInt(name.substring(hash + 4));
        final int macOctets = bits == 1 ? 20 : bits / 8;
        final String cipher = bits == 0 ? "AES-GCM with 16 octet ICV [RFC4106]" : "AES-CBC [RFC3602]";
        final String hmac = bits == 1 ? "HMAC-SHA-1-96 [RFC2404]" : "HMAC-SHA-" + bits + "-" + bits / 2 + " [RFC4868]";
        final String mac = bits == 0 ? "NULL" : hmac;
        final int split = key.length - macOctets;
        return "uat:esp_sa:"
                + String.join(
                        ",",
                        "\"IPv4\"",
                        '"' + from + '"',
                        '"' + to + '"',
                        "\"0x%08x\"".formatted(spi),
                        '"' + cipher + '"',
                        "\"0x" + hex(Arrays.copyOf(key, split)) + '"',
                        '"' + mac + '"',
                        bits == 0 ? "\"\"" : "\"0x" + hex(Arrays.copyOfRange(key, split, key.length)) + '"');
    }

    private Path file() throws IOException {
        final Path file = directory.resolve("esp");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.write(file, lines);
    }

    private Path script() throws IOException {
        final Path script = directory.resolve("esp_peer.py");
        try (InputStream source = EspLabTest.class.getResourceAsStream("esp_peer.py")) {
            Files.copy(Objects.requireNonNull(source), script);
        }
        return script;
    }

    @Test
    void scapyAndTsharkAgreeOnEachSuite() throws Exception {
        final List<EspSuite> suites = Arrays.stream(EspSuite.values())
                .filter(suite -> !suite.name().contains("GMAC")) // Neither knows it.
                .toList();
        for (int i = 0; i < suites.size(); i++) {
            final String remote = "10.10.10." + (FIRST_REMOTE + i);
            add(remote, HOST, 0x1000 + i, suites.get(i));
            add(HOST, remote, 0x2000 + i, suites.get(i));
            lines.add("protect " + remote + "/32");
        }
        final Path capture = directory.resolve("esp.pcapng");
        final Result result = WeirProcess.lab(
                        LIMIT_S,
                        "/usr/bin/python3 " + script() + " " + directory.resolve("esp"),
                        "--esp",
                        file().toString(),
                        "--pcap",
                        capture.toString(),
                        "--counters")
                .hasStatus(0);
        for (final EspSuite suite : suites) {
            assertTrue(result.output().contains(suite + " agrees\n"), result::toString);
        }
        assertTrue(result.output().contains(suites.getFirst() + " resets\n"), result::toString);
        // tshark 4.0 has no ChaCha20.
        assertEquals(5L * (suites.size() - 1), answersThatTsharkOpens(capture), result::toString);
    }

    /// Echo replies that tshark finds in what the host has sent.
    private long answersThatTsharkOpens(Path capture) throws Exception {
        final List<String> words = new ArrayList<>(List.of("tshark", "-r", capture.toString(), "-Y"));
        words.add("esp && icmp.type == 0 && !(icmp.type == 3) && ip.src == " + HOST);
        words.addAll(List.of("-o", "esp.enable_encryption_decode:TRUE"));
        words.addAll(List.of("-o", "esp.enable_authentication_check:TRUE"));
        for (final String setting : tsharkSettings) {
            words.addAll(List.of("-o", setting));
        }
        final Process tshark = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        final String output = tshark.inputReader().lines().collect(Collectors.joining("\n"));
        assertEquals(0, tshark.waitFor());
        return output.lines().count();
    }

    @Test
    void whatAFileLacksIsSaidWithItsLine() throws Exception {
        lines.add("# a comment, and then an empty line");
        lines.add("");
        lines.add("sa 10.10.10.1 10.10.10.2 0x1000 aes128gcm16 00ff");
        final Result result =
                WeirProcess.lab(LIMIT_S, "true", "--esp", file().toString()).hasStatus(1);
        assertTrue(
                result.error()
                        .endsWith("esp, line 3: aes128gcm16 takes a key of 20 octets"
                                + " (that of the HMAC or the salt included), not 2\n"),
                result::toString);
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws Exception {
        final Path file = file();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        final Result result =
                WeirProcess.lab(LIMIT_S, "true", "--esp", file.toString()).hasStatus(1);
        assertTrue(
                result.error().contains("holds keys and can be read by others; chmod 600 mends that"),
                result::toString);
    }

    @Test
    void whoIsToBeProtectedIsNotAnsweredOpenly() throws Exception {
        lines.add("protect 10.10.10.1/32 icmp");
        final Result result = WeirProcess.lab(
                LIMIT_S,
                "ping -c 2 -i 0.2 -W 1 10.10.10.2; curl -sS -o /dev/null http://10.10.10.2/ && echo page",
                "--esp",
                file().toString(),
                "--counters");
        assertTrue(result.output().contains(" 0 received, 100% packet loss"), result::toString);
        assertTrue(result.output().contains("page\n"), result::toString);
        assertTrue(result.error().contains("not protected, as a security policy wants it"), result::toString);
    }
}
