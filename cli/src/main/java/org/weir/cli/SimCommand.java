package org.weir.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.testkit.LinkTap;
import org.weir.testkit.PacketTrace;
import org.weir.testkit.grid.CellRun;
import org.weir.testkit.grid.GoldenTable;
import org.weir.testkit.grid.Grid;
import org.weir.testkit.grid.GridCell;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `weir bench sim`: bulk transfers over simulated networks.
@Command(
        name = "sim",
        header = "Transfer over a grid of simulated networks.",
        description = {
            "",
            "Two Weir hosts and the network between them, in virtual time: rates of 10 Mbit/s to 1 Gbit/s, round-trip"
                    + " times of 2 to 100 ms, losses up to 5%%; and at 100 Mbit/s and 20 ms losses of single segments,"
                    + " reordering, duplication, bursts, blackouts, many flows. Prints a line for each: goodput, its"
                    + " share of the rate (95.6%% is all that headers leave), segments sent again, those of them that"
                    + " had arrived before, time-outs, frames that found the queue full, and how fairly flows share."
                    + " The same seed prints the same, on every machine.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench sim",
            "  weir bench sim --congestion cubic --cell 100M-20ms-1%%",
            "  weir bench sim --cell lost-tail --congestion reno --trace",
            "  weir bench sim --golden testkit/src/test/resources/golden",
            "        write the tables that the tests compare with",
        })
final class SimCommand implements Callable<Integer> {
    private static final List<CongestionAlgorithm> ALL = List.of(CongestionAlgorithm.values());

    @Spec
    private CommandSpec spec;

    @Option(names = "--congestion", paramLabel = "NAME", description = "Only this congestion control: reno or cubic.")
    private @Nullable String congestion;

    @Option(names = "--cell", paramLabel = "NAME", description = "Only the cell of this name, as in the first column.")
    private @Nullable String cell;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "" + GoldenTable.SEED,
            description = "Decides what happens to which packet; ${DEFAULT-VALUE} by default.")
    private long seed;

    @Option(names = "--trace", description = "Print every packet of the cell as well.")
    private boolean traces;

    @Option(
            names = "--pcap",
            paramLabel = "FILE",
            description = "Write the packets that the sender of the cell sends and receives to FILE, as pcapng.")
    private @Nullable Path pcap;

    @Option(
            names = "--golden",
            paramLabel = "DIRECTORY",
            description = "Write each table to a file of DIRECTORY instead of printing it.")
    private @Nullable Path golden;

    @Override
    public Integer call() throws IOException, Failure {
        final List<GridCell> cells = cells();
        final List<CongestionAlgorithm> algorithms = algorithms();
        if ((traces || pcap != null) && (cells.size() > 1 || algorithms.size() > 1)) {
            throw new ParameterException(spec.commandLine(), "--trace and --pcap need one --cell and one --congestion");
        }
        if (golden != null && (cell != null || traces)) {
            throw new ParameterException(spec.commandLine(), "--golden writes whole tables, without --cell or --trace");
        }
        for (final CongestionAlgorithm algorithm : algorithms) {
            if (golden == null) {
                print(algorithm, cells);
            } else {
                write(golden, algorithm, cells);
            }
        }
        return 0;
    }

    private List<GridCell> cells() {
        if (cell == null) {
            return Grid.cells();
        }
        final GridCell found = Grid.named(cell);
        if (found == null) {
            throw new ParameterException(
                    spec.commandLine(), "no cell '" + cell + "'; 'weir bench sim' prints all, and their names");
        }
        return List.of(found);
    }

    private List<CongestionAlgorithm> algorithms() {
        if (congestion == null) {
            return ALL;
        }
        final CongestionAlgorithm algorithm = CongestionAlgorithm.named(congestion.toLowerCase(Locale.ROOT));
        if (algorithm == null) {
            throw new ParameterException(
                    spec.commandLine(), "no congestion control '" + congestion + "'; there are reno and cubic");
        }
        return List.of(algorithm);
    }

    private void print(CongestionAlgorithm algorithm, List<GridCell> cells) throws IOException {
        final PrintWriter out = spec.commandLine().getOut();
        final List<String> heading = GoldenTable.heading(algorithm, seed);
        if (!traces) {
            heading.forEach(out::println);
        }
        for (final GridCell one : cells) {
            final String line = run(one, algorithm);
            if (traces) {
                heading.forEach(out::println);
            }
            out.println(line);
            out.flush();
        }
        out.println();
    }

    private String run(GridCell one, CongestionAlgorithm algorithm) throws IOException {
        try (SimulationCapture capture = SimulationCapture.to(pcap)) {
            final LinkTap trace = traces ? new PacketTrace(spec.commandLine().getOut()::println) : LinkTap.NONE;
            final LinkTap tap = (host, link) -> trace.on(host, capture.on(host, link));
            return new CellRun(one, algorithm, seed, tap).run().line();
        }
    }

    private void write(Path directory, CongestionAlgorithm algorithm, List<GridCell> cells) throws IOException {
        final List<String> lines = new ArrayList<>(GoldenTable.heading(algorithm, seed));
        for (final GridCell one : cells) {
            lines.add(run(one, algorithm));
        }
        final Path file = directory.resolve(GoldenTable.fileName(algorithm));
        Files.createDirectories(directory);
        Files.write(file, lines);
        spec.commandLine().getOut().println(file);
    }
}
