package org.weir.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `docs/benchmarks.md`, in which each comparison has a section between two markers, and the charts beside it.
final class Page {
    private final Path docs;

    /// @param docs the directory of documents
    Page(Path docs) {
        this.docs = docs;
    }

    /// Puts `report` in place of the section that it had, or at the end of the page.
    void write(Report report, String how) throws IOException {
        final Path page = docs.resolve("benchmarks.md");
        final Comparison comparison = report.comparison();
        final StringBuilder section = new StringBuilder();
        section.append("## ").append(comparison.title()).append("\n\n");
        section.append("`./weir bench ").append(comparison.name()).append("`: ").append(report.heading(how));
        section.append(Machine.describe()).append('\n');
        for (final Part part : comparison.parts()) {
            section.append("\n### ").append(part.title()).append("\n\n").append(report.table(part));
            section.append('\n').append(chart(report, part));
        }
        section.append(report.ratios()).append(report.remarked());
        Files.writeString(
                page, Section.replace(Files.readString(page), "bench " + comparison.name(), section.toString()));
    }

    /// Draws the part's first figure and returns the line that shows it.
    private String chart(Report report, Part part) throws IOException {
        final String name = report.comparison().name() + "-" + part.word() + ".svg";
        final Figure figure = part.figures().getFirst();
        final List<BarChart.Bar> bars = new ArrayList<>();
        for (final Contestant contestant : report.contestants()) {
            final Samples samples = report.results().of(contestant.name(), part, figure);
            if (!samples.isEmpty()) {
                bars.add(new BarChart.Bar(
                        contestant.title(), samples, contestant.name().startsWith("weir")));
            }
        }
        final Path directory = docs.resolve("benchmarks");
        Files.createDirectories(directory);
        final String title = part.title() + ", " + figure.title();
        Files.writeString(directory.resolve(name), new BarChart(title, figure.decimals(), bars).svg());
        return "![" + title + "](benchmarks/" + name + ")\n";
    }
}
