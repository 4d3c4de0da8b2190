package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `weir up --dhcp` and dnsmasq or Kea, which has the kernel's end of the device.
@NeedsLab(tools = {"dnsmasq", "ip", "kea-dhcp4", "ping"})
@Timeout(120)
final class DhcpTest {
    private static final int LIMIT_S = 60;
    private static final String MAC = "02:00:00:00:00:02";

    @TempDir
    private Path directory;

    private static void makeDevice(String name, String prefix) throws Exception {
        assertEquals("", shell("ip tuntap add dev " + name + " mode tap"));
        OwnNetwork.configure(name, prefix);
    }

    /// A server for the lifetime of a test, or a part of it.
    private final class Dnsmasq implements AutoCloseable {
        private final Path log = directory.resolve("dnsmasq.log");
        private final Process process;

        Dnsmasq(String... options) throws Exception {
            final List<String> command = new ArrayList<>(List.of(
                    "dnsmasq",
                    "--keep-in-foreground",
                    "--conf-file=/dev/null",
                    "--port=0",
                    "--user=root",
                    "--no-ping",
                    "--dhcp-authoritative",
                    "--dhcp-sequential-ip",
                    "--log-dhcp",
                    "--log-facility=" + log,
                    "--pid-file=",
                    "--dhcp-leasefile=" + leases()));
            command.addAll(Arrays.asList(options));
            process = new ProcessBuilder(command).inheritIO().start();
        }

        private Path leases() {
            return directory.resolve("leases");
        }

        String log() throws Exception {
            return Files.readString(log);
        }

        void awaitsInLog(String text) throws Exception {
            for (int i = 0; i < 10 * LIMIT_S; i++) {
                if (Files.exists(log) && log().contains(text)) {
                    return;
                }
                Thread.sleep(100);
            }
            throw new AssertionError("no '" + text + "' in " + log());
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().orTimeout(LIMIT_S, TimeUnit.SECONDS).join();
        }
    }

    private static WeirProcess up(String... more) throws Exception {
        final List<String> arguments = new ArrayList<>(List.of("up", "--tap", "weir0", "--dhcp", "--socket", "none"));
        arguments.addAll(Arrays.asList(more));
        return WeirProcess.start(arguments.toArray(String[]::new));
    }

    private static void starts(String expected, String line) {
        assertTrue(line.startsWith(expected), () -> "'" + line + "' does not start with '" + expected + "'");
    }

    @Test
    void getsAnAddressKeepsItAndGivesItBack() throws Exception {
        OwnNetwork.run(() -> {
            makeDevice("weir0", "10.10.10.1/24");
            try (Dnsmasq server = new Dnsmasq(
                            "--dhcp-range=10.10.10.50,10.10.10.59,255.255.255.0,120",
                            "--dhcp-option=option:T1,15",
                            "--dhcp-option=option:dns-server,10.10.10.1",
                            "--domain=example.net");
                    WeirProcess weir = up("--hostname", "duckling", "--mac", MAC)) {
                final String bound = weir.line();
                starts("dhcp weir0 bound 10.10.10.50/24 server 10.10.10.1 seconds 1", bound);
                assertTrue(bound.endsWith(" route 0.0.0.0/0 via 10.10.10.1 dns 10.10.10.1 domain example.net"), bound);
                assertEquals("ready weir0 10.10.10.50/24 mac " + MAC + " mtu 1500", weir.line());
                assertTrue(shell("ping -c 2 -i 0.2 10.10.10.50").contains(" 2 received"));
                starts("dhcp weir0 renewed 10.10.10.50/24", weir.line());
                assertTrue(Files.readString(server.leases()).contains(" duckling ff:"), server.log());
                weir.signal("TERM");
                assertEquals("dhcp weir0 released", weir.line());
                assertEquals("", weir.result(LIMIT_S).hasStatus(0).error());
                server.awaitsInLog("DHCPRELEASE(weir0) 10.10.10.50");
                assertEquals("", Files.readString(server.leases()));
            }
        });
    }

    @Test
    void declinesAnAddressThatAnotherHostHas() throws Exception {
        OwnNetwork.run(() -> {
            makeDevice("weir0", "10.10.10.1/24");
            shell("ip address add 10.10.10.50/32 dev weir0");
            try (Dnsmasq server = new Dnsmasq("--dhcp-range=10.10.10.50,10.10.10.51,255.255.255.0,120");
                    WeirProcess weir = up()) {
                assertEquals("dhcp weir0 declined", weir.line());
                starts("dhcp weir0 bound 10.10.10.51/24", weir.line());
                assertTrue(server.log().contains("DHCPDECLINE(weir0) 10.10.10.50"), server.log());
            }
        });
    }

    @Test
    void goesOnAskingWhileThereIsNoAddressLeft() throws Exception {
        OwnNetwork.run(() -> {
            makeDevice("weir0", "10.10.10.1/24");
            final String one = "--dhcp-range=10.10.10.50,10.10.10.50,255.255.255.0,120";
            final WeirProcess weir;
            try (Dnsmasq server = new Dnsmasq(one, "--dhcp-host=02:00:00:00:00:99,10.10.10.50")) {
                weir = up();
                server.awaitsInLog("no address available");
            }
            try (weir;
                    Dnsmasq _ = new Dnsmasq(one)) {
                starts("dhcp weir0 bound 10.10.10.50/24", weir.line());
            }
        });
    }

    @Test
    void asksForTheSameAddressAtItsNextStart() throws Exception {
        final String lease = directory.resolve("weir0.lease").toString();
        OwnNetwork.run(() -> {
            makeDevice("weir0", "10.10.10.1/24");
            try (Dnsmasq server = new Dnsmasq("--dhcp-range=10.10.10.50,10.10.10.59,255.255.255.0,120")) {
                for (int i = 0; i < 2; i++) {
                    try (WeirProcess weir = up("--mac", MAC, "--lease", lease)) {
                        starts("dhcp weir0 bound 10.10.10.50/24", weir.line());
                        weir.signal("TERM");
                        weir.result(LIMIT_S).hasStatus(0);
                    }
                }
                final String log = server.log();
                assertEquals(1, log.split("DHCPDISCOVER", -1).length - 1, log);
                assertFalse(log.contains("DHCPRELEASE"), log);
            }
        });
    }

    @Test
    void twoInterfacesEachHaveTheirOwn() throws Exception {
        OwnNetwork.run(() -> {
            makeDevice("weir0", "10.10.10.1/24");
            makeDevice("weir1", "10.10.11.1/24");
            try (Dnsmasq _ = new Dnsmasq(
                            "--dhcp-range=10.10.10.50,10.10.10.59,255.255.255.0,120",
                            "--dhcp-range=10.10.11.50,10.10.11.59,255.255.255.0,120");
                    WeirProcess weir = up("--tap", "weir1", "--dhcp")) {
                final List<String> bound = List.of(weir.line(), weir.line());
                assertTrue(bound.stream().anyMatch(l -> l.startsWith("dhcp weir0 bound 10.10.10.5")), bound::toString);
                assertTrue(bound.stream().anyMatch(l -> l.startsWith("dhcp weir1 bound 10.10.11.5")), bound::toString);
                starts("ready weir0 10.10.10.5", weir.line());
                assertTrue(shell("ping -c 2 -i 0.2 10.10.10.50").contains(" 2 received"));
                assertTrue(shell("ping -c 2 -i 0.2 10.10.11.50").contains(" 2 received"));
            }
        });
    }

    // ---- Kea, whose leases may be as short as a test ----

    /// It never looks again at an interface that had no carrier when it started.
    private static void awaitCarrier() throws Exception {
        for (int i = 0; i < 10 * LIMIT_S && !shell("ip link show weir0").contains("LOWER_UP"); i++) {
            Thread.sleep(100);
        }
    }

    /// A server for the lifetime of a test, or a part of it.
    private final class Kea implements AutoCloseable {
        private final Process process;

        Kea(int renewS, int rebindS, int validS) throws Exception {
            awaitCarrier();
            final Path configuration = directory.resolve("kea.json");
            Files.writeString(configuration, """
                {"Dhcp4": {
                  "interfaces-config": {"interfaces": ["weir0"], "dhcp-socket-type": "raw"},
                  "lease-database": {"type": "memfile", "persist": false},
                  "authoritative": true,
                  "renew-timer": %d, "rebind-timer": %d, "valid-lifetime": %d,
                  "subnet4": [{"id": 1, "subnet": "10.10.10.0/24",
                    "pools": [{"pool": "10.10.10.50 - 10.10.10.59"}],
                    "option-data": [
                      {"name": "routers", "data": "10.10.10.1"},
                      {"name": "domain-name-servers", "data": "10.10.10.1, 10.10.10.2"},
                      {"name": "domain-name", "data": "example.net"}]}],
                  "loggers": [{"name": "kea-dhcp4", "severity": "WARN",
                    "output_options": [{"output": "%s"}]}]}}
                """.formatted(renewS, rebindS, validS, directory.resolve("kea.log")));
            final ProcessBuilder builder = new ProcessBuilder("kea-dhcp4", "-c", configuration.toString()).inheritIO();
            builder.environment().put("KEA_PIDFILE_DIR", directory.toString());
            builder.environment().put("KEA_LOCKFILE_DIR", directory.toString());
            process = builder.start();
        }

        void ends() {
            process.destroy();
            process.onExit().orTimeout(LIMIT_S, TimeUnit.SECONDS).join();
        }

        @Override
        public void close() {
            ends();
        }
    }

    /// What is told next, but for complaints about a server that has not begun to listen yet.
    private static String told(WeirProcess weir) throws Exception {
        String line = weir.line();
        while (line.equals("dhcp weir0 no-answer")) {
            line = weir.line();
        }
        return line;
    }

    @Test
    void losesAnAddressThatKeaDoesNotRenewAndGetsItAgain() throws Exception {
        OwnNetwork.run(() -> {
            makeDevice("weir0", "10.10.10.1/24");
            try (WeirProcess weir = up();
                    Kea first = new Kea(4, 8, 16)) {
                assertEquals(
                        "dhcp weir0 bound 10.10.10.50/24 server 10.10.10.1 route 0.0.0.0/0 via 10.10.10.1"
                                + " dns 10.10.10.1 dns 10.10.10.2 domain example.net",
                        told(weir).replaceFirst(" seconds [0-9]+", ""));
                starts("ready weir0 10.10.10.50/24", weir.line());
                starts("dhcp weir0 renewed 10.10.10.50/24", weir.line());
                first.ends();
                String line = weir.line();
                while (line.startsWith("dhcp weir0 renewed")) {
                    line = weir.line();
                }
                assertEquals("dhcp weir0 expired", line);
                assertTrue(shell("ping -c 1 -W 1 10.10.10.50").contains(" 0 received"));
                try (Kea _ = new Kea(4, 8, 16)) {
                    starts("dhcp weir0 bound 10.10.10.5", told(weir));
                }
            }
        });
    }

    @Test
    void anotherServerMayKeepWhatADeadOneHasGranted() throws Exception {
        OwnNetwork.run(() -> {
            makeDevice("weir0", "10.10.10.1/24");
            try (WeirProcess weir = up();
                    Kea first = new Kea(10, 15, 60)) {
                starts("dhcp weir0 bound 10.10.10.50/24 server 10.10.10.1", told(weir));
                starts("ready weir0 10.10.10.50/24", weir.line());
                first.ends();
                shell("ip address del 10.10.10.1/24 dev weir0 && ip address add 10.10.10.9/24 dev weir0");
                try (Dnsmasq server = new Dnsmasq("--dhcp-range=10.10.10.50,10.10.10.59,255.255.255.0,120")) {
                    starts("dhcp weir0 changed 10.10.10.50/24 server 10.10.10.9", weir.line());
                    assertFalse(server.log().contains("DHCPDISCOVER"), server.log());
                }
            }
        });
    }
}
