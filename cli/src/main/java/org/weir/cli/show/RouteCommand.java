package org.weir.cli.show;

import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `weir route`: the routing table, as `ip route` prints it.
@Command(
        name = "route",
        header = "Show the routing table of a running host.",
        description = {
            "",
            "Prints the routes of the host that runs ('weir up'), in the format of 'ip route': to a gateway or on the"
                    + " link, with their interface, source address and metric; those that refuse packets begin with"
                    + " 'blackhole', 'unreachable' or 'prohibit'.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir route",
            "  weir route --json | jq -r '.[] | select(.dst == \"default\") | .gateway'",
            "",
            "Exit status: 0 if the host has answered, 1 if none runs, 2 for bad arguments.",
        })
public final class RouteCommand implements Callable<Integer> {
    /// What is printed behind the destination, in order: the words of `ip route` by their names in JSON.
    private static final Map<String, String> WORDS = words();

    @Spec
    private CommandSpec spec;

    @Mixin
    private ShowOptions options;

    private static Map<String, String> words() {
        final Map<String, String> words = new LinkedHashMap<>();
        words.put("gateway", "via");
        words.put("dev", "dev");
        words.put("scope", "scope");
        words.put("prefsrc", "src");
        words.put("metric", "metric");
        return words;
    }

    @Override
    public Integer call() throws Exception {
        final JsonObject request = new JsonObject();
        request.addProperty("command", "route");
        options.show(
                request,
                spec.commandLine().getOut(),
                (source, out) -> source.forEach(row -> RouteCommand.print(row, out)));
        return 0;
    }

    private static void print(JsonObject row, PrintWriter out) {
        final StringBuilder line = new StringBuilder();
        final String type = row.get("type").getAsString();
        if (!type.equals("unicast")) {
            line.append(type).append(' ');
        }
        line.append(row.get("dst").getAsString());
        WORDS.forEach((name, word) -> {
            if (row.has(name)) {
                line.append(' ').append(word).append(' ').append(row.get(name).getAsString());
            }
        });
        out.println(line);
    }
}
