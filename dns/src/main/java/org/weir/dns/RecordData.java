package org.weir.dns;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.weir.wire.IpAddress;

/// What a record says. `toString` is the presentation format of its type.
public sealed interface RecordData {
    /// Octets of names, text and the like, for an estimate of the heap that it takes.
    int octets();

    /// Of an A or AAAA record.
    record Address(IpAddress address) implements RecordData {
        @Override
        public int octets() {
            return 2 * Long.BYTES;
        }

        @Override
        public String toString() {
            return address.toString();
        }
    }

    /// Of a CNAME, NS or PTR record.
    record Target(DnsName name) implements RecordData {
        @Override
        public int octets() {
            return name.length();
        }

        @Override
        public String toString() {
            return name.toString();
        }
    }

    /// Of an MX record; lower preferences are tried first.
    record Exchange(int preference, DnsName name) implements RecordData {
        @Override
        public int octets() {
            return name.length();
        }

        @Override
        public String toString() {
            return preference + " " + name;
        }
    }

    /// Of an SRV record; lower priorities are tried first, and of one priority each by its weight.
    record Service(int priority, int weight, int port, DnsName target) implements RecordData {
        @Override
        public int octets() {
            return target.length();
        }

        @Override
        public String toString() {
            return priority + " " + weight + " " + port + " " + target;
        }
    }

    /// Of a TXT record: strings of up to 255 octets, each a character.
    record Text(List<String> strings) implements RecordData {
        private static final int STRING_OCTETS = 48;

        @Override
        public int octets() {
            return strings.stream()
                    .mapToInt(text -> STRING_OCTETS + text.length())
                    .sum();
        }

        @Override
        public String toString() {
            return strings.stream().map(Text::quoted).collect(Collectors.joining(" "));
        }

        private static String quoted(String text) {
            final StringBuilder quoted = new StringBuilder("\"");
            text.chars().forEach(c -> {
                if (c < ' ' || c > '~') {
                    quoted.append('\\').append(c / 100).append(c / 10 % 10).append(c % 10);
                } else {
                    quoted.append(c == '"' || c == '\\' ? "\\" : "").append((char) c);
                }
            });
            return quoted.append('"').toString();
        }
    }

    /// Of an SOA record, times in seconds.
    record Authority(DnsName server, DnsName mailbox, long serial, long refresh, long retry, ZoneTimes times)
            implements RecordData {
        @Override
        public int octets() {
            return server.length() + mailbox.length();
        }

        @Override
        public String toString() {
            return server + " " + mailbox + " " + serial + " " + refresh + " " + retry + " " + times.expire() + " "
                    + times.minimum();
        }
    }

    /// The last two numbers of an SOA record, seconds: when secondaries give up, and how long it may be remembered
    /// that something is not there (RFC 2308 section 4).
    record ZoneTimes(long expire, long minimum) {}

    /// Of any other type, as in RFC 3597 section 5.
    record Unknown(int length, String hexadecimal) implements RecordData {
        @Override
        public int octets() {
            return hexadecimal.length();
        }

        static Unknown of(byte[] octets) {
            return new Unknown(octets.length, HexFormat.of().formatHex(octets));
        }

        @Override
        public String toString() {
            return "\\# " + length + " " + hexadecimal;
        }
    }
}
