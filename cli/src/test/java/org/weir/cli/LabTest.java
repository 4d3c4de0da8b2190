package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.cli.WeirProcess.Result;

/// `weir lab` with the kernel and real programs on the other side.
@NeedsLab(tools = {"curl", "ip", "ping", "sha256sum", "socat"})
@Timeout(180)
final class LabTest {
    private static final int LIMIT_S = 60;
    private static final int LONG_LIMIT_S = 150;
    private static final String FAULTS = "loss=2%,duplicate=1%,reorder=1%,seed=7";

    @TempDir
    private Path directory;

    private static Result lab(String script, String... options) throws Exception {
        return WeirProcess.lab(LIMIT_S, script, options);
    }

    private Path randomFile(int octets) throws IOException {
        final byte[] content = new byte[octets];
        new Random(octets).nextBytes(content);
        return Files.write(directory.resolve("random"), content);
    }

    // ---- the main job ----

    @Test
    void pingLosesNothing() throws Exception {
        final Result result = lab("ping -c 5 -i 0.2 10.10.10.2").hasStatus(0);
        assertTrue(result.output().contains(" 5 received, 0% packet loss"), result::toString);
        assertEquals("", result.error());
    }

    @Test
    void curlPrintsThePage() throws Exception {
        final Result result = lab("curl -sS http://10.10.10.2/").hasStatus(0);
        assertTrue(
                result.output().startsWith("<!DOCTYPE html>") && result.output().endsWith("</html>\n"));
    }

    @Test
    void curlFindsKeepAliveAndMissingPages() throws Exception {
        final String url = "http://10.10.10.2/";
        final String format = "-o /dev/null -w '%{http_code} %{num_connects}\\n' ";
        final Result result =
                lab("curl -sS " + format + url + " " + format + url + "none -I").hasStatus(0);
        assertEquals("200 1\n404 0\n", result.output());
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "exit 3, 3", "kill -9 $$, 137", "kill -TERM $$, 143"})
    void theStatusIsThatOfTheCommand(String script, int status) throws Exception {
        lab(script).hasStatus(status);
    }

    @Test
    void theCommandHasOurInputAndOutput() throws Exception {
        final Result result = lab("echo to-output; echo to-error >&2").hasStatus(0);
        assertEquals("to-output\n", result.output());
        assertEquals("to-error\n", result.error());
    }

    @Test
    void theNetworkIsAsDocumented() throws Exception {
        final Result result = lab("ip -brief -4 address").hasStatus(0);
        assertTrue(
                result.output().matches("(?s)lo +UNKNOWN +127.0.0.1/8.*weir0 +UNKNOWN +10.10.10.1/24.*"),
                result::output);
    }

    // ---- bulk ----

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000, 20_000_000})
    void aFileComesBackFromEcho(int octets) throws Exception {
        final String file = randomFile(octets).toString();
        final String script = "socat -t 60 - TCP:10.10.10.2:7 < " + file + " | sha256sum; sha256sum < " + file;
        assertTwoEqualLines(lab(script).hasStatus(0));
    }

    @ParameterizedTest
    @CsvSource({"1500000, " + "'--no-offload'", "20000000, '--no-offload'"})
    void aFileComesBackWithoutOffload(int octets, String option) throws Exception {
        final String file = randomFile(octets).toString();
        final String script = "socat -t 60 - TCP:10.10.10.2:7 < " + file + " | sha256sum; sha256sum < " + file;
        assertTwoEqualLines(lab(script, option).hasStatus(0));
    }

    @Test
    void aFileComesBackOverABadNetwork() throws Exception {
        final String file = randomFile(1_500_000).toString();
        final String script = "socat -t 140 - TCP:10.10.10.2:7 < " + file + " | sha256sum; sha256sum < " + file;
        final Result result = WeirProcess.lab(LONG_LIMIT_S, script, "--counters", "--fault", FAULTS)
                .hasStatus(0);
        assertTwoEqualLines(result);
        assertTrue(result.error().contains("INJECTED"), result::error);
    }

    private static void assertTwoEqualLines(Result result) {
        final String[] lines = result.output().split("\n", -1);
        assertEquals(3, lines.length, result::toString);
        assertEquals(lines[0], lines[1]);
    }

    @Test
    void discardTakesAndChargenGives() throws Exception {
        final String script = "head -c 50000000 /dev/zero | socat -u - TCP:10.10.10.2:9 && "
                + "socat -u TCP:10.10.10.2:19 - 2>/dev/null | head -c 50000000 | wc -c";
        assertEquals("50000000\n", lab(script).hasStatus(0).output());
    }

    @Test
    void datagramsAreAnswered() throws Exception {
        final String script = "printf hello | socat -t 2 - UDP:10.10.10.2:7; echo; "
                + "printf x | socat -t 2 - UDP:10.10.10.2:19 | wc -l";
        final String[] lines = lab(script).hasStatus(0).output().split("\n", -1);
        assertEquals("hello", lines[0]);
        final int count = Integer.parseInt(lines[1].strip());
        assertTrue(count >= 1 && count <= 6);
    }

    /// A TAP keeps the order, so the answer to a ping says that everything before it was taken in.
    @Test
    void nothingIsHeldAfterwards() throws Exception {
        final String script =
                "for i in 1 2 3 4 5 6 7 8 9 10; do printf x | socat -t 5 - TCP:10.10.10.2:7 & done; wait; "
                        + "ping -c 1 10.10.10.2 >/dev/null";
        final String counters = lab(script, "--counters").hasStatus(0).error();
        for (final String name : new String[] {"pages", "blocks", "handles", "connections"}) {
            assertTrue(counters.matches("(?s).*in use\n.*  " + name + " +0  .*"), counters);
        }
    }

    // ---- ends ----

    @Test
    void whatTheCommandLeftBehindEndsWithIt() throws Exception {
        final Path pids = directory.resolve("pids");
        final String stray = "sh -c 'echo $$ >> " + pids + "; exec sleep 300'";
        final String stubborn = "sh -c 'trap \"\" TERM; echo $$ >> " + pids + "; while :; do sleep 1; done'";
        lab("setsid " + stray + " & (" + stubborn + " &) ; sleep 0.5").hasStatus(0);
        assertEquals(2, Files.readAllLines(pids).size());
        for (final String pid : Files.readAllLines(pids)) {
            assertFalse(isRunning(pid), "process " + pid + " is left");
        }
    }

    /// False for a zombie too, of which only the entry is left until somebody looks.
    private static boolean isRunning(String pid) throws IOException {
        final Path status = Path.of("/proc", pid, "status");
        return Files.exists(status) && !Files.readString(status).contains("State:\tZ");
    }

    @Test
    void nothingIsLeftInTheNetworkOfTheCaller() throws Exception {
        final Path sys = Path.of("/sys/class/net/weir0");
        assertFalse(Files.exists(sys));
        try (WeirProcess weir = WeirProcess.start("lab", "--", "sh", "-c", "echo here; sleep 2")) {
            assertEquals("here", weir.line());
            assertFalse(Files.exists(sys));
            weir.result(LIMIT_S).hasStatus(0);
        }
        assertFalse(Files.exists(sys));
    }

    @Test
    void anInterruptGoesToTheCommand() throws Exception {
        final String script = "trap 'echo interrupted; exit 5' INT; echo begun; while :; do sleep 0.1; done";
        try (WeirProcess weir = WeirProcess.start("lab", "--", "sh", "-c", script)) {
            assertEquals("begun", weir.line());
            weir.signal("INT");
            final Result result = weir.result(LIMIT_S).hasStatus(5);
            assertEquals("interrupted\n", result.output());
            assertEquals("", result.error());
        }
    }

    @Test
    void aTerminationGoesToTheCommandToo() throws Exception {
        try (WeirProcess weir = WeirProcess.start("lab", "--", "sh", "-c", "echo begun; exec sleep 300")) {
            assertEquals("begun", weir.line());
            weir.signal("TERM");
            weir.result(LIMIT_S).hasStatus(143);
        }
    }

    @Test
    void aCaptureHoldsThePackets() throws Exception {
        final Path capture = directory.resolve("lab.pcapng");
        lab("ping -c 3 -i 0.2 10.10.10.2", "--pcap", capture.toString()).hasStatus(0);
        final byte[] octets = Files.readAllBytes(capture);
        assertEquals(0x0A, octets[0]);
        assertTrue(octets.length > 3 * 2 * 98);
    }

    @Test
    void aFailureIsOneLine() throws Exception {
        try (WeirProcess weir = WeirProcess.start("lab", "--pcap", "/no/such/directory/x", "--", "true")) {
            final Result result = weir.result(LIMIT_S).hasStatus(1);
            assertEquals(
                    "weir lab: cannot write the capture file /no/such/directory/x: No such file or directory\n",
                    result.error());
        }
    }
}
