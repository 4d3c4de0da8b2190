package org.weir.cli.client;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.weir.cli.Failure;
import org.weir.cli.Termination;
import org.weir.cli.manage.ManageClient;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir ping`: asks a host whether it is there, by the stack.
@Command(
        name = "ping",
        header = "Send ICMP echo requests from a running host, or from a stack of its own.",
        description = {
            "",
            "Sends an echo request each second and prints the answers, until COUNT were sent or a signal ends it, then"
                    + " what became of them: as 'ping' does. Times are taken in the stack's thread.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir ping -c 3 10.10.10.1",
            "        from the host that runs ('weir up')",
            "  weir ping -c 3 --tap t0 --ip 10.10.10.2/24 10.10.10.1",
            "        from a stack of its own",
            "",
            "Exit status: 0 if there was an answer, 1 if there was none or no host runs, 2 for other errors.",
        })
public final class PingCommand implements Callable<Integer> {
    private static final int IP_AND_ICMP = 28;
    private static final int LONGEST = 65_507;
    private static final int NO_ANSWER = 1;
    private static final int OTHER_ERROR = 2;
    private static final double MS_IN_S = 1e3;
    private static final double LEAST_INTERVAL_S = 0.002;
    private static final double LONGEST_INTERVAL_S = 3_600;

    @Spec
    private CommandSpec spec;

    @Option(names = "-c", paramLabel = "COUNT", description = "End after so many requests.")
    private int count;

    @Option(
            names = "-i",
            paramLabel = "S",
            defaultValue = "1",
            description = "Seconds between two requests, 0.002 to 3600; 1 by default.")
    private double intervalS;

    @Option(
            names = "-s",
            paramLabel = "N",
            defaultValue = "56",
            description = "Octets in a request, 0 to 65507; 56 by default.")
    private int size;

    @Option(
            names = "-W",
            paramLabel = "S",
            defaultValue = "10",
            description = "Seconds to wait for answers after the last request, 0 to 3600; 10 by default.")
    private double waitS;

    @Option(names = "-t", paramLabel = "TTL", defaultValue = "64", description = "Time to live, 1 to 255.")
    private int timeToLive;

    @Option(names = "-q", description = "Print only what is known at the end.")
    private boolean quiet;

    @Option(names = "--json", description = "Print JSON: an object in a line for each event, and for the summary.")
    private boolean json;

    @Mixin
    private StackOptions stack;

    @Parameters(paramLabel = "HOST", description = "An IPv4 address or a name.")
    private String host;

    private PingStatistics statistics = new PingStatistics();

    @Override
    public Integer call() throws Exception {
        check();
        final Termination termination = Termination.install();
        int status = OTHER_ERROR;
        try (ClientStack opened = stack.open();
                ManageClient client = opened.open()) {
            termination.onSignal(_ -> end(client));
            ping(client, resolve(opened));
            status = statistics.hasAnswers() ? 0 : NO_ANSWER;
        } finally {
            termination.finish(status);
        }
        return status;
    }

    private IpAddress resolve(ClientStack opened) throws IOException, Failure {
        try {
            return opened.resolve(host);
        } catch (Failure e) {
            final Failure told = new Failure(OTHER_ERROR, String.valueOf(e.getMessage()));
            told.initCause(e);
            throw told;
        }
    }

    private void check() {
        checkRange("-c", count, 0, Integer.MAX_VALUE);
        checkRange("-i", intervalS, LEAST_INTERVAL_S, LONGEST_INTERVAL_S);
        checkRange("-s", size, 0, LONGEST);
        checkRange("-W", waitS, 0, LONGEST_INTERVAL_S);
        checkRange("-t", timeToLive, 1, 255);
    }

    private void checkRange(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " " + plain(value) + " is not in " + plain(least) + " to " + plain(most));
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private JsonObject request(IpAddress address) {
        final JsonObject request = new JsonObject();
        request.addProperty("command", "ping");
        request.addProperty("address", address.toString());
        request.addProperty("count", count);
        request.addProperty("interval_ms", Math.round(intervalS * MS_IN_S));
        request.addProperty("wait_ms", Math.round(waitS * MS_IN_S));
        request.addProperty("size", size);
        request.addProperty("ttl", timeToLive);
        return request;
    }

    private void ping(ManageClient client, IpAddress address) throws IOException, Failure {
        final PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            out.println(
                    "PING " + host + " (" + address + ") " + size + "(" + (size + IP_AND_ICMP) + ") bytes of data.");
            out.flush();
        }
        statistics = new PingStatistics();
        try {
            client.rows(request(address), event -> {
                count(event);
                print(event, out);
            });
        } catch (Failure e) {
            throw new Failure(OTHER_ERROR, String.valueOf(e.getMessage()));
        }
        out.print(json ? statistics.json() + "\n" : statistics.text(host));
        out.flush();
    }

    private static boolean isDuplicate(JsonObject event) {
        return event.get("duplicate").getAsBoolean();
    }

    private void count(JsonObject event) {
        switch (event.get("event").getAsString()) {
            case "sent" -> statistics.sent();
            case "error" -> statistics.error();
            case "reply" -> {
                if (isDuplicate(event)) {
                    statistics.duplicate();
                } else {
                    statistics.received(event.get("rtt_ns").getAsLong());
                }
            }
            default -> {
                // Of a newer host.
            }
        }
    }

    private void print(JsonObject event, PrintWriter out) {
        if (quiet) {
            return;
        }
        final String kind = event.get("event").getAsString();
        if (json) {
            out.println(event);
        } else if (kind.equals("reply")) {
            out.println(event.get("bytes").getAsInt() + " bytes from "
                    + event.get("from").getAsString() + ": icmp_seq="
                    + event.get("sequence").getAsInt() + " ttl="
                    + event.get("ttl").getAsInt() + " time="
                    + PingStatistics.milliseconds((double) event.get("rtt_ns").getAsLong()) + " ms"
                    + (isDuplicate(event) ? " (DUP!)" : ""));
        } else if (kind.equals("error")) {
            final String sequence =
                    event.has("sequence") ? " icmp_seq=" + event.get("sequence").getAsInt() : "";
            out.println("From " + event.get("from").getAsString() + sequence + " " + describe(event));
        }
        out.flush();
    }

    private static String describe(JsonObject event) {
        final int type = event.get("type").getAsInt();
        final int code = event.get("code").getAsInt();
        if (type == IcmpHeader.TIME_EXCEEDED) {
            return code == 0 ? "Time to live exceeded" : "Fragment reassembly time exceeded";
        }
        if (type != IcmpHeader.DESTINATION_UNREACHABLE) {
            return "ICMP type " + type + ", code " + code;
        }
        return switch (code) {
            case IcmpHeader.NET_UNREACHABLE -> "Destination Net Unreachable";
            case IcmpHeader.HOST_UNREACHABLE -> "Destination Host Unreachable";
            case IcmpHeader.PROTOCOL_UNREACHABLE -> "Destination Protocol Unreachable";
            case IcmpHeader.PORT_UNREACHABLE -> "Destination Port Unreachable";
            case IcmpHeader.FRAGMENTATION_NEEDED ->
                "Frag needed and DF set (mtu = " + event.get("mtu").getAsInt() + ")";
            case IcmpHeader.ADMINISTRATIVELY_PROHIBITED -> "Packet filtered";
            default -> "Destination unreachable, code " + code;
        };
    }

    private static void end(ManageClient client) {
        try {
            client.shutdownOutput();
        } catch (IOException _) {
            // The host has ended: so does the command.
        }
    }
}
