package org.weir.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weir.testkit.LinkTap;
import org.weir.testkit.PacketTrace;
import org.weir.testkit.torture.Torture;
import org.weir.time.StackClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `weir torture`: random connections over random networks, each of which must keep TCP's promise.
@Command(
        name = "torture",
        header = "Try random connections over bad networks, in virtual time.",
        description = {
            "",
            "Each run has two Weir hosts, a network with random faults (loss, bursts, duplication, reordering,"
                + " corruption, jitter, slow wires, short queues, blackouts, small MTUs) and one to four connections"
                + " between applications that write, read, pause, end and leave at random, through the raw interface"
                + " and through sockets. Checks that every octet arrives once and in order or the application is told"
                + " of an error, that connections end, that nothing leaks and that the hosts come to rest. Needs no"
                + " privilege, touches nothing. The same seed does the same on every machine.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir torture --runs 10000",
            "  weir torture --seed 7 --run 123 --trace",
            "        one run of the series 7 again, packet by packet",
            "",
            "Exit status: 0 if no run failed, 1 if one did, 2 for bad arguments.",
        })
final class TortureCommand implements Callable<Integer> {
    private static final int MOST_RUNS = 100_000_000;
    /// More failures than these are only counted.
    private static final int MOST_TOLD = 10;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many runs; ${DEFAULT-VALUE} by default.")
    private int runs;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Decides everything; ${DEFAULT-VALUE} by default.")
    private long seed;

    @Option(names = "--run", paramLabel = "K", description = "Only run K of the series, counted from 0.")
    private @Nullable Long run;

    @Option(names = "--trace", description = "Print every packet of the run.")
    private boolean traces;

    @Option(
            names = "--pcap",
            paramLabel = "FILE",
            description = "Write the packets that the client of the run sends and receives to FILE, as pcapng.")
    private @Nullable Path pcap;

    @Override
    public Integer call() throws IOException {
        if (runs < 1 || runs > MOST_RUNS) {
            throw new ParameterException(spec.commandLine(), "--runs " + runs + " is not in 1 to " + MOST_RUNS);
        }
        if (run != null && run < 0) {
            throw new ParameterException(spec.commandLine(), "--run " + run + " is negative");
        }
        if (run == null && (traces || pcap != null)) {
            throw new ParameterException(spec.commandLine(), "--trace and --pcap need one --run");
        }
        final PrintWriter out = spec.commandLine().getOut();
        final Torture torture = new Torture(seed);
        final long startedNs = System.nanoTime();
        if (run == null) {
            all(torture);
        } else {
            one(torture, run);
        }
        final double seconds = (System.nanoTime() - startedNs) / (double) StackClock.SECOND;
        out.println(torture.summary() + String.format(Locale.ROOT, "; %.1f s", seconds));
        return torture.failedRuns() == 0 ? 0 : Failure.GENERAL;
    }

    private void all(Torture torture) {
        for (long number = 0; number < runs; number++) {
            tell(number, torture, torture.run(number, LinkTap.NONE));
        }
    }

    private void one(Torture torture, long number) throws IOException {
        try (SimulationCapture capture = SimulationCapture.to(pcap)) {
            final LinkTap trace = traces ? new PacketTrace(spec.commandLine().getOut()::println) : LinkTap.NONE;
            tell(number, torture, torture.run(number, (host, link) -> trace.on(host, capture.on(host, link))));
        }
    }

    private void tell(long number, Torture torture, String failure) {
        if (failure.isEmpty() || torture.failedRuns() > MOST_TOLD) {
            return;
        }
        final PrintWriter out = spec.commandLine().getOut();
        out.print("run " + number + " failed: " + failure);
        out.println("  again: weir torture --seed " + seed + " --run " + number + " --trace");
        out.println(torture.failedRuns() == MOST_TOLD ? "more failures are only counted" : "");
        out.flush();
    }
}
