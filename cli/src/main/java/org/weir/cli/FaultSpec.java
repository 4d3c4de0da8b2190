package org.weir.cli;

import org.weir.link.FaultPlan;
import org.weir.time.StackClock;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// What `--fault` asks for, the same in both directions.
///
/// @param plan what happens to frames
/// @param seed decides to which
record FaultSpec(FaultPlan plan, long seed) {
    static final String SYNTAX = "loss=2%,duplicate=1%,reorder=1%,corrupt=0.1%,delay=5ms,rate=100M,seed=7";
    /// The same for a help text, which is a format.
    static final String SYNTAX_IN_HELP = "loss=2%%,duplicate=1%%,reorder=1%%,corrupt=0.1%%,delay=5ms,rate=100M,seed=7";

    private static final long DEFAULT_SEED = 1;
    /// Frames that wait for a limited rate.
    private static final int QUEUE_FRAMES = 1_000;

    /// Reads items as in [#SYNTAX], in any order.
    ///
    /// @throws TypeConversionException if the text is malformed; the message names the item and what is permitted
    static FaultSpec parse(String text) {
        FaultPlan plan = FaultPlan.none();
        long seed = DEFAULT_SEED;
        int from = 0;
        while (from <= text.length()) {
            final int comma = text.indexOf(',', from);
            final String item = text.substring(from, comma < 0 ? text.length() : comma);
            final int equals = item.indexOf('=');
            final String name = equals < 0 ? item : item.substring(0, equals);
            final String value = equals < 0 ? "" : item.substring(equals + 1);
            if (name.equals("seed")) {
                seed = wholeNumber(item, value);
            } else {
                plan = with(plan, item, name, value);
            }
            from = comma < 0 ? text.length() + 1 : comma + 1;
        }
        return new FaultSpec(plan, seed);
    }

    private static FaultPlan with(FaultPlan plan, String item, String name, String value) {
        return switch (name) {
            case "loss" -> plan.withLoss(share(item, value));
            case "duplicate" -> plan.withDuplication(share(item, value));
            case "reorder" -> plan.withReordering(share(item, value), StackClock.MILLISECOND);
            case "corrupt" -> plan.withCorruption(share(item, value));
            case "delay" -> plan.withDelay(duration(item, value));
            case "rate" -> plan.withRate(rate(item, value), QUEUE_FRAMES);
            default -> throw malformed(item, "no such fault");
        };
    }

    private static double share(String item, String value) {
        if (!value.endsWith("%")) {
            throw malformed(item, "a share is a percentage");
        }
        final double share = number(item, value.substring(0, value.length() - 1)) / 100;
        if (share > 1) {
            throw malformed(item, "a share is 0% to 100%");
        }
        return share;
    }

    private static long duration(String item, String value) {
        final long unit;
        if (value.endsWith("us")) {
            unit = StackClock.MILLISECOND / 1_000;
        } else if (value.endsWith("ms")) {
            unit = StackClock.MILLISECOND;
        } else {
            throw malformed(item, "a time is in ms or us");
        }
        return (long) (number(item, value.substring(0, value.length() - 2)) * unit);
    }

    private static long rate(String item, String value) {
        final char unit = value.isEmpty() ? ' ' : value.charAt(value.length() - 1);
        final long scale = switch (unit) {
            case 'k' -> 1_000L;
            case 'M' -> 1_000_000L;
            case 'G' -> 1_000_000_000L;
            default -> throw malformed(item, "a rate is in bit/s, with k, M or G");
        };
        return (long) (number(item, value.substring(0, value.length() - 1)) * scale);
    }

    private static double number(String item, String digits) {
        try {
            final double number = Double.parseDouble(digits);
            if (number >= 0 && number < 1e9) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw malformed(item, "not a number");
    }

    private static long wholeNumber(String item, String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException _) {
            throw malformed(item, "not a whole number");
        }
    }

    private static TypeConversionException malformed(String item, String why) {
        return new TypeConversionException("'" + item + "': " + why + "; as in " + SYNTAX);
    }

    /// For picocli.
    static final class Converter implements ITypeConverter<FaultSpec> {
        @Override
        public FaultSpec convert(String value) {
            return parse(value);
        }
    }
}
