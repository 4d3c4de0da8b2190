package org.weir.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// `docs/benchmarks.md`, in which each benchmark has a section between two markers, and the charts beside it.
public final class Page {
    private static final String CHARTS = "benchmarks";

    private final Path docs;

    /// @param project the directory of the project
    public Page(Path project) {
        docs = project.resolve("docs");
    }

    /// Puts `text` in place of the section that benchmark `name` had, or at the end of the page.
    ///
    /// @param text lines, each with its end
    public void write(String name, String text) throws IOException {
        final Path page = docs.resolve("benchmarks.md");
        Files.writeString(page, Section.replace(Files.readString(page), "bench " + name, text));
    }

    /// Draws `chart` and returns the line that shows it on the page.
    ///
    /// @param name of the file, without its ending
    public String draw(String name, BarChart chart) throws IOException {
        final Path directory = docs.resolve(CHARTS);
        Files.createDirectories(directory);
        final String file = name + ".svg";
        Files.writeString(directory.resolve(file), chart.svg());
        return "![" + chart.title() + "](" + CHARTS + "/" + file + ")\n";
    }
}
