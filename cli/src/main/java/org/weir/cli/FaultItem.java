package org.weir.cli;

import java.util.ArrayList;
import java.util.List;
import org.weir.time.StackClock;
import picocli.CommandLine.TypeConversionException;

/// One item of a [FaultSpec], as `loss=2%` or `blackout=5s/1s/30s`: a name and values between slashes. The methods read
/// them.
///
/// @param text the whole item, for messages
/// @param name what stands before the equals sign
/// @param values what stands behind it; an empty one if there is nothing
record FaultItem(String text, String name, List<String> values) {
    static FaultItem of(String text) {
        final int equals = text.indexOf('=');
        return equals < 0
                ? new FaultItem(text, text, List.of(""))
                : new FaultItem(
                        text,
                        text.substring(0, equals),
                        List.of(text.substring(equals + 1).split("/", -1)));
    }

    int size() {
        return values.size();
    }

    TypeConversionException malformed(String why) {
        return new TypeConversionException("'" + text + "': " + why + "; as in " + FaultSpec.SYNTAX);
    }

    private String value(int index) {
        if (index >= values.size()) {
            throw malformed("a value is missing, they are separated by '/'");
        }
        return values.get(index);
    }

    // ---- what a value can be ----

    double share() {
        return share(0);
    }

    /// A percentage, as 0 to 1.
    double share(int index) {
        final String value = value(index);
        if (!value.endsWith("%")) {
            throw malformed("a share is a percentage");
        }
        final double share = number(value.substring(0, value.length() - 1)) / 100;
        if (share > 1) {
            throw malformed("a share is 0% to 100%");
        }
        return share;
    }

    long duration() {
        return duration(0);
    }

    /// Nanoseconds.
    long duration(int index) {
        final String value = value(index);
        if (value.endsWith("us")) {
            return scaled(value, 2, StackClock.MILLISECOND / 1_000);
        }
        if (value.endsWith("ms")) {
            return scaled(value, 2, StackClock.MILLISECOND);
        }
        if (value.endsWith("s")) {
            return scaled(value, 1, StackClock.SECOND);
        }
        throw malformed("a time is in s, ms or us");
    }

    /// As [#duration(int)], but `absent` if the value is not there.
    long duration(int index, long absent) {
        return index < values.size() ? duration(index) : absent;
    }

    /// Bits per second.
    long rate() {
        final String value = value(0);
        final char unit = value.isEmpty() ? ' ' : value.charAt(value.length() - 1);
        return switch (unit) {
            case 'k' -> scaled(value, 1, 1_000);
            case 'M' -> scaled(value, 1, 1_000_000);
            case 'G' -> scaled(value, 1, 1_000_000_000);
            default -> throw malformed("a rate is in bit/s, with k, M or G");
        };
    }

    private long scaled(String value, int unitLength, long scale) {
        return (long) (number(value.substring(0, value.length() - unitLength)) * scale);
    }

    /// A whole number from 1.
    int count() {
        return count(0);
    }

    private int count(int index) {
        final long count = wholeNumber(value(index));
        if (count < 1 || count > Integer.MAX_VALUE) {
            throw malformed("a count is a whole number from 1");
        }
        return (int) count;
    }

    /// All values as [#count].
    List<Integer> counts() {
        final List<Integer> counts = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            counts.add(count(i));
        }
        return counts;
    }

    long wholeNumber() {
        return wholeNumber(value(0));
    }

    private long wholeNumber(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException _) {
            throw malformed("not a whole number");
        }
    }

    /// Whether the second value is there; if so, it must be `flag`.
    boolean hasFlag(String flag) {
        if (values.size() < 2) {
            return false;
        }
        if (!values.get(1).equals(flag)) {
            throw malformed("only '" + flag + "' may follow");
        }
        return true;
    }

    private double number(String digits) {
        try {
            final double number = Double.parseDouble(digits);
            if (number >= 0 && number < 1e9) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw malformed("not a number");
    }
}
