package org.weir.benchmarks.peers;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/// What a load has measured, by name.
public final class LoadResult {
    private final Map<String, Double> values = new TreeMap<>();

    private LoadResult() {}

    /// Reads a line of `NAME=VALUE` pairs.
    ///
    /// @throws IOException if it is something else, as the last words of a program that failed
    static LoadResult parse(String line) throws IOException {
        final LoadResult result = new LoadResult();
        for (final String pair : line.strip().split(" ", -1)) {
            final int equals = pair.indexOf('=');
            try {
                result.values.put(
                        pair.substring(0, Math.max(0, equals)), Double.parseDouble(pair.substring(equals + 1)));
            } catch (NumberFormatException _) {
                throw new IOException("not a result: " + line);
            }
        }
        return result;
    }

    /// NaN if the load does not measure it.
    public double value(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    public double gigabitsPerSecond() {
        return value("octets") * 8 / value("seconds") / 1e9;
    }

    /// What `name`, processor seconds, is for each 10^9 octets.
    double perGigabyte(String name) {
        return value(name) / (value("octets") / 1e9);
    }

    /// What `name`, a number of things, is in a second.
    double perSecond(String name) {
        return value(name) / value("seconds");
    }
}
