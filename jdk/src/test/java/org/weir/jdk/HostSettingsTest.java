package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weir.dns.DnsName;
import org.weir.drivers.TapOptions;
import org.weir.runtime.IdleStrategy;
import org.weir.wire.IpAddress;

final class HostSettingsTest {
    private static HostSettings settings(String lines) {
        final Properties values = new Properties();
        for (final String line : lines.split(" ", -1)) {
            final int equals = line.indexOf('=');
            values.setProperty(line.substring(0, equals), line.substring(equals + 1));
        }
        return HostSettings.of(values);
    }

    @Test
    void withoutAnySettingAHostHasItsLoopbackOnly() {
        final HostSettings none = HostSettings.of(new Properties());
        assertNull(none.device());
        assertNull(none.address());
        assertEquals(IdleStrategy.BALANCED, none.idle());
        assertEquals(1_024, none.stackConfig().tcp().connections());
    }

    @Test
    void eachSettingArrives() {
        final HostSettings all = settings("tap=t0 ip=10.77.0.2/24 gateway=10.77.0.1 mtu=9000 mac=02:00:00:00:00:07"
                + " offload=false idle=sleep connections=20000 sockets=30000 pages=65536");
        final TapOptions device = all.device();
        assertNotNull(device);
        assertEquals("t0", device.name());
        assertEquals(TapOptions.Mode.TAP, device.mode());
        assertEquals(9_000, device.mtu());
        assertEquals(0x02_00_00_00_00_07L, device.hardwareAddress());
        assertFalse(device.offload());
        assertEquals("10.77.0.2/24", String.valueOf(all.address()));
        assertEquals("10.77.0.1", String.valueOf(all.gateway()));
        assertEquals(IdleStrategy.SLEEP, all.idle());
        assertEquals(20_000, all.stackConfig().tcp().connections());
        assertEquals(30_000, all.stackConfig().sockets());
        assertEquals(65_536, all.stackConfig().pages());
    }

    @Test
    void nameServersKeepTheirOrder() {
        final Properties values = new Properties();
        values.setProperty("dns", " 10.77.0.3  10.77.0.1 ");
        final HostSettings settings = HostSettings.of(values);
        assertEquals(List.of(IpAddress.parse("10.77.0.3"), IpAddress.parse("10.77.0.1")), settings.nameServers());
        assertEquals(Path.of("/etc/hosts"), settings.resolver().hosts());
        values.setProperty("search", "example.net lab.example.net");
        assertEquals(
                List.of(DnsName.parse("example.net"), DnsName.parse("lab.example.net")),
                HostSettings.of(values).resolver().search());
    }

    @Test
    void aTunIsADeviceToo() {
        final TapOptions device = settings("tun=t0 ip=10.77.0.2/24").device();
        assertNotNull(device);
        assertEquals(TapOptions.Mode.TUN, device.mode());
        assertTrue(device.offload());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        tpa=t0                           | no setting is called tpa; there are [connections, dns, gateway, hosts, idle, ip, mac, mtu, offload, pages, search, sockets, tap, tun]
        tap=t0                           | ip is missing, as in ip=10.77.0.2/24
        tap=t0 tun=t1 ip=10.77.0.2/24    | a host has a tap or a tun, not both
        mtu=1500                         | mtu says nothing without a tap or a tun
        tap=t0 ip=10.77.0.2              | ip=10.77.0.2: must be an address and the length of its prefix, as 10.77.0.2/24
        tap=t0 ip=1.2.3.4/24 mtu=67      | mtu=67: must be 68 to 65535
        tap=t0 ip=1.2.3.4/24 mtu=x       | mtu=x: must be 68 to 65535
        tap=t0 ip=1.2.3.4/24 mac=1       | mac=1: must be an address like 02:00:00:00:00:01
        tap=t0 ip=1.2.3.4/24 gateway=a   | gateway=a: must be an address, as 10.77.0.1
        tap=t0 ip=1.2.3.4/24 offload=yes | offload=yes: must be true or false
        idle=lazy                        | idle=lazy: must be balanced, spin or sleep
        connections=0                    | connections=0: must be 1 to 1048576
        sockets=65537                    | sockets=65537: must be 1 to 65536
        pages=511                        | pages=511: must be 512 to 1048576
        dns=ns.weir.test                 | dns=ns.weir.test: must be up to 8 addresses with blanks between, as 10.77.0.1 10.77.0.3
        hosts=/etc/names                 | hosts says nothing without dns
        search=example.net               | search says nothing without dns
        dns=10.77.0.1 search=a..b        | search=a..b: must be up to 16 domains with blanks between, as example.net lab.example.net
        """)
    void whatIsWrongIsNamedWithWhatIsPermitted(String lines, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> settings(lines))
                        .getMessage());
    }

    @Test
    void systemPropertiesStandAboveTheFileThatTheyName(@TempDir Path directory) throws IOException {
        final Path file = directory.resolve("weir.properties");
        Files.writeString(file, "connections = 7\nweir.sockets = 8\n");
        System.setProperty("weir.config", file.toString());
        System.setProperty("weir.sockets", "9");
        try {
            final HostSettings settings = HostSettings.ofSystemProperties();
            assertEquals(7, settings.stackConfig().tcp().connections());
            assertEquals(9, settings.stackConfig().sockets());
            System.setProperty("weir.sockets", "many");
            final Exception thrown = assertThrows(IllegalArgumentException.class, HostSettings::ofSystemProperties);
            assertEquals("weir.sockets=many: must be 1 to 65536", thrown.getMessage());
        } finally {
            System.clearProperty("weir.config");
            System.clearProperty("weir.sockets");
        }
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        System.setProperty("weir.config", "/no/such/file");
        try {
            final Exception thrown = assertThrows(IllegalArgumentException.class, HostSettings::ofSystemProperties);
            assertTrue(String.valueOf(thrown.getMessage()).startsWith("weir.config: cannot read /no/such/file ("));
        } finally {
            System.clearProperty("weir.config");
        }
    }
}
