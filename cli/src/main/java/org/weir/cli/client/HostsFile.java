package org.weir.cli.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.weir.cli.Failure;
import org.weir.wire.IpAddress;

/// The names of `/etc/hosts`, hosts(5); an address is its own name.
final class HostsFile implements Names {
    private static final Path FILE = Path.of("/etc/hosts");

    @Override
    public IpAddress resolve(String name) throws Failure {
        if (isAddress(name)) {
            return IpAddress.parse(name);
        }
        for (final String line : lines()) {
            final String[] words = line.replaceAll("#.*", "").strip().split("\\s+");
            final boolean isNamed = Arrays.stream(words).skip(1).anyMatch(name::equalsIgnoreCase);
            if (isNamed && isAddress(words[0])) {
                return IpAddress.parse(words[0]);
            }
        }
        throw new Failure("'" + name + "' is neither an IPv4 address nor in " + FILE);
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(FILE);
        } catch (IOException _) {
            return List.of();
        }
    }

    private static boolean isAddress(String text) {
        try {
            IpAddress.parse(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
