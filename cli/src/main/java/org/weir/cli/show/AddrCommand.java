package org.weir.cli.show;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir addr`: the interfaces, as `ip address` prints them.
@Command(
        name = "addr",
        header = "Show the interfaces and addresses of a running host.",
        description = {
            "",
            "Prints the interfaces of the host that runs ('weir up'), each with its state, its hardware address and its"
                    + " addresses, in the format of 'ip address'; with --json as 'ip -json address' does.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir addr",
            "  weir addr -s weir0",
            "        one interface, with what it has sent and received",
            "  weir addr --json | jq -r '.[].addr_info[].local'",
            "",
            "Exit status: 0 if the host has answered, 1 if none runs, 2 for bad arguments.",
        })
public final class AddrCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-s", "--statistics"},
            description = "Print the octets and packets of each interface too.")
    private boolean statistics;

    @Mixin
    private ShowOptions options;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The interface; all of them by default.")
    private @Nullable String name;

    @Override
    public Integer call() throws Exception {
        final JsonObject request = new JsonObject();
        request.addProperty("command", "addr");
        if (name != null) {
            request.addProperty("name", name);
        }
        options.show(request, spec.commandLine().getOut(), (source, out) -> source.forEach(row -> print(row, out)));
        return 0;
    }

    private void print(JsonObject row, PrintWriter out) {
        final String name = row.get("ifname").getAsString();
        final List<String> flags = new ArrayList<>();
        row.getAsJsonArray("flags").forEach(flag -> flags.add(flag.getAsString()));
        final String carrier = row.has("link") ? "@" + row.get("link").getAsString() : "";
        out.println(row.get("ifindex").getAsInt() + ": " + name + carrier + ": <" + String.join(",", flags) + "> mtu "
                + row.get("mtu").getAsInt() + " state " + row.get("operstate").getAsString());
        printLink(row, out);
        for (final JsonElement each : row.getAsJsonArray("addr_info")) {
            printAddress(each.getAsJsonObject(), out);
        }
        if (statistics) {
            printStatistics(row.getAsJsonObject("stats64"), out);
        }
    }

    private static void printLink(JsonObject row, PrintWriter out) {
        final String type = "    link/" + row.get("link_type").getAsString();
        out.println(
                row.has("address")
                        ? type + " " + row.get("address").getAsString() + " brd "
                                + row.get("broadcast").getAsString()
                        : type);
        if (row.has("vlan_id")) {
            out.println("    vlan protocol 802.1Q id " + row.get("vlan_id").getAsInt());
        }
    }

    private static void printAddress(JsonObject info, PrintWriter out) {
        final String broadcast =
                info.has("broadcast") ? " brd " + info.get("broadcast").getAsString() : "";
        out.println("    inet " + info.get("local").getAsString() + "/"
                + info.get("prefixlen").getAsInt() + broadcast
                + " scope " + info.get("scope").getAsString() + " "
                + info.get("label").getAsString());
    }

    private static void printStatistics(JsonObject statistics, PrintWriter out) {
        final Columns columns = new Columns(14);
        for (final String way : List.of("rx", "tx")) {
            final JsonObject counts = statistics.getAsJsonObject(way);
            columns.print(out, "    " + way.toUpperCase(Locale.ROOT) + ": bytes", "packets");
            columns.print(
                    out,
                    "    " + counts.get("bytes").getAsLong(),
                    Long.toString(counts.get("packets").getAsLong()));
        }
    }
}
