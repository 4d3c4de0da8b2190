package org.weir.cli;

import java.util.concurrent.Callable;
import org.weir.benchmarks.peers.Comparisons;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `weir bench latency`: round-trip times over a TAP, beside peers.
@Command(
        name = "latency",
        header = "Measure round-trip times over a TAP, beside peers.",
        description = {
            "",
            "One octet to the echo service of a host on a TAP and back, again and again, for this stack and its peers"
                    + " in turn; once with both processes on one processor, once on two. Prints the median and the"
                    + " tail, and then ratios.",
            "",
            "Every network is in namespaces of its own that go with it; nothing of this machine is touched. Needs"
                    + " /dev/net/tun, a C compiler, iproute2, ethtool, and either root or the right to make user"
                    + " namespaces. A contestant that is not installed is skipped, and said so.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench latency",
            "  weir bench latency --only weir,kernel --seconds 5",
            "",
            "Exit status: 0 if all was measured, 1 if a contestant failed or nothing can be measured, 2 for bad"
                    + " arguments.",
        })
final class LatencyCommand implements Callable<Integer> {
    @Mixin
    private SideBySideOptions options;

    @Override
    public Integer call() throws Exception {
        return options.run(Comparisons.latency());
    }
}
