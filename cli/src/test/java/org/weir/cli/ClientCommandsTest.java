package org.weir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.cli.WeirProcess.Result;

/// `weir ping` and `weir nc` by a running host and by a stack of their own, against the kernel.
@NeedsLab(tools = {"ip"})
@Timeout(120)
final class ClientCommandsTest {
    private static final int LIMIT_S = 60;
    private static final int PORT = 7_000;
    private static final InetSocketAddress WEIR = new InetSocketAddress(RunningHost.WEIR, PORT);

    // ---- ping ----

    @Test
    void pingPrintsWhatPingPrints() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final Result result = host.result(
                                "ping", "-n", "-c", "3", "-i", "0.05", "-s", "100", RunningHost.KERNEL)
                        .hasStatus(0);
                final List<String> lines = result.output().lines().toList();
                assertEquals("PING 10.10.10.1 (10.10.10.1) 100(128) bytes of data.", lines.getFirst());
                for (int i = 1; i <= 3; i++) {
                    assertTrue(
                            lines.get(i)
                                    .matches("108 bytes from 10\\.10\\.10\\.1: icmp_seq=" + i
                                            + " ttl=64 time=\\d+\\.\\d{3} ms"),
                            result::toString);
                }
                assertEquals("--- 10.10.10.1 ping statistics ---", lines.get(5));
                assertTrue(
                        lines.get(6).matches("3 packets transmitted, 3 received, 0% packet loss, time \\d+ms"),
                        result::toString);
                assertTrue(
                        lines.get(7).matches("rtt min/avg/max/mdev = [\\d.]+/[\\d.]+/[\\d.]+/[\\d.]+ ms"),
                        result::toString);
            }
        });
    }

    @Test
    void pingTellsOfErrorsAndOfNoAnswers() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final Result silent =
                        host.result("ping", "-c", "1", "-W", "5", "10.10.10.77").hasStatus(1);
                assertTrue(
                        silent.output().contains("\nFrom 10.10.10.2 icmp_seq=1 Destination Host Unreachable\n"),
                        silent::toString);
                assertTrue(
                        silent.output().contains("1 packets transmitted, 0 received, +1 errors, 100% packet loss"),
                        silent::toString);
                assertEquals(
                        "weir ping: Network is unreachable\n",
                        host.result("ping", "-c", "1", "192.0.2.1").hasStatus(2).error());
                assertEquals(
                        "weir ping: no.such.host: no name server is known\n",
                        host.result("ping", "no.such.host").hasStatus(2).error());
            }
        });
    }

    @Test
    void pingPrintsJson() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final List<JsonObject> events = host.ask("ping", "--json", "-c", "1", RunningHost.KERNEL)
                        .lines()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .toList();
                assertEquals(
                        List.of("sent", "reply", "summary"),
                        events.stream().map(e -> e.get("event").getAsString()).toList());
                assertTrue(events.get(1).get("rtt_ns").getAsLong() > 0);
                assertEquals(1, events.get(2).get("received").getAsInt());
            }
        });
    }

    @Test
    void aSignalEndsAPingWithItsStatistics() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    WeirProcess ping = host.start("ping", RunningHost.KERNEL)) {
                assertTrue(ping.line().startsWith("PING "));
                assertTrue(ping.line().contains(" icmp_seq=1 "));
                ping.signal("TERM");
                final Result result = ping.result(LIMIT_S).hasStatus(0);
                assertTrue(result.output().contains(" 0% packet loss"), result::toString);
            }
        });
    }

    // ---- nc ----

    private static void sendAll(WeirProcess to, byte[] octets) throws Exception {
        try (OutputStream input = to.process().getOutputStream()) {
            input.write(octets);
        }
    }

    private static ServerSocket listener() throws Exception {
        return new ServerSocket(PORT, 1, InetAddress.getByName(RunningHost.KERNEL));
    }

    @Test
    void ncCarriesAStreamBothWays() throws Exception {
        final byte[] content = new byte[3_000_000];
        new Random(1).nextBytes(content);
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    ServerSocket listener = listener();
                    WeirProcess nc = host.start("nc", "-N", "-v", "-p", "7777", RunningHost.KERNEL, "" + PORT);
                    Socket peer = listener.accept()) {
                assertEquals(7_777, peer.getPort());
                final Thread sending = Thread.ofPlatform().start(() -> {
                    try {
                        sendAll(nc, content);
                    } catch (Exception _) {
                        // Told by what arrives.
                    }
                });
                assertArrayEquals(content, peer.getInputStream().readAllBytes());
                sending.join();
                peer.getOutputStream().write("farewell\n".getBytes(UTF_8));
                peer.shutdownOutput();
                final Result result = nc.result(LIMIT_S).hasStatus(0);
                assertEquals("farewell\n", result.output());
                assertEquals("Connection to 10.10.10.1 7000 port [tcp/*] succeeded!\n", result.error());
            }
        });
    }

    @Test
    void ncListensForOnePeer() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    WeirProcess nc = host.start("nc", "-l", "-v", "-N", "" + PORT)) {
                nc.awaitError("Listening on 0.0.0.0:7000\n");
                assertTrue(host.ask("ss", "-tlH").contains("LISTEN          0      1 0.0.0.0:7000"));
                try (Socket peer = new Socket()) {
                    peer.connect(WEIR, 10_000);
                    sendAll(nc, "from weir\n".getBytes(UTF_8));
                    peer.getOutputStream().write("to weir\n".getBytes(UTF_8));
                    peer.shutdownOutput();
                    assertEquals("from weir\n", new String(peer.getInputStream().readAllBytes(), UTF_8));
                }
                final Result result = nc.result(LIMIT_S).hasStatus(0);
                assertEquals("to weir\n", result.output());
                assertTrue(result.error().contains("Connection received on 10.10.10.1:"), result::toString);
                assertEquals("", host.ask("ss", "-tlH"));
            }
        });
    }

    @Test
    void ncCarriesDatagrams() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    DatagramSocket kernel = new DatagramSocket(new InetSocketAddress(RunningHost.KERNEL, PORT));
                    WeirProcess listening = host.start("nc", "-l", "-u", "-v", "-w", "2", "" + PORT)) {
                listening.awaitError("Listening on 0.0.0.0:7000\n");
                kernel.send(new DatagramPacket("one\n".getBytes(UTF_8), 4, WEIR));
                assertEquals("one", listening.line());
                sendAll(listening, "two\n".getBytes(UTF_8));
                final DatagramPacket answer = new DatagramPacket(new byte[100], 100);
                kernel.receive(answer);
                assertEquals("two\n", new String(answer.getData(), 0, answer.getLength(), UTF_8));
                assertEquals(WEIR, answer.getSocketAddress());
                listening.result(LIMIT_S).hasStatus(0);
            }
        });
    }

    @Test
    void ncScansPortsAndTellsOfRefusals() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    ServerSocket _ = listener()) {
                final Result scan = host.result("nc", "-z", "-v", RunningHost.KERNEL, "6999-7001")
                        .hasStatus(0);
                assertEquals("""
                    connect to 10.10.10.1 port 6999 (tcp) failed: Connection refused
                    Connection to 10.10.10.1 7000 port [tcp/*] succeeded!
                    connect to 10.10.10.1 port 7001 (tcp) failed: Connection refused
                    """, scan.error());
                assertEquals(
                        "weir nc: connect to 10.10.10.1 port 6999 (tcp) failed: Connection refused\n",
                        host.result("nc", RunningHost.KERNEL, "6999")
                                .hasStatus(1)
                                .error());
                assertEquals(
                        "weir nc: connect to 10.10.10.77 port 7 (tcp) failed: No route to host\n",
                        host.result("nc", "-w", "20", "10.10.10.77", "7")
                                .hasStatus(1)
                                .error());
            }
        });
    }

    @Test
    void aClientThatIsKilledLeavesNoSocket() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    ServerSocket listener = listener()) {
                try (WeirProcess nc = host.start("nc", RunningHost.KERNEL, "" + PORT);
                        Socket peer = listener.accept()) {
                    assertTrue(host.ask("ss", "-tH").contains("ESTAB"));
                    nc.process().destroyForcibly();
                    assertEquals(-1, peer.getInputStream().read());
                }
                try (WeirProcess nc = host.start("nc", "-l", "-v", "" + PORT)) {
                    nc.awaitError("Listening");
                    nc.process().destroyForcibly();
                }
                while (!host.ask("ss", "-atH", "state", "listening", "established")
                        .isEmpty()) {
                    Thread.sleep(50);
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"ping 10.0.0.1", "nc 10.0.0.1 7", "get http://10.0.0.1/"})
    void withoutAHostAClientSaysHowToStartOne(String words) throws Exception {
        final Path nobody = Files.createTempDirectory("weir-nobody").resolve("control");
        final String[] arguments = (words + " --socket " + nobody).split(" ", -1);
        try (WeirProcess asking = WeirProcess.start(arguments)) {
            assertEquals(
                    "weir " + arguments[0] + ": no host runs with the socket " + nobody
                            + "; start one, as with 'weir up --tap weir0 --ip 10.10.10.2/24'\n",
                    asking.result(LIMIT_S).hasStatus(1).error());
        }
    }

    // ---- a stack of their own ----

    @Test
    void theyRunOnAStackOfTheirOwn() throws Exception {
        OwnNetwork.run(() -> {
            shell("ip tuntap add own0 mode tap");
            OwnNetwork.configure("own0", RunningHost.KERNEL + "/24");
            final String[] stack = {"--tap", "own0", "--ip", "10.10.10.9/24", "--gateway", RunningHost.KERNEL};
            try (WeirProcess ping =
                    WeirProcess.start(concat(stack, "ping", "-c", "2", "-i", "0.1", RunningHost.KERNEL))) {
                final Result result = ping.result(LIMIT_S).hasStatus(0);
                assertTrue(result.output().contains("2 packets transmitted, 2 received"), result::toString);
            }
            try (ServerSocket listener = listener();
                    WeirProcess nc = WeirProcess.start(concat(stack, "nc", "-N", RunningHost.KERNEL, "" + PORT));
                    Socket peer = listener.accept()) {
                assertEquals("10.10.10.9", peer.getInetAddress().getHostAddress());
                sendAll(nc, "by itself".getBytes(UTF_8));
                assertEquals("by itself", new String(peer.getInputStream().readAllBytes(), UTF_8));
                peer.shutdownOutput();
                nc.result(LIMIT_S).hasStatus(0);
            }
            assertFalse(shell("ls /tmp").contains("weir-own"), "a directory is left behind");
        });
    }

    private static String[] concat(String[] stack, String... command) {
        final ArrayList<String> words = new ArrayList<>(List.of(command));
        words.addAll(1, List.of(stack));
        return words.toArray(String[]::new);
    }
}
