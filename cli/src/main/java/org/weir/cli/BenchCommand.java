package org.weir.cli;

import java.io.IOException;
import org.weir.benchmarks.MemoryBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `weir bench`: figures of this machine and of simulated networks.
@Command(
        name = "bench",
        description = "Measure the stack.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "BENCHMARK",
        subcommands = {
            TapCommand.class,
            LatencyCommand.class,
            ConnectionsCommand.class,
            HttpCommand.class,
            LossCommand.class,
            ScaleCommand.class,
            SimCommand.class,
        })
final class BenchCommand implements Runnable {
    private static final int MAXIMUM_ROUNDS = 100;
    private static final int LEAST_ROUND_MS = 100;
    private static final int LONGEST_ROUND_MS = 60_000;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing benchmark; 'weir bench --help' lists them");
    }

    @Command(
            name = "memory",
            description = {
                "Two stacks in one thread on an in-memory link with an MTU of 1500 octets; checksums are computed and"
                        + " verified in software; and the same of lwIP, in turn, where it is installed. Prints"
                        + " throughput, the cost of a segment for both ends together, the time of a 1-octet ping-pong"
                        + " and the octets allocated on the Java heap, and then ratios."
            },
            mixinStandardHelpOptions = true)
    void memory(
            @Option(
                            names = "--rounds",
                            paramLabel = "N",
                            defaultValue = "5",
                            description = "Measured rounds of each figure, 1 to 100 (default: ${DEFAULT-VALUE}).")
                    int rounds,
            @Option(
                            names = "--round-ms",
                            paramLabel = "MS",
                            defaultValue = "1000",
                            description = "Milliseconds of a round, 100 to 60000 (default: ${DEFAULT-VALUE}).")
                    int roundMs,
            @Option(
                            names = "--write",
                            description = "Put the result into docs/benchmarks.md, in place of the last one.")
                    boolean writes)
            throws IOException, InterruptedException {
        check("--rounds", rounds, 1, MAXIMUM_ROUNDS);
        check("--round-ms", roundMs, LEAST_ROUND_MS, LONGEST_ROUND_MS);
        new MemoryBench(spec.commandLine().getOut(), rounds, roundMs).run(writes);
    }

    private void check(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(), option + " of " + value + " is not in " + least + " to " + most);
        }
    }
}
