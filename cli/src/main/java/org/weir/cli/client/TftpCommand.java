package org.weir.cli.client;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `weir tftp`: files by the trivial protocol.
@Command(
        name = "tftp",
        header = "Get, put or serve files by TFTP, by a running host or by a stack of its own.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        commandListHeading = "%nCommands:%n",
        subcommands = {TftpGetCommand.class, TftpPutCommand.class, TftpServeCommand.class})
public final class TftpCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command; 'weir tftp --help' lists them");
    }
}
