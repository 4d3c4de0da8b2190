package org.weir.cli;

import java.io.PrintWriter;
import org.weir.cli.client.DigCommand;
import org.weir.cli.client.GetCommand;
import org.weir.cli.client.NcCommand;
import org.weir.cli.client.PingCommand;
import org.weir.cli.client.TftpCommand;
import org.weir.cli.show.AddrCommand;
import org.weir.cli.show.ArpCommand;
import org.weir.cli.show.RouteCommand;
import org.weir.cli.show.SsCommand;
import org.weir.cli.show.StatsCommand;
import org.weir.cli.show.TcpdumpCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The `weir` command. Subcommands are named in the annotation below; each is a class of this package.
///
/// The exit status is 0 for success, 2 for bad arguments, 1 for everything else; `lab` returns that of its command.
/// An error is one line on standard error, never a stack trace; the environment variable `WEIR_DEBUG` asks for the
/// trace.
@Command(
        name = "weir",
        description = "A TCP/IP stack in user space.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        subcommands = {
            LabCommand.class,
            UpCommand.class,
            ExecCommand.class,
            HostCommand.class,
            SsCommand.class,
            AddrCommand.class,
            ArpCommand.class,
            RouteCommand.class,
            StatsCommand.class,
            TcpdumpCommand.class,
            PingCommand.class,
            NcCommand.class,
            GetCommand.class,
            DigCommand.class,
            TftpCommand.class,
            CompletionCommand.class,
            DemoCommand.class,
            BenchCommand.class,
            TortureCommand.class,
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir lab -- curl -s http://10.10.10.2/",
            "        ask a Weir host for its status page; nothing of this machine is touched",
            "  weir demo",
            "        see a lossy transfer in virtual time, packet by packet",
            "  weir lab --help",
            "        all about one command",
            "",
            "Environment:",
            "  WEIR_DEBUG   if set, an error also prints where it happened",
        })
public final class Main implements Runnable {
    /// Picocli writes it in front of some messages and not of others.
    private static final String PICOCLI_PREFIX = "Error: ";

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] arguments) {
        final PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        final PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        System.exit(run(out, err, arguments));
    }

    /// Runs one command and returns its exit status.
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        final CommandLine command = new CommandLine(new Main()).setOut(out).setErr(err);
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setUsageHelpWidth(100);
        LabCommand.leaveItsCommandAlone(command);
        command.setParameterExceptionHandler((e, _) ->
                complain(e.getCommandLine(), e, command.getCommandSpec().exitCodeOnInvalidInput()));
        command.setExecutionExceptionHandler((e, at, _) -> complain(at, e, Failure.statusOf(e)));
        return command.execute(arguments);
    }

    /// Without a subcommand there is nothing to do but to say which there are.
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command; 'weir --help' lists them");
    }

    private static int complain(CommandLine at, Exception e, int status) {
        final String whole = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        final String message = whole.startsWith(PICOCLI_PREFIX) ? whole.substring(PICOCLI_PREFIX.length()) : whole;
        final int lineEnd = message.indexOf('\n');
        at.getErr()
                .println(at.getCommandSpec().qualifiedName() + ": "
                        + (lineEnd < 0 ? message : message.substring(0, lineEnd)));
        if (System.getenv("WEIR_DEBUG") != null) {
            e.printStackTrace(at.getErr());
        }
        return status;
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            final String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"weir " + (version == null ? "development" : version)};
        }
    }
}
