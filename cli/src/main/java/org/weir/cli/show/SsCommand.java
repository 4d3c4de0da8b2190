package org.weir.cli.show;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.weir.cli.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir ss`: the sockets, as `ss` prints them.
@Command(
        name = "ss",
        header = "Show the sockets of a running host.",
        customSynopsis = "weir ss [OPTIONS] [state STATE...]",
        description = {
            "",
            "Prints the sockets, connections and endpoints of the host that runs ('weir up'), in the format of 'ss'."
                    + " By default those that are connected; with -l those that listen, with -a all. Without a kind all"
                    + " kinds. Recv-Q are octets that the user has not read, Send-Q those that the peer has not"
                    + " acknowledged; of a listener, connections that wait and how many may.",
            "",
            "STATE is established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, close-wait, last-ack,"
                    + " closing, listening or unconnected; 'connected' are all but the last two, 'synchronized' also"
                    + " without syn-sent, 'all' are all.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir ss -tl",
            "        TCP ports that are open",
            "  weir ss -ti",
            "        connections with all that TCP knows of them",
            "  weir ss -t state time-wait close-wait",
            "  weir ss -ta --json | jq 'group_by(.state) | map({(.[0].state): length}) | add'",
            "",
            "Exit status: 0 if the host has answered, 1 if none runs, 2 for bad arguments.",
        })
public final class SsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-t", "--tcp"},
            description = "TCP.")
    private boolean tcp;

    @Option(
            names = {"-u", "--udp"},
            description = "UDP.")
    private boolean udp;

    @Option(
            names = {"-w", "--raw"},
            description = "Raw endpoints and those for ICMP echo.")
    private boolean raw;

    @Option(
            names = {"-0", "--packet"},
            description = "Packet endpoints.")
    private boolean packet;

    @Option(
            names = {"-l", "--listening"},
            description = "Those that listen, or wait for datagrams of anybody.")
    private boolean listening;

    @Option(
            names = {"-a", "--all"},
            description = "All states.")
    private boolean all;

    @Option(
            names = {"-i", "--info"},
            description = "Print TCP_INFO of each connection.")
    private boolean info;

    @Option(
            names = {"-H", "--no-header"},
            description = "Print no header.")
    private boolean noHeader;

    @Mixin
    private ShowOptions options;

    @Parameters(paramLabel = "state STATE", arity = "0..*", description = "Only sockets in these states.")
    private List<String> filter = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        final JsonObject request = new JsonObject();
        request.addProperty("command", "ss");
        request.add("kinds", kinds());
        request.add("states", states());
        request.addProperty("info", info);
        options.show(request, spec.commandLine().getOut(), this::print);
        return 0;
    }

    private JsonArray kinds() {
        final JsonArray kinds = new JsonArray();
        add(kinds, tcp, "tcp");
        add(kinds, udp, "udp");
        add(kinds, raw, "raw");
        add(kinds, packet, "packet");
        return kinds;
    }

    private static void add(JsonArray list, boolean isWanted, String name) {
        if (isWanted) {
            list.add(name);
        }
    }

    private JsonArray states() {
        final Set<String> names = new LinkedHashSet<>();
        if (!filter.isEmpty()) {
            for (final String word : words()) {
                names.addAll(statesOf(word));
            }
        } else if (listening) {
            names.addAll(SocketStates.LISTENING);
        } else if (!all) {
            names.addAll(SocketStates.CONNECTED);
        }
        final JsonArray states = new JsonArray();
        names.forEach(states::add);
        return states;
    }

    private List<String> words() {
        if (!filter.getFirst().equals("state") || filter.size() == 1) {
            throw new ParameterException(
                    spec.commandLine(), "'" + filter.getFirst() + "': a filter is as in 'state time-wait close-wait'");
        }
        return filter.stream().skip(1).filter(word -> !word.equals("state")).toList();
    }

    private Set<String> statesOf(String word) {
        final Set<String> states = SocketStates.named(word);
        if (states.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "no state '" + word + "'; 'weir ss --help' lists them");
        }
        return states;
    }

    private void print(ShowOptions.Source source, PrintWriter out) throws IOException, Failure {
        final Columns columns = new Columns(5, 10, -6, -6, 23, 23);
        if (!noHeader) {
            columns.print(out, "Netid", "State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port");
        }
        source.forEach(row -> {
            columns.print(
                    out,
                    row.get("netid").getAsString(),
                    row.get("state").getAsString(),
                    row.get("recv_q").getAsString(),
                    row.get("send_q").getAsString(),
                    end(row.getAsJsonObject("local")),
                    end(row.getAsJsonObject("peer")));
            if (row.has("tcp_info")) {
                out.println("\t " + TcpInfoText.of(row.getAsJsonObject("tcp_info")));
            }
        });
    }

    private static String end(JsonObject end) {
        return end.get("address").getAsString() + ":" + end.get("port").getAsString();
    }
}
