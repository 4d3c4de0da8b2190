package org.weir.cli;

import java.util.concurrent.Callable;
import org.weir.benchmarks.peers.Comparisons;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `weir bench tap`: bulk transfer over a TAP, beside peers.
@Command(
        name = "tap",
        header = "Measure bulk transfer over a TAP, beside peers.",
        description = {
            "",
            "One TCP connection between the kernel and a host on a TAP, in each direction, for this stack and its"
                    + " peers in turn: other stacks, the kernel's own over veth, and a responder without a stack that"
                    + " shows what the TAP can carry. Prints throughput, processor time, acknowledgments and memory,"
                    + " and then ratios.",
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
            "  weir bench tap",
            "  weir bench tap --only weir,limit --seconds 1",
            "  weir bench tap --rounds 5 --write",
            "",
            "Exit status: 0 if all was measured, 1 if a contestant failed or nothing can be measured, 2 for bad"
                    + " arguments.",
        })
final class TapCommand implements Callable<Integer> {
    @Mixin
    private SideBySideOptions options;

    @Override
    public Integer call() throws Exception {
        return options.run(Comparisons.tap());
    }
}
