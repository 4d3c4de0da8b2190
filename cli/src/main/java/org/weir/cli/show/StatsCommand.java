package org.weir.cli.show;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.weir.cli.Counters;
import org.weir.cli.Failure;
import org.weir.cli.manage.Statistic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weir stats`: every counter, and every reason for which packets are dropped.
@Command(
        name = "stats",
        header = "Show every counter and every drop reason of a running host.",
        description = {
            "",
            "Prints what the host that runs ('weir up') has counted since it began, in groups: interfaces, neighbours,"
                    + " IP, ICMP, IGMP, TCP, UDP, the filter; each reason for which a packet may be dropped, with a"
                    + " sentence that says what it means; and what is in use now.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir stats -z",
            "        what has happened at all",
            "  weir stats --json | jq '.[] | select(.group == \"drops\" and .value > 0)'",
            "",
            "Exit status: 0 if the host has answered, 1 if none runs, 2 for bad arguments.",
        })
public final class StatsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-z", "--nonzero"},
            description = "Only counts that are not 0.")
    private boolean nonzero;

    @Mixin
    private ShowOptions options;

    @Override
    public Integer call() throws Exception {
        final JsonObject request = new JsonObject();
        request.addProperty("command", "stats");
        request.addProperty("nonzero", nonzero);
        options.show(request, spec.commandLine().getOut(), StatsCommand::print);
        return 0;
    }

    private static void print(ShowOptions.Source source, PrintWriter out) throws IOException, Failure {
        out.print(Counters.format(
                source.all().stream().map(StatsCommand::statistic).toList()));
    }

    private static Statistic statistic(JsonObject row) {
        return new Statistic(
                row.get("group").getAsString(),
                row.get("name").getAsString(),
                row.get("value").getAsLong(),
                row.get("meaning").getAsString());
    }
}
