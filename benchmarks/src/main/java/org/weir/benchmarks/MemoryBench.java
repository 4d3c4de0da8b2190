package org.weir.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.weir.benchmarks.MemoryTable.Column;
import org.weir.benchmarks.peers.LwipPair;
import org.weir.benchmarks.peers.LwipPair.Load;
import org.weir.benchmarks.peers.MissingException;
import org.weir.benchmarks.report.Machine;
import org.weir.benchmarks.report.Page;
import org.weir.benchmarks.report.ProjectDirectory;

/// `weir bench memory`: two stacks in one thread, joined by an in-memory link with an MTU of 1,500 octets that leaves
/// checksums and segmentation to them; and the same of lwIP, in turn. What it shows is the stack's own cost: no system
/// call, no second core.
///
/// Each figure is the median of several rounds, with the least and the most.
public final class MemoryBench {
    private static final long NS_PER_MS = 1_000_000L;
    private static final String ABOUT =
            "Two ends in one thread on a link in memory, MTU 1500, checksums computed and verified in software.";

    private final PrintWriter out;
    private final int rounds;
    private final int roundMs;

    /// @param out where the figures go
    /// @param rounds measured rounds of each figure, at least 1
    /// @param roundMs milliseconds of each, at least 10
    public MemoryBench(PrintWriter out, int rounds, int roundMs) {
        this.out = out;
        this.rounds = rounds;
        this.roundMs = roundMs;
    }

    /// Runs all of it and prints it.
    ///
    /// @param writes put it into `docs/benchmarks.md` too
    /// @throws IOException if lwIP is there and fails
    public void run(boolean writes) throws IOException, InterruptedException {
        final String how = String.format(
                Locale.ROOT, "%s Median of %d rounds of %.1f s (least-most).%n", ABOUT, rounds, roundMs / 1e3);
        out.print(how);
        out.flush();
        String remark = "";
        LwipPair lwip = null;
        try {
            lwip = LwipPair.make();
        } catch (MissingException e) {
            remark = "- lwip skipped: " + e.getMessage() + "\n";
        }
        final MemoryTable bulk = bulk(lwip);
        out.print("\nBulk:\n\n" + bulk.text());
        out.flush();
        final MemoryTable ping = ping(lwip);
        final String ratios = lwip == null ? remark : bulk.ratios(0, 2) + bulk.ratios(1, 3) + ping.ratios(0, 1);
        out.print("\nOne octet to and fro:\n\n" + ping.text() + "\n" + ratios);
        out.flush();
        if (writes) {
            write(how, bulk, ping, ratios);
        }
    }

    private MemoryTable bulk(@Nullable LwipPair lwip) throws IOException, InterruptedException {
        final List<MemoryEntrant> entrants = new ArrayList<>();
        entrants.add(new WeirBulk("Weir, the writer copies in", new BulkPair(false)));
        entrants.add(new WeirBulk("Weir, by reference", new BulkPair(true)));
        if (lwip != null) {
            entrants.add(new LwipEntrant("lwIP, the writer copies in", lwip, Load.COPIED));
            entrants.add(new LwipEntrant("lwIP, by reference", lwip, Load.REFERRED));
        }
        return measured(
                entrants,
                List.of(new Column("Gbit/s", 1), new Column("ns/segment", 0), new Column("heap octets allocated", 0)));
    }

    private MemoryTable ping(@Nullable LwipPair lwip) throws IOException, InterruptedException {
        final List<MemoryEntrant> entrants = new ArrayList<>();
        entrants.add(new WeirPing("Weir", new PingPair()));
        if (lwip != null) {
            entrants.add(new LwipEntrant("lwIP", lwip, Load.PING));
        }
        return measured(entrants, List.of(new Column("p50 us", 2), new Column("p99 us", 2), new Column("p99.9 us", 2)));
    }

    private MemoryTable measured(List<MemoryEntrant> entrants, List<Column> columns)
            throws IOException, InterruptedException {
        final MemoryTable table = new MemoryTable(entrants, columns);
        try {
            table.measure(rounds, roundMs * NS_PER_MS);
        } finally {
            entrants.forEach(MemoryEntrant::close);
        }
        return table;
    }

    private static void write(String how, MemoryTable bulk, MemoryTable ping, String ratios) throws IOException {
        final Page page = new Page(ProjectDirectory.find());
        final String text = "## In memory\n\n`./weir bench memory`: " + how + Machine.describe() + "\n\n### Bulk\n\n"
                + bulk.text() + "\n" + page.draw("memory-bulk", bulk.chart("Bulk in memory, Gbit/s"))
                + "\n### One octet to and fro\n\n" + ping.text() + "\n"
                + page.draw("memory-ping", ping.chart("One octet to and fro in memory, p50 us")) + "\n" + ratios;
        page.write("memory", text);
    }
}
