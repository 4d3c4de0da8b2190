package org.weir.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir exec`: runs a native program on a host. The script `weir` does the same without a JVM.
@Command(
        name = "exec",
        header = "Run a native program on the Weir host of this user.",
        customSynopsis = "weir exec -- COMMAND [ARGUMENT...]",
        description = {
            "",
            "Runs COMMAND with LD_PRELOAD=libweir.so: its IPv4 sockets, and those of what it starts, are those of the"
                + " host that runs ('weir up', 'weir host'), or of one that is started for it and ends after it, with"
                + " the new TAP device weir0 and the address 10.10.10.2/24. Addresses that the host does not reach,"
                + " those of the loopback above all, stay the kernel's.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nEnvironment:%n",
        footer = {
            "  WEIR_SOCKET    the control socket of the host",
            "  WEIR_TAP       for a host that is started: its device, weir0 by default",
            "  WEIR_IP        its address, 10.10.10.2/24 by default",
            "  WEIR_HOST_IP   the address of the kernel's end, 10.10.10.1 by default",
            "",
            "Examples:",
            "  weir exec -- nc 10.10.10.1 80",
            "  weir exec -- ping -c 3 10.10.10.1",
            "",
            "Exit status: that of COMMAND; 127 if it was not found, 126 if it is not executable.",
        })
final class ExecCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", hidden = true, arity = "0..*")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (words.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "missing COMMAND, as in 'weir exec -- nc 10.10.10.1 80'");
        }
        final Termination termination = Termination.install();
        int status = Failure.GENERAL;
        try {
            final ChildCommand child = ChildCommand.start(
                    words, Map.of(Library.PRELOAD, Library.find().toString()));
            termination.onSignal(child::pass);
            status = child.await();
        } finally {
            termination.finish(status);
        }
        return status;
    }
}
