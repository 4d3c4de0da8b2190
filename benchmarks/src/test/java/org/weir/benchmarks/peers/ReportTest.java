package org.weir.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weir.benchmarks.peers.Contestant.Kind;
import org.weir.benchmarks.peers.Load.Placement;
import org.weir.benchmarks.peers.Load.Task;
import org.weir.benchmarks.report.Page;

/// What is told of a run that never was.
final class ReportTest {
    private static final Figure RATE = Figure.of("Gbit/s", 1, LoadResult::gigabitsPerSecond);
    private static final Figure MEMORY = Figure.ofStacks("RSS MB", 0, r -> r.value("peak_megabytes"));
    private static final Part PART =
            new Part("in", "Kernel to stack", new Load(Task.SEND, Placement.ANYWHERE), List.of(RATE, MEMORY));
    private static final Comparison COMPARISON = new Comparison(
            "tap",
            "Bulk",
            "As fast as it can.",
            List.of("weir", "kernel", "lwip"),
            List.of(PART),
            List.of(new Ratio(PART, RATE, "weir", "kernel"), new Ratio(PART, RATE, "weir", "lwip")));
    private static final Contestant WEIR = contestant("weir", "Weir", Kind.STACK);
    private static final Contestant KERNEL = contestant("kernel", "kernel to kernel", Kind.KERNEL);

    private static Contestant contestant(String name, String title, Kind kind) {
        return new TapContestant(name, title, kind, List::of);
    }

    private static Report report() throws IOException {
        final Results results = new Results();
        for (final int gigabits : new int[] {30, 20, 10}) {
            final LoadResult result =
                    LoadResult.parse("seconds=1 octets=" + gigabits * 125_000_000L + " peak_megabytes=99");
            results.add(WEIR, PART, result);
            results.add(KERNEL, PART, LoadResult.parse("seconds=2 octets=10000000000 peak_megabytes=7"));
        }
        return new Report(COMPARISON, List.of(WEIR, KERNEL), results, List.of("lwip skipped: needs lwIP"));
    }

    @Test
    void aRowHasTheMedianAndItsRange() throws IOException {
        assertTrue(report().text("").contains("| Weir             | 20.0 (10.0-30.0) | 99 (99-99) |"));
    }

    @Test
    void theKernelHasNoMemoryOfAProcess() throws IOException {
        assertTrue(report().text("").contains("| kernel to kernel | 40.0 (40.0-40.0) | -          |"));
    }

    @Test
    void aRatioIsThatOfTheMediansAndIsLeftOutWhereOneIsMissing() throws IOException {
        final String text = report().text("");
        assertTrue(text.contains("| Weir / kernel to kernel | Kernel to stack, Gbit/s | 0.50  |"), text);
        assertFalse(text.contains("/ lwip"), text);
    }

    @Test
    void whoWasNotThereIsSaid() throws IOException {
        assertTrue(report().text("").endsWith("\n- lwip skipped: needs lwIP\n"));
    }

    @Test
    void thePageHasOneSectionHoweverOftenItIsWritten(@TempDir Path project) throws IOException {
        final Path page = Files.createDirectories(project.resolve("docs")).resolve("benchmarks.md");
        Files.writeString(page, "# Benchmarks\n");
        report().write(new Page(project), "Once.");
        report().write(new Page(project), "Twice.");
        final String text = Files.readString(page);
        assertTrue(text.startsWith("# Benchmarks\n\n<!-- bench tap -->\n## Bulk\n\n`./weir bench tap`: As fast"), text);
        assertTrue(text.contains("![Kernel to stack, Gbit/s](benchmarks/tap-in.svg)"), text);
        assertFalse(text.contains("Once."), text);
        assertEquals(text.indexOf("## Bulk"), text.lastIndexOf("## Bulk"));
        assertTrue(
                Files.readString(project.resolve("docs/benchmarks/tap-in.svg")).contains(">Weir</text>"));
    }
}
