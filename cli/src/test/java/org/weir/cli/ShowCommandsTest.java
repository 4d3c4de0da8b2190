package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import com.google.gson.JsonObject;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.link.DropReason;

/// The commands that show the state of a running host, against `weir up` in a process of its own.
@NeedsLab(tools = {"ip", "ping", "curl"})
@Timeout(120)
final class ShowCommandsTest {
    private static String get(JsonObject row, String name) {
        return row.get(name).getAsString();
    }

    private static JsonObject rowWith(List<JsonObject> rows, String name, String value) {
        return rows.stream()
                .filter(row -> row.has(name) && get(row, name).equals(value))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row with " + name + " " + value + " in " + rows));
    }

    @Test
    void addrPrintsInterfacesAsIpDoes() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--vlan", "7", "--ip", "10.7.0.2/16")) {
                final String loopback = """
                    1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65535 state UNKNOWN
                        link/loopback
                        inet 127.0.0.1/8 scope host lo
                    """;
                final String device = """
                    2: weir0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
                        link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
                        inet 10.10.10.2/24 brd 10.10.10.255 scope global weir0
                    """;
                final String vlan = """
                    3: weir0.7@weir0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
                        link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
                        vlan protocol 802.1Q id 7
                        inet 10.7.0.2/16 brd 10.7.255.255 scope global weir0.7
                    """;
                assertEquals(loopback + device + vlan, host.ask("addr"));
                assertEquals(device, host.ask("addr", "weir0"));
                final JsonObject json = rowWith(host.rows("addr"), "ifname", "weir0.7");
                assertEquals("weir0", get(json, "link"));
                assertEquals(7, json.get("vlan_id").getAsInt());
                final JsonObject address =
                        json.getAsJsonArray("addr_info").get(0).getAsJsonObject();
                assertEquals("10.7.0.2", get(address, "local"));
                assertEquals(16, address.get("prefixlen").getAsInt());
                assertEquals(
                        "weir addr: no interface 'eth9'\n",
                        host.result("addr", "eth9").hasStatus(1).error());
            }
        });
    }

    @Test
    void addrCountsWhatPasses() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                assertTrue(shell("ping -c 3 -i 0.2 -s 1000 " + RunningHost.WEIR).contains(" 3 received"));
                final JsonObject sent = rowWith(host.rows("addr"), "ifname", "weir0")
                        .getAsJsonObject("stats64")
                        .getAsJsonObject("tx");
                assertTrue(sent.get("bytes").getAsLong() > 3_000, sent::toString);
                final List<String> lines =
                        host.ask("addr", "-s", "weir0").lines().toList();
                assertTrue(lines.get(3).matches("    RX: bytes +packets"), lines::toString);
                assertTrue(lines.get(5).matches("    TX: bytes +packets"), lines::toString);
                assertTrue(lines.get(6).matches("    \\d{4,} +\\d+"), lines::toString);
            }
        });
    }

    @Test
    void arpPrintsNeighboursWithTheirStates() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--neighbor", "10.10.10.9=02:00:00:00:00:09")) {
                assertEquals("10.10.10.9 dev weir0 lladdr 02:00:00:00:00:09 PERMANENT\n", host.ask("arp", "-n"));
                shell("ip link set dev weir0 address 02:00:00:00:00:01");
                assertTrue(shell("ping -c 2 -i 0.2 " + RunningHost.WEIR).contains(" 2 received"));
                final List<String> lines = host.ask("arp").lines().toList();
                assertEquals(2, lines.size());
                assertTrue(
                        lines.getFirst()
                                .matches("10\\.10\\.10\\.1 dev weir0 lladdr 02:00:00:00:00:01"
                                        + " (REACHABLE|STALE|DELAY|PROBE)"),
                        lines::toString);
                final JsonObject neighbor = rowWith(host.rows("neigh"), "dst", "10.10.10.9");
                assertEquals("weir0", get(neighbor, "dev"));
                assertEquals("02:00:00:00:00:09", get(neighbor, "lladdr"));
                assertEquals("[\"PERMANENT\"]", neighbor.get("state").toString());
                assertEquals("", host.ask("arp", "--dev", "lo"));
                assertEquals("[]\n", host.ask("arp", "--dev", "lo", "--json"));
            }
        });
    }

    @Test
    void routePrintsTheTableAsIpDoes() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up(
                    "--gateway",
                    "10.10.10.1",
                    "--route",
                    "10.2.0.0/16=10.10.10.7",
                    "--route",
                    "10.3.0.0/16=unreachable")) {
                final String table = """
                    default via 10.10.10.1 dev weir0
                    10.2.0.0/16 via 10.10.10.7 dev weir0
                    unreachable 10.3.0.0/16 dev lo
                    10.10.10.0/24 dev weir0 scope link src 10.10.10.2
                    10.10.10.2 dev lo scope host
                    127.0.0.0/8 dev lo scope host src 127.0.0.1
                    """;
                assertEquals(table, host.ask("route"));
                final JsonObject json = rowWith(host.rows("route"), "dst", "10.2.0.0/16");
                assertEquals("10.10.10.7", get(json, "gateway"));
                assertEquals("weir0", get(json, "dev"));
                assertEquals("unicast", get(json, "type"));
            }
        });
    }

    /// A connection of the kernel that has had `octets` octets echoed.
    private static Socket connected(int port, int octets) throws Exception {
        final Socket socket = new Socket();
        socket.connect(new InetSocketAddress(RunningHost.WEIR, port), 10_000);
        final OutputStream out = socket.getOutputStream();
        out.write(new byte[octets]);
        assertEquals(octets, socket.getInputStream().readNBytes(octets).length);
        return socket;
    }

    @Test
    void ssPrintsSocketsInTheirStates() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--echo", "7");
                    Socket socket = connected(7, 1_000)) {
                final String here = "10.10.10.2:7            10.10.10.1:" + socket.getLocalPort();
                final String header = "Netid State      Recv-Q Send-Q Local Address:Port      Peer Address:Port\n";
                final String listener = "tcp   LISTEN          0    512 10.10.10.2:7            0.0.0.0:*\n";
                final String connection = "tcp   ESTAB           0      0 " + here + "\n";
                final String datagrams = "udp   UNCONN          0      0 10.10.10.2:7            0.0.0.0:*\n";
                assertEquals(header + connection, host.ask("ss"));
                assertEquals(header + datagrams + listener + connection, host.ask("ss", "-an"));
                assertEquals(listener, host.ask("ss", "-tlH"));
                assertEquals(datagrams, host.ask("ss", "-uaH"));
                assertEquals("", host.ask("ss", "-waH"));
                assertEquals(connection, host.ask("ss", "-H", "state", "established", "time-wait"));
                assertEquals("", host.ask("ss", "-H", "state", "close-wait"));
                final JsonObject json = rowWith(host.rows("ss"), "state", "ESTAB");
                assertEquals("tcp", get(json, "netid"));
                assertEquals(7, json.getAsJsonObject("local").get("port").getAsInt());
                assertEquals(
                        socket.getLocalPort(),
                        json.getAsJsonObject("peer").get("port").getAsInt());
                assertFalse(json.has("tcp_info"));
            }
        });
    }

    @Test
    void ssPrintsTcpInfo() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--echo", "7");
                    Socket _ = connected(7, 12_345)) {
                final List<String> lines = host.ask("ss", "-tiH").lines().toList();
                assertEquals(2, lines.size());
                assertTrue(
                        lines.get(1)
                                .matches("\t cubic ts sack wscale:\\d+,\\d+ rto:\\d+(\\.\\d+)? rtt:[\\d./]+ mss:1448"
                                        + " pmtu:1500 rcvmss:\\d+ advmss:1460 cwnd:\\d+ (ssthresh:\\d+"
                                        + " )?bytes_sent:\\d+ (bytes_retrans:\\d+ )?bytes_acked:12345"
                                        + " bytes_received:12345 segs_out:\\d+ segs_in:\\d+ .*"),
                        lines::toString);
                final JsonObject info = host.rows("ss", "-ti").getFirst().getAsJsonObject("tcp_info");
                assertEquals(12_345, info.get("bytes_received").getAsInt());
                assertEquals("cubic", get(info, "congestion"));
                assertEquals(1_448, info.get("mss").getAsInt());
            }
        });
    }

    @Test
    void statsHasEveryCounterAndEveryDropReason() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--http", "80")) {
                assertTrue(shell("curl -sS http://10.10.10.2/").endsWith("</html>\n"));
                assertTrue(shell("ping -c 2 -i 0.2 " + RunningHost.WEIR).contains(" 2 received"));
                final List<JsonObject> rows = host.rows("stats");
                assertEquals(
                        1,
                        rowWith(rows, "name", "connections opened").get("value").getAsInt());
                assertEquals(
                        2,
                        rowWith(rows, "name", "echo requests answered")
                                .get("value")
                                .getAsInt());
                assertEquals("native programs", get(rowWith(rows, "name", "programs"), "group"));
                final Set<String> dropped = rows.stream()
                        .filter(row -> get(row, "group").equals("drops"))
                        .map(row -> get(row, "name"))
                        .collect(Collectors.toSet());
                final Set<String> expected = Stream.concat(
                                Stream.of("total"),
                                Stream.of(DropReason.values()).map(Enum::name))
                        .collect(Collectors.toSet());
                assertEquals(expected, dropped);
                final String text = host.ask("stats");
                assertTrue(
                        text.contains(
                                "\n  IPV4_BAD_CHECKSUM                            0  wrong IPv4 header checksum\n"),
                        text);
                final String brief = host.ask("stats", "-z");
                assertTrue(brief.contains("\n  connections opened                           1\n"), brief);
                assertFalse(brief.contains("IPV4_BAD_CHECKSUM"), brief);
                final String atEnd = host.stop().output();
                assertTrue(atEnd.contains("\n  connections opened                           1\n"), atEnd);
                assertTrue(atEnd.contains("\nnative programs\n"), atEnd);
                assertFalse(Files.exists(Path.of(host.socket() + ".manage")));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"ss", "arp", "addr", "route", "stats", "tcpdump"})
    void withoutAHostACommandSaysHowToStartOne(String command) throws Exception {
        final Path nobody = Files.createTempDirectory("weir-nobody").resolve("control");
        try (WeirProcess asking = WeirProcess.start(command, "--socket", nobody.toString())) {
            assertEquals(
                    "weir " + command + ": no host runs with the socket " + nobody
                            + "; start one, as with 'weir up --tap weir0 --ip 10.10.10.2/24'\n",
                    asking.result(60).hasStatus(1).error());
        }
    }
}
