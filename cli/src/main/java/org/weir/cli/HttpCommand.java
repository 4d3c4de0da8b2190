package org.weir.cli;

import java.util.concurrent.Callable;
import org.weir.benchmarks.peers.Comparisons;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `weir bench http`: static content over a TAP, beside nginx.
@Command(
        name = "http",
        header = "Measure static content over HTTP on a TAP, beside nginx.",
        description = {
            "",
            "A small file again and again over 50 connections, and a large one over one, by wrk: from this stack on a"
                    + " TAP, and from nginx on the kernel's stack over veth, in turn. Prints requests per second and"
                    + " throughput, and then ratios.",
            "",
            "Every network is in namespaces of its own that go with it; nothing of this machine is touched. Needs"
                    + " /dev/net/tun, a C compiler, iproute2, curl, wrk, and either root or the right to make user"
                    + " namespaces. A contestant that is not installed is skipped, and said so.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir bench http",
            "  weir bench http --rounds 5 --seconds 5 --write",
            "",
            "Exit status: 0 if all was measured, 1 if a contestant failed or nothing can be measured, 2 for bad"
                    + " arguments.",
        })
final class HttpCommand implements Callable<Integer> {
    @Mixin
    private SideBySideOptions options;

    @Override
    public Integer call() throws Exception {
        return options.run(Comparisons.http());
    }
}
