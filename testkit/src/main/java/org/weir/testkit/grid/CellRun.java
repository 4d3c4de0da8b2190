package org.weir.testkit.grid;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.weir.link.DropReason;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.tcp.TcpConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpCounters;
import org.weir.tcp.TcpListener;
import org.weir.testkit.LinkTap;
import org.weir.testkit.SimulatedNetwork;
import org.weir.time.StackClock;
import org.weir.wire.IpAddress;

/// Runs one cell in virtual time. The same cell, congestion control and seed give the same result.
public final class CellRun {
    private static final int PORT = 9;
    private static final int MTU = 1_500;
    private static final int SOURCE_OCTETS = 64 * 1024;
    private static final int PAGE = 2_048;
    /// Buffers for what a host does beside its bulk.
    private static final int SPARE = 1_024;

    private final GridCell cell;
    private final CongestionAlgorithm congestion;
    private final long seed;
    private final LinkTap tap;
    private final List<BulkFlow> flows = new ArrayList<>();

    /// @param tap sees the packets of both hosts
    public CellRun(GridCell cell, CongestionAlgorithm congestion, long seed, LinkTap tap) {
        this.cell = cell;
        this.congestion = congestion;
        this.seed = seed;
        this.tap = tap;
    }

    /// @throws IllegalStateException if a connection could not be made, or ended
    public CellResult run() {
        final SimulatedNetwork.Plan plan = new SimulatedNetwork.Plan(
                config(), MTU, cell.toServer(), cell.toClient(), seed, StackClock.MILLISECOND);
        try (Arena arena = Arena.ofConfined();
                SimulatedNetwork network = new SimulatedNetwork(plan, tap)) {
            return run(network, arena.allocate(SOURCE_OCTETS));
        }
    }

    private CellResult run(SimulatedNetwork network, MemorySegment source) {
        final long startNs = network.nowNs();
        listen(network.server().stack());
        for (int i = 0; i < cell.load().flows(); i++) {
            connect(network, source);
            network.run(cell.path().roundTripNs());
        }
        final long octets = cell.load().octets();
        final long endNs = startNs + cell.load().durationNs();
        network.runUntil(() -> octets > 0 && received() >= octets, endNs - network.nowNs());
        for (final BulkFlow flow : flows) {
            if (!flow.failure().isEmpty()) {
                throw new IllegalStateException(cell.name() + ": " + flow.failure());
            }
        }
        return result(network, network.nowNs() - startNs);
    }

    /// Buffers that never limit: each segment on the way holds a block and pages or references, at the receiver
    /// behind a hole a page.
    private StackConfig config() {
        final GridCell.Load load = cell.load();
        final int frames = load.flows() * (load.window() / 1_448 + 1)
                + cell.path().product()
                + cell.path().queue()
                + SPARE;
        // What arrives out of order is counted in whole pages.
        final int receiveBuffer = load.octets() > 0 ? load.window() : 2 * load.window();
        final TcpConfig tcp = TcpConfig.defaults()
                .withConnections(2 * load.flows() + 2)
                .withBuffers(load.window(), receiveBuffer)
                .withCongestion(congestion)
                .withEcn(load.ecn());
        final StackConfig base = StackConfig.small().withTraceLeaks(false).withTcp(tcp);
        return new StackConfig(
                frames,
                PAGE,
                SPARE / 4,
                frames,
                3 * frames,
                base.neighbors(),
                base.routes(),
                base.udpEndpoints(),
                base.udpQueue(),
                base.rawEndpoints(),
                base.memberships(),
                base.reassemblies(),
                base.sockets(),
                base.receiveBudget(),
                false,
                base.tcp());
    }

    private void listen(Stack server) {
        final TcpListener listener = server.tcp().bind(0, IpAddress.ANY.low(), PORT);
        if (listener == null) {
            throw new IllegalStateException("cannot bind: " + server.tcp().refusal());
        }
        listener.listen(cell.load().flows(), l -> {
            for (TcpConnection c = l.accept(); c != null; c = l.accept()) {
                c.handler(flows.get(c.remotePort() - PORT - 1).reader());
            }
        });
    }

    /// Each flow has a local port of its own, by which the server knows it.
    private void connect(SimulatedNetwork network, MemorySegment source) {
        final Stack client = network.client().stack();
        final BulkFlow flow = new BulkFlow(client.pool(), source, cell.load().octets());
        flows.add(flow);
        final IpAddress to = network.server().address();
        final TcpConnection c = client.tcp()
                .connect(to.high(), to.low(), PORT, IpAddress.ANY.low(), PORT + flows.size(), flow.sender());
        if (c == null) {
            throw new IllegalStateException("cannot connect: " + client.tcp().refusal());
        }
    }

    private long received() {
        long octets = 0;
        for (final BulkFlow flow : flows) {
            octets += flow.received();
        }
        return octets;
    }

    private CellResult result(SimulatedNetwork network, long elapsedNs) {
        double squares = 0;
        for (final BulkFlow flow : flows) {
            squares += (double) flow.received() * flow.received();
        }
        final double sum = received();
        final TcpCounters counters = network.client().stack().tcp().counters();
        return new CellResult(
                cell,
                sum * 8 * StackClock.SECOND / elapsedNs,
                squares == 0 ? 0 : sum * sum / (flows.size() * squares),
                counters.retransmittedSegments(),
                counters.spuriousRetransmissions(),
                counters.timeouts(),
                network.client().stack().drops().of(DropReason.INJECTED_QUEUE_FULL));
    }
}
