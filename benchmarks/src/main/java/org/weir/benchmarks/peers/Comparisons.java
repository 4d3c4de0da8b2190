package org.weir.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import org.weir.benchmarks.peers.Load.Placement;
import org.weir.benchmarks.peers.Load.Task;

/// The comparisons that there are.
public final class Comparisons {
    private Comparisons() {}

    /// Bulk transfer in each direction.
    public static Comparison tap() {
        final Part in = new Part(
                "in", "Kernel to stack", new Load(Task.SEND, Placement.ANYWHERE), bulk("ACKs per data segment"));
        final Part out = new Part(
                "out",
                "Stack to kernel",
                new Load(Task.RECEIVE, Placement.ANYWHERE),
                bulk("the kernel's ACKs per data segment"));
        final List<Ratio> ratios = new ArrayList<>();
        for (final Part part : List.of(in, out)) {
            final Figure rate = part.figures().getFirst();
            ratios.add(new Ratio(part, rate, "weir", "kernel"));
            ratios.add(new Ratio(part, rate, "weir", "limit"));
            ratios.add(new Ratio(part, rate, "weir-plain", "kernel-plain"));
            ratios.add(new Ratio(part, rate, "weir-plain", "limit-plain"));
            ratios.add(new Ratio(part, rate, "weir-plain", "lwip"));
            ratios.add(new Ratio(part, rate, "weir-channels", "weir"));
            ratios.add(new Ratio(part, rate, "weir-channels", "kernel-channels"));
            ratios.add(new Ratio(part, part.figures().get(1), "weir", "kernel"));
            ratios.add(new Ratio(part, part.figures().get(2), "weir", "kernel"));
        }
        return new Comparison(
                "tap",
                "Bulk transfer over a TAP",
                "One TCP connection between the kernel and a stack in a process of its own, MTU 1500. CPU: what the"
                        + " stack's process takes, and what the whole machine does, per 10^9 octets.",
                List.of(
                        "weir",
                        "weir-plain",
                        "weir-channels",
                        "lwip",
                        "gvisor",
                        "kernel",
                        "kernel-plain",
                        "kernel-channels",
                        "limit",
                        "limit-plain"),
                List.of(in, out),
                ratios);
    }

    private static List<Figure> bulk(String acknowledgments) {
        return List.of(
                Figure.of("Gbit/s", 2, LoadResult::gigabitsPerSecond),
                Figure.of("CPU s/GB, process", 3, r -> r.perGigabyte("process_seconds")),
                Figure.of("CPU s/GB, machine", 3, r -> r.perGigabyte("machine_seconds")),
                Figure.of(acknowledgments, 3, r -> r.value("acknowledgments") / r.value("data_segments")),
                Figure.ofStacks("peak RSS MB", 0, r -> r.value("peak_megabytes")));
    }

    /// One octet to and fro.
    public static Comparison latency() {
        final List<Figure> figures = List.of(
                Figure.of("p50 us", 1, r -> r.value("p50")),
                Figure.of("p99 us", 1, r -> r.value("p99")),
                Figure.of("p99.9 us", 1, r -> r.value("p999")),
                Figure.of("most us", 0, r -> r.value("most")));
        final Part one =
                new Part("one", "Both on one processor", new Load(Task.PING, Placement.ON_ONE_PROCESSOR), figures);
        final Part two =
                new Part("two", "On a processor each", new Load(Task.PING, Placement.ON_TWO_PROCESSORS), figures);
        final List<Ratio> ratios = new ArrayList<>();
        for (final Part part : List.of(one, two)) {
            for (final Figure figure : figures.subList(0, 3)) {
                ratios.add(new Ratio(part, figure, "weir", "lwip"));
            }
            for (final Figure figure : figures.subList(0, 3)) {
                ratios.add(
                        part == one
                                ? new Ratio(one, figure, "weir-sleep", "lwip")
                                : new Ratio(two, figure, "weir", "lwip-spin"));
            }
            ratios.add(new Ratio(part, figures.getFirst(), "weir", "kernel"));
            ratios.add(new Ratio(part, figures.getFirst(), "weir-channels", "kernel-channels"));
            ratios.add(new Ratio(part, figures.get(1), "weir-channels", "kernel-channels"));
        }
        return new Comparison(
                "latency",
                "Round-trip time over a TAP",
                "One octet to the echo service and back over one TCP connection, again and again.",
                List.of(
                        "weir",
                        "weir-sleep",
                        "weir-channels",
                        "lwip",
                        "lwip-spin",
                        "gvisor",
                        "kernel",
                        "kernel-channels",
                        "limit-plain"),
                List.of(one, two),
                ratios);
    }

    /// Short connections.
    public static Comparison connections() {
        final List<Figure> figures = List.of(
                Figure.of("connections/s", 0, r -> r.perSecond("count")),
                Figure.of("CPU us each, process", 1, r -> 1e6 * r.value("process_seconds") / r.value("count")),
                Figure.of("CPU us each, machine", 1, r -> 1e6 * r.value("machine_seconds") / r.value("count")));
        final Part one =
                new Part("one", "Both on one processor", new Load(Task.CONNECT, Placement.ON_ONE_PROCESSOR), figures);
        final Part two =
                new Part("two", "On a processor each", new Load(Task.CONNECT, Placement.ON_TWO_PROCESSORS), figures);
        final Figure rate = figures.getFirst();
        return new Comparison(
                "connections",
                "Connections over a TAP",
                "One client connects to the echo service, shuts down, waits for the end of the stream and closes, again"
                        + " and again: seven segments each.",
                List.of("weir", "weir-sleep", "lwip", "lwip-spin", "gvisor", "kernel"),
                List.of(one, two),
                List.of(
                        new Ratio(one, rate, "weir", "lwip"),
                        new Ratio(one, rate, "weir", "kernel"),
                        new Ratio(two, rate, "weir", "lwip"),
                        new Ratio(two, rate, "weir", "lwip-spin"),
                        new Ratio(two, rate, "weir", "kernel")));
    }

    /// Static content over HTTP.
    public static Comparison http() {
        final Figure rate = Figure.of("requests/s", 0, r -> r.perSecond("count"));
        final Figure speed = Figure.of("Gbit/s", 2, LoadResult::gigabitsPerSecond);
        final Part small = new Part(
                "small",
                "612 octets, 50 connections",
                new Load(Task.HTTP_SMALL, Placement.ANYWHERE),
                List.of(
                        rate,
                        Figure.of("CPU us each, process", 1, r -> 1e6 * r.value("process_seconds") / r.value("count")),
                        Figure.of(
                                "CPU us each, machine", 1, r -> 1e6 * r.value("machine_seconds") / r.value("count"))));
        final Part large = new Part(
                "large",
                "64 MiB, one connection",
                new Load(Task.HTTP_LARGE, Placement.ANYWHERE),
                List.of(
                        speed,
                        Figure.of("CPU s/GB, process", 3, r -> r.perGigabyte("process_seconds")),
                        Figure.of("CPU s/GB, machine", 3, r -> r.perGigabyte("machine_seconds"))));
        return new Comparison(
                "http",
                "HTTP over a TAP",
                "wrk with one thread asks for a file again and again, over connections that stay open: from Weir on a"
                        + " TAP, and from nginx on the other end of a veth pair, one process with one event loop that"
                        + " sends by sendfile and keeps its files open.",
                List.of("weir-http", "nginx"),
                List.of(small, large),
                List.of(new Ratio(small, rate, "weir-http", "nginx"), new Ratio(large, speed, "weir-http", "nginx")));
    }
}
