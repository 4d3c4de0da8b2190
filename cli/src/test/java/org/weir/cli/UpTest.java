package org.weir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.cli.WeirProcess.Result;
import org.weir.drivers.KernelInterface;
import org.weir.drivers.NetworkNamespace;
import org.weir.wire.IpPrefix;

/// `weir up` in a network namespace of the test's own.
@NeedsLab(tools = {"curl", "ip", "ping"})
@Timeout(120)
final class UpTest {
    private static final int LIMIT_S = 60;

    @TempDir
    private Path directory;

    /// What happens in the namespace.
    @FunctionalInterface
    private interface Body {
        void run() throws Exception;
    }

    /// Runs `body` in a thread that has a network of its own; processes that it starts share that.
    private static void inNamespace(Body body) throws Exception {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                NetworkNamespace.enterNew();
                KernelInterface.loopback().up();
                body.run();
                done.complete(null);
            } catch (Exception | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        done.get(2 * LIMIT_S, TimeUnit.SECONDS);
    }

    private static String shell(String script) throws Exception {
        final Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS));
        return output;
    }

    private static void configure(String name) throws Exception {
        final KernelInterface kernel = KernelInterface.named(name);
        kernel.address(IpPrefix.parse("10.10.10.1/24"));
        kernel.up();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void servesUntilASignalAndPrintsItsCounters(String signal) throws Exception {
        inNamespace(() -> {
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
        inNamespace(() -> {
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
    void usesADeviceThatIsThereAndLeavesIt() throws Exception {
        inNamespace(() -> {
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
        inNamespace(() -> {
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
        inNamespace(() -> {
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
        inNamespace(() -> {
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
        inNamespace(() -> {
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
