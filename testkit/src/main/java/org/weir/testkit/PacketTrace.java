package org.weir.testkit;

import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weir.link.DropReason;
import org.weir.link.Link;
import org.weir.wire.PacketPrinter;

/// A line for each frame that a simulated host sends, much like tcpdump: seconds since the beginning, who, what, and
/// whether the network lost it.
public final class PacketTrace implements LinkTap {
    private static final double NS_PER_SECOND = 1e9;

    private final PacketPrinter printer = new PacketPrinter();
    private final Consumer<String> lines;
    private long startNs = Long.MIN_VALUE;

    /// @param lines takes each line as it comes, without a line end
    public PacketTrace(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public Link on(String host, Link link) {
        return new ObservedLink(link, (memory, length, nowNs, lostBy) -> {
            startNs = startNs == Long.MIN_VALUE ? nowNs : startNs;
            final double seconds = (nowNs - startNs) / NS_PER_SECOND;
            final String text = printer.ethernet(memory, 0, length);
            lines.accept(String.format(Locale.ROOT, "%12.6f %s  %s%s", seconds, host, text, fate(lostBy)));
        });
    }

    private static String fate(@Nullable DropReason lostBy) {
        if (lostBy == null) {
            return "";
        }
        return lostBy == DropReason.INJECTED ? "  <-- lost" : "  <-- dropped, the queue is full";
    }
}
