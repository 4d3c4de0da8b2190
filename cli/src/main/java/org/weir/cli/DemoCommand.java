package org.weir.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.weir.time.StackClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `weir demo`: a transfer between two hosts in virtual time.
@Command(
        name = "demo",
        header = "Watch a transfer over a lossy network, in virtual time.",
        description = {
            "",
            "Two Weir hosts, 192.0.2.1 and 192.0.2.2, are joined by a cable in memory that carries 100 Mbit/s, takes 5"
                + " ms each way and loses frames. The first sends to the second, and both close. Prints how the"
                + " connection opens, the first loss and its repair, and how it closes, as tcpdump would, and then a"
                + " summary. Needs no privilege, touches nothing, and prints the same for the same seed.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  weir demo", "  weir demo --loss 5 --seed 3 --octets 10000000"})
final class DemoCommand implements Callable<Integer> {
    private static final int MOST_OCTETS = 100_000_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--loss",
            paramLabel = "PERCENT",
            defaultValue = "1",
            description = "The share of frames that get lost, each way; ${DEFAULT-VALUE} by default.")
    private double loss;

    @Option(
            names = "--octets",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "How much is sent; ${DEFAULT-VALUE} by default.")
    private int octets;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Decides which frames get lost; ${DEFAULT-VALUE} by default.")
    private long seed;

    @Override
    public Integer call() throws Failure {
        if (!(loss >= 0 && loss <= 50)) {
            throw new ParameterException(spec.commandLine(), "--loss " + loss + " is not in 0 to 50");
        }
        if (octets < 1 || octets > MOST_OCTETS) {
            throw new ParameterException(spec.commandLine(), "--octets " + octets + " is not in 1 to " + MOST_OCTETS);
        }
        try (DemoNetwork network = new DemoNetwork(loss / 100, octets, seed)) {
            final long startedNs = System.nanoTime();
            network.run();
            final PrintWriter out = spec.commandLine().getOut();
            out.print(new TraceReport(network.trace().frames()));
            out.println();
            summarize(out, network, System.nanoTime() - startedNs);
            out.flush();
        }
        return 0;
    }

    private void summarize(PrintWriter out, DemoNetwork network, long realNs) {
        final double virtualSeconds = network.transferNs() / (double) StackClock.SECOND;
        line(out, "sent and received", octets + " octets");
        line(out, "virtual time", String.format(Locale.ROOT, "%.3f s", virtualSeconds));
        line(out, "real time", String.format(Locale.ROOT, "%.3f s", realNs / (double) StackClock.SECOND));
        line(out, "goodput", String.format(Locale.ROOT, "%.2f Mbit/s", octets * 8 / virtualSeconds / 1e6));
        line(out, "frames", network.trace().frames().size() + ", of which lost " + network.lostFrames());
        line(out, "retransmissions", network.fastRetransmits() + " fast, " + network.timeouts() + " after a time-out");
    }

    private static void line(PrintWriter out, String name, String value) {
        out.print(name);
        for (int i = name.length(); i < 20; i++) {
            out.print(' ');
        }
        out.println(value);
    }
}
