package org.weir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterRule;
import org.weir.filter.FilterRules;
import org.weir.filter.FilterVerdict;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;

/// What `--filter FILE` names: rules, a line for each, of which the first that matches counts.
///
/// ```text
///   # where, what becomes of it, and if it is not everything: of what
///   input accept tcp from 10.10.10.0/24 port 22
///   input reject tcp syn
///   connecting drop tcp to 198.51.100.0/24 port 1-1023
///   # what becomes of the rest
///   policy forward drop
/// ```
final class FilterFile {
    private static final int LEAST_WORDS = 2;
    private static final int MAXIMUM_PORT = 0xFFFF;
    private static final List<FilterHook> HOOKS =
            Arrays.stream(FilterHook.values()).filter(FilterHook::asks).toList();

    private FilterFile() {}

    /// @throws IOException if it cannot be read, or a line is not as it must be; the message names the file and the
    /// line
    static FilterRules read(Path path) throws IOException {
        final FilterRules.Builder builder = FilterRules.builder();
        int number = 0;
        for (final String line : Files.readAllLines(path)) {
            number++;
            final String text = line.replaceFirst("#.*", "").strip();
            if (text.isEmpty()) {
                continue;
            }
            try {
                add(builder, List.of(text.split("\\s+")));
            } catch (IllegalArgumentException e) {
                throw new IOException(path + ", line " + number + ": " + e.getMessage(), e);
            }
        }
        return builder.build();
    }

    private static void add(FilterRules.Builder builder, List<String> words) {
        if (!words.getFirst().equals("policy")) {
            builder.add(rule(words));
            return;
        }
        if (words.size() != LEAST_WORDS + 1) {
            throw new IllegalArgumentException("expected: policy HOOK VERDICT");
        }
        builder.policy(hook(words.get(1)), verdict(words.get(2)));
    }

    private static FilterRule rule(List<String> words) {
        final FilterHook hook = hook(words.getFirst());
        if (words.size() < LEAST_WORDS) {
            throw new IllegalArgumentException("expected: HOOK VERDICT [PROTOCOL] [syn] [from A/LEN] [to A/LEN]"
                    + " [from-port N[-M]] [port N[-M]] [in NAME] [out NAME]");
        }
        FilterRule rule = new FilterRule(hook, verdict(words.get(1)));
        int protocol = 0;
        int at = LEAST_WORDS;
        if (at < words.size() && isProtocol(words.get(at))) {
            protocol = protocol(words.get(at++));
            rule = rule.protocol(protocol);
        }
        if (at < words.size() && words.get(at).equals("syn")) {
            check(protocol == IpProtocol.TCP, "syn goes with tcp");
            rule = rule.opening();
            at++;
        }
        for (; at < words.size(); at += 2) {
            final String name = words.get(at);
            check(!name.endsWith("port") || hasPorts(protocol), name + " goes with tcp or udp");
            check(at + 1 < words.size(), "'" + name + "' lacks a value");
            rule = narrowed(rule, name, words.get(at + 1));
        }
        return rule;
    }

    private static FilterRule narrowed(FilterRule rule, String name, String value) {
        return switch (name) {
            case "from" -> rule.from(IpPrefix.parse(value));
            case "to" -> rule.to(IpPrefix.parse(value));
            case "from-port" -> rule.fromPorts(firstPort(value), lastPort(value));
            case "port" -> rule.ports(firstPort(value), lastPort(value));
            case "in" -> rule.in(value);
            case "out" -> rule.out(value);
            default ->
                throw new IllegalArgumentException("'" + name + "' is none of from, to, from-port, port, in, out");
        };
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    private static FilterHook hook(String word) {
        for (final FilterHook hook : HOOKS) {
            if (word.equals(lower(hook))) {
                return hook;
            }
        }
        throw new IllegalArgumentException("'" + word + "' is none of policy, "
                + HOOKS.stream().map(FilterFile::lower).collect(Collectors.joining(", ")));
    }

    private static FilterVerdict verdict(String word) {
        for (final FilterVerdict verdict : FilterVerdict.values()) {
            if (word.equals(lower(verdict))) {
                return verdict;
            }
        }
        throw new IllegalArgumentException("'" + word + "' is none of accept, drop, reject");
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static boolean isProtocol(String word) {
        return switch (word) {
            case "icmp", "tcp", "udp" -> true;
            default -> Character.isDigit(word.charAt(0));
        };
    }

    private static int protocol(String word) {
        return switch (word) {
            case "icmp" -> IpProtocol.ICMP;
            case "tcp" -> IpProtocol.TCP;
            case "udp" -> IpProtocol.UDP;
            default -> number(word, 0xFF);
        };
    }

    private static boolean hasPorts(int protocol) {
        return protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
    }

    private static int firstPort(String word) {
        return number(word.split("-", 2)[0], MAXIMUM_PORT);
    }

    private static int lastPort(String word) {
        final String[] ends = word.split("-", 2);
        return number(ends[ends.length - 1], MAXIMUM_PORT);
    }

    private static int number(String word, int most) {
        try {
            final int number = Integer.parseInt(word);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw new IllegalArgumentException("'" + word + "' is not in 0 to " + most);
    }
}
