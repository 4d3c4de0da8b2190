package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.cli.WeirProcess.Result;

/// `weir up` in a network namespace of the test's own.
@NeedsLab(tools = {"curl", "ip", "ping"})
@Timeout(120)
final class UpTest {
    private static final int LIMIT_S = 60;

    @TempDir
    private Path directory;

    private static void configure(String name) throws Exception {
        OwnNetwork.configure(name, "10.10.10.1/24");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void servesUntilASignalAndPrintsItsCounters(String signal) throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = WeirProcess.start(
                    "up",
                    "--tap",
                    "weir0",
                    "--ip",
                    "10.10.10.2/24",
                    "--mac",
                    "02:00:00:00:00:02",
                    "--http",
                    "80",
                    "--socket",
                    "none")) {
                assertEquals("ready weir0 10.10.10.2/24 mac 02:00:00:00:00:02 mtu 1500 http 80", weir.line());
                configure("weir0");
                assertTrue(shell("ping -c 2 -i 0.2 10.10.10.2").contains(" 2 received"));
                assertTrue(shell("curl -sS http://10.10.10.2/").endsWith("</html>\n"));
                weir.signal(signal);
                final Result result = weir.result(LIMIT_S).hasStatus(0);
                assertTrue(result.output().contains("connections opened"), result::toString);
                assertEquals("", result.error());
            }
        });
    }

    @Test
    void servesNativePrograms() throws Exception {
        final String path =
                Files.createTempDirectory("weir-up").resolve("control").toString();
        OwnNetwork.run(() -> {
            try (WeirProcess weir =
                            WeirProcess.start("up", "--tap", "weir3", "--ip", "10.10.10.2/24", "--socket", path);
                    WeirProcess second = startAfter(weir, path)) {
                configure("weir3");
                final String preload = "WEIR_SOCKET=" + path + " LD_PRELOAD=" + Library.find();
                final String output = shell(preload + " ping -c 2 -i 0.2 10.10.10.1");
                assertTrue(output.contains(" 2 received"), output);
                final String error = second.result(LIMIT_S).hasStatus(1).error();
                assertEquals("weir up: cannot listen on " + path + ": another process does\n", error);
                weir.signal("TERM");
                weir.result(LIMIT_S).hasStatus(0);
                assertFalse(Files.exists(Path.of(path)));
            }
        });
    }

    private static WeirProcess startAfter(WeirProcess first, String socket) throws Exception {
        final String ready = first.line();
        assertTrue(ready.endsWith(" socket " + socket), ready);
        return WeirProcess.start("up", "--tap", "weir4", "--ip", "10.10.11.2/24", "--socket", socket);
    }

    @Test
    void sendsToANeighbourThatIsSetWithoutAskingForIt() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = WeirProcess.start(
                    "up",
                    "--tap",
                    "weir5",
                    "--ip",
                    "10.10.10.2/24",
                    "--neighbor",
                    "10.10.10.1=02:00:00:00:00:77",
                    "--socket",
                    "none")) {
                assertTrue(weir.line().startsWith("ready weir5 10.10.10.2/24 mac "));
                configure("weir5");
                assertTrue(shell("ping -c 1 -W 1 10.10.10.2").contains(" 0 received"), "the answer goes elsewhere");
                shell("ip link set dev weir5 address 02:00:00:00:00:77");
                assertTrue(shell("ping -c 2 -i 0.2 10.10.10.2").contains(" 2 received"));
                weir.signal("TERM");
                final Result result = weir.result(LIMIT_S).hasStatus(0);
                assertTrue(result.output().lines().anyMatch(l -> l.matches("  known +1  of 256")), result::toString);
                assertTrue(result.output().lines().anyMatch(l -> l.matches("  questions +0")), result::toString);
            }
        });
    }

    @Test
    void usesADeviceThatIsThereAndLeavesIt() throws Exception {
        OwnNetwork.run(() -> {
            shell("ip tuntap add weir1 mode tap");
            configure("weir1");
            try (WeirProcess weir = WeirProcess.start("up", "--tap", "weir1", "--ip", "10.10.10.2/24")) {
                assertTrue(weir.line().startsWith("ready weir1 10.10.10.2/24 mac "));
                assertTrue(shell("ping -c 2 -i 0.2 10.10.10.2").contains(" 2 received"));
                weir.signal("TERM");
                weir.result(LIMIT_S).hasStatus(0);
            }
            assertTrue(shell("ip link show weir1").contains("weir1"));
        });
    }

    @Test
    void runsOnATun() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir =
                    WeirProcess.start("up", "--tun", "weir2", "--ip", "10.10.10.2/24", "--socket", "none")) {
                assertEquals("ready weir2 10.10.10.2/24 mtu 1500", weir.line());
                configure("weir2");
                assertTrue(shell("ping -c 2 -i 0.2 10.10.10.2").contains(" 2 received"));
                weir.signal("TERM");
                weir.result(LIMIT_S).hasStatus(0);
            }
        });
    }

    @Test
    void servesTheFilesOfADirectory() throws Exception {
        Files.writeString(directory.resolve("index.html"), "<p>front");
        final byte[] big = new byte[3_000_000];
        Arrays.fill(big, (byte) 'x');
        Files.write(directory.resolve("big.txt"), big);
        OwnNetwork.run(() -> {
            try (WeirProcess weir =
                    WeirProcess.start("up", "--tap", "weir0", "--ip", "10.10.10.2/24", "--http", "8080=" + directory)) {
                assertTrue(weir.line().contains(" http 8080"));
                configure("weir0");
                assertEquals("<p>front", shell("curl -sS http://10.10.10.2:8080/"));
                assertEquals("3000000\n", shell("curl -sS http://10.10.10.2:8080/big.txt | tr -d '\\n' | wc -c"));
                assertEquals(
                        "400 text/plain; charset=utf-8",
                        shell("curl -sS -o /dev/null --path-as-is -w '%{http_code} %{content_type}'"
                                + " http://10.10.10.2:8080/../../etc/passwd"));
                weir.signal("TERM");
                weir.result(LIMIT_S).hasStatus(0);
            }
        });
    }

    @Test
    void saysThatItsDeviceWasDeleted() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = WeirProcess.start("up", "--tap", "weir0", "--ip", "10.10.10.2/24")) {
                weir.line();
                configure("weir0");
                shell("ip link delete weir0");
                assertEquals(
                        "weir up: the interface weir0 was deleted\n",
                        weir.result(LIMIT_S).hasStatus(1).error());
            }
        });
    }

    @Test
    void aBusyDeviceIsOneLine() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess first = WeirProcess.start("up", "--tap", "weir0", "--ip", "10.10.10.2/24");
                    WeirProcess second = startAfter(first)) {
                final String error = second.result(LIMIT_S).hasStatus(1).error();
                assertTrue(error.startsWith("weir up: cannot open TAP weir0: another program has it open"), error);
                assertEquals(1, error.lines().count());
            }
        });
    }

    private static WeirProcess startAfter(WeirProcess first) throws Exception {
        assertTrue(first.line().startsWith("ready "));
        return WeirProcess.start("up", "--tap", "weir0", "--ip", "10.10.10.3/24");
    }
}
