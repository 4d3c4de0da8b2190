package org.weir.cli.show;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.weir.cli.Failure;
import org.weir.cli.Termination;
import org.weir.cli.capture.CaptureCounts;
import org.weir.cli.capture.CaptureFilter;
import org.weir.cli.capture.CaptureReader;
import org.weir.cli.capture.CapturedFrame;
import org.weir.cli.capture.FilterSyntaxException;
import org.weir.cli.capture.FrameView;
import org.weir.cli.manage.HostSocket;
import org.weir.cli.manage.ManageClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir tcpdump`: captures what a running host sends and receives.
@Command(
        name = "tcpdump",
        header = "Print or keep what a running host sends and receives.",
        customSynopsis = "weir tcpdump [OPTIONS] [FILTER]",
        description = {
            "",
            "Prints each frame of the host that runs ('weir up') in a line, or writes all to FILE in pcapng format,"
                + " until COUNT frames have come or a signal ends it; then says how many there were, and how many were"
                + " dropped since they came faster than they were taken. A frame is seen as on the wire: before the"
                + " host's filter on the way in, after protection on the way out; packets of many segments as one.",
            "",
            "FILTER is in the language of tcpdump: [tcp|udp|ip|arp] [src|dst] host A, net A/LEN, port N, portrange"
                    + " N-M; tcp, udp, icmp, igmp, arp, ip, esp, ip proto N, ether host MAC, vlan [ID], broadcast,"
                    + " multicast, less N, greater N, inbound, outbound, tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn;"
                    + " and, or, not, parentheses. docs/commands.md tells more.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir tcpdump -c 10",
            "  weir tcpdump -i weir0 'tcp port 80 and not host 10.10.10.7'",
            "  weir tcpdump -w /tmp/all.pcapng",
            "  weir tcpdump -w - | wireshark -k -i -",
            "  weir tcpdump -r /tmp/all.pcapng 'tcp[tcpflags] & tcp-rst != 0'",
            "",
            "Exit status: 0 after COUNT frames or a signal, 1 if no host runs or the file cannot be written or read, 2"
                    + " for bad arguments.",
        })
public final class TcpdumpCommand implements Callable<Integer> {
    private static final int LONGEST_SNAP = 262_144;
    private static final String STANDARD_OUTPUT = "-";

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-i", "--interface"},
            paramLabel = "NAME",
            description = "The interface; all of them by default, or with 'any'.")
    private @Nullable String interfaceName;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "COUNT",
            description = "End after so many frames.")
    private long count;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Write frames to FILE in pcapng format instead of printing them; '-' is standard output.")
    private @Nullable String written;

    @Option(
            names = {"-r", "--read"},
            paramLabel = "FILE",
            description = "Read frames from FILE, in pcapng format, instead of asking a host.")
    private @Nullable Path read;

    @Option(
            names = {"-s", "--snapshot-length"},
            paramLabel = "N",
            defaultValue = "262144",
            description = "Octets of each frame to capture, 1 to 262144; 262144 by default.")
    private int snapLength;

    @Option(names = "-e", description = "Print hardware addresses too.")
    private boolean withLink;

    @Option(names = "-t", description = "Print no time.")
    private boolean withoutTime;

    @Option(names = "--json", description = "Print JSON: an object in a line for each frame.")
    private boolean json;

    @Mixin
    private HostSocket host;

    @Parameters(paramLabel = "FILTER", arity = "0..*", description = "Which frames; all by default.")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        check();
        if (read != null) {
            readFile(read);
            return 0;
        }
        final Termination termination = Termination.install();
        int status = Failure.GENERAL;
        try (ManageClient client = host.open()) {
            capture(client, termination);
            status = 0;
        } finally {
            termination.finish(status);
        }
        return status;
    }

    private void check() {
        if (snapLength < 1 || snapLength > LONGEST_SNAP) {
            throw new ParameterException(spec.commandLine(), "-s " + snapLength + " is not in 1 to " + LONGEST_SNAP);
        }
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "-c " + count + " is negative");
        }
        try {
            CaptureFilter.parse(String.join(" ", words));
        } catch (FilterSyntaxException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    // ---- a capture ----

    private void capture(ManageClient client, Termination termination) throws IOException, Failure {
        final JsonObject facts = client.begin(request());
        termination.onSignal(_ -> end(client));
        final JsonArray interfaces = facts.getAsJsonArray("interfaces");
        say("listening on " + names(interfaces) + ", snapshot length " + snapLength + " octets");
        try (FrameTarget target = target()) {
            target.begin(interfaces);
            final CaptureReader reader = new CaptureReader(client.input());
            final long shown = pass(reader, CaptureFilter.ALL, target, () -> end(client));
            target.end(reader.counts());
            report(shown, reader.counts());
        }
    }

    private JsonObject request() {
        final JsonObject request = new JsonObject();
        request.addProperty("command", "tcpdump");
        request.addProperty("snaplen", snapLength);
        request.addProperty("filter", String.join(" ", words));
        if (interfaceName != null && !interfaceName.equals("any")) {
            request.addProperty("interface", interfaceName);
        }
        return request;
    }

    private static String names(JsonArray interfaces) {
        final List<String> names = new ArrayList<>();
        for (final JsonElement each : interfaces) {
            names.add(each.getAsJsonObject().get("name").getAsString());
        }
        return String.join(", ", names);
    }

    private void report(long shown, @Nullable CaptureCounts counts) {
        say(shown + " packets captured");
        if (counts != null) {
            say(counts.accepted() + " packets received by filter");
            say(counts.dropped() + " packets dropped by the host");
        }
    }

    private void say(String message) {
        final PrintWriter err = spec.commandLine().getErr();
        err.println(message);
        err.flush();
    }

    /// Asks the host to end the capture: what it has still comes, and its counts.
    private static void end(ManageClient client) {
        try {
            client.shutdownOutput();
        } catch (IOException _) {
            // The host has ended: so does the capture.
        }
    }

    // ---- a file ----

    private void readFile(Path file) throws IOException {
        try (InputStream input = new BufferedInputStream(Files.newInputStream(file));
                FrameTarget target = target()) {
            pass(new CaptureReader(input), CaptureFilter.parse(String.join(" ", words)), target, () -> {});
        }
    }

    // ---- frames ----

    private FrameTarget target() throws IOException {
        if (written == null) {
            return FrameTarget.print(spec.commandLine().getOut(), json ? printJson() : printText());
        }
        return FrameTarget.write(
                written.equals(STANDARD_OUTPUT)
                        ? new FileOutputStream(FileDescriptor.out)
                        : Files.newOutputStream(Path.of(written)),
                snapLength);
    }

    private static Function<CapturedFrame, String> printJson() {
        final FrameJson asJson = new FrameJson();
        return frame -> asJson.of(frame).toString();
    }

    private Function<CapturedFrame, String> printText() {
        return new FrameText(!withoutTime, withLink)::line;
    }

    /// Passes on the frames that `filter` wants, no more than the user wants; `onEnough` is told then, and what
    /// still comes is passed over. Returns how many there were.
    private long pass(CaptureReader reader, CaptureFilter filter, FrameTarget target, Runnable onEnough)
            throws IOException {
        final FrameView view = new FrameView();
        long passed = 0;
        for (CapturedFrame frame = reader.next(); frame != null; frame = reader.next()) {
            final boolean isEnough = count > 0 && passed == count;
            if (isEnough || !filter.matches(view.at(frame))) {
                continue;
            }
            target.take(frame);
            if (++passed == count) {
                onEnough.run();
            }
        }
        return passed;
    }
}
