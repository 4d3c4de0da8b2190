package org.weir.cli.manage;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.weir.cli.capture.CaptureCounts;
import org.weir.cli.capture.CaptureFilter;
import org.weir.cli.capture.CaptureWriter;
import org.weir.cli.capture.CapturedFrame;
import org.weir.cli.capture.FilterSyntaxException;
import org.weir.ip.Netif;

/// Captures frames: the answer is a pcapng file, which ends when the client says that it will ask nothing more.
final class CaptureQuestion implements Question {
    private static final int LONGEST_SNAP = 262_144;
    private static final long LOOK_MS = 100;

    private final ManagedHost host;

    CaptureQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final int snapLength = (int) request.number("snaplen", 1, LONGEST_SNAP, LONGEST_SNAP);
        final FrameCapture capture =
                new FrameCapture(host, filter(request), snapLength, request.textOrNull("interface"));
        final List<Netif> netifs = capture.begin();
        try {
            exchange.begin(facts(netifs));
            final CaptureWriter writer = new CaptureWriter(exchange::octets, snapLength);
            for (final Netif netif : netifs) {
                writer.describe(netif.name(), netif.capabilities().framing());
            }
            write(capture, writer, exchange);
        } finally {
            capture.end();
        }
    }

    private static CaptureFilter filter(Request request) throws RequestException {
        final String text = request.textOrNull("filter");
        try {
            return CaptureFilter.parse(text == null ? "" : text);
        } catch (FilterSyntaxException e) {
            throw new RequestException(String.valueOf(e.getMessage()));
        }
    }

    private static JsonObject facts(List<Netif> netifs) {
        final JsonArray interfaces = new JsonArray();
        for (final Netif netif : netifs) {
            final JsonObject one = new JsonObject();
            one.addProperty("name", netif.name());
            one.addProperty("framing", netif.capabilities().framing().name());
            interfaces.add(one);
        }
        final JsonObject facts = new JsonObject();
        facts.add("interfaces", interfaces);
        return facts;
    }

    private void write(FrameCapture capture, CaptureWriter writer, Exchange exchange) throws IOException {
        final Thread end = Thread.ofVirtual().start(() -> awaitEnd(exchange));
        exchange.flush();
        try {
            while (end.isAlive()) {
                final CapturedFrame frame = capture.next(LOOK_MS);
                if (frame != null) {
                    writer.write(frame);
                    writeQueued(capture, writer, end);
                }
                exchange.flush();
            }
            final CaptureCounts counts = capture.end();
            writeQueued(capture, writer, Thread.currentThread());
            writer.end(counts, host.ask(stack -> stack.nowNs()) + host.epochOffsetNs());
            exchange.flush();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// What is queued, for as long as `client` lives: frames may come faster than they are written.
    private static void writeQueued(FrameCapture capture, CaptureWriter writer, Thread client)
            throws IOException, InterruptedException {
        CapturedFrame frame = capture.next(0);
        while (frame != null && client.isAlive()) {
            writer.write(frame);
            frame = capture.next(0);
        }
    }

    private static void awaitEnd(Exchange exchange) {
        try {
            exchange.input().transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            // The client has gone.
        }
    }
}
