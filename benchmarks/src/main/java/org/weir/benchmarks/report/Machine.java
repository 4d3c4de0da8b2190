package org.weir.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What figures were measured on.
public final class Machine {
    private static final Pattern MODEL = Pattern.compile("(?m)^model name\\s*: (.*)$");
    private static final Pattern MEMORY = Pattern.compile("(?m)^MemTotal:\\s*(\\d+) kB$");
    private static final Pattern NUMBERS = Pattern.compile("^[0-9.]+");
    private static final double KIB_OF_GIB = 1 << 20;

    private static final int IDLE = 4;
    private static final int WAITING_FOR_DISKS = 5;

    private Machine() {}

    /// One sentence.
    public static String describe() throws IOException {
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

    /// How busy the processors are by now with whatever else there is, 0 to 1, looked at for `ms`.
    public static double busyShare(long ms) throws IOException, InterruptedException {
        final long[] before = ticks();
        Thread.sleep(ms);
        final long[] after = ticks();
        final double all = after[0] - before[0];
        return all == 0 ? 0 : 1 - (after[1] - before[1]) / all;
    }

    /// All ticks of all processors, and those of them that were idle: proc(5), the first line of `stat`.
    private static long[] ticks() throws IOException {
        final String line =
                Files.readString(Path.of("/proc/stat")).lines().findFirst().orElse("cpu");
        final String[] fields = line.split(" +", -1);
        long all = 0;
        long idle = 0;
        for (int i = 1; i < fields.length; i++) {
            final long ticks = Long.parseLong(fields[i]);
            all += ticks;
            idle += i == IDLE || i == WAITING_FOR_DISKS ? ticks : 0;
        }
        return new long[] {all, idle};
    }

    private static String found(Pattern pattern, String text, String otherwise) {
        final Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(matcher.groupCount()) : otherwise;
    }
}
