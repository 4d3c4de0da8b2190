package org.weir.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weir.time.StackClock;
import org.weir.wire.IpAddress;

/// A file of names in the manner of hosts(5): an address and its names in each line, `#` before comments. Lines that
/// say nothing are passed over, a file that cannot be read has no names. Whether it has changed is looked at every 5 s
/// at most, when somebody asks: the stack waits for the disk then.
final class HostsFile {
    private static final long LOOK_NS = 5 * StackClock.SECOND;
    private static final long LONGEST = 16L << 20;
    private static final int IPV6_OCTETS = 16;

    private final @Nullable Path file;
    private final Map<String, List<IpAddress>> addresses = new HashMap<>();
    private final Map<IpAddress, String> names = new HashMap<>();
    private @Nullable FileTime modified;
    private boolean wasLookedAt;
    private long lookedAtNs;

    HostsFile(@Nullable Path file) {
        this.file = file;
    }

    /// The addresses of `host`; empty if the file does not know it.
    List<IpAddress> addressesOf(String host, long nowNs) {
        refresh(nowNs);
        return addresses.getOrDefault(key(host), List.of());
    }

    /// The first name of `address`; null if the file does not know it.
    @Nullable
    DnsName nameOf(IpAddress address, long nowNs) {
        refresh(nowNs);
        final String name = names.get(address);
        try {
            return name == null ? null : DnsName.ofHost(name);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static String key(String host) {
        final String name = host.toLowerCase(Locale.ROOT);
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private void refresh(long nowNs) {
        if (file == null || wasLookedAt && nowNs - lookedAtNs < LOOK_NS) {
            return;
        }
        wasLookedAt = true;
        lookedAtNs = nowNs;
        try {
            final FileTime time = Files.getLastModifiedTime(file);
            if (!time.equals(modified)) {
                modified = time;
                read(file);
            }
        } catch (IOException _) {
            modified = null;
            addresses.clear();
            names.clear();
        }
    }

    private void read(Path from) throws IOException {
        addresses.clear();
        names.clear();
        if (Files.size(from) > LONGEST) {
            throw new IOException(from + " is longer than " + LONGEST + " octets");
        }
        new String(Files.readAllBytes(from), StandardCharsets.UTF_8).lines().forEach(this::take);
    }

    private void take(String line) {
        final int comment = line.indexOf('#');
        final String[] words =
                (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+", -1);
        final IpAddress address = literal(words[0]);
        if (address == null || words.length < 2) {
            return;
        }
        names.putIfAbsent(address, words[1]);
        for (int i = 1; i < words.length; i++) {
            final List<IpAddress> known = addresses.computeIfAbsent(key(words[i]), _ -> new ArrayList<>(1));
            if (!known.contains(address)) {
                known.add(address);
            }
        }
    }

    /// The address that `text` is; null if it is none. Nobody is asked.
    static @Nullable IpAddress literal(String text) {
        try {
            if (text.indexOf(':') < 0) {
                return IpAddress.parse(text);
            }
            final byte[] octets = InetAddress.ofLiteral(text).getAddress();
            final ByteBuffer buffer = ByteBuffer.wrap(octets);
            return octets.length == IPV6_OCTETS
                    ? new IpAddress(buffer.getLong(), buffer.getLong())
                    : IpAddress.ofIpv4(buffer.getInt());
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
