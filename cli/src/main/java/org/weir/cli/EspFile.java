package org.weir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.weir.esp.Esp;
import org.weir.esp.EspSuite;
import org.weir.esp.SecurityPolicy;
import org.weir.esp.SecurityPolicy.Action;
import org.weir.esp.SecurityPolicy.Ports;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;

/// What `--esp FILE` names: security associations and policies, a line for each.
///
/// ```text
///   # from, to, SPI, suite, key (with its salt), replay window
///   sa 10.10.10.1 10.10.10.2 0x1001 aes128gcm16 0x0011...  replay 128
///   # what happens, with whom, and if it is not everything: to which protocol and ports
///   protect 10.10.10.1/32 tcp remote-port 80
///   bypass 10.10.10.0/24 icmp
///   discard 0.0.0.0/0
/// ```
final class EspFile {
    private static final int DEFAULT_WINDOW = 64;
    private static final int LEAST_WORDS_OF_ASSOCIATION = 6;
    private static final int MAXIMUM_PORT = 0xFFFF;

    private static final class Association {
        final int spi;
        final IpAddress source;
        final IpAddress destination;
        final EspSuite suite;
        final byte[] key;
        final int window;

        /// @param words `sa FROM TO SPI SUITE KEY`
        Association(List<String> words, int window) {
            this.source = IpAddress.parse(words.get(1));
            this.destination = IpAddress.parse(words.get(2));
            this.spi = spi(words.get(3));
            this.suite = EspSuite.named(words.get(4));
            this.key = key(words.get(5));
            this.window = window;
            if (key.length != suite.keyOctets()) {
                throw new IllegalArgumentException(suite + " takes a key of " + suite.keyOctets()
                        + " octets (that of the HMAC or the salt included), not " + key.length);
            }
        }
    }

    private final Path path;
    private final List<Association> associations = new ArrayList<>();
    private final List<SecurityPolicy> policies = new ArrayList<>();

    private EspFile(Path path) {
        this.path = path;
    }

    /// Reads a file that holds keys, and which therefore only its user may read.
    ///
    /// @throws IOException if it cannot be read, others can read it, or a line is not as it must be; the message
    /// names the file and the line
    static EspFile read(Path path) throws IOException {
        final Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ)) {
            throw new IOException(path + " holds keys and can be read by others; chmod 600 mends that");
        }
        final EspFile file = new EspFile(path);
        int number = 0;
        for (final String line : Files.readAllLines(path)) {
            number++;
            final String text = line.replaceFirst("#.*", "").strip();
            if (text.isEmpty()) {
                continue;
            }
            try {
                file.add(List.of(text.split("\\s+")));
            } catch (IllegalArgumentException e) {
                throw new IOException(path + ", line " + number + ": " + e.getMessage(), e);
            }
        }
        return file;
    }

    private void add(List<String> words) {
        switch (words.getFirst()) {
            case "sa" -> associations.add(association(words));
            case "protect", "bypass", "discard" -> policies.add(policy(words));
            default ->
                throw new IllegalArgumentException(
                        "'" + words.getFirst() + "' is none of sa, protect, bypass, discard");
        }
    }

    // ---- associations ----

    private static Association association(List<String> words) {
        final boolean hasWindow = words.size() == LEAST_WORDS_OF_ASSOCIATION + 2
                && words.get(LEAST_WORDS_OF_ASSOCIATION).equals("replay");
        if (words.size() != LEAST_WORDS_OF_ASSOCIATION && !hasWindow) {
            throw new IllegalArgumentException("expected: sa FROM TO SPI SUITE KEY [replay N]");
        }
        return new Association(
                words, hasWindow ? number(words.getLast(), Esp.LEAST_WINDOW, Esp.LARGEST_WINDOW) : DEFAULT_WINDOW);
    }

    private static int spi(String word) {
        final boolean isHexadecimal = word.toLowerCase(Locale.ROOT).startsWith("0x");
        try {
            return isHexadecimal ? Integer.parseUnsignedInt(word.substring(2), 16) : Integer.parseUnsignedInt(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + word + "' is not an SPI: 256 to 4294967295, or as 0x1001", e);
        }
    }

    private static byte[] key(String word) {
        try {
            return HexFormat.of().parseHex(word.replaceFirst("^0[xX]", ""));
        } catch (IllegalArgumentException e) {
            // Without the cause, whose message has the key in it.
            throw new IllegalArgumentException("the key is not an even number of hexadecimal digits");
        }
    }

    private static int number(String word, int least, int most) {
        try {
            final int number = Integer.parseInt(word);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw new IllegalArgumentException("'" + word + "' is not in " + least + " to " + most);
    }

    // ---- policies ----

    private static SecurityPolicy policy(List<String> words) {
        if (words.size() < 2) {
            throw new IllegalArgumentException(
                    "expected: " + words.getFirst() + " REMOTE/LEN [PROTOCOL] [local-port N[-M]] [remote-port N[-M]]");
        }
        final Action action = Action.valueOf(words.getFirst().toUpperCase(Locale.ROOT));
        int at = 2;
        int protocol = SecurityPolicy.ANY;
        if (at < words.size() && !words.get(at).endsWith("-port")) {
            protocol = protocol(words.get(at++));
        }
        Ports local = Ports.ALL;
        Ports remote = Ports.ALL;
        for (; at < words.size(); at += 2) {
            final Ports ports = at + 1 < words.size() ? ports(words.get(at + 1)) : Ports.ALL;
            switch (words.get(at)) {
                case "local-port" -> local = ports;
                case "remote-port" -> remote = ports;
                default ->
                    throw new IllegalArgumentException("'" + words.get(at) + "' is none of local-port, remote-port");
            }
            if (at + 1 == words.size() || protocol != IpProtocol.TCP && protocol != IpProtocol.UDP) {
                throw new IllegalArgumentException(words.get(at) + " goes with tcp or udp and a number");
            }
        }
        return new SecurityPolicy(action, IpPrefix.ALL, IpPrefix.parse(words.get(1)), protocol, local, remote);
    }

    private static int protocol(String word) {
        return switch (word) {
            case "any" -> SecurityPolicy.ANY;
            case "icmp" -> IpProtocol.ICMP;
            case "tcp" -> IpProtocol.TCP;
            case "udp" -> IpProtocol.UDP;
            default -> number(word, 1, 0xFF);
        };
    }

    private static Ports ports(String word) {
        final String[] ends = word.split("-", 2);
        return new Ports(number(ends[0], 0, MAXIMUM_PORT), number(ends[ends.length - 1], 0, MAXIMUM_PORT));
    }

    // ---- use ----

    /// Gives all to `esp`, and overwrites the keys here.
    ///
    /// @throws IOException if an association cannot be
    void giveTo(Esp esp) throws IOException {
        try {
            for (final Association a : associations) {
                esp.addAssociation(a.spi, a.source, a.destination, a.suite, a.key, a.window);
                Arrays.fill(a.key, (byte) 0);
            }
            policies.forEach(esp::addPolicy);
        } catch (GeneralSecurityException | IllegalArgumentException | IllegalStateException e) {
            throw new IOException(path + ": " + e.getMessage(), e);
        }
    }
}
