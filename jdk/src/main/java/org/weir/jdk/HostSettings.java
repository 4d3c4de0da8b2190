package org.weir.jdk;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.weir.dns.DnsName;
import org.weir.dns.NameServer;
import org.weir.dns.ResolverConfig;
import org.weir.drivers.TapOptions;
import org.weir.link.LinkCapabilities;
import org.weir.runtime.IdleStrategy;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// What a [WeirHost] is made of, as text: a properties file, system properties, or both.
///
/// | setting | value |
/// |---|---|
/// | `tap`, `tun` | the name of the device, one of the two; without, the host has only its loopback |
/// | `ip` | the host's address and the length of its network's prefix, as 10.77.0.2/24; needed with a device |
/// | `gateway` | where everything else is sent |
/// | `mtu` | octets in the largest IP packet; the interface's own by default |
/// | `mac` | the hardware address, as 02:00:00:00:00:01; a random one by default |
/// | `offload` | `true` (default) to leave checksums and segmentation to the kernel, `false` to do them here |
/// | `idle` | `balanced` (default), `spin` or `sleep`: [IdleStrategy] |
/// | `connections` | TCP connections at once, those in TIME-WAIT included; 1,024 by default |
/// | `sockets` | sockets at once, 1 to 65,536; 1,024 by default |
/// | `pages` | pages of 2 KiB for data of all connections; 8,192 by default |
/// | `dns` | addresses of name servers, with blanks between, which `InetAddress` asks through the host of the whole JVM
/// |
/// | `hosts` | with `dns`: the file of names that are known without asking; /etc/hosts by default |
/// | `search` | with `dns`: domains that are put behind names, with blanks between |
public final class HostSettings {
    static final String PREFIX = "weir.";
    private static final String FILE = "config";
    private static final String HOSTS = "/etc/hosts";
    private static final Set<String> NAMES = new TreeSet<>(Set.of(
            "tap",
            "tun",
            "ip",
            "gateway",
            "mtu",
            "mac",
            "offload",
            "idle",
            "connections",
            "sockets",
            "pages",
            "dns",
            "hosts",
            "search"));

    private final Properties values = new Properties();
    private final String origin;

    private HostSettings(String origin) {
        this.origin = origin;
    }

    /// The settings in `values`, by the names above.
    ///
    /// @throws IllegalArgumentException if a name or a value is wrong; the message says which, and what is
    /// permitted
    public static HostSettings of(Properties values) {
        final HostSettings settings = new HostSettings("");
        settings.take(values);
        settings.check();
        return settings;
    }

    /// The system properties `weir.tap`, `weir.ip` and so on, over those of the file that `weir.config` names.
    ///
    /// @throws IllegalArgumentException if the file cannot be read, or a name in it or a value is wrong
    public static HostSettings ofSystemProperties() {
        final HostSettings settings = new HostSettings(PREFIX);
        final String file = System.getProperty(PREFIX + FILE);
        if (file != null) {
            settings.take(read(Path.of(file)));
        }
        for (final String name : NAMES) {
            final String value = System.getProperty(PREFIX + name);
            if (value != null) {
                settings.values.setProperty(name, value);
            }
        }
        settings.check();
        return settings;
    }

    private static Properties read(Path file) {
        final Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            read.load(reader);
        } catch (IOException e) {
            throw new IllegalArgumentException("weir.config: cannot read " + file + " (" + e + ")", e);
        }
        return read;
    }

    private void take(Properties from) {
        for (final String name : from.stringPropertyNames()) {
            values.setProperty(checked(name).substring(PREFIX.length()), from.getProperty(name));
        }
    }

    /// The name of the system property for the setting `name`, which may be that already.
    ///
    /// @throws IllegalArgumentException if there is no such setting
    static String checked(String name) {
        final String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        if (!NAMES.contains(plain)) {
            throw new IllegalArgumentException("no setting is called " + name + "; there are " + NAMES);
        }
        return PREFIX + plain;
    }

    private void check() {
        final boolean hasDevice = text("tap") != null || text("tun") != null;
        if (text("tap") != null && text("tun") != null) {
            throw new IllegalArgumentException("a host has a " + origin + "tap or a " + origin + "tun, not both");
        }
        if (hasDevice && text("ip") == null) {
            throw new IllegalArgumentException(origin + "ip is missing, as in " + origin + "ip=10.77.0.2/24");
        }
        for (final String name : Set.of("ip", "gateway", "mtu", "mac", "offload")) {
            if (!hasDevice && text(name) != null) {
                throw new IllegalArgumentException(
                        origin + name + " says nothing without a " + origin + "tap or a " + origin + "tun");
            }
        }
        for (final String name : Set.of("hosts", "search")) {
            if (text(name) != null && text("dns") == null) {
                throw new IllegalArgumentException(origin + name + " says nothing without " + origin + "dns");
            }
        }
        device();
        address();
        gateway();
        resolver();
        idle();
        stackConfig();
    }

    // ---- values ----

    private @Nullable String text(String name) {
        final String value = values.getProperty(name);
        return value == null ? null : value.strip();
    }

    private IllegalArgumentException wrong(String name, String permitted, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                origin + name + "=" + values.getProperty(name) + ": must be " + permitted, cause);
    }

    private int number(String name, int byDefault, String permitted, LongPredicate check) {
        final String value = text(name);
        if (value == null) {
            return byDefault;
        }
        try {
            final int number = Integer.parseInt(value);
            if (check.test(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrong(name, permitted, e);
        }
        throw wrong(name, permitted, null);
    }

    /// The device that the host is on; null if it has none.
    @Nullable
    TapOptions device() {
        final String tap = text("tap");
        final String tun = text("tun");
        if (tap == null && tun == null) {
            return null;
        }
        TapOptions options = tap == null ? TapOptions.tun(String.valueOf(tun)) : TapOptions.tap(tap);
        final String mac = text("mac");
        if (mac != null) {
            try {
                options = options.withHardwareAddress(MacAddress.parse(mac));
            } catch (IllegalArgumentException e) {
                throw wrong("mac", "an address like 02:00:00:00:00:01", e);
            }
        }
        final int mtu = number(
                "mtu",
                0,
                LinkCapabilities.MINIMUM_MTU + " to " + LinkCapabilities.MAXIMUM_MTU,
                n -> n >= LinkCapabilities.MINIMUM_MTU && n <= LinkCapabilities.MAXIMUM_MTU);
        return offload() ? options.withMtu(mtu) : options.withMtu(mtu).withoutOffload();
    }

    private boolean offload() {
        final String value = text("offload");
        if (value != null && !"true".equals(value) && !"false".equals(value)) {
            throw wrong("offload", "true or false", null);
        }
        return !"false".equals(value);
    }

    /// The host's own address; null if it has only its loopback.
    @Nullable
    IpPrefix address() {
        final String value = text("ip");
        try {
            return value == null ? null : IpPrefix.parse(value);
        } catch (IllegalArgumentException e) {
            throw wrong("ip", "an address and the length of its prefix, as 10.77.0.2/24", e);
        }
    }

    @Nullable
    IpAddress gateway() {
        final String value = text("gateway");
        try {
            return value == null ? null : IpAddress.parse(value);
        } catch (IllegalArgumentException e) {
            throw wrong("gateway", "an address, as 10.77.0.1", e);
        }
    }

    /// The name servers in the order in which they are asked; empty to leave names to the JDK.
    List<IpAddress> nameServers() {
        final String value = text("dns");
        if (value == null) {
            return List.of();
        }
        try {
            return atMost(
                    ResolverConfig.MOST_SERVERS,
                    Stream.of(value.split(" +", -1)).map(IpAddress::parse).toList());
        } catch (IllegalArgumentException e) {
            throw wrong("dns", "up to 8 addresses with blanks between, as 10.77.0.1 10.77.0.3", e);
        }
    }

    /// What a resolver is to know.
    ResolverConfig resolver() {
        final String hosts = text("hosts");
        final List<NameServer> servers =
                nameServers().stream().map(NameServer::at).toList();
        return ResolverConfig.of(servers).withSearch(search()).withHosts(Path.of(hosts == null ? HOSTS : hosts));
    }

    private List<DnsName> search() {
        final String value = text("search");
        if (value == null) {
            return List.of();
        }
        try {
            return atMost(
                    ResolverConfig.MOST_DOMAINS,
                    Stream.of(value.split(" +", -1)).map(DnsName::ofHost).toList());
        } catch (IllegalArgumentException e) {
            throw wrong("search", "up to 16 domains with blanks between, as example.net lab.example.net", e);
        }
    }

    private static <T> List<T> atMost(int most, List<T> values) {
        if (values.size() > most) {
            throw new IllegalArgumentException(values.size() + " are more than " + most);
        }
        return values;
    }

    IdleStrategy idle() {
        final String value = text("idle");
        try {
            return value == null ? IdleStrategy.BALANCED : IdleStrategy.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw wrong("idle", "balanced, spin or sleep", e);
        }
    }

    StackConfig stackConfig() {
        StackConfig config = StackConfig.defaults();
        config = config.withPages(
                number("pages", config.pages(), "512 to 1048576", n -> n >= 512 && n <= 1 << 20),
                config.reservedPages());
        config = config.withSockets(number("sockets", config.sockets(), "1 to 65536", n -> n >= 1 && n <= 1 << 16));
        final int connections =
                number("connections", config.tcp().connections(), "1 to 1048576", n -> n >= 1 && n <= 1 << 20);
        return config.withTcp(config.tcp().withConnections(connections));
    }
}
