package org.weir.cli.show;

import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weir arp`: the neighbours, as `ip neighbour` prints them.
@Command(
        name = "arp",
        aliases = "neigh",
        header = "Show the neighbours of a running host.",
        description = {
            "",
            "Prints what the host that runs ('weir up') knows of its neighbours, in the format of 'ip neighbour', with"
                + " the states of RFC 4861: INCOMPLETE (asked for), REACHABLE, STALE, DELAY, PROBE and, for those that"
                + " were set, PERMANENT.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir arp",
            "  weir arp --dev weir0 --json",
            "",
            "Exit status: 0 if the host has answered, 1 if none runs, 2 for bad arguments.",
        })
public final class ArpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--dev", paramLabel = "NAME", description = "Only the neighbours on this interface.")
    private @Nullable String device;

    @Mixin
    private ShowOptions options;

    @Override
    public Integer call() throws Exception {
        final JsonObject request = new JsonObject();
        request.addProperty("command", "arp");
        if (device != null) {
            request.addProperty("name", device);
        }
        options.show(
                request,
                spec.commandLine().getOut(),
                (source, out) -> source.forEach(row -> ArpCommand.print(row, out)));
        return 0;
    }

    private static void print(JsonObject row, PrintWriter out) {
        final String hardware =
                row.has("lladdr") ? " lladdr " + row.get("lladdr").getAsString() : "";
        out.println(row.get("dst").getAsString() + " dev " + row.get("dev").getAsString() + hardware + " "
                + row.getAsJsonArray("state").get(0).getAsString());
    }
}
