package org.weir.cli;

import java.util.List;
import org.weir.cli.manage.Statistic;
import org.weir.cli.manage.Statistics;
import org.weir.preload.PreloadServer;
import org.weir.stack.Stack;

/// Prints what a host has done and what it still holds.
public final class Counters {
    private static final int NAME_WIDTH = 32;
    private static final int NUMBER_WIDTH = 14;
    private static final String TOTAL = "total";

    private final StringBuilder text = new StringBuilder();
    private String group = "";

    private Counters() {}

    /// All that a stack counts, but reasons for drops that there was no reason for.
    static String of(Stack stack) {
        return format(Statistics.of(stack).stream()
                .filter(each -> !each.group().equals(Statistics.DROPS)
                        || each.value() > 0
                        || each.name().equals(TOTAL))
                .toList());
    }

    static String of(PreloadServer door) {
        return format(statisticsOf(door));
    }

    static List<Statistic> statisticsOf(PreloadServer door) {
        final String group = "native programs";
        return List.of(
                new Statistic(group, "programs", door.programs(), "connected to the control socket"),
                new Statistic(group, "program sockets", door.open(), ""),
                new Statistic(group, "refused", door.refusals(), "for want of sockets or files"),
                new Statistic(group, "expelled", door.expulsions(), "sent what the library does not send"),
                new Statistic(group, "dropped", door.lostDatagrams(), "datagrams for want of buffers"));
    }

    /// A line for each, and one in front of each group.
    public static String format(List<Statistic> statistics) {
        final Counters counters = new Counters();
        statistics.forEach(counters::line);
        return counters.text.toString();
    }

    private void line(Statistic each) {
        if (!each.group().equals(group)) {
            group = each.group();
            text.append(group).append('\n');
        }
        final String number = Long.toString(each.value());
        text.append("  ").append(each.name());
        text.repeat(' ', Math.max(1, NAME_WIDTH - each.name().length() + NUMBER_WIDTH - number.length()));
        text.append(number).append(each.meaning().isEmpty() ? "" : "  ").append(each.meaning());
        text.append('\n');
    }
}
