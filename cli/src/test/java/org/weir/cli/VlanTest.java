package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `weir up --vlan` and a kernel on the same VLAN: by an interface of its own where the kernel has such, and by its
/// tagging of what passes the device where it has not.
@NeedsLab(tools = {"curl", "ip", "ping", "nc", "tshark", "python3"})
@Timeout(120)
final class VlanTest {
    private static final int OCTETS = 20_000_000;
    private static final String OWN_INTERFACE =
            "ip link add link weir0 name weir0.7 type vlan id 7 egress-qos-map 0:3 && ip address add 10.7.0.1/24 dev"
                    + " weir0.7 && ip link set weir0.7 up";

    @TempDir
    private Path directory;

    private static Process start(String... command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private Path copied(String name) throws IOException {
        final Path copy = directory.resolve(name);
        try (InputStream source = VlanTest.class.getResourceAsStream(name)) {
            Files.copy(Objects.requireNonNull(source), copy);
        }
        return copy;
    }

    /// Puts the kernel's end on VLAN 7 with priority 3, as 10.7.0.1. Returns what keeps it there.
    private Process joinVlan() throws Exception {
        shell("ip link set weir0 up");
        if (shell(OWN_INTERFACE).isEmpty()) {
            return start("true");
        }
        final Process port = start("python3", copied("vlan_port.py").toString(), "weir0", "7", "3");
        final BufferedReader output = port.inputReader();
        assertEquals("attached", output.readLine(), "the kernel has neither VLANs nor BPF at its devices");
        shell("ip address add 10.7.0.1/24 dev weir0");
        return port;
    }

    private static List<String> seen(Path capture, String filter) throws Exception {
        return shell("tshark -r " + capture + " -T fields -e vlan.id -e vlan.priority -Y '" + filter + "' 2>/dev/null")
                .lines()
                .toList();
    }

    @Test
    void theKernelAndWeirTalkOnAVlan() throws Exception {
        final byte[] content = new byte[OCTETS];
        new Random(1).nextBytes(content);
        Files.write(directory.resolve("big"), content);
        final Path capture = directory.resolve("vlan.pcapng");
        OwnNetwork.run(() -> {
            try (WeirProcess weir = WeirProcess.start(
                    "up",
                    "--tap",
                    "weir0",
                    "--ip",
                    "10.10.10.2/24",
                    "--vlan",
                    "7:5",
                    "--ip",
                    "10.7.0.2/24",
                    "--mac",
                    "02:00:00:00:00:02",
                    "--http",
                    "80=" + directory,
                    "--discard",
                    "9",
                    "--socket",
                    "none")) {
                assertEquals(
                        "ready weir0 10.10.10.2/24 mac 02:00:00:00:00:02 mtu 1500, weir0.7 10.7.0.2/24"
                                + " mac 02:00:00:00:00:02 mtu 1500 discard 9 http 80",
                        weir.line());
                final Process port = joinVlan();
                final Process tshark = start("tshark", "-i", "weir0", "-s", "96", "-w", capture.toString());
                try {
                    awaitCapture(tshark);
                    final String ping = shell("ping -c 3 -i 0.2 -s 1472 -M do 10.7.0.2");
                    assertTrue(ping.contains(" 3 received"), ping);
                    shell("curl -sS -o " + directory.resolve("copy") + " http://10.7.0.2/big");
                    assertEquals(-1, Files.mismatch(directory.resolve("big"), directory.resolve("copy")));
                    shell("timeout 30 nc -N 10.7.0.2 9 < " + directory.resolve("big"));
                    shell("kill -INT " + tshark.pid());
                    assertTrue(tshark.waitFor(20, TimeUnit.SECONDS));
                } finally {
                    tshark.destroy();
                    port.destroy();
                }
                weir.signal("TERM");
                final String counters = weir.result(60).hasStatus(0).output();
                assertTrue(received(counters) > OCTETS, counters);
            }
            final List<String> ours = seen(capture, "eth.src == 02:00:00:00:00:02 and ip.src == 10.7.0.2");
            assertFalse(ours.isEmpty());
            assertTrue(ours.stream().allMatch("7\t5"::equals), () -> "tags of Weir: " + ours);
            final List<String> kernels = seen(capture, "ip.src == 10.7.0.1");
            assertFalse(kernels.isEmpty());
            assertTrue(kernels.stream().allMatch("7\t3"::equals), () -> "tags of the kernel: " + kernels);
        });
    }

    private static void awaitCapture(Process tshark) throws IOException {
        final BufferedReader output = tshark.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.contains("Capturing on")) {
                return;
            }
        }
        throw new AssertionError("tshark does not capture");
    }

    private static long received(String counters) {
        return counters.lines()
                .dropWhile(line -> !line.equals("interface weir0.7"))
                .filter(line -> line.contains("octets received"))
                .map(line -> line.replaceAll("\\D+", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }
}
