package org.weir.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.weir.benchmarks.LossBench;
import org.weir.drivers.HostProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `weir bench loss`: Weir and the kernel over the same lossy paths.
@Command(
        name = "loss",
        description = {
            "Goodput of one TCP connection over paths of 100 Mbit/s that lose packets: from kernel to kernel, from Weir"
                    + " to the kernel and from the kernel to Weir, in turn, all through the same fault injector with"
                    + " the same seeds.",
            "",
            "Every kernel end lives in a network namespace of its own that goes with it; nothing of this machine is"
                    + " touched. Needs /dev/net/tun, and either root or the right to make user namespaces (with"
                    + " 'unshare' of util-linux).",
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExit status:%n",
        footer = "  0 if all was measured, 1 if a namespace or a device cannot be had, 2 for bad arguments.")
final class LossCommand implements Callable<Integer> {
    private static final int LARGEST_LOSS = 50;
    private static final int LONGEST_RTT_MS = 1_000;
    private static final int LONGEST_S = 60;
    private static final int MAXIMUM_ROUNDS = 100;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--loss",
            paramLabel = "PERCENT",
            split = ",",
            defaultValue = "0,0.1,1,5",
            description = "Shares of packets lost in each direction, 0 to 50 (default: ${DEFAULT-VALUE}).")
    private List<Double> losses = new ArrayList<>();

    @Option(
            names = "--rtt",
            paramLabel = "MS",
            split = ",",
            defaultValue = "20,100",
            description = "Round-trip times of the empty path, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private List<Integer> roundTrips = new ArrayList<>();

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = "Seconds of each measurement, 1 to 60 (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "1",
            description = "Measurements of each figure, which is their median, 1 to 100 (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--congestion",
            paramLabel = "NAME",
            defaultValue = "cubic",
            description = "The kernel's congestion control, by its own name (default: ${DEFAULT-VALUE}).")
    private String congestion;

    @Override
    public Integer call() throws Exception {
        losses.forEach(loss -> check("--loss", loss, 0, LARGEST_LOSS));
        roundTrips.forEach(ms -> check("--rtt", ms, 1, LONGEST_RTT_MS));
        check("--seconds", seconds, 1, LONGEST_S);
        check("--rounds", rounds, 1, MAXIMUM_ROUNDS);
        if (HostProcess.effectiveUserId() != 0) {
            return UserNamespace.runAgain();
        }
        new LossBench(System.out, new LossBench.Plan(losses, roundTrips, seconds, rounds, congestion)).run();
        return 0;
    }

    private void check(String option, Number value, int least, int most) {
        if (!(value.doubleValue() >= least && value.doubleValue() <= most)) {
            throw new ParameterException(
                    spec.commandLine(), option + " of " + value + " is not in " + least + " to " + most);
        }
    }
}
