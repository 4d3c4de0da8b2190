package org.weir.benchmarks.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weir.benchmarks.report.BarChart;
import org.weir.benchmarks.report.Machine;
import org.weir.benchmarks.report.Page;
import org.weir.benchmarks.report.Samples;
import org.weir.benchmarks.report.Table;

/// What a run has shown, as text that is Markdown too: a table for each part, then ratios, then who was not there.
record Report(Comparison comparison, List<Contestant> contestants, Results results, List<String> remarks) {
    /// @param how a sentence on rounds
    String text(String how) {
        final StringBuilder text = new StringBuilder(heading(how));
        for (final Part part : comparison.parts()) {
            text.append('\n').append(part.title()).append(":\n\n").append(table(part));
        }
        return text.append(ratios()).append(remarked()).toString();
    }

    private String heading(String how) {
        return comparison.about() + " " + how + "\n";
    }

    /// The same with headings and charts, as the section of `page`.
    void write(Page page, String how) throws IOException {
        final StringBuilder text = new StringBuilder();
        text.append("## ").append(comparison.title()).append("\n\n");
        text.append("`./weir bench ").append(comparison.name()).append("`: ").append(heading(how));
        text.append(Machine.describe()).append('\n');
        for (final Part part : comparison.parts()) {
            text.append("\n### ")
                    .append(part.title())
                    .append("\n\n")
                    .append(table(part))
                    .append('\n');
            text.append(page.draw(comparison.name() + "-" + part.word(), chart(part)));
        }
        page.write(comparison.name(), text.append(ratios()).append(remarked()).toString());
    }

    private BarChart chart(Part part) {
        final Figure figure = part.figures().getFirst();
        final List<BarChart.Bar> bars = new ArrayList<>();
        for (final Contestant contestant : contestants) {
            final Samples samples = results.of(contestant.name(), part, figure);
            if (!samples.isEmpty()) {
                bars.add(new BarChart.Bar(
                        contestant.title(), samples, contestant.name().startsWith("weir")));
            }
        }
        return new BarChart(part.title() + ", " + figure.title(), figure.decimals(), bars);
    }

    private String table(Part part) {
        final List<String> heading = new ArrayList<>();
        heading.add("contestant");
        part.figures().forEach(figure -> heading.add(figure.title()));
        final Table table = new Table(heading);
        for (final Contestant contestant : contestants) {
            final List<String> cells = new ArrayList<>();
            cells.add(contestant.title());
            for (final Figure figure : part.figures()) {
                cells.add(results.of(contestant.name(), part, figure).text(figure.decimals()));
            }
            table.row(cells);
        }
        return table.text();
    }

    /// The ratios of those who were there; nothing if there are none.
    private String ratios() {
        final Table table = new Table(List.of("ratio of medians", "figure", "value"));
        boolean isEmpty = true;
        for (final Ratio ratio : comparison.ratios()) {
            final double value = results.ratio(ratio);
            if (Double.isFinite(value)) {
                isEmpty = false;
                table.row(List.of(
                        title(ratio.dividend()) + " / " + title(ratio.divisor()),
                        ratio.part().title() + ", " + ratio.figure().title(),
                        String.format(Locale.ROOT, "%.2f", value)));
            }
        }
        return isEmpty ? "" : "\n" + table.text();
    }

    private String title(String name) {
        for (final Contestant contestant : contestants) {
            if (contestant.name().equals(name)) {
                return contestant.title();
            }
        }
        return name;
    }

    private String remarked() {
        final StringBuilder text = new StringBuilder();
        remarks.forEach(remark -> text.append("\n- ").append(remark));
        return text.isEmpty() ? "" : text.append('\n').toString();
    }
}
