package org.weir.benchmarks.peers;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weir.benchmarks.report.Machine;
import org.weir.benchmarks.report.Page;
import org.weir.benchmarks.report.ProjectDirectory;

/// Runs a comparison: starts every contestant, lets each warm up, and then measures them in turn, round by round, so
/// that whatever else the machine does meets all of them.
public final class SideBySide {
    /// A compiler at run time has done most of its work then.
    private static final long FIRST_WARM_UP_MS = 3_000;
    /// Until the congestion window is open.
    private static final long WARM_UP_MS = 300;

    private static final long LOOK_MS = 1_000;
    private static final double NEGLIGIBLE = 0.05;

    /// How to measure.
    ///
    /// @param weir the command line of the `weir` command, without arguments
    /// @param only names of contestants, the usual ones if empty
    /// @param rounds measurements of each figure
    /// @param measuredMs milliseconds of each
    /// @param writes put the result into `docs/benchmarks.md`, and charts beside it
    public record Plan(List<String> weir, List<String> only, int rounds, long measuredMs, boolean writes) {}

    private final PrintWriter out;
    private final PrintWriter progress;
    private final Plan plan;
    private final Map<Contestant, Site> sites = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private boolean hasFailed;

    /// @param out where the tables go
    /// @param progress where each round is told
    public SideBySide(PrintWriter out, PrintWriter progress, Plan plan) {
        this.out = out;
        this.progress = progress;
        this.plan = plan;
    }

    /// The names that `only` may have.
    public static List<String> names() throws IOException {
        return new Contestants(new PeerPrograms(ProjectDirectory.find()), List.of())
                .all().stream().map(Contestant::name).toList();
    }

    /// Measures and prints. Returns false if a contestant has failed; one that is not installed has not.
    ///
    /// @throws IOException if nothing can be measured; the message says why
    public boolean run(Comparison comparison) throws IOException, InterruptedException {
        final Path project = ProjectDirectory.find();
        final PeerPrograms programs = new PeerPrograms(project);
        final Results results = new Results();
        final Path load;
        try {
            load = programs.file("load");
        } catch (MissingException e) {
            throw new IOException(e.getMessage(), e);
        }
        tellOfOtherWork();
        try {
            open(
                    new Contestants(programs, plan.weir()).all(),
                    plan.only().isEmpty() ? comparison.contestants() : plan.only());
            final Span first = new Span(Math.min(FIRST_WARM_UP_MS, 3 * plan.measuredMs()), WARM_UP_MS);
            round("warm-up", comparison, load, first, new Results());
            for (int i = 1; i <= plan.rounds(); i++) {
                round("round " + i, comparison, load, new Span(WARM_UP_MS, plan.measuredMs()), results);
            }
        } finally {
            sites.values().forEach(Site::close);
        }
        report(comparison, results, project);
        return !hasFailed;
    }

    /// What else runs spoils figures; a reader of them should know.
    private void tellOfOtherWork() throws IOException, InterruptedException {
        final double busy = Machine.busyShare(LOOK_MS);
        if (busy > NEGLIGIBLE) {
            remark(String.format(
                    Locale.ROOT, "the processors were %.0f %% busy with something else before the run", 100 * busy));
        }
    }

    private void open(List<Contestant> contestants, List<String> names) throws IOException, InterruptedException {
        for (final Contestant contestant : contestants) {
            if (!names.contains(contestant.name())) {
                continue;
            }
            try {
                sites.put(contestant, contestant.open());
            } catch (MissingException e) {
                remark(contestant.name() + " skipped: " + e.getMessage());
            } catch (IOException e) {
                throw new IOException(contestant.name() + " does not start: " + e.getMessage(), e);
            }
        }
    }

    private void round(String name, Comparison comparison, Path load, Span span, Results results)
            throws InterruptedException {
        for (final Map.Entry<Contestant, Site> each : sites.entrySet()) {
            final Contestant contestant = each.getKey();
            for (final Part part : comparison.parts()) {
                try {
                    final LoadResult result = each.getValue().run(load, part.load(), span);
                    results.add(contestant, part, result);
                    tell(name, contestant, part, result);
                } catch (IOException e) {
                    hasFailed = true;
                    remark(contestant.name() + " failed in " + name + ", " + part.title() + ": " + e.getMessage());
                }
            }
        }
    }

    private void tell(String round, Contestant contestant, Part part, LoadResult result) {
        final Figure figure = part.figures().getFirst();
        progress.printf(
                Locale.ROOT,
                "%s, %s, %s: %." + figure.decimals() + "f %s%n",
                round,
                contestant.name(),
                part.title(),
                figure.value().applyAsDouble(result),
                figure.title());
        progress.flush();
    }

    private void remark(String text) {
        remarks.add(text);
        progress.println(text);
        progress.flush();
    }

    private void report(Comparison comparison, Results results, Path project) throws IOException {
        final Report report = new Report(comparison, List.copyOf(sites.keySet()), results, remarks);
        final String how = String.format(
                Locale.ROOT, "Median of %d rounds of %.1f s (least-most).", plan.rounds(), plan.measuredMs() / 1e3);
        out.print(report.text(how));
        out.flush();
        if (plan.writes()) {
            report.write(new Page(project), how);
        }
    }
}
