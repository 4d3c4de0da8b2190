package org.weir.cli;

import java.util.ArrayList;
import java.util.List;
import org.weir.benchmarks.ScaleBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `weir bench scale`: costs as the number of connections grows.
@Command(
        name = "scale",
        description = {
            "What a segment costs beside idle connections, what a request costs when connections take turns, what"
                    + " opening and closing costs, and what a connection takes of memory: two stacks in one thread on"
                    + " an in-memory link, both ends together.",
            "",
            "Both hosts of each number of idle connections exist at the same time: a million need a heap of 3 GiB"
                    + " (WEIR_JAVA_OPTS=-Xmx3g where a quarter of the machine's memory is less).",
        },
        mixinStandardHelpOptions = true)
final class ScaleCommand implements Runnable {
    private static final int MOST_CONNECTIONS = 10_000_000;
    private static final int MAXIMUM_ROUNDS = 100;
    private static final int LEAST_ROUND_MS = 100;
    private static final int LONGEST_ROUND_MS = 60_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--idle",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,1000,100000,1000000",
            description = "Numbers of idle connections, 1 to 10000000; the first is what the others are compared to"
                    + " (default: ${DEFAULT-VALUE}).")
    private List<Integer> idle = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Measured rounds of each figure, 1 to 100 (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--round-ms",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "Milliseconds of a round, 100 to 60000 (default: ${DEFAULT-VALUE}).")
    private int roundMs;

    @Override
    public void run() {
        idle.forEach(count -> check("--idle", count, 1, MOST_CONNECTIONS));
        check("--rounds", rounds, 1, MAXIMUM_ROUNDS);
        check("--round-ms", roundMs, LEAST_ROUND_MS, LONGEST_ROUND_MS);
        new ScaleBench(System.out, idle, rounds, roundMs).run();
    }

    private void check(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(), option + " of " + value + " is not in " + least + " to " + most);
        }
    }
}
