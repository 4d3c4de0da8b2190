package org.weir.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.function.Consumer;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.PacketPrinter;

/// A line for each frame that a simulated host sends, much like tcpdump: seconds since the beginning, who, what, and
/// whether the network lost it.
public final class PacketTrace implements LinkTap {
    private static final int LONGEST_FRAME = 1 << 16;
    private static final double NS_PER_SECOND = 1e9;

    private final MemorySegment scratch = Arena.ofAuto().allocate(LONGEST_FRAME);
    private final PacketPrinter printer = new PacketPrinter();
    private final Consumer<String> lines;
    private long startNs = Long.MIN_VALUE;

    /// @param lines takes each line as it comes, without a line end
    public PacketTrace(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public Link on(String host, Link link) {
        return new TracedLink(host, link);
    }

    private void print(String host, int length, long nowNs, String fate) {
        startNs = startNs == Long.MIN_VALUE ? nowNs : startNs;
        final double seconds = (nowNs - startNs) / NS_PER_SECOND;
        lines.accept(String.format(
                Locale.ROOT, "%12.6f %s  %s%s", seconds, host, printer.ethernet(scratch, 0, length), fate));
    }

    private final class TracedLink implements Link {
        private final String host;
        private final Link inner;
        private DropCounters drops = new DropCounters();

        TracedLink(String host, Link inner) {
            this.host = host;
            this.inner = inner;
        }

        @Override
        public LinkCapabilities capabilities() {
            return inner.capabilities();
        }

        @Override
        public void attach(PbufPool pool, DropCounters stackDrops) {
            drops = stackDrops;
            inner.attach(pool, stackDrops);
        }

        @Override
        public int receive(PacketSink sink, int budget, long nowNs) {
            return inner.receive(sink, budget, nowNs);
        }

        @Override
        public int room() {
            return inner.room();
        }

        @Override
        public void send(Pbuf frame, long nowNs) {
            final int length = frame.copyTo(0, scratch, 0, LONGEST_FRAME);
            final long lost = drops.of(DropReason.INJECTED);
            final long overflown = drops.of(DropReason.INJECTED_QUEUE_FULL);
            inner.send(frame, nowNs);
            String fate = drops.of(DropReason.INJECTED) > lost ? "  <-- lost" : "";
            fate = drops.of(DropReason.INJECTED_QUEUE_FULL) > overflown ? "  <-- dropped, the queue is full" : fate;
            print(host, length, nowNs, fate);
        }

        @Override
        public void flush(long nowNs) {
            inner.flush(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            return inner.nextDeadlineNs();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
