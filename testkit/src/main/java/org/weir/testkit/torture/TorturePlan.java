package org.weir.testkit.torture;

import java.util.ArrayList;
import java.util.List;
import org.weir.base.SplitMix64;
import org.weir.stack.StackConfig;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.tcp.EcnMode;
import org.weir.tcp.TcpConfig;
import org.weir.testkit.SimulatedNetwork;
import org.weir.time.StackClock;

/// What one run does: a network and the applications on it, all of it from one seed.
///
/// @param network hosts, cable and faults
/// @param connections the two ends of each connection
/// @param mayFail true if the network is so bad that a connection may end by an error
record TorturePlan(SimulatedNetwork.Plan network, List<Ends> connections, boolean mayFail) {
    private static final int[] MTUS = {68, 296, 576, 1_280, 1_500, 1_500, 1_500, 9_000};
    private static final int[] BUFFERS = {2_048, 8_192, 64 * 1024, 64 * 1024};
    private static final int[] PAGES = {128, 512, 512};
    private static final int MOST_OCTETS = 384 * 1024;

    /// So many that chance does not use them up: a loss of 30 % takes one of a million SYNs, not one of a thousand.
    private static final int SYN_RETRIES = 12;

    private static final int DATA_RETRIES = 25;

    /// Both ends of a connection.
    ///
    /// @param client the end that opens it
    /// @param server the other
    record Ends(EndPlan client, EndPlan server) {
        static Ends random(SplitMix64 random, int mostOctets) {
            // One of them must end its output of its own accord, or both wait for ever.
            final int early = random.nextInt(3);
            return new Ends(
                    EndPlan.random(random, mostOctets, early != 0), EndPlan.random(random, mostOctets, early != 1));
        }
    }

    static TorturePlan of(long seed) {
        final SplitMix64 random = new SplitMix64(seed);
        final int mtu = MTUS[random.nextInt(MTUS.length)];
        final RandomFaults toServer = RandomFaults.of(random);
        final RandomFaults toClient = random.chance(0.5) ? toServer : RandomFaults.of(random);
        final SimulatedNetwork.Plan network = new SimulatedNetwork.Plan(
                config(random), mtu, toServer.plan(), toClient.plan(), seed, StackClock.MILLISECOND);
        final int count = random.chance(0.8) ? 1 : 2 + random.nextInt(3);
        final boolean mayFail = toServer.mayBreak() || toClient.mayBreak();
        // Segments are what takes time: a small MTU makes many of few octets, and heavy loss takes minutes for each.
        final int mostOctets = Math.min(MOST_OCTETS, (mayFail ? 15 : 250) * mtu) / count;
        final List<Ends> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connections.add(Ends.random(random, mostOctets));
        }
        return new TorturePlan(network, connections, mayFail);
    }

    private static StackConfig config(SplitMix64 random) {
        final int pages = PAGES[random.nextInt(PAGES.length)];
        final TcpConfig tcp = TcpConfig.defaults()
                .withConnections(8)
                .withRetries(SYN_RETRIES, DATA_RETRIES)
                .withBuffers(BUFFERS[random.nextInt(BUFFERS.length)], BUFFERS[random.nextInt(BUFFERS.length)])
                .withCongestion(EndPlan.pick(random, CongestionAlgorithm.values()))
                .withEcn(EndPlan.pick(random, EcnMode.values()));
        return StackConfig.small()
                .withTraceLeaks(false)
                .withPages(pages, pages / 8)
                .withTcp(tcp);
    }

    /// A line for each part.
    String describe() {
        final StringBuilder text = new StringBuilder();
        text.append("  to the server: ").append(network.toServer()).append('\n');
        text.append("  to the client: ").append(network.toClient()).append('\n');
        text.append("  MTU ")
                .append(network.mtu())
                .append(", ")
                .append(network.config())
                .append('\n');
        for (int i = 0; i < connections.size(); i++) {
            text.append("  client ").append(i).append(": ");
            text.append(connections.get(i).client()).append('\n');
            text.append("  server ").append(i).append(": ");
            text.append(connections.get(i).server()).append('\n');
        }
        return text.toString();
    }
}
