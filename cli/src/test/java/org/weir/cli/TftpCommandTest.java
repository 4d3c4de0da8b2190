package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weir.cli.WeirProcess.Result;

/// `weir tftp` and the servers and clients of Debian's packages.
@NeedsLab(tools = {"atftp", "atftpd", "tftpd-hpa", "ip"})
@Timeout(120)
final class TftpCommandTest {
    private static final int LIMIT_S = 60;
    private static final int OCTETS = 200_000;
    private static final int MOST_REPETITIONS = 4;
    private static final String NO_FAULT = "--no-offload";

    @TempDir
    private Path directory;

    private Path served;
    private Path here;

    @BeforeEach
    void files() throws Exception {
        served = Files.createDirectory(directory.resolve("served"));
        shell("chmod 777 " + directory + " " + served);
        here = directory.resolve("here");
        final byte[] content = new byte[OCTETS];
        new Random(1).nextBytes(content);
        Files.write(here, content);
    }

    /// A server on the kernel's address for the lifetime of a test.
    private static final class Server implements AutoCloseable {
        private final Process process;

        Server(String name, Path files) throws Exception {
            final List<String> command = name.equals("atftpd")
                    ? List.of(
                            "atftpd",
                            "--daemon",
                            "--no-fork",
                            "--user",
                            "root",
                            "--group",
                            "root",
                            "--logfile",
                            "-",
                            "--bind-address",
                            RunningHost.KERNEL,
                            files.toString())
                    : List.of(
                            "tftpd-hpa",
                            "--foreground",
                            "--user",
                            "root",
                            "--create",
                            "--secure",
                            "--address",
                            RunningHost.KERNEL + ":69",
                            files.toString());
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            for (int i = 0; i < 10 * LIMIT_S && !shell("ss -Huln sport = :69").contains(":69"); i++) {
                Thread.sleep(100);
            }
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().orTimeout(LIMIT_S, TimeUnit.SECONDS).join();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "atftpd, 512, 1, --no-offload",
        "atftpd, 1428, 64, --no-offload",
        "atftpd, 65464, 4, --no-offload",
        "atftpd, 1428, 8, '--fault=loss=5%,seed=4'",
        "tftpd-hpa, 512, 1, --no-offload",
        "tftpd-hpa, 65464, 4, --no-offload",
        "tftpd-hpa, 1428, 8, '--fault=loss=5%,seed=4'",
    })
    void filesArriveWhole(String server, int blockSize, int windowSize, String network) throws Exception {
        final boolean isLossy = !network.equals(NO_FAULT);
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up(network);
                    Server _ = new Server(server, served)) {
                final List<String> options =
                        List.of("--block", "" + blockSize, "--window", "" + windowSize, "--timeout", "1");
                final String put = transferred(
                        host, isLossy, "tftp put", words(options, RunningHost.KERNEL, here.toString(), "there"));
                assertTrue(put.startsWith(OCTETS + " octets in "), put);
                assertEquals(-1, Files.mismatch(here, served.resolve("there")));
                final Path back = directory.resolve("back");
                final String got = transferred(
                        host, isLossy, "tftp get", words(options, RunningHost.KERNEL, "there", back.toString()));
                assertTrue(got.startsWith(OCTETS + " octets in "), got);
                assertEquals(-1, Files.mismatch(here, back));
            }
        });
    }

    /// What a transfer prints that went well. Where packets are lost a server may give up or fall silent, and the
    /// command says so; it is then begun again, as a user would.
    private static String transferred(RunningHost host, boolean isLossy, String command, String[] words)
            throws Exception {
        Result result = host.result(command, words);
        for (int i = 0; isLossy && i < MOST_REPETITIONS && result.status() != 0; i++) {
            assertTrue(result.error().startsWith("weir " + command + ": "), result::toString);
            result = host.result(command, words);
        }
        return result.hasStatus(0).output();
    }

    private static String[] words(List<String> options, String... more) {
        return Stream.of(options, List.of(more)).flatMap(List::stream).toArray(String[]::new);
    }

    @Test
    void aStackOfItsOwnGetsAFileToo() throws Exception {
        OwnNetwork.run(() -> {
            assertEquals("", shell("ip tuntap add dev weir0 mode tap"));
            OwnNetwork.configure("weir0", RunningHost.KERNEL + "/24");
            Files.copy(here, served.resolve("there"));
            try (Server _ = new Server("tftpd-hpa", served);
                    WeirProcess weir = WeirProcess.start(
                            "tftp",
                            "get",
                            "--tap",
                            "weir0",
                            "--ip",
                            "10.10.10.2/24",
                            "--json",
                            RunningHost.KERNEL,
                            "there",
                            directory.resolve("back").toString())) {
                final Result result = weir.result(LIMIT_S).hasStatus(0);
                final JsonObject summary =
                        JsonParser.parseString(result.output()).getAsJsonObject();
                assertEquals(OCTETS, summary.get("octets").getAsInt());
                assertEquals(-1, Files.mismatch(here, directory.resolve("back")));
            }
        });
    }

    @Test
    void whatIsNotThereIsSaidAndLeavesNothing() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up(NO_FAULT);
                    Server _ = new Server("tftpd-hpa", served)) {
                final Path back = directory.resolve("back");
                final Result result = host.result("tftp get", RunningHost.KERNEL, "missing", back.toString())
                        .hasStatus(1);
                assertTrue(result.error().startsWith("weir tftp get: "), result::toString);
                assertTrue(result.error().contains("not found"), result::toString);
                assertEquals(1, result.error().lines().count(), result::toString);
                assertFalse(Files.exists(back));
                try (Stream<Path> left = Files.list(directory)) {
                    assertEquals(2, left.count(), "files beside 'here' and 'served'");
                }
            }
        });
    }

    @Test
    void aDirectoryIsServedUntilItsCommandIsStopped() throws Exception {
        OwnNetwork.run(() -> {
            Files.copy(here, served.resolve("there"));
            try (RunningHost host = RunningHost.up(NO_FAULT);
                    WeirProcess server = host.start("tftp serve", "--write", served.toString())) {
                assertEquals("ready", server.line());
                final String client = "cd " + directory + " && timeout 50 atftp ";
                shell(client + "--get -r there -l back 10.10.10.2 69");
                assertEquals(-1, Files.mismatch(here, directory.resolve("back")));
                assertEquals("read there", server.line());
                assertEquals("completed octets " + OCTETS, server.line());
                shell(client + "--put -l here -r new 10.10.10.2 69");
                assertEquals(-1, Files.mismatch(here, served.resolve("new")));
                assertEquals("write new", server.line());
                assertEquals("completed octets " + OCTETS, server.line());
                shell(client + "--get -r missing -l none 10.10.10.2 69");
                assertEquals("read missing", server.line());
                server.signal("TERM");
                server.result(LIMIT_S).hasStatus(0);
                assertTrue(host.ask("ss", "-uln").lines().noneMatch(line -> line.contains(":69 ")));
            }
        });
    }

    @Test
    void aFullDiskIsSaid() throws Exception {
        OwnNetwork.run(() -> {
            final Path small = Files.createDirectory(directory.resolve("small"));
            assertEquals("", shell("mount -t tmpfs -o size=64k tmpfs " + small));
            try (RunningHost host = RunningHost.up(NO_FAULT);
                    WeirProcess server = host.start("tftp serve", "--write", small.toString())) {
                assertEquals("ready", server.line());
                final String said = shell(
                        "cd " + directory + " && timeout 50 atftp --trace --put -l here -r new 10.10.10.2 69 2>&1");
                assertTrue(
                        said.contains("error received from server <no space left"),
                        () -> said.substring(said.length() - 300));
                assertEquals("write new", server.line());
                assertTrue(server.line().startsWith("failed reason "));
                try (Stream<Path> left = Files.list(small)) {
                    assertEquals(0, left.count());
                }
            } finally {
                shell("umount " + small);
            }
        });
    }
}
