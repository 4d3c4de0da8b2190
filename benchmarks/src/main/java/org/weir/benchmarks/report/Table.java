package org.weir.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/// A table that is as readable on a terminal as it is as Markdown.
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    /// @param heading a cell for each column
    public Table(List<String> heading) {
        rows.add(List.copyOf(heading));
    }

    public void row(List<String> cells) {
        rows.add(List.copyOf(cells));
    }

    /// Its lines, each with its end.
    public String text() {
        final StringBuilder text = new StringBuilder();
        final int[] widths = widths();
        for (int i = 0; i < rows.size(); i++) {
            line(text, rows.get(i), widths);
            if (i == 0) {
                rule(text, widths);
            }
        }
        return text.toString();
    }

    private int[] widths() {
        final int[] widths = new int[rows.getFirst().size()];
        for (final List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private static void line(StringBuilder text, List<String> row, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            final String cell = row.get(i);
            final String padding = " ".repeat(widths[i] - cell.length());
            text.append("| ").append(cell).append(padding).append(' ');
        }
        text.append("|\n");
    }

    private static void rule(StringBuilder text, int[] widths) {
        for (final int width : widths) {
            text.append('|').append("-".repeat(width + 2));
        }
        text.append("|\n");
    }
}
