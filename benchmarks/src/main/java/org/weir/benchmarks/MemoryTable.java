package org.weir.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weir.benchmarks.report.BarChart;
import org.weir.benchmarks.report.Samples;
import org.weir.benchmarks.report.Table;

/// Entrants that are measured in turn, and the table of what they do.
final class MemoryTable {
    /// @param decimals of its figures
    record Column(String title, int decimals) {}

    private final List<MemoryEntrant> entrants;
    private final List<Column> columns;
    private final List<Samples[]> samples = new ArrayList<>();

    /// @param columns what an entrant's values are
    MemoryTable(List<MemoryEntrant> entrants, List<Column> columns) {
        this.entrants = List.copyOf(entrants);
        this.columns = List.copyOf(columns);
        for (int i = 0; i < entrants.size(); i++) {
            final Samples[] row = new Samples[columns.size()];
            for (int j = 0; j < row.length; j++) {
                row[j] = new Samples();
            }
            samples.add(row);
        }
    }

    /// Two rounds that do not count, and then those that do.
    void measure(int rounds, long roundNs) throws IOException, InterruptedException {
        for (final MemoryEntrant entrant : entrants) {
            entrant.round(2 * roundNs);
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < entrants.size(); i++) {
                final double[] values = entrants.get(i).round(roundNs);
                for (int j = 0; j < values.length; j++) {
                    samples.get(i)[j].add(values[j]);
                }
            }
        }
    }

    private Samples samples(int entrant, int column) {
        return samples.get(entrant)[column];
    }

    String text() {
        final List<String> heading = new ArrayList<>();
        heading.add("");
        columns.forEach(column -> heading.add(column.title()));
        final Table table = new Table(heading);
        for (int i = 0; i < entrants.size(); i++) {
            final List<String> cells = new ArrayList<>();
            cells.add(entrants.get(i).title());
            for (int j = 0; j < columns.size(); j++) {
                cells.add(samples(i, j).text(columns.get(j).decimals()));
            }
            table.row(cells);
        }
        return table.text();
    }

    /// The first column, drawn.
    BarChart chart(String title) {
        final List<BarChart.Bar> bars = new ArrayList<>();
        for (int i = 0; i < entrants.size(); i++) {
            final String label = entrants.get(i).title();
            bars.add(new BarChart.Bar(label, samples(i, 0), label.startsWith("Weir")));
        }
        return new BarChart(title, columns.getFirst().decimals(), bars);
    }

    /// What the medians of one entrant's columns are of another's, those that both have.
    String ratios(int dividend, int divisor) {
        final StringBuilder text = new StringBuilder();
        for (int j = 0; j < columns.size(); j++) {
            final double ratio =
                    samples(dividend, j).median() / samples(divisor, j).median();
            if (Double.isFinite(ratio)) {
                text.append(String.format(
                        Locale.ROOT,
                        "- %s / %s, %s: %.2f%n",
                        entrants.get(dividend).title(),
                        entrants.get(divisor).title(),
                        columns.get(j).title(),
                        ratio));
            }
        }
        return text.toString();
    }
}
