package org.weir.cli.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weir.cli.Converters;
import org.weir.cli.Failure;
import org.weir.cli.Termination;
import org.weir.cli.manage.ManageClient;
import org.weir.dns.DnsName;
import org.weir.dns.NameServer;
import org.weir.dns.RecordType;
import org.weir.wire.IpAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir dig`: asks name servers, by the stack.
@Command(
        name = "dig",
        header = "Ask name servers, by a running host or by a stack of its own.",
        customSynopsis = "weir dig [OPTIONS] [@SERVER] NAME [TYPE] [+short] [+tcp]",
        description = {
            "",
            "Looks up records of TYPE (A, AAAA, CNAME, MX, NS, PTR, SOA, SRV or TXT; A by default) at NAME and prints"
                    + " them as dig does. Without @SERVER the host's own resolver answers, also from what it remembers;"
                    + " with it that server is asked. The search list is not used.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir dig www.example.net",
            "  weir dig @10.10.10.1 example.net MX +short",
            "  weir dig -x 10.10.10.1",
            "  weir dig --tap t0 --ip 10.10.10.2/24 @10.10.10.1 example.net TXT +tcp",
            "        by a stack of its own, over TCP",
            "",
            "Exit status: 0 after any answer, 1 if no host runs, 2 for bad arguments, 9 if no server could tell.",
        })
public final class DigCommand implements Callable<Integer> {
    private static final int NO_ANSWER = 9;
    private static final int TAB = 8;
    private static final int MICROSECONDS_IN_MS = 1_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "-x",
            paramLabel = "A",
            converter = Converters.Address.class,
            description = "Look up what the address A is called, in place of NAME.")
    private @Nullable IpAddress reverse;

    @Option(
            names = {"-t", "--type"},
            paramLabel = "TYPE",
            description = "The type, in place of the word.")
    private @Nullable String typeOption;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "P",
            defaultValue = "53",
            converter = Converters.Port.class,
            description = "The port of @SERVER; 53 by default.")
    private int port;

    @Option(names = "--json", description = "Print JSON: one object.")
    private boolean json;

    @Mixin
    private StackOptions stack;

    @Parameters(paramLabel = "WORD", hidden = true, arity = "0..*")
    private List<String> words = new ArrayList<>();

    private @Nullable String server;
    private @Nullable String name;
    private @Nullable String type;
    private boolean isShort;
    private boolean overTcp;

    @Override
    public Integer call() throws Exception {
        words.forEach(this::take);
        final JsonObject request = request();
        final Termination termination = Termination.install();
        int status = Failure.GENERAL;
        try (ClientStack opened = stack.open()) {
            termination.onSignal(_ -> {
                opened.abandon();
                termination.finish(Failure.GENERAL);
            });
            if (server != null) {
                request.addProperty("server", opened.resolve(server).toString());
            }
            status = ask(opened, request);
        } finally {
            termination.finish(status);
        }
        return status;
    }

    // ---- arguments ----

    private void take(String word) {
        if (word.startsWith("@")) {
            server = word.substring(1);
        } else if (word.startsWith("+")) {
            takeFlag(word);
        } else if (name == null && reverse == null) {
            name = word;
        } else if (type == null && typeOption == null) {
            type = word;
        } else {
            throw wrong("'" + word + "' is one word too many");
        }
    }

    private void takeFlag(String word) {
        switch (word) {
            case "+short" -> isShort = true;
            case "+tcp", "+vc" -> overTcp = true;
            default -> throw wrong("'" + word + "' is not known; there are +short and +tcp");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private JsonObject request() {
        if (name == null && reverse == null) {
            throw wrong("missing NAME, as in 'weir dig www.example.net'");
        }
        if (port != NameServer.PORT && server == null) {
            throw wrong("--port needs @SERVER");
        }
        final JsonObject request = new JsonObject();
        request.addProperty("command", "dig");
        request.addProperty("port", port);
        request.addProperty("tcp", overTcp);
        try {
            final DnsName asked = reverse == null ? DnsName.ofHost(String.valueOf(name)) : DnsName.reverse(reverse);
            request.addProperty("name", asked.toString());
            request.addProperty("type", type().name());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        return request;
    }

    private RecordType type() {
        final String given = typeOption == null ? type : typeOption;
        if (given != null) {
            return RecordType.parse(given);
        }
        return reverse == null ? RecordType.A : RecordType.PTR;
    }

    // ---- the answer ----

    private int ask(ClientStack opened, JsonObject request) throws IOException, Failure {
        final List<JsonObject> rows = new ArrayList<>();
        try (ManageClient client = opened.open()) {
            client.rows(request, rows::add);
        }
        final JsonObject answer = rows.getFirst();
        final PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer);
        } else if (isShort) {
            records(answer).forEach(record -> out.println(text(record, "data")));
        } else {
            print(answer, out);
        }
        out.flush();
        return answer.has("failure") ? NO_ANSWER : 0;
    }

    private static JsonArray records(JsonObject answer) {
        return answer.getAsJsonArray("answer");
    }

    private static String text(JsonElement object, String member) {
        return object.getAsJsonObject().get(member).getAsString();
    }

    private static void print(JsonObject answer, PrintWriter out) {
        final JsonArray records = records(answer);
        out.println(";; status: " + text(answer, "status") + ", answers: " + records.size()
                + (answer.has("failure") ? "  (" + text(answer, "failure") + ")" : ""));
        out.println();
        out.println(";; QUESTION SECTION:");
        out.println(tabbed(";" + text(answer, "name"), 4) + "IN\t" + text(answer, "type"));
        out.println();
        if (!records.isEmpty()) {
            out.println(";; ANSWER SECTION:");
            records.forEach(record -> out.println(tabbed(text(record, "name"), 3)
                    + text(record, "ttl") + "\t" + text(record, "class") + "\t" + text(record, "type") + "\t"
                    + text(record, "data")));
            out.println();
        }
        out.println(";; Query time: " + answer.get("time_us").getAsLong() / MICROSECONDS_IN_MS + " msec");
        out.println(
                ";; SERVER: " + (answer.has("server") ? text(answer, "server") : "none: remembered, or not answered"));
    }

    /// Filled up to `columns` tabs, with one at least, as dig does.
    private static String tabbed(String text, int columns) {
        return text + "\t".repeat(Math.max(1, columns - text.length() / TAB));
    }
}
