package org.weir.cli.client;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.weir.cli.Converters;
import org.weir.cli.Failure;
import org.weir.cli.Termination;
import org.weir.cli.manage.ManageClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options of `weir tftp get` and `put`, and the transfer.
@Command
final class TftpTransferOptions {
    private static final int LARGEST_BLOCK = 65_464;
    private static final int LARGEST_WINDOW = 65_535;
    private static final int LONGEST_TIMEOUT_S = 255;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec mixee;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "69",
            converter = Converters.Port.class,
            description = "The server's port; 69 by default.")
    private int port;

    @Option(
            names = "--block",
            paramLabel = "N",
            defaultValue = "1428",
            description =
                    "Octets in a block, 8 to 65464, if the server knows the option; 1428 by default, 512 without.")
    private int blockSize;

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "16",
            description = "Blocks before an acknowledgment, 1 to 65535, if the server knows the option; 16 by default.")
    private int windowSize;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "0",
            description = "Seconds before something is sent again, 1 to 255; by default one, then two, up to eight.")
    private int timeoutS;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress.")
    private boolean quiet;

    @Option(names = "--json", description = "Print JSON: an object with the octets and the time.")
    private boolean json;

    @Mixin
    private StackOptions stack;

    private void check() {
        checkRange("--block", blockSize, 8, LARGEST_BLOCK);
        checkRange("--window", windowSize, 1, LARGEST_WINDOW);
        checkRange("--timeout", timeoutS, 0, LONGEST_TIMEOUT_S);
    }

    private void checkRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    mixee.commandLine(), option + " " + value + " is not in " + least + " to " + most);
        }
    }

    /// Gets or puts a file. The host works on it, so that the local path must mean the same there.
    ///
    /// @param whole octets of the file; -1 if that is not known
    int run(String host, String remote, Path local, boolean puts, long whole) throws Exception {
        check();
        final Termination termination = Termination.install();
        int status = Failure.GENERAL;
        try (ClientStack opened = stack.open()) {
            termination.onSignal(_ -> {
                opened.abandon();
                termination.finish(Failure.GENERAL);
            });
            final JsonObject request = new JsonObject();
            request.addProperty("command", "tftp");
            request.addProperty("put", puts);
            request.addProperty("server", opened.resolve(host).toString());
            request.addProperty("port", port);
            request.addProperty("file", remote);
            request.addProperty("path", local.toAbsolutePath().toString());
            request.addProperty("block_size", blockSize);
            request.addProperty("window_size", windowSize);
            request.addProperty("timeout", timeoutS);
            transfer(opened, request, whole);
            status = 0;
        } finally {
            termination.finish(status);
        }
        return status;
    }

    private void transfer(ClientStack opened, JsonObject request, long whole) throws IOException, Failure {
        final Progress progress =
                new Progress(mixee.commandLine().getErr(), !quiet && !json && Progress.hasTerminal(), whole, 0);
        final long beganNs = System.nanoTime();
        final long[] octets = {0};
        try (ManageClient client = opened.open()) {
            client.rows(request, row -> {
                final long now = row.get("octets").getAsLong();
                progress.more((int) (now - octets[0]));
                octets[0] = now;
            });
        }
        progress.end();
        tell(octets[0], (System.nanoTime() - beganNs) / 1e9);
    }

    private void tell(long octets, double seconds) {
        final PrintWriter out = mixee.commandLine().getOut();
        if (json) {
            final JsonObject summary = new JsonObject();
            summary.addProperty("octets", octets);
            summary.addProperty("seconds", seconds);
            out.println(summary);
        } else if (!quiet) {
            out.println(octets + " octets in " + String.format(Locale.ROOT, "%.1f", seconds) + " s");
        }
        out.flush();
    }
}
