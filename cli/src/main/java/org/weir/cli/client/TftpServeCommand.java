package org.weir.cli.client;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.weir.cli.Converters;
import org.weir.cli.Failure;
import org.weir.cli.Termination;
import org.weir.cli.manage.ManageClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir tftp serve`.
@Command(
        name = "serve",
        header = "Serve the files of a directory by TFTP until stopped.",
        description = {
            "",
            "Serves the files of DIR on all addresses of the host, in octet mode, with block sizes up to 65464 and"
                    + " windows up to 64 blocks. Prints 'ready', and then a line for each request and each end of a"
                    + " transfer.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir tftp serve --tap t0 --ip 10.10.10.2/24 /srv/tftp",
            "  weir tftp serve --write /tmp/dumps",
            "        by the host that runs",
            "",
            "Exit status: 0 after a signal, 1 if no host runs or the port is taken, 2 for bad arguments.",
        })
final class TftpServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "69",
            converter = Converters.Port.class,
            description = "The port; 69 by default.")
    private int port;

    @Option(names = "--write", description = "Take new files of up to 1 GiB too, but overwrite none.")
    private boolean isWritable;

    @Option(names = "--json", description = "Print JSON: an object in a line for each event.")
    private boolean json;

    @Mixin
    private StackOptions stack;

    @Parameters(paramLabel = "DIR", description = "The directory.")
    private Path directory;

    @Override
    public Integer call() throws Exception {
        if (!Files.isDirectory(directory)) {
            throw new Failure("cannot serve " + directory + ": not a directory");
        }
        final Termination termination = Termination.install();
        int status = Failure.GENERAL;
        try (ClientStack opened = stack.open();
                ManageClient client = opened.open()) {
            termination.onSignal(_ -> end(client));
            serve(client);
            status = 0;
        } finally {
            termination.finish(status);
        }
        return status;
    }

    private void serve(ManageClient client) throws IOException, Failure {
        final JsonObject request = new JsonObject();
        request.addProperty("command", "tftp-serve");
        request.addProperty("directory", directory.toAbsolutePath().toString());
        request.addProperty("port", port);
        request.addProperty("write", isWritable);
        client.begin(request);
        final PrintWriter out = spec.commandLine().getOut();
        out.println(json ? "{\"event\":\"ready\"}" : "ready");
        out.flush();
        for (JsonObject row = client.line(); !row.has("end"); row = client.line()) {
            out.println(json ? row.toString() : text(row));
            out.flush();
        }
    }

    private static String text(JsonObject row) {
        final StringBuilder line = new StringBuilder();
        row.entrySet()
                .forEach(entry -> line.append(line.isEmpty() ? "" : " ")
                        .append(
                                entry.getKey().equals("event") || entry.getKey().equals("file")
                                        ? ""
                                        : entry.getKey() + " ")
                        .append(entry.getValue().getAsString()));
        return line.toString();
    }

    private static void end(ManageClient client) {
        try {
            client.shutdownOutput();
        } catch (IOException _) {
            // The host has ended: so does the command.
        }
    }
}
