package org.weir.jdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weir.wire.IpAddress;

/// A file of names in the manner of hosts(5): an address and its names in each line, `#` before comments. Read anew for
/// each question; one that cannot be read has no names, and lines about other addresses than those of IPv4 say nothing
/// here.
///
/// @param file where it is
record HostsFile(Path file) {
    private record Line(IpAddress address, List<String> names) {}

    /// The addresses of `host`; empty if the file does not know it.
    List<IpAddress> addresses(String host) {
        final String name = host.toLowerCase(Locale.ROOT);
        return lines().stream()
                .filter(line -> line.names.contains(name))
                .map(Line::address)
                .toList();
    }

    /// The first names of `address`; empty if the file does not know it.
    List<String> names(IpAddress address) {
        return lines().stream()
                .filter(line -> line.address.equals(address))
                .map(line -> line.names.getFirst())
                .toList();
    }

    private List<Line> lines() {
        final List<Line> lines = new ArrayList<>();
        try {
            for (final String text : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                final String[] words = text.replaceFirst("#.*", "").strip().split("\\s+", -1);
                if (words.length > 1 && isIpv4(words[0])) {
                    final List<String> names = List.of(words).subList(1, words.length).stream()
                            .map(word -> word.toLowerCase(Locale.ROOT))
                            .toList();
                    lines.add(new Line(IpAddress.parse(words[0]), names));
                }
            }
        } catch (IOException | UncheckedIOException _) {
            return List.of();
        }
        return lines;
    }

    private static boolean isIpv4(String text) {
        try {
            IpAddress.parse(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
