package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The tools that people look at networks with, and those that they attack them with, against `weir up`.
///
/// A packet that is not answered is counted under a name, and nothing is held afterwards.
@NeedsLab(
        tools = {
            "curl",
            "ip",
            "ping",
            "traceroute",
            "mtr",
            "nmap",
            "hping3",
            "tcpreplay",
            "iperf3",
            "python3",
            "nsenter"
        })
@Timeout(180)
final class NetworkToolsTest {
    private static final String MAC = "02:00:00:00:00:02";

    @TempDir
    private Path directory;

    /// A host on 10.10.10.2 with its services, and this network's kernel on 10.10.10.1.
    private static WeirProcess host(String... more) throws Exception {
        final List<String> words = new ArrayList<>(List.of(
                "up",
                "--tap",
                "weir0",
                "--ip",
                "10.10.10.2/24",
                "--mac",
                MAC,
                "--echo",
                "7",
                "--discard",
                "9",
                "--http",
                "80",
                "--socket",
                "none"));
        words.addAll(List.of(more));
        final WeirProcess weir = WeirProcess.start(words.toArray(String[]::new));
        assertTrue(weir.line().startsWith("ready "));
        OwnNetwork.configure("weir0", "10.10.10.1/24");
        return weir;
    }

    /// Ends the host. Returns its counters, which must say that it holds nothing that it should not.
    private static String counters(WeirProcess weir) throws Exception {
        weir.signal("TERM");
        final String counters = weir.result(30).hasStatus(0).output();
        assertTrue(counters.contains("in use\n"), counters);
        assertEquals(0, counter(counters, "pages"), counters);
        assertEquals(0, counter(counters, "blocks"), counters);
        assertEquals(0, counter(counters, "handles"), counters);
        return counters;
    }

    private static long counter(String counters, String name) {
        final Matcher line =
                Pattern.compile("^ +" + name + " +(\\d+)", Pattern.MULTILINE).matcher(counters);
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }

    // ---- one host ----

    @Test
    void aFloodOfPingsIsAnsweredWhole() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = host()) {
                final String output = shell("ping -q -f -c 100000 10.10.10.2");
                assertTrue(output.contains("100000 packets transmitted, 100000 received"), output);
                assertEquals(0, counter(counters(weir), "NO_BUFFER"));
            }
        });
    }

    @Test
    void theLongestPingIsAnswered() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = host()) {
                final String output = shell("ping -c 5 -i 0.2 -s 65507 10.10.10.2");
                assertTrue(output.contains(" 5 received"), output);
                counters(weir);
            }
        });
    }

    @Test
    void datagramsInFragmentsPassBothWays() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = host()) {
                final String output =
                        shell("timeout 30 python3 " + copied("echo_datagrams.py") + " 10.10.10.2 7 8000 60000 65507");
                assertEquals("8000 60000 65507 \n", output);
                counters(weir);
            }
        });
    }

    @Test
    void nmapFindsTheProtocolsThatAreThere() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = host()) {
                final String output = shell("nmap -n -sO -p 1,2,6,17,41,99 --max-retries 3 10.10.10.2");
                assertTrue(Pattern.compile("(?m)^1 +open +icmp").matcher(output).find(), output);
                assertTrue(Pattern.compile("(?m)^6 +open +tcp").matcher(output).find(), output);
                assertTrue(Pattern.compile("(?m)^17 +open +udp").matcher(output).find(), output);
                assertTrue(Pattern.compile("(?m)^99 +closed").matcher(output).find(), output);
                assertTrue(counter(counters(weir), "IPV4_UNKNOWN_PROTOCOL") > 0);
            }
        });
    }

    @Test
    void nmapFindsThePortsThatAreThere() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = host()) {
                final String udp = shell("nmap -n -sU -p 7,9,10,11,12 --max-retries 3 10.10.10.2");
                assertTrue(
                        Pattern.compile("(?m)^7/udp +open +echo").matcher(udp).find(), udp);
                assertTrue(
                        Pattern.compile("(?m)^9/udp +open\\|filtered")
                                .matcher(udp)
                                .find(),
                        udp);
                assertTrue(Pattern.compile("(?m)^10/udp +closed").matcher(udp).find(), udp);
                final String tcp = shell("nmap -n -sS -p 7,9,80,81 10.10.10.2");
                assertTrue(Pattern.compile("(?m)^80/tcp +open").matcher(tcp).find(), tcp);
                assertTrue(Pattern.compile("(?m)^81/tcp +closed").matcher(tcp).find(), tcp);
                for (final String scan : new String[] {"-sF", "-sX", "-sN"}) {
                    final String odd = shell("nmap -n " + scan + " -p 80,81 --max-retries 1 10.10.10.2");
                    assertTrue(
                            Pattern.compile("(?m)^80/tcp +open\\|filtered")
                                    .matcher(odd)
                                    .find(),
                            odd);
                    assertTrue(
                            Pattern.compile("(?m)^81/tcp +closed").matcher(odd).find(), odd);
                }
                assertTrue(counter(counters(weir), "UDP_NO_ENDPOINT") > 0);
            }
        });
    }

    @Test
    void odditiesOfHpingAreAnsweredOrNamed() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = host()) {
                final String hping = "timeout 10 hping3 -q -i u2000 -c 50 10.10.10.2 ";
                answered(50, shell(hping + "-S -p 80"));
                answered(50, shell(hping + "-S -p 81"));
                answered(50, shell(hping + "-A -p 80"));
                answered(0, shell(hping + "-R -p 80"));
                answered(50, shell(hping + "-SFPU -p 81"));
                answered(50, shell(hping + "-1"));
                answered(50, shell(hping + "-1 -f -d 200"));
                answered(0, shell(hping + "-1 --icmptype 13"));
                answered(0, shell(hping + "-S -p 80 --badcksum"));
                answered(50, shell(hping + "-2 -p 7 -d 100"));
                final String counters = counters(weir);
                assertTrue(counter(counters, "TCP_BAD_CHECKSUM") >= 50, counters);
                assertTrue(counter(counters, "ICMP_IGNORED") >= 50, counters);
            }
        });
    }

    private static void answered(int expected, String output) {
        assertTrue(output.contains(" " + expected + " packets received"), output);
    }

    @Test
    void capturesOfAttacksLeaveNothingBehind() throws Exception {
        OwnNetwork.run(() -> {
            try (WeirProcess weir = host()) {
                final String written =
                        shell("timeout 60 /usr/bin/python3 " + copied("hostile.py") + " " + directory + " " + MAC);
                assertTrue(written.contains("tags 100\n"), written);
                long frames = 0;
                for (final String line : written.lines().toList()) {
                    final String[] words = line.split(" ", -1);
                    final String replayed =
                            shell("tcpreplay -q -i weir0 --pps 5000 " + directory.resolve(words[0] + ".pcap"));
                    assertTrue(replayed.contains("Successful packets:        " + words[1]), replayed);
                    frames += Long.parseLong(words[1]);
                }
                final String ping = shell("ping -c 3 -i 0.2 10.10.10.2");
                assertTrue(ping.contains(" 3 received"), ping);
                assertFalse(shell("curl -sS --max-time 5 http://10.10.10.2/").isEmpty());
                shell("sleep 31");
                final String counters = counters(weir);
                assertTrue(counter(counters, "total") > frames / 2, counters);
                for (final String reason : new String[] {
                    "IPV4_MALFORMED",
                    "IPV4_BAD_CHECKSUM",
                    "IPV4_MARTIAN",
                    "ETHERNET_UNKNOWN_TYPE",
                    "ARP_MALFORMED",
                    "TCP_MALFORMED",
                    "IPV4_FRAGMENT_OVERLAP",
                    "VLAN_UNKNOWN"
                }) {
                    assertTrue(counter(counters, reason) > 0, () -> reason + "\n" + counters);
                }
            }
        });
    }

    private Path copied(String name) throws IOException {
        final Path copy = directory.resolve(name);
        try (InputStream source = NetworkToolsTest.class.getResourceAsStream(name)) {
            Files.copy(Objects.requireNonNull(source), copy);
        }
        return copy;
    }

    // ---- a router ----

    /// A router with three interfaces, and a kernel at each: this network's (10.1.0.2), and two of others.
    ///
    /// ```text
    ///   10.1.0.2 - 10.1.0.1 | weir up --forward | 10.2.0.1 - 10.2.0.2
    ///                       |                   | 10.3.0.1 - 10.3.0.2
    /// ```
    private static void throughARouter(RouterBody body) throws Exception {
        OwnNetwork.run(() -> {
            final Process second = network();
            final Process third = network();
            try (WeirProcess weir = WeirProcess.start(
                    "up",
                    "--tap",
                    "weir1",
                    "--ip",
                    "10.1.0.1/24",
                    "--tap",
                    "weir2",
                    "--ip",
                    "10.2.0.1/24",
                    "--tap",
                    "weir3",
                    "--ip",
                    "10.3.0.1/24",
                    "--forward",
                    "--socket",
                    "none")) {
                assertTrue(weir.line().startsWith("ready weir1 10.1.0.1/24 mac "));
                OwnNetwork.configure("weir1", "10.1.0.2/24");
                shell("ip route add default via 10.1.0.1");
                join(second, 2);
                join(third, 3);
                body.run(weir, second.pid());
            } finally {
                second.destroyForcibly();
                third.destroyForcibly();
            }
        });
    }

    /// What happens between the networks.
    @FunctionalInterface
    private interface RouterBody {
        /// @param second a process in the network of 10.2.0.2
        void run(WeirProcess weir, long second) throws Exception;
    }

    private static Process network() throws Exception {
        final Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo there; exec sleep 170").start();
        assertEquals("there", holder.inputReader().readLine());
        return holder;
    }

    private static void join(Process network, int number) throws Exception {
        final String name = "weir" + number;
        final String output = shell("ip link set " + name + " netns " + network.pid() + " && "
                + in(network.pid(), "ip address add 10." + number + ".0.2/24 dev " + name) + " && "
                + in(network.pid(), "ip link set " + name + " up") + " && "
                + in(network.pid(), "ip route add default via 10." + number + ".0.1"));
        assertEquals("", output);
    }

    private static String in(long process, String command) {
        return "nsenter --net --target " + process + " " + command;
    }

    @Test
    void tracerouteAndMtrShowTheRouter() throws Exception {
        throughARouter((weir, _) -> {
            final String trace = shell("traceroute -n -q 1 -w 2 10.3.0.2");
            assertTrue(trace.contains(" 1  10.1.0.1 ") && trace.contains(" 2  10.3.0.2 "), trace);
            final String mtr = shell("mtr -n -r -c 3 -i 0.2 10.2.0.2");
            assertTrue(mtr.contains("1.|-- 10.1.0.1 ") && mtr.contains("2.|-- 10.2.0.2 "), mtr);
            assertFalse(mtr.contains("100.0"), mtr);
            assertTrue(counter(counters(weir), "FORWARD_TTL_EXCEEDED") > 0);
        });
    }

    @Test
    void longPingsAndStreamsPassTheRouter() throws Exception {
        throughARouter((weir, second) -> {
            final String ping = shell("ping -c 3 -i 0.2 -s 65507 10.2.0.2");
            assertTrue(ping.contains(" 3 received"), ping);
            final Process server = new ProcessBuilder(
                            "nsenter", "--net", "--target", Long.toString(second), "iperf3", "-s")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                shell("sleep 0.5");
                final String stream = shell("timeout 30 iperf3 -c 10.2.0.2 -n 200M");
                assertTrue(stream.contains("iperf Done"), stream);
                final String datagrams = shell("timeout 30 iperf3 -u -c 10.2.0.2 -b 20M -l 16000 -t 2");
                final Matcher result =
                        Pattern.compile("(\\d+)/(\\d+) \\(.*%\\)  receiver").matcher(datagrams);
                assertTrue(result.find(), datagrams);
                assertTrue(4 * Long.parseLong(result.group(1)) < Long.parseLong(result.group(2)), datagrams);
            } finally {
                server.destroy();
            }
            counters(weir);
        });
    }
}
