package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.memory.FreeHandles;
import org.weir.memory.MemoryPlan;
import org.weir.stack.Stack;
import org.weir.tcp.TcpCounters;
import org.weir.time.StackClock;

/// A page at `/` that shows how a stack is doing: addresses, traffic, connections, drops by name, memory. Each
/// request makes strings.
public final class StatusPage implements HttpSite {
    private static final String TYPE = "text/html; charset=utf-8";
    private static final String BEGIN = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Weir</title>
        <style>
        body { font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 52em; padding: 0 1em; }
        th { font-weight: normal; padding-right: 2em; text-align: left; }
        td { text-align: right; }
        pre { overflow-x: auto; }
        </style>
        </head>
        <body>
        <h1>Weir</h1>
        <p>This page was sent by a TCP/IP stack that runs in a Java program.</p>
        """;
    private static final String END = "</body>\n</html>\n";

    private final Stack stack;
    private final MemoryPlan plan;
    private final long startedNs;

    /// @param plan what the host holds, its services included
    public StatusPage(Stack stack, MemoryPlan plan) {
        this.stack = stack;
        this.plan = plan;
        this.startedNs = stack.nowNs();
    }

    @Override
    public @Nullable HttpContent find(MemorySegment path, int from, int to) {
        return from == to ? HttpContent.copied(TYPE, page().getBytes(UTF_8)) : null;
    }

    private String page() {
        final StringBuilder html = new StringBuilder(8_192);
        html.append(BEGIN);
        appendHost(html);
        appendInterfaces(html);
        appendTransports(html);
        appendDrops(html);
        appendMemory(html);
        return html.append(END).toString();
    }

    private void appendHost(StringBuilder html) {
        final long seconds = (stack.nowNs() - startedNs) / StackClock.SECOND;
        html.append("<table>\n");
        for (final Netif netif : stack.ipv4().interfaces()) {
            row(html, "address on " + netif.name(), netif.addresses().toString());
            row(html, "state of " + netif.name(), state(netif));
        }
        row(html, "up for", seconds + " s");
        html.append("</table>\n");
    }

    private void appendInterfaces(StringBuilder html) {
        final List<Netif> netifs = stack.ipv4().interfaces();
        html.append("<h2>Packets</h2>\n<table>\n");
        for (final Netif netif : netifs) {
            count(html, netif.name() + " received, packets", netif.packetsReceived());
            count(html, netif.name() + " received, octets", netif.octetsReceived());
            count(html, netif.name() + " sent, packets", netif.packetsSent());
            count(html, netif.name() + " sent, octets", netif.octetsSent());
        }
        html.append("</table>\n");
    }

    private static String state(Netif netif) {
        if (!netif.isUp()) {
            return "down";
        }
        return netif.hasCarrier() ? "up" : "up, no carrier";
    }

    private void appendTransports(StringBuilder html) {
        final TcpCounters tcp = stack.tcp().counters();
        html.append("<h2>TCP and UDP</h2>\n<table>\n");
        count(html, "connections in use, TIME-WAIT included", stack.tcp().connectionsInUse());
        count(html, "connections opened", tcp.opened());
        count(html, "connections closed", tcp.closed());
        count(html, "connections failed", tcp.failed());
        count(html, "segments received", tcp.segmentsReceived());
        count(html, "segments sent", tcp.segmentsSent());
        count(html, "resets sent", tcp.resetsSent());
        count(html, "fast retransmissions", tcp.fastRetransmits());
        count(html, "retransmission time-outs", tcp.timeouts());
        count(html, "datagrams received", stack.udp().received());
        count(html, "datagrams sent", stack.udp().sent());
        html.append("</table>\n");
    }

    private void appendDrops(StringBuilder html) {
        html.append("<h2>Drops</h2>\n");
        if (stack.drops().total() == 0) {
            html.append("<p>None.</p>\n");
            return;
        }
        html.append("<table>\n");
        for (final DropReason reason : DropReason.values()) {
            final long drops = stack.drops().of(reason);
            if (drops > 0) {
                count(html, reason.name() + ": " + reason.sentence(), drops);
            }
        }
        html.append("</table>\n");
    }

    private void appendMemory(StringBuilder html) {
        html.append("<h2>Memory</h2>\n<table>\n");
        use(html, stack.pool().pages());
        use(html, stack.pool().blocks());
        use(html, stack.pool().handles());
        count(html, "timers armed", stack.armedTimers());
        html.append("</table>\n<pre>").append(escaped(plan.toString())).append("</pre>\n");
    }

    private static void use(StringBuilder html, FreeHandles handles) {
        final String use = handles.inUse() + " of " + handles.total() + " in use, at most "
                + (handles.total() - handles.lowestFree()) + " so far";
        row(html, handles.name(), use);
    }

    private static void count(StringBuilder html, String name, long value) {
        row(html, name, Long.toString(value));
    }

    private static void row(StringBuilder html, String name, String value) {
        html.append("<tr><th>").append(escaped(name)).append("</th><td>");
        html.append(escaped(value)).append("</td></tr>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
