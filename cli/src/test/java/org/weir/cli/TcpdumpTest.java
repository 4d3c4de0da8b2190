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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weir.cli.WeirProcess.Result;

/// `weir tcpdump` against `weir up`, checked by tshark.
@NeedsLab(tools = {"ip", "ping", "nc", "tshark"})
@Timeout(120)
final class TcpdumpTest {
    private static final int LIMIT_S = 60;

    @TempDir
    private Path directory;

    /// A capture that has begun.
    private static WeirProcess capture(RunningHost host, String... arguments) throws Exception {
        final WeirProcess capture = host.start("tcpdump", arguments);
        capture.awaitError("listening on ");
        return capture;
    }

    private static void ping() throws Exception {
        assertTrue(shell("ping -c 2 -i 0.2 -s 100 " + RunningHost.WEIR).contains(" 2 received"));
    }

    private static List<String> tshark(Path file, String fields) throws Exception {
        return shell("tshark -r " + file + " -T fields " + fields + " 2>/dev/null")
                .lines()
                .toList();
    }

    @Test
    void printsFramesUntilTheCount() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    WeirProcess capture = capture(host, "-c", "4", "-n", "icmp")) {
                ping();
                final Result result = capture.result(LIMIT_S).hasStatus(0);
                final List<String> lines = result.output().lines().toList();
                assertEquals(4, lines.size(), result::toString);
                assertTrue(
                        lines.getFirst()
                                .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{6} weir0 In  10\\.10\\.10\\.1 > 10\\.10\\.10\\.2"
                                        + " ICMP echo request 1"),
                        result::toString);
                assertTrue(
                        lines.get(1).endsWith(" weir0 Out 10.10.10.2 > 10.10.10.1 ICMP echo reply 1"),
                        result::toString);
                assertTrue(
                        result.error().contains("4 packets captured\n4 packets received by filter\n0 packets dropped"),
                        result::toString);
            }
        });
    }

    @Test
    void printsJson() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    WeirProcess capture = capture(host, "-c", "1", "--json", "icmp and outbound")) {
                ping();
                final JsonObject frame = JsonParser.parseString(
                                capture.result(LIMIT_S).hasStatus(0).output())
                        .getAsJsonObject();
                assertEquals("weir0", frame.get("interface").getAsString());
                assertEquals("out", frame.get("direction").getAsString());
                assertEquals("10.10.10.2", frame.get("src").getAsString());
                assertEquals(RunningHost.MAC, frame.get("eth_src").getAsString());
                assertEquals(142, frame.get("length").getAsInt());
                assertEquals(1, frame.get("protocol").getAsInt());
                assertTrue(frame.get("time").getAsDouble() > 1.7e9);
            }
        });
    }

    @Test
    void writesWhatTsharkReads() throws Exception {
        final Path file = directory.resolve("all.pcapng");
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--echo", "7");
                    WeirProcess capture = capture(host, "-w", file.toString())) {
                ping();
                assertEquals("hello\n", shell("echo hello | nc -N 10.10.10.2 7"));
                capture.signal("TERM");
                final Result result = capture.result(LIMIT_S).hasStatus(0);
                assertTrue(result.error().contains("0 packets dropped by the host\n"), result::toString);
                final long captured = tshark(file, "-e frame.number").size();
                assertTrue(result.error().contains("\n" + captured + " packets captured\n"), result::toString);
            }
            assertEquals(
                    List.of("10.10.10.1\t10.10.10.2\t1", "10.10.10.2\t10.10.10.1\t2", "10.10.10.1\t10.10.10.2\t1"),
                    tshark(
                                    file,
                                    "-Y 'icmp or tcp.flags.syn == 1 and tcp.flags.ack == 0' -e ip.src -e ip.dst -e"
                                            + " frame.packet_flags_direction")
                            .stream()
                            .limit(3)
                            .toList()
                            .stream()
                            .map(line -> line.replace("0x00000001", "1").replace("0x00000002", "2"))
                            .toList());
            assertEquals(
                    List.of("68656c6c6f0a", "68656c6c6f0a"),
                    tshark(file, "-Y tcp.payload -e tcp.payload").stream()
                            .map(line -> line.replace(":", ""))
                            .toList());
            assertTrue(tshark(file, "-e frame.interface_name").contains("weir0"));
            assertTrue(
                    tshark(file, "-o tcp.check_checksum:TRUE -Y tcp.checksum.status==0 -e frame.number")
                            .isEmpty(),
                    "checksums are whole");
        });
    }

    @Test
    void readsAFileWithAFilter() throws Exception {
        final Path file = directory.resolve("cut.pcapng");
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--echo", "7");
                    WeirProcess capture = capture(host, "-s", "60", "-w", file.toString(), "-i", "weir0")) {
                ping();
                assertEquals("hello\n", shell("echo hello | nc -N 10.10.10.2 7"));
                capture.signal("TERM");
                capture.result(LIMIT_S).hasStatus(0);
            }
        });
        try (WeirProcess reading = WeirProcess.start(
                "tcpdump", "-t", "-e", "-r", file.toString(), "icmp and src 10.10.10.2", "and", "greater", "100")) {
            final List<String> lines =
                    reading.result(LIMIT_S).hasStatus(0).output().lines().toList();
            assertEquals(2, lines.size());
            assertTrue(lines.getFirst().startsWith("weir0 Out " + RunningHost.MAC + " > "), lines::toString);
            assertTrue(
                    lines.getFirst()
                            .endsWith(
                                    ", length 142: 10.10.10.2 > 10.10.10.1 ICMP echo reply 1 [82 octets not captured]"),
                    lines::toString);
        }
        final Path part = directory.resolve("part.pcapng");
        try (WeirProcess reading =
                WeirProcess.start("tcpdump", "-r", file.toString(), "-w", part.toString(), "-c", "3", "tcp")) {
            reading.result(LIMIT_S).hasStatus(0);
        }
        assertEquals(List.of("6", "6", "6"), tshark(part, "-e ip.proto"));
    }

    @Test
    void aReaderThatStopsReadingCostsFramesOfItsOwnOnly() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--echo", "7");
                    WeirProcess _ = capture(host, "-w", "-")) {
                // Nobody reads its output: pipe, socket and queue fill up.
                assertEquals("40000000\n", shell("head -c 40000000 /dev/zero | timeout 50 nc -N 10.10.10.2 7 | wc -c"));
                ping();
                assertTrue(host.ask("ss", "-0aH").isEmpty()
                        || host.ask("ss", "-0aH").startsWith("p_raw UNCONN"));
            }
        });
    }

    @Test
    void aBadFilterOrFileIsOneLine() throws Exception {
        final Path file = directory.resolve("no.pcapng");
        Files.writeString(file, "this is a text and no capture");
        try (WeirProcess reading = WeirProcess.start("tcpdump", "-r", file.toString())) {
            assertEquals(
                    "weir tcpdump: this is no capture in pcapng format\n",
                    reading.result(LIMIT_S).hasStatus(1).error());
        }
    }

    @Test
    void anInterfaceThatIsNotThereIsToldOf() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                assertEquals(
                        "weir tcpdump: no interface 'eth9'\n",
                        host.result("tcpdump", "-i", "eth9").hasStatus(1).error());
                assertFalse(host.ask("ss", "-0a").contains("p_raw"));
            }
        });
    }
}
