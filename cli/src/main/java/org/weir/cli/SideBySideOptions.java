package org.weir.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weir.benchmarks.peers.Comparison;
import org.weir.benchmarks.peers.SideBySide;
import org.weir.drivers.HostProcess;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options of every benchmark that runs this stack and its peers in turn, and how it is run.
@Command
final class SideBySideOptions {
    private static final int MAXIMUM_ROUNDS = 100;
    private static final double LEAST_S = 0.1;
    private static final double LONGEST_S = 60;
    private static final double MS_PER_S = 1_000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec mixee;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Measurements of each figure, in turn, 1 to 100; 3 by default.")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "2",
            description = "Seconds of each measurement, 0.1 to 60; 2 by default.")
    private double seconds;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "Only these contestants, by names with commas between; a wrong name lists them.")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--write",
            description = "Put the result into docs/benchmarks.md, in place of this benchmark's last one, and draw it.")
    private boolean writes;

    /// Measures, and returns the exit status.
    ///
    /// @throws ParameterException if an option is out of range
    int run(Comparison comparison) throws Exception {
        check();
        if (HostProcess.effectiveUserId() != 0) {
            return UserNamespace.runAgain();
        }
        if (!Executable.exists("setpriv")) {
            throw new Failure("needs the command 'setpriv' of util-linux, which is not on the PATH");
        }
        final CommandLine whole = mixee.root().commandLine();
        final List<String> weir = OwnCommand.withoutArguments(
                whole.getParseResult().originalArgs().size());
        final SideBySide.Plan plan = new SideBySide.Plan(weir, only, rounds, (long) (seconds * MS_PER_S), writes);
        final boolean isDone =
                new SideBySide(mixee.commandLine().getOut(), mixee.commandLine().getErr(), plan).run(comparison);
        return isDone ? 0 : Failure.GENERAL;
    }

    private void check() throws IOException {
        if (rounds < 1 || rounds > MAXIMUM_ROUNDS) {
            throw complaint("--rounds of " + rounds + " is not in 1 to " + MAXIMUM_ROUNDS);
        }
        if (!(seconds >= LEAST_S && seconds <= LONGEST_S)) {
            throw complaint("--seconds of " + seconds + " is not in 0.1 to 60");
        }
        final List<String> names = SideBySide.names();
        for (final String name : only) {
            if (!names.contains(name)) {
                throw complaint("no contestant '" + name + "'; there are " + String.join(", ", names));
            }
        }
    }

    private ParameterException complaint(String message) {
        return new ParameterException(mixee.commandLine(), message);
    }
}
