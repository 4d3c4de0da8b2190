package org.weir.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What figures were measured on.
final class Machine {
    private static final Pattern MODEL = Pattern.compile("(?m)^model name\\s*: (.*)$");
    private static final Pattern MEMORY = Pattern.compile("(?m)^MemTotal:\\s*(\\d+) kB$");
    private static final Pattern NUMBERS = Pattern.compile("^[0-9.]+");
    private static final double KIB_OF_GIB = 1 << 20;

    private Machine() {}

    /// One sentence.
    static String describe() throws IOException {
        return String.format(
                Locale.ROOT,
                "%s, %d processors, %.0f GiB, Linux %s, JDK %s, %s.",
                found(MODEL, Files.readString(Path.of("/proc/cpuinfo")), "unknown processor"),
                Runtime.getRuntime().availableProcessors(),
                Double.parseDouble(found(MEMORY, Files.readString(Path.of("/proc/meminfo")), "0")) / KIB_OF_GIB,
                found(NUMBERS, System.getProperty("os.version"), "of unknown version"),
                Runtime.version().toString().replaceAll("[+-].*", ""),
                LocalDate.now(ZoneOffset.UTC));
    }

    private static String found(Pattern pattern, String text, String otherwise) {
        final Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(matcher.groupCount()) : otherwise;
    }
}
