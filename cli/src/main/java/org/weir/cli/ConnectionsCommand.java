package org.weir.cli;

import java.util.concurrent.Callable;
import org.weir.benchmarks.peers.Comparisons;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `weir bench connections`: short connections over a TAP, beside peers.
@Command(
        name = "connections",
        header = "Measure short connections over a TAP, beside peers.",
        description = {
            "",
            "One client that opens and closes TCP connections to a host on a TAP, one after the other, for this stack"
                    + " and its peers in turn. Prints connections a second, and then ratios.",
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
            "  weir bench connections",
            "  weir bench connections --only weir,kernel --seconds 5",
            "",
            "Exit status: 0 if all was measured, 1 if a contestant failed or nothing can be measured, 2 for bad"
                    + " arguments.",
        })
final class ConnectionsCommand implements Callable<Integer> {
    @Mixin
    private SideBySideOptions options;

    @Override
    public Integer call() throws Exception {
        return options.run(Comparisons.connections());
    }
}
